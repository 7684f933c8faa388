"""A decoder alone: one step over all tokens that are given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers.errors import InvalidArgumentError
from onnxformers.models.cache import CacheLayout
from onnxformers.models.feeds import convert, refuse_undeclared
from onnxformers.models.graph import Budget, Graph

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from onnxformers._native.generation import DecoderGraph
    from onnxformers._native.runtime import CancelToken
    from onnxformers.configs import PretrainedConfig

CACHE_BRANCH = "use_cache_branch"
CACHE = "past_key_values"
#: Outputs of which there is one for each layer ("cross_attentions.0").
_OF_LAYERS = ("attentions", "hidden_states")


class Decoder:
    """One step of a decoder, with or without a cache behind it.

    Exports have one file for all steps, or one for the first and one for those with a cache.

    Attributes:
        first: The graph of the first step.
        later: The graph of the others; None when the model has none, so that a cache cannot be
            used.
        layout: Its cache.
        native: What the core made of it for generations, if it has; keeps the sessions in memory.
        joins_rows: Whether rows of different lengths may run together; None: not known yet.
    """

    def __init__(self, first: Graph, with_past: Graph | None, config: PretrainedConfig) -> None:
        self.first = first
        own = CacheLayout.read(first, config)
        self.later = with_past or (first if own.slots else None)
        self.layout = CacheLayout.read(with_past, config) if with_past else own
        self.native: DecoderGraph | None = None
        self.joins_rows: bool | None = None

    @property
    def inputs(self) -> list[str]:
        """Names that a caller may give."""
        names = {*self.first.dtypes, *(self.later.dtypes if self.later else ())}
        own = {slot.name for slot in self.layout.slots} | {CACHE_BRANCH}
        return [*sorted(names - own), *([CACHE] if self.layout.slots else [])]

    def step(self, inputs: Mapping[str, Any], rows: int, budget: Budget) -> dict[str, Any]:
        """Run one step.

        Args:
            inputs: By the session's names, and `past_key_values`.
            rows: Rows of the cache that is made when none is given.
            budget: What may end the call.

        Returns:
            The session's outputs, with the cache as `past_key_values`, and those of each layer
            (`cross_attentions.0`, ...) as one tuple.

        Raises:
            InvalidArgumentError: An input is missing or does not fit the others.
        """
        given = inputs.get(CACHE)
        past = {} if given is None else self.layout.unpack(given)
        graph = self.first
        if past:
            if self.later is None:
                raise InvalidArgumentError("[model] this model was exported without a cache")
            graph = self.later
        feeds = {
            **inputs,
            **(past or (self.layout.empty(rows) if graph is self.later else {})),
            CACHE_BRANCH: np.array([bool(past)]),
        }
        self._fill(feeds, graph, self.layout.length(past) if past else 0)
        outputs = graph.run(feeds, budget)
        cache = self.layout.pack(outputs, past)
        gathered = _gather_layers(outputs)
        return {**gathered, CACHE: cache} if self.layout.slots else gathered

    @staticmethod
    def _fill(feeds: dict[str, Any], graph: Graph, seen: int) -> None:
        """Mask and positions that the caller left out."""
        tokens = feeds.get("input_ids")
        tokens = feeds.get("inputs_embeds") if tokens is None else tokens
        if tokens is None:
            return
        rows, new = np.shape(tokens)[:2]
        mask = feeds.get("attention_mask")
        mask = np.ones((rows, seen + new), np.int64) if mask is None else np.asarray(mask)
        if mask.shape != (rows, seen + new):
            raise InvalidArgumentError(
                f"[model] attention_mask must be of shape {(rows, seen + new)}: {new} tokens and "
                f"{seen} in the cache; got {mask.shape}"
            )
        feeds["attention_mask"] = mask
        if feeds.get("position_ids") is None and "position_ids" in graph.dtypes:
            feeds["position_ids"] = positions(mask)[:, seen:]


class Forward:
    """Runs a decoder-only model."""

    def __init__(
        self,
        graphs: Mapping[str, Graph],
        config: PretrainedConfig,
        optional_inputs: frozenset[str],
    ) -> None:
        first, *_ = graphs.values()
        self.decoder = Decoder(first, graphs.get("decoder_with_past_model"), config)
        self._inputs = self.decoder.inputs
        self._optional = optional_inputs

    def __call__(
        self, inputs: Mapping[str, Any], timeout_s: float | None, cancel: CancelToken | None
    ) -> dict[str, Any]:
        """One step over all tokens given."""
        refuse_undeclared(inputs, self._inputs, self._optional)
        name = "inputs_embeds" if inputs.get("inputs_embeds") is not None else "input_ids"
        tokens = inputs.get(name)
        dtype = self.decoder.first.dtypes.get(name)
        if tokens is None or dtype is None:
            raise InvalidArgumentError(
                f"[model] input {name!r} is missing; this model takes {', '.join(self._inputs)}"
            )
        tokens = convert(name, tokens, dtype)
        if tokens.ndim < 2:
            raise InvalidArgumentError(
                f"[model] {name} must be of shape (rows, tokens), got {tokens.shape}"
            )
        feeds = {**inputs, name: tokens}
        return self.decoder.step(feeds, len(tokens), Budget(timeout_s, cancel))


def positions(mask: Any) -> NDArray[np.int64]:
    """Position of each token: how many tokens of its row stand before it; 1 for padding.

    Args:
        mask: Of shape (rows, tokens), 0 for padding.

    Source: transformers' prepare_inputs_for_generation.
    """
    is_token = np.asarray(mask) != 0
    counted: NDArray[np.int64] = np.cumsum(is_token, axis=-1, dtype=np.int64) - 1
    counted[~is_token] = 1
    return counted


def _gather_layers(outputs: dict[str, Any]) -> dict[str, Any]:
    gathered: dict[str, Any] = {}
    for name, value in outputs.items():
        stem, _, layer = name.rpartition(".")
        if layer.isdecimal() and stem.endswith(_OF_LAYERS):
            gathered[stem] = (*gathered.get(stem, ()), value)
        else:
            gathered[name] = value
    return gathered
