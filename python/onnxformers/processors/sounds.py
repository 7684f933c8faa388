"""What the feature extractors of sounds share: reading, padding, and the filters they keep."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from onnxformers._native.audio import Spectrogram
from onnxformers.audio.mel import mel_filter_bank
from onnxformers.audio.reading import read_audio
from onnxformers.audio.windows import window_function
from onnxformers.errors import FileFormatError, InvalidArgumentError
from onnxformers.processors.base import FeatureExtractor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

#: Kaldi's features are of frames of 25 ms at 16 kHz, one each 10 ms, whatever a config says.
_KALDI_FRAME = 400
_KALDI_HOP = 160
_KALDI_FFT = 512


class SoundExtractor(FeatureExtractor):
    """Base of the feature extractors of sounds."""

    #: Settings that must be whole numbers above 0.
    counts: ClassVar[tuple[str, ...]] = ("sampling_rate",)

    def sounds_of(
        self, raw_speech: Any, sampling_rate: int | None, channels: int = 1
    ) -> list[NDArray[np.float32]]:
        """The sounds of a call, at the rate of the model.

        Args:
            raw_speech: One sound or a list of them, each as `read_audio` takes them; an array of
                shape (sounds, samples) is a batch.
            sampling_rate: Of the samples, to be sure; None for the model's. Files, pairs and
                mappings know theirs and are converted.
            channels: 1 mixes all channels to one; with more, sounds must have so many.

        Returns:
            float32, each of shape (samples,), or (channels, samples) for more than one.

        Raises:
            InvalidArgumentError: `sampling_rate` is not the model's, or the channels are not those
                asked for; or as `read_audio`.
        """
        place, wanted = type(self).__name__, self.settings["sampling_rate"]
        if sampling_rate is not None and sampling_rate != wanted:
            raise InvalidArgumentError(
                f"[{place}] the model hears sounds of sampling_rate={wanted}, got {sampling_rate}; "
                f"give (samples, {sampling_rate}), which is converted"
            )
        if isinstance(raw_speech, np.ndarray) and raw_speech.ndim > 2:
            raise InvalidArgumentError(
                f"[{place}] expected samples of shape (samples,) or (sounds, samples), "
                f"got {raw_speech.shape}"
            )
        items = raw_speech if _is_batch(raw_speech, channels) else [raw_speech]
        if not len(items):
            raise InvalidArgumentError(f"[{place}] expected a sound or a list of them, got none")
        if channels == 1:
            return [read_audio(item, wanted) for item in items]
        sounds = [read_audio(item, wanted, mono=False) for item in items]
        for sound in sounds:
            if len(sound) != channels:
                raise InvalidArgumentError(
                    f"[{place}] expected a sound of {channels} channels, got {len(sound)}"
                )
        return sounds

    @classmethod
    def read_settings(cls, config: Mapping[str, Any], place: str) -> dict[str, Any]:
        """The settings of a config; those that count something are checked."""
        settings = dict(config)
        for name in cls.counts:
            value = settings.get(name)
            if isinstance(value, float) and value.is_integer():
                settings[name] = value = int(value)
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise FileFormatError(f"[{place}] {name} must be a positive int, got {value!r}")
        if settings.get("padding_side", "right") not in {"left", "right"}:
            raise FileFormatError(
                f"[{place}] padding_side must be 'left' or 'right', "
                f"got {settings['padding_side']!r}"
            )
        return settings


def _is_batch(raw_speech: Any, channels: int) -> bool:
    if isinstance(raw_speech, np.ndarray):
        # A sound of several channels has two axes itself.
        return raw_speech.ndim == 2 and channels == 1
    if not isinstance(raw_speech, list | tuple):
        return False
    is_pair = (
        isinstance(raw_speech, tuple)
        and len(raw_speech) == 2
        and isinstance(raw_speech[1], int | np.integer)
    )
    return not is_pair and not (len(raw_speech) and isinstance(raw_speech[0], int | float))


@lru_cache(maxsize=32)
def kaldi_filters(num_mel_bins: int, sampling_rate: int) -> NDArray[np.float64]:
    """Kaldi's bank for transforms of 512 points, from 20 Hz on; the last bin is in no filter."""
    bank = mel_filter_bank(
        _KALDI_FFT // 2,
        num_mel_bins,
        20.0,
        float(sampling_rate // 2),
        sampling_rate,
        mel_scale="kaldi",
        triangularize_in_mel_space=True,
    )
    return np.pad(bank, ((0, 1), (0, 0)))


@lru_cache(maxsize=32)
def kaldi_features(
    window: str,
    num_mel_bins: int,
    sampling_rate: int,
    *,
    scale: float = 1.0,
    max_num_frames: int | None = None,
    min_num_frames: int | None = None,
) -> Spectrogram:
    """The transform to Kaldi's log-mel features, shape (frames, num_mel_bins).

    Args:
        window: Name for `window_function`.
        num_mel_bins: How many filters.
        sampling_rate: In hertz.
        scale: What samples are multiplied with: 2**15 for those that Kaldi reads as 16-bit.
        max_num_frames: Cut and pad to so many frames.
        min_num_frames: Pad the sound so that it has so many.
    """
    # What is done to samples before the window is linear: the scale may as well come with it.
    points = scale * window_function(_KALDI_FRAME, window, periodic=False)
    return Spectrogram(
        points,
        hop_length=_KALDI_HOP,
        fft_length=_KALDI_FFT,
        mel_filters=kaldi_filters(num_mel_bins, sampling_rate),
        power=2.0,
        center=False,
        preemphasis=0.97,
        remove_dc_offset=True,
        mel_floor=float(np.finfo(np.float32).eps),
        log_mel="log",
        max_num_frames=max_num_frames,
        min_num_frames=min_num_frames,
        transpose=True,
    )


def check_frames(sound: NDArray[np.float32], least: int, place: str) -> None:
    """Refuse a sound that has not `least` of Kaldi's frames.

    Raises:
        InvalidArgumentError: It is too short.
    """
    needed = _KALDI_FRAME + (least - 1) * _KALDI_HOP
    if len(sound) < needed:
        raise InvalidArgumentError(
            f"[{place}] the sound has {len(sound)} samples, features need at least {needed}"
        )
