"""Log-mel features as Whisper hears them."""

from __future__ import annotations

from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers._native.audio import Spectrogram
from onnxformers.audio.mel import mel_filter_bank
from onnxformers.audio.windows import window_function
from onnxformers.processors.batch_feature import BatchFeature
from onnxformers.processors.sound_padding import Padding
from onnxformers.processors.sounds import SoundExtractor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray


class WhisperFeatureExtractor(SoundExtractor):
    """Sounds of up to 30 s to 80 or 128 log-mel values each 10 ms.

    Example:
        >>> extractor = WhisperFeatureExtractor()
        >>> extractor(np.zeros(16000, np.float32)).input_features.shape
        (1, 80, 3000)

    Source: spec/transformers.js/processors.md, WhisperFeatureExtractor; transformers 4.46.3.
    """

    defaults = MappingProxyType(
        {
            "feature_size": 80,
            "sampling_rate": 16000,
            "hop_length": 160,
            "chunk_length": 30,
            "n_fft": 400,
            "padding_value": 0.0,
            "padding_side": "right",
            "return_attention_mask": False,
            "do_normalize": False,
            "dither": 0.0,
        }
    )
    call_options = frozenset(
        {
            "padding",
            "max_length",
            "truncation",
            "pad_to_multiple_of",
            "return_token_timestamps",
            "seed",
        }
    )
    model_input_names = ("input_features",)
    counts = ("sampling_rate", "feature_size", "hop_length", "chunk_length", "n_fft")

    @classmethod
    def read_settings(cls, config: Mapping[str, Any], place: str) -> dict[str, Any]:
        """The settings, with the samples and frames that a chunk has."""
        settings = super().read_settings(config, place)
        samples = settings["chunk_length"] * settings["sampling_rate"]
        frames = samples // settings["hop_length"]
        return {**settings, "n_samples": samples, "nb_max_frames": frames}

    def __call__(
        self, raw_speech: Any, *, sampling_rate: int | None = None, **options: Any
    ) -> BatchFeature:
        """Features of one sound or several.

        Args:
            raw_speech: A sound as `read_audio` takes it, or a list of them.
            sampling_rate: Of the samples; only the model's is accepted.
            **options: `padding` ("max_length"), `max_length` (a chunk), `truncation` (True),
                `pad_to_multiple_of`, `return_token_timestamps`, `seed` (0) of the noise that a
                `dither` above 0 adds to frames, and settings.

        Returns:
            `input_features`, float32 of shape (sounds, feature_size, frames); with
            ``return_attention_mask=True`` the mask of frames, with
            ``return_token_timestamps=True`` `num_frames`, those of each sound before padding.

        Raises:
            InvalidArgumentError: An option is unknown, or a sound cannot be used.
        """
        settings = self.settings_with(options)
        sounds = self.sounds_of(raw_speech, sampling_rate)
        place = type(self).__name__
        padding = Padding.of(
            {**settings, "max_length": settings.get("max_length") or settings["n_samples"]},
            place,
            padding="max_length",
            truncation=True,
        )
        batch = padding.apply(list(sounds))
        rows = batch.each
        if settings["do_normalize"]:
            rows = list(batch.normalized(padding.padding_value))
        hop = settings["hop_length"]
        features = BatchFeature(input_features=_log_mel(rows, settings))
        if settings["return_attention_mask"]:
            features["attention_mask"] = batch.mask[:, ::hop]
        if settings.get("return_token_timestamps"):
            features["num_frames"] = np.array([len(sound) // hop for sound in sounds], np.int64)
        return features


def _log_mel(sounds: list[NDArray[np.float32]], settings: Mapping[str, Any]) -> NDArray[np.float32]:
    """Features of sounds of one length."""
    odd = settings["n_fft"] % 2
    # The frame around the end of the sound is left out.
    frames = max(1, (len(sounds[0]) - odd) // settings["hop_length"])
    names = ("n_fft", "hop_length", "feature_size", "sampling_rate", "dither")
    seed = settings.get("seed", 0)
    transform = _transform(*(settings[name] for name in names), seed, frames)
    return transform.run_batch(sounds)


@lru_cache(maxsize=64)
def _transform(
    n_fft: int,
    hop_length: int,
    filters: int,
    sampling_rate: int,
    dither: float,
    seed: int,
    frames: int,
) -> Spectrogram:
    bank = mel_filter_bank(
        1 + n_fft // 2, filters, 0.0, 8000.0, sampling_rate, norm="slaney", mel_scale="slaney"
    )
    return Spectrogram(
        window_function(n_fft, "hann"),
        hop_length=hop_length,
        fft_length=n_fft,
        mel_filters=bank,
        power=2.0,
        dither=dither,
        seed=seed,
        log_mel="log10",
        whisper_range=True,
        max_num_frames=frames,
        do_pad=False,
    )
