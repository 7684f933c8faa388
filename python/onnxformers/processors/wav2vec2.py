"""Samples as they are, or of zero mean and unit variance: models that hear the sound itself."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from onnxformers.processors.batch_feature import BatchFeature
from onnxformers.processors.sound_padding import Padding
from onnxformers.processors.sounds import SoundExtractor

_PADDING_OPTIONS = frozenset({"padding", "max_length", "truncation", "pad_to_multiple_of"})


class Wav2Vec2FeatureExtractor(SoundExtractor):
    """Samples for Wav2Vec2, HuBERT, WavLM, UniSpeech and their like.

    Example:
        >>> extractor = Wav2Vec2FeatureExtractor()
        >>> extractor([np.zeros(5), np.ones(3)], padding=True).input_values.shape
        (2, 5)

    Source: spec/transformers.js/processors.md, Wav2Vec2FeatureExtractor; transformers 4.46.3.
    """

    defaults = MappingProxyType(
        {
            "feature_size": 1,
            "sampling_rate": 16000,
            "padding_value": 0.0,
            "padding_side": "right",
            "return_attention_mask": False,
            "do_normalize": True,
        }
    )
    call_options = _PADDING_OPTIONS
    model_input_names = ("input_values", "attention_mask")

    def __call__(
        self, raw_speech: Any, *, sampling_rate: int | None = None, **options: Any
    ) -> BatchFeature:
        """Values of one sound or several.

        Args:
            raw_speech: A sound as `read_audio` takes it, or a list of them.
            sampling_rate: Of the samples; only the model's is accepted.
            **options: `padding` (False), `max_length`, `truncation`, `pad_to_multiple_of`, and
                settings.

        Returns:
            `input_values`, float32 of shape (sounds, samples); `attention_mask`, int64, where the
            settings want it.

        Raises:
            InvalidArgumentError: An option is unknown, or a sound cannot be used.
        """
        settings = self.settings_with(options)
        sounds = self.sounds_of(raw_speech, sampling_rate)
        padding = Padding.of(settings, type(self).__name__)
        batch = padding.apply(list(sounds))
        is_masked = bool(settings["return_attention_mask"])
        if settings["do_normalize"]:
            # A model without a mask was trained on sounds that were padded before.
            values = batch.normalized(padding.padding_value if is_masked else None)
        else:
            values = batch.values
        features = BatchFeature(input_values=values)
        if is_masked:
            features["attention_mask"] = batch.mask
        return features


class MoonshineFeatureExtractor(SoundExtractor):
    """Samples for Moonshine.

    Example:
        >>> MoonshineFeatureExtractor()(np.zeros(16000)).input_values.shape
        (1, 16000)

    Source: Transformers.js 4.3.1, MoonshineFeatureExtractor.
    """

    defaults = MappingProxyType(
        {"feature_size": 1, "sampling_rate": 16000, "padding_value": 0.0, "padding_side": "right"}
    )
    call_options = _PADDING_OPTIONS
    model_input_names = ("input_values",)

    def __call__(
        self, raw_speech: Any, *, sampling_rate: int | None = None, **options: Any
    ) -> BatchFeature:
        """Values of one sound or several.

        Args:
            raw_speech: A sound as `read_audio` takes it, or a list of them.
            sampling_rate: Of the samples; only the model's is accepted.
            **options: `padding` (False), `max_length`, `truncation`, `pad_to_multiple_of`, and
                settings.

        Returns:
            `input_values`, float32 of shape (sounds, samples).

        Raises:
            InvalidArgumentError: An option is unknown, or a sound cannot be used.
        """
        settings = self.settings_with(options)
        sounds = self.sounds_of(raw_speech, sampling_rate)
        batch = Padding.of(settings, type(self).__name__).apply(list(sounds))
        return BatchFeature(input_values=batch.values)
