"""Kaldi's features for WeSpeaker's embeddings of speakers."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import numpy as np

from onnxformers.errors import InvalidArgumentError
from onnxformers.processors.batch_feature import BatchFeature
from onnxformers.processors.sounds import SoundExtractor, kaldi_features

#: Kaldi reads samples as 16-bit integers.
_SCALE = 2.0**15


class WeSpeakerFeatureExtractor(SoundExtractor):
    """Sounds to log-mel values, centred for each filter.

    Example:
        >>> WeSpeakerFeatureExtractor()(np.random.rand(16000)).input_features.shape
        (1, 98, 80)

    Source: spec/transformers.js/processors.md, WeSpeakerFeatureExtractor.
    """

    defaults = MappingProxyType(
        {
            "feature_size": 80,
            "sampling_rate": 16000,
            "num_mel_bins": 80,
            "padding_value": 0.0,
            "min_num_frames": 9,
            "fbank_centering_span": None,
        }
    )
    model_input_names = ("input_features",)
    counts = ("sampling_rate", "num_mel_bins")

    def __call__(
        self, raw_speech: Any, *, sampling_rate: int | None = None, **options: Any
    ) -> BatchFeature:
        """Features of one sound or several.

        Args:
            raw_speech: A sound as `read_audio` takes it, or a list of sounds of one length.
            sampling_rate: Of the samples; only the model's is accepted.
            **options: Settings.

        Returns:
            `input_features`, float32 of shape (sounds, frames, num_mel_bins). With
            `fbank_centering_span` None the mean of each filter over the sound is taken away.

        Raises:
            InvalidArgumentError: An option is unknown, a sound cannot be used, or sounds differ in
                length.
        """
        settings = self.settings_with(options)
        transform = kaldi_features(
            "hamming",
            settings["num_mel_bins"],
            settings["sampling_rate"],
            scale=_SCALE,
            min_num_frames=settings["min_num_frames"],
        )
        rows = [transform.run(sound) for sound in self.sounds_of(raw_speech, sampling_rate)]
        if len({len(row) for row in rows}) > 1:
            raise InvalidArgumentError(
                f"[{type(self).__name__}] the sounds have different lengths; padding would change "
                "the embedding: give one at a time"
            )
        features = np.stack(rows)
        if settings["fbank_centering_span"] is None:
            features -= features.mean(1, keepdims=True)
        return BatchFeature(input_features=features)
