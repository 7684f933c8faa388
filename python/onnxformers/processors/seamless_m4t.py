"""Kaldi's features for SeamlessM4T and Wav2Vec2-BERT."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers.processors.batch_feature import BatchFeature
from onnxformers.processors.sound_padding import Padding
from onnxformers.processors.sounds import SoundExtractor, check_frames, kaldi_features

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Kaldi reads samples as 16-bit integers.
_SCALE = 2.0**15


class SeamlessM4TFeatureExtractor(SoundExtractor):
    """Sounds to log-mel values, normalised for each filter, `stride` frames side by side.

    Example:
        >>> SeamlessM4TFeatureExtractor()(np.random.rand(16000)).input_features.shape
        (1, 49, 160)

    Source: spec/transformers.js/processors.md, SeamlessM4TFeatureExtractor; transformers 4.46.3.
    """

    defaults = MappingProxyType(
        {
            "feature_size": 80,
            "sampling_rate": 16000,
            "num_mel_bins": 80,
            "padding_value": 0.0,
            "padding_side": "right",
            "stride": 2,
            "return_attention_mask": True,
        }
    )
    call_options = frozenset(
        {"padding", "max_length", "truncation", "pad_to_multiple_of", "do_normalize_per_mel_bins"}
    )
    model_input_names = ("input_features", "attention_mask")
    counts = ("sampling_rate", "num_mel_bins", "stride")

    def __call__(
        self, raw_speech: Any, *, sampling_rate: int | None = None, **options: Any
    ) -> BatchFeature:
        """Features of one sound or several.

        Args:
            raw_speech: A sound as `read_audio` takes it, or a list of them.
            sampling_rate: Of the samples; only the model's is accepted.
            **options: `padding` (True), `max_length` and `truncation` (of frames),
                `pad_to_multiple_of` (2), `do_normalize_per_mel_bins` (True), and settings.

        Returns:
            `input_features`, float32 of shape (sounds, frames // stride, num_mel_bins * stride),
            and unless the settings say otherwise `attention_mask`, int64: 1 where the second of
            the frames side by side is no padding.

        Raises:
            InvalidArgumentError: An option is unknown, or a sound cannot be used.
        """
        settings = self.settings_with(options)
        place = type(self).__name__
        transform = kaldi_features(
            "povey", settings["num_mel_bins"], settings["sampling_rate"], scale=_SCALE
        )
        is_normalized = settings.get("do_normalize_per_mel_bins", True)
        rows = []
        for sound in self.sounds_of(raw_speech, sampling_rate):
            # A variance is of two frames at least.
            check_frames(sound, 2 if is_normalized else 1, place)
            frames = transform.run(sound)
            rows.append(_per_filter(frames) if is_normalized else frames)
        padding = Padding.of(settings, place, padding=True, pad_to_multiple_of=2)
        batch = padding.apply(rows)
        return _side_by_side(batch.values, batch.mask, settings)


def _per_filter(frames: NDArray[np.float32]) -> NDArray[np.float32]:
    # Filters that hardly change are divided by next to nothing, which makes the rounding of sums
    # show: as in the reference, each filter's values are contiguous and added pairwise.
    frames = np.asfortranarray(frames)
    centred: NDArray[np.float32] = frames - frames.mean(0)
    scaled: NDArray[np.float32] = centred / np.sqrt(frames.var(0, ddof=1) + np.float32(1e-7))
    return scaled


def _side_by_side(
    batch: NDArray[np.float32], mask: NDArray[np.int64], settings: Any
) -> BatchFeature:
    stride = settings["stride"]
    sounds, frames, filters = batch.shape
    whole = frames - frames % stride
    features = BatchFeature(
        input_features=batch[:, :whole].reshape(sounds, whole // stride, filters * stride)
    )
    if settings["return_attention_mask"]:
        # The second of each `stride` frames, as in the reference.
        features["attention_mask"] = mask[:, :whole][:, np.arange(whole) % stride == 1]
    return features
