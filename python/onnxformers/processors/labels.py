"""Processors whose texts are what the model is to write.

Source: transformers 4.46.3, models/whisper/processing_whisper.py, wav2vec2, trocr and speecht5.
"""

from __future__ import annotations

from typing import Any

from onnxformers.errors import InvalidArgumentError
from onnxformers.processors.batch_feature import BatchFeature
from onnxformers.processors.combined import Processor


class LabelProcessor(Processor):
    """Beside pictures or sounds, the ids of texts are `labels`; alone they are `input_ids`."""

    def prepare(self, media: tuple[Any, ...], text: Any, options: dict[str, Any]) -> BatchFeature:
        """The inputs of a model."""
        if not media or text is None:
            return super().prepare(media, text, options)
        for_text, for_media = self.split(options, media, text)
        features = BatchFeature(self.preprocessor(*media, **for_media))
        features["labels"] = self.tokenizer(text, **for_text).input_ids
        return features


class TargetProcessor(Processor):
    """Texts or sounds, not both; what the model is to give is `text_target=`, `audio_target=`."""

    def __call__(self, *args: Any, text: Any = None, **options: Any) -> BatchFeature:
        """The inputs of a model from texts or sounds.

        Args:
            *args: sounds, as the feature extractor takes them.
            text: what the tokenizer takes.
            **options: `audio=` in place of the first argument; `text_target=` or `audio_target=`,
                which become `labels`; options of the part in use.

        Returns:
            The arrays of that part, with `labels` and `decoder_attention_mask` of the target.

        Raises:
            InvalidArgumentError: nothing was given, or texts and sounds at once.
        """
        targets = {
            name: options.pop(name)
            for name in ("text_target", "audio_target")
            if options.get(name) is not None
        }
        has_sound = bool(args) or options.get("audio") is not None
        if len(targets) > 1 or (has_sound and text is not None):
            raise InvalidArgumentError(
                f"[{type(self).__name__}] takes text or audio, not both; what the model is to give "
                "is text_target= or audio_target=, one of them"
            )
        features = BatchFeature()
        if not targets or has_sound or text is not None:
            features.update(super().__call__(*args, text=text, **options))
        if targets:
            features.update(self._labels(targets, options, alone=not features))
        return features

    def _labels(
        self, targets: dict[str, Any], options: dict[str, Any], alone: bool
    ) -> dict[str, Any]:
        if "text_target" in targets:
            made: Any = self.tokenizer(targets["text_target"], **options)
        else:
            made = self.preprocessor(audio_target=targets["audio_target"], **options)
        if alone:
            return dict(made)
        named = {"labels": made.get("input_ids", made.get("input_values"))}
        if made.get("attention_mask") is not None:
            named["decoder_attention_mask"] = made["attention_mask"]
        return named
