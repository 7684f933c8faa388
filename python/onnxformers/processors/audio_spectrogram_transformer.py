"""Kaldi's features for the audio spectrogram transformer."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import numpy as np

from onnxformers.processors.batch_feature import BatchFeature
from onnxformers.processors.sounds import SoundExtractor, check_frames, kaldi_features


class ASTFeatureExtractor(SoundExtractor):
    """Sounds to a fixed number of frames of log-mel values.

    Example:
        >>> ASTFeatureExtractor()(np.zeros(16000)).input_values.shape
        (1, 1024, 128)

    Source: spec/transformers.js/processors.md, ASTFeatureExtractor; transformers 4.46.3 without
        torchaudio.
    """

    defaults = MappingProxyType(
        {
            "feature_size": 1,
            "sampling_rate": 16000,
            "num_mel_bins": 128,
            "max_length": 1024,
            "padding_value": 0.0,
            "do_normalize": True,
            "mean": -4.2677393,
            "std": 4.5689974,
            "return_attention_mask": False,
        }
    )
    model_input_names = ("input_values",)
    counts = ("sampling_rate", "num_mel_bins", "max_length")

    def __call__(
        self, raw_speech: Any, *, sampling_rate: int | None = None, **options: Any
    ) -> BatchFeature:
        """Features of one sound or several.

        Args:
            raw_speech: A sound as `read_audio` takes it, or a list of them.
            sampling_rate: Of the samples; only the model's is accepted.
            **options: Settings.

        Returns:
            `input_values`, float32 of shape (sounds, max_length, num_mel_bins): longer sounds are
            cut, behind shorter ones come frames of 0, before normalisation.

        Raises:
            InvalidArgumentError: An option is unknown, or a sound cannot be used.
        """
        settings = self.settings_with(options)
        place = type(self).__name__
        transform = kaldi_features(
            "hann",
            settings["num_mel_bins"],
            settings["sampling_rate"],
            max_num_frames=settings["max_length"],
        )
        sounds = self.sounds_of(raw_speech, sampling_rate)
        for sound in sounds:
            check_frames(sound, 1, place)
        values = transform.run_batch(sounds)
        if settings["do_normalize"]:
            values -= np.float32(settings["mean"])
            values /= np.float32(settings["std"] * 2)
        return BatchFeature(input_values=values)
