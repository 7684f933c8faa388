"""An encoder that reads an image before its text, and a decoder (Florence-2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers.models.forward import encoder_decoder
from onnxformers.models.forward.image_text import embed_tokens

if TYPE_CHECKING:
    from collections.abc import Mapping

    from onnxformers.configs import PretrainedConfig
    from onnxformers.models.graph import Budget, Graph


class Forward(encoder_decoder.Forward):
    """As of an encoder and decoder, both of which take embeddings in place of tokens."""

    def __init__(
        self,
        graphs: Mapping[str, Graph],
        config: PretrainedConfig,
        optional_inputs: frozenset[str],
    ) -> None:
        self.embed = graphs["embed_tokens"]
        self.vision = graphs["vision_encoder"]
        both = {stem: graphs[stem] for stem in ("encoder_model", "decoder_model_merged")}
        super().__init__(both, config, optional_inputs)
        self._inputs = ["input_ids", *self.vision.dtypes, "decoder_input_ids", *self._inputs]

    def encode(self, inputs: Mapping[str, Any], budget: Budget) -> tuple[Any, Any]:
        """The encoder's output of shape (rows, features and tokens, width), and its mask."""
        if any(inputs.get(name) is not None for name in ("encoder_outputs", "inputs_embeds")):
            encoded, mask = super().encode(inputs, budget)
            return encoded, self._with_image(np.asarray(mask), encoded.shape[1])
        parts = []
        if inputs.get("pixel_values") is not None:
            parts.append(next(iter(self.vision.run(inputs, budget).values())))
        if inputs.get("input_ids") is not None or not parts:
            parts.append(embed_tokens(self.embed, inputs.get("input_ids"), budget))
        embeds = np.concatenate(parts, axis=1)
        mask = inputs.get("attention_mask")
        mask = np.ones(embeds.shape[:2], np.int64) if mask is None else np.asarray(mask)
        merged = {
            "inputs_embeds": embeds,
            "attention_mask": self._with_image(mask, embeds.shape[1]),
        }
        return super().encode(merged, budget)

    def decoder_feeds(self, inputs: Mapping[str, Any], budget: Budget) -> dict[str, Any]:
        """The decoder's own inputs; tokens that it has written are embedded."""
        feeds = super().decoder_feeds(inputs, budget)
        if feeds.get("inputs_embeds") is None:
            tokens = inputs.get("decoder_input_ids")
            feeds["inputs_embeds"] = embed_tokens(self.embed, tokens, budget)
        return feeds

    @staticmethod
    def _with_image(mask: Any, length: int) -> Any:
        """The mask of the text with that of the image before it, where it is not in yet."""
        image = np.ones((len(mask), max(length - mask.shape[1], 0)), mask.dtype)
        return np.concatenate([image, mask], axis=1)
