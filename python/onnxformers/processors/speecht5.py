"""Samples for SpeechT5, and the log-mel features that it speaks."""

from __future__ import annotations

from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from onnxformers._native.audio import Spectrogram
from onnxformers.audio.mel import mel_filter_bank
from onnxformers.audio.windows import window_function
from onnxformers.errors import InvalidArgumentError
from onnxformers.processors.batch_feature import BatchFeature
from onnxformers.processors.sound_padding import PaddedBatch, Padding
from onnxformers.processors.sounds import SoundExtractor

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray


class SpeechT5FeatureExtractor(SoundExtractor):
    """Samples in, and with `audio_target` the features that are to be spoken.

    Example:
        >>> extractor = SpeechT5FeatureExtractor()
        >>> extractor(audio_target=np.zeros(16000)).input_values.shape
        (1, 63, 80)

    Source: spec/transformers.js/processors.md, SpeechT5FeatureExtractor; transformers 4.46.3.
    """

    defaults = MappingProxyType(
        {
            "feature_size": 1,
            "sampling_rate": 16000,
            "padding_value": 0.0,
            "padding_side": "right",
            "do_normalize": False,
            "num_mel_bins": 80,
            "hop_length": 16,
            "win_length": 64,
            "win_function": "hann_window",
            "frame_signal_scale": 1.0,
            "fmin": 80,
            "fmax": 7600,
            "mel_floor": 1e-10,
            "reduction_factor": 2,
            "return_attention_mask": True,
        }
    )
    call_options = frozenset({"padding", "max_length", "truncation", "pad_to_multiple_of"})
    model_input_names = ("input_values", "attention_mask")
    counts = ("sampling_rate", "num_mel_bins", "hop_length", "win_length")

    def __call__(
        self,
        audio: Any = None,
        *,
        audio_target: Any = None,
        sampling_rate: int | None = None,
        **options: Any,
    ) -> BatchFeature:
        """Values of one sound or several.

        Args:
            audio: What the model hears: a sound as `read_audio` takes it, or a list of them.
            audio_target: What it is to say, likewise.
            sampling_rate: Of the samples; only the model's is accepted.
            **options: `padding` (False), `max_length`, `truncation`, `pad_to_multiple_of`, and
                settings.

        Returns:
            Of `audio` `input_values`, float32 of shape (sounds, samples), and `attention_mask`. Of
            `audio_target` alone `input_values` of shape (sounds, frames, num_mel_bins) and
            `attention_mask`; of both, these are `labels` and `decoder_attention_mask`.

        Raises:
            InvalidArgumentError: There is no sound, an option is unknown, or a sound cannot be
                used.
        """
        if audio is None and audio_target is None:
            raise InvalidArgumentError(
                f"[{type(self).__name__}] expected audio, audio_target= or both"
            )
        settings = self.settings_with(options)
        if audio is None:
            return self._target(audio_target, sampling_rate, settings)
        features = self._samples(audio, sampling_rate, settings)
        if audio_target is not None:
            target = self._target(audio_target, sampling_rate, settings)
            features["labels"] = target["input_values"]
            if "attention_mask" in target:
                features["decoder_attention_mask"] = target["attention_mask"]
        return features

    def _samples(self, audio: Any, rate: int | None, settings: Mapping[str, Any]) -> BatchFeature:
        padding = Padding.of(settings, type(self).__name__)
        batch = padding.apply(list(self.sounds_of(audio, rate)))
        is_masked = bool(settings["return_attention_mask"])
        if settings["do_normalize"]:
            values = batch.normalized(padding.padding_value if is_masked else None)
        else:
            values = batch.values
        return _features(values, batch, is_masked)

    def _target(self, audio: Any, rate: int | None, settings: Mapping[str, Any]) -> BatchFeature:
        names = (
            "win_length",
            "hop_length",
            "sampling_rate",
            "win_function",
            "num_mel_bins",
            "fmin",
            "fmax",
            "mel_floor",
        )
        transform = _transform(*(settings[name] for name in names))
        rows = [transform.run(sound) for sound in self.sounds_of(audio, rate)]
        batch = Padding.of(settings, type(self).__name__).apply(rows)
        return _features(batch.values, batch, bool(settings["return_attention_mask"]))


def _features(values: NDArray[np.float32], batch: PaddedBatch, is_masked: bool) -> BatchFeature:
    features = BatchFeature(input_values=values)
    if is_masked:
        features["attention_mask"] = batch.mask
    return features


@lru_cache(maxsize=16)
def _transform(
    window_ms: int,
    hop_ms: int,
    rate: int,
    window: str,
    filters: int,
    fmin: float,
    fmax: float,
    floor: float,
) -> Spectrogram:
    length = window_ms * rate // 1000
    n_fft = 1 << (length - 1).bit_length()
    bank = mel_filter_bank(
        n_fft // 2 + 1, filters, float(fmin), float(fmax), rate, norm="slaney", mel_scale="slaney"
    )
    return Spectrogram(
        window_function(length, window),
        hop_length=hop_ms * rate // 1000,
        fft_length=n_fft,
        mel_filters=bank,
        power=1.0,
        mel_floor=float(floor),
        log_mel="log10",
        transpose=True,
    )
