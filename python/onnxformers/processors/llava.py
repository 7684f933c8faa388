"""LLaVA's processor: as many image tokens in the text as the picture has patches.

Source: transformers 4.46.3, models/llava/processing_llava.py.
"""

from __future__ import annotations

from typing import Any

from onnxformers.errors import FileFormatError, InvalidArgumentError
from onnxformers.processors.batch_feature import BatchFeature
from onnxformers.processors.combined import Processor


class LlavaProcessor(Processor):
    """Repeats the image token where processor_config.json says how large a patch is."""

    def prepare(self, media: tuple[Any, ...], text: Any, options: dict[str, Any]) -> BatchFeature:
        """The inputs of a model."""
        for_text, for_media = self.split(options, media, text)
        features = BatchFeature()
        if media:
            features.update(self.preprocessor(*media, **for_media))
        if text is not None:
            if media:
                text = self.expand_image_tokens(text, features.pixel_values.shape[-2:])
            features.update(self.tokenizer(text, **for_text))
        return features

    def expand_image_tokens(self, text: Any, size: tuple[int, ...]) -> list[str]:
        """The texts with one image token for each patch.

        Args:
            text: one or a list.
            size: height and width of what the model sees.

        Raises:
            InvalidArgumentError: something is no text.
            FileFormatError: processor_config.json has a patch size that cannot be.
        """
        texts = [text] if isinstance(text, str) else list(text)
        if not all(isinstance(each, str) for each in texts):
            raise InvalidArgumentError(
                f"[{type(self).__name__}] text must be a str or a list of them"
            )
        token = str(self.config.get("image_token") or "<image>")
        count = self.image_tokens(size)
        return [each.replace(token, token * count) for each in texts]

    def image_tokens(self, size: tuple[int, ...]) -> int:
        """How many tokens a picture of this height and width takes; 1 where the config is silent.

        Raises:
            FileFormatError: processor_config.json has a patch size that cannot be.
        """
        patch, strategy = (
            self.config.get(name) for name in ("patch_size", "vision_feature_select_strategy")
        )
        if patch is None or strategy is None:
            return 1
        if type(patch) is not int or patch < 1:
            raise FileFormatError(
                f"[processor_config.json] patch_size must be a number above 0, got {patch!r}"
            )
        # "default" drops the token of the whole picture, which "full" keeps.
        return size[0] // patch * (size[1] // patch) + int(strategy != "default")
