"""A decoder that reads images among its tokens (LLaVA)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers.errors import InvalidArgumentError
from onnxformers.models.feeds import convert, refuse_undeclared
from onnxformers.models.forward.decoder import CACHE, Decoder
from onnxformers.models.graph import Budget, Graph

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from onnxformers._native.runtime import CancelToken
    from onnxformers.configs import PretrainedConfig


class Forward:
    """Embeds tokens and images, puts the images where the text has their token, and decodes."""

    def __init__(
        self,
        graphs: Mapping[str, Graph],
        config: PretrainedConfig,
        optional_inputs: frozenset[str],
    ) -> None:
        self.embed = graphs["embed_tokens"]
        self.vision = graphs["vision_encoder"]
        self.decoder = Decoder(graphs["decoder_model_merged"], None, config)
        self._image_token = config.get("image_token_index")
        names = [*self.embed.dtypes, *self.vision.dtypes, *self.decoder.inputs]
        self._inputs = list(dict.fromkeys(names))
        self._optional = optional_inputs

    def __call__(
        self, inputs: Mapping[str, Any], timeout_s: float | None, cancel: CancelToken | None
    ) -> dict[str, Any]:
        """One step over all tokens given; an image that is in the cache is not read again."""
        refuse_undeclared(inputs, self._inputs, self._optional)
        budget = Budget(timeout_s, cancel)
        feeds = dict(inputs)
        if feeds.get("inputs_embeds") is None:
            feeds["inputs_embeds"] = embed_tokens(self.embed, inputs.get("input_ids"), budget)
            if feeds.get("pixel_values") is not None and feeds.get(CACHE) is None:
                images = next(iter(self.vision.run(inputs, budget).values()))
                self._insert(images, feeds)
        feeds.pop("input_ids", None)
        return self.decoder.step(feeds, len(feeds["inputs_embeds"]), budget)

    def read_images(
        self, ids: NDArray[np.int64], mask: NDArray[np.int64] | None, pixels: Any, budget: Budget
    ) -> dict[str, NDArray[Any]]:
        """Prompts with images in them, as the decoder reads them.

        Args:
            ids: int64, shape (rows, tokens).
            mask: The same, 0 for padding; None for no padding.
            pixels: Images in the order of their tokens, as the vision encoder takes them.
            budget: What may end the call.

        Returns:
            `inputs_embeds` of shape (rows, positions, width), and `input_ids` and `attention_mask`
            of shape (rows, positions), where each place of an image has its token.

        Raises:
            InvalidArgumentError: There are more or fewer tokens than images.
        """
        feeds = {"input_ids": ids, "attention_mask": mask, "pixel_values": pixels}
        images = next(iter(self.vision.run(feeds, budget).values()))
        feeds["inputs_embeds"] = embed_tokens(self.embed, ids, budget)
        self._insert(images, feeds)
        if feeds["inputs_embeds"].shape[:2] != ids.shape:
            ones = np.ones(ids.shape, np.int64) if mask is None else mask
            tokens = np.full((*images.shape[:2], 1), self._image_token)
            is_image = ids == self._image_token
            wide, _ = insert_images(ids[:, :, None], ones, is_image, tokens)
            feeds["input_ids"] = wide[:, :, 0]
        return {name: value for name, value in feeds.items() if name != "pixel_values"}

    def _insert(self, images: NDArray[Any], feeds: dict[str, Any]) -> None:
        ids = np.asarray(feeds["input_ids"])
        is_image = ids == self._image_token
        mask = feeds.get("attention_mask")
        mask = np.ones(ids.shape, np.int64) if mask is None else np.asarray(mask)
        merged = insert_images(feeds["inputs_embeds"], mask, is_image, images)
        feeds["inputs_embeds"], feeds["attention_mask"] = merged
        feeds.pop("position_ids", None)


def embed_tokens(graph: Graph, ids: Any, budget: Budget) -> NDArray[Any]:
    """Embeddings of tokens, of shape (rows, tokens, width).

    Raises:
        InvalidArgumentError: There are no tokens, or they are not (rows, tokens).
    """
    if ids is None:
        raise InvalidArgumentError("[model] input 'input_ids' is missing, or 'inputs_embeds'")
    tokens = convert("input_ids", ids, graph.dtypes["input_ids"])
    if tokens.ndim != 2:
        raise InvalidArgumentError(
            f"[model] input_ids must be of shape (rows, tokens), got {tokens.shape}"
        )
    embedded: NDArray[Any] = next(iter(graph.run({"input_ids": tokens}, budget).values()))
    return embedded


def insert_images(
    embeds: NDArray[Any], mask: NDArray[Any], is_image: NDArray[np.bool_], images: NDArray[Any]
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Put the features of images where the text has a token for them.

    Args:
        embeds: Of tokens, (rows, tokens, width).
        mask: (rows, tokens), 0 for padding.
        is_image: (rows, tokens), true for the tokens of images: one for each image, or one for
            each of its features.
        images: (images, features, width), in the order of the tokens.

    Returns:
        Embeddings and mask with the features in; rows that came out shorter are padded on the left.

    Raises:
        InvalidArgumentError: There are more or fewer tokens than images.
    """
    count, features = int(is_image.sum()), images.shape[1]
    if count == len(images) * features:
        filled = embeds.copy()
        filled[is_image] = images.reshape(count, -1)
        return filled, mask
    if count != len(images):
        raise InvalidArgumentError(
            f"[model] the text has {count} image tokens for {len(images)} images of {features} "
            "features: expected one for each image, or one for each feature"
        )
    times = np.where(is_image, features, 1)
    length = int(times.sum(axis=1).max())
    new_embeds = np.zeros((len(embeds), length, embeds.shape[2]), embeds.dtype)
    new_mask = np.zeros((len(embeds), length), mask.dtype)
    first = 0
    for row, repeats in enumerate(times):
        start = length - int(repeats.sum())
        spread = np.repeat(is_image[row], repeats)
        number = int(is_image[row].sum())
        new_embeds[row, start:] = np.repeat(embeds[row], repeats, axis=0)
        new_embeds[row, start:][spread] = images[first : first + number].reshape(
            -1, embeds.shape[2]
        )
        new_mask[row, start:] = np.repeat(mask[row], repeats)
        first += number
    return new_embeds, new_mask
