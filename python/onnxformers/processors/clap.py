"""Log-mel features for CLAP, whose sounds all have one length."""

from __future__ import annotations

from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers._native.audio import Spectrogram
from onnxformers.audio.mel import mel_filter_bank
from onnxformers.audio.windows import window_function
from onnxformers.errors import FileFormatError
from onnxformers.processors.batch_feature import BatchFeature
from onnxformers.processors.sounds import SoundExtractor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

_TRUNCATIONS = ("fusion", "rand_trunc")
_PADDINGS = ("pad", "repeat", "repeatpad")
#: The width that the shrunk view of a long sound has in the reference, whatever feature_size is.
_FUSED_WIDTH = 64


class ClapFeatureExtractor(SoundExtractor):
    """Sounds to one or four views of log-mel values in decibels.

    Example:
        >>> extractor = ClapFeatureExtractor(truncation="rand_trunc")
        >>> extractor(np.ones(48000)).input_features.shape
        (1, 1, 1001, 64)

    Source: spec/transformers.js/processors.md, ClapFeatureExtractor; transformers 4.46.3.
    """

    defaults = MappingProxyType(
        {
            "feature_size": 64,
            "sampling_rate": 48000,
            "hop_length": 480,
            "max_length_s": 10,
            "fft_window_size": 1024,
            "padding_value": 0.0,
            "return_attention_mask": False,
            "frequency_min": 0,
            "frequency_max": 14000,
            "top_db": None,
            "truncation": "fusion",
            "padding": "repeatpad",
        }
    )
    call_options = frozenset({"max_length", "seed"})
    model_input_names = ("input_features", "is_longer")
    counts = ("sampling_rate", "feature_size", "hop_length", "max_length_s", "fft_window_size")

    @classmethod
    def read_settings(cls, config: Mapping[str, Any], place: str) -> dict[str, Any]:
        """The settings, with the samples that a sound is cut or padded to."""
        settings = super().read_settings(config, place)
        for name, known in (("truncation", _TRUNCATIONS), ("padding", _PADDINGS)):
            if settings[name] not in known:
                raise FileFormatError(
                    f"[{place}] {name} must be one of {', '.join(known)}, got {settings[name]!r}"
                )
        samples = settings["max_length_s"] * settings["sampling_rate"]
        return {**settings, "nb_max_samples": samples}

    def __call__(
        self, raw_speech: Any, *, sampling_rate: int | None = None, **options: Any
    ) -> BatchFeature:
        """Features of one sound or several.

        Args:
            raw_speech: A sound as `read_audio` takes it, or a list of them.
            sampling_rate: Of the samples; only the model's is accepted.
            **options: `max_length` in samples (max_length_s); `seed` (0) of the places where long
                sounds are cut; and settings. `padding` is repeatpad (as often as it fits whole,
                then zeros), repeat (to the end) or pad; `truncation` rand_trunc (one cut) or
                fusion (the whole sound shrunk, and three cuts).

        Returns:
            `input_features`, float32 of shape (sounds, 1 or with fusion 4, frames, feature_size),
            and `is_longer`, bool of shape (sounds, 1).

        Raises:
            InvalidArgumentError: An option is unknown, or a sound cannot be used.
        """
        settings = self.settings_with(options)
        sounds = self.sounds_of(raw_speech, sampling_rate)
        draws = np.random.RandomState(settings.get("seed", 0))
        length = settings.get("max_length") or settings["nb_max_samples"]
        views = [_views(sound, length, settings, draws) for sound in sounds]
        is_longer = np.array([[longer] for _, longer in views])
        if settings["truncation"] == "fusion" and not is_longer.any():
            # One of a batch always counts as longer, as in the reference.
            is_longer[draws.randint(0, len(views))] = True
        return BatchFeature(
            input_features=np.stack([view for view, _ in views]), is_longer=is_longer
        )


def _views(
    sound: NDArray[np.float32], length: int, settings: Mapping[str, Any], draws: Any
) -> tuple[NDArray[np.float32], bool]:
    """The views of a sound, shape (views, frames, filters), and whether it was too long."""
    is_fused = settings["truncation"] == "fusion"
    transform = _transform(
        settings["fft_window_size"],
        settings["hop_length"],
        settings["feature_size"],
        (float(settings["frequency_min"]), float(settings["frequency_max"])),
        settings["sampling_rate"],
        is_fused,
    )
    if len(sound) <= length:
        mel = transform.run(_filled(sound, length, settings["padding"]))
        return np.stack([mel] * 4) if is_fused else mel[None], False
    if not is_fused:
        start = draws.randint(0, len(sound) - length + 1)
        return transform.run(sound[start : start + length])[None], True
    mel = transform.run(sound)
    frames = length // settings["hop_length"] + 1
    if frames == len(mel):
        return np.stack([mel] * 4), False
    return _fused(mel, frames, draws), True


def _filled(sound: NDArray[np.float32], length: int, padding: str) -> NDArray[np.float32]:
    if padding == "repeat":
        sound = np.tile(sound, length // len(sound) + 1)[:length]
    elif padding == "repeatpad":
        sound = np.tile(sound, length // len(sound))
    return np.pad(sound, (0, length - len(sound)))


def _fused(mel: NDArray[np.float32], frames: int, draws: Any) -> NDArray[np.float32]:
    """The whole sound shrunk to `frames`, and a cut from each third of it."""
    thirds = np.array_split(np.arange(len(mel) - frames + 1), 3)
    starts = [draws.choice(third if len(third) else [0]) for third in thirds]
    whole = _stretched(_stretched(mel, frames).T, _FUSED_WIDTH).T
    return np.stack([whole, *(mel[start : start + frames] for start in starts)])


def _stretched(values: NDArray[np.float32], length: int) -> NDArray[np.float32]:
    """Rows between which lines are drawn; places are float32, as in the reference."""
    half = np.float32(0.5)
    scale = np.float32(len(values) / length)
    places = np.maximum(scale * (np.arange(length, dtype=np.float32) + half) - half, np.float32(0))
    before = places.astype(np.int64)
    after = np.minimum(before + 1, len(values) - 1)
    weights = (places - before.astype(np.float32))[:, None]
    stretched: NDArray[np.float32] = (
        values[before] * (np.float32(1) - weights) + values[after] * weights
    )
    return stretched


@lru_cache(maxsize=16)
def _transform(
    n_fft: int,
    hop_length: int,
    filters: int,
    frequencies: tuple[float, float],
    sampling_rate: int,
    is_fused: bool,
) -> Spectrogram:
    # The published models were trained with torchaudio's filters for fusion, librosa's otherwise.
    norm, scale = (None, "htk") if is_fused else ("slaney", "slaney")
    bank = mel_filter_bank(1 + n_fft // 2, filters, *frequencies, sampling_rate, norm, scale)
    return Spectrogram(
        window_function(n_fft, "hann"),
        hop_length=hop_length,
        fft_length=n_fft,
        mel_filters=bank,
        power=2.0,
        log_mel="dB",
        transpose=True,
    )
