"""Processors whose texts are what the model is to write.

Source: transformers 4.46.3, models/whisper/processing_whisper.py, wav2vec2, trocr and speecht5.
"""

from __future__ import annotations

from typing import Any

from onnxformers.errors import InvalidArgumentError
from onnxformers.processors.batch_feature import BatchFeature
from onnxformers.processors.combined import MEDIA, OF_TEXTS, Processor


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
        for name in MEDIA:
            given = options.pop(name, None)
            args = args if given is None else (given, *args)
        if len(targets) > 1 or (args and text is not None):
            raise InvalidArgumentError(
                f"[{type(self).__name__}] takes text or audio, not both; what the model is to give "
                "is text_target= or audio_target=, one of them"
            )
        for_text, for_sound = self._options_of(options, args, text, targets)
        features = BatchFeature()
        if not targets or args or text is not None:
            own = for_sound if args else for_text
            features.update(super().__call__(*args, text=text, **own))
        if targets:
            features.update(self._labels(targets, for_text, for_sound, alone=not features))
        return features

    def _options_of(
        self,
        options: dict[str, Any],
        args: tuple[Any, ...],
        text: Any,
        targets: dict[str, Any],
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Those of texts and those of sounds; where there is but one of them, it has all."""
        has_text = text is not None or "text_target" in targets
        has_sound = bool(args) or "audio_target" in targets
        if has_text and has_sound:
            known = self.preprocessor.setting_names() | self.preprocessor.call_options
            shared = {*OF_TEXTS, "return_tensors"}
            for_text = {n: v for n, v in options.items() if n in shared or n not in known}
            return for_text, {n: v for n, v in options.items() if n in shared or n in known}
        return options, options

    def _labels(
        self,
        targets: dict[str, Any],
        for_text: dict[str, Any],
        for_sound: dict[str, Any],
        alone: bool,
    ) -> dict[str, Any]:
        if "text_target" in targets:
            for_text, _ = self.split(for_text, (), targets["text_target"])
            made: Any = self.tokenizer(targets["text_target"], **for_text)
        else:
            made = self.preprocessor(audio_target=targets["audio_target"], **for_sound)
        if alone:
            return dict(made)
        named = {"labels": made.get("input_ids", made.get("input_values"))}
        if made.get("attention_mask") is not None:
            named["decoder_attention_mask"] = made["attention_mask"]
        return named
