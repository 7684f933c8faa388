"""An encoder and a decoder: the encoder once, then one step of the decoder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers.errors import InvalidArgumentError
from onnxformers.models.feeds import refuse_undeclared
from onnxformers.models.forward.decoder import CACHE, Decoder
from onnxformers.models.graph import Budget, Graph

if TYPE_CHECKING:
    from onnxformers._native.runtime import CancelToken
    from onnxformers.configs import PretrainedConfig

ENCODED = "encoder_hidden_states"
ENCODER_MASK = "encoder_attention_mask"
#: What the decoder's session calls an input -> what a caller does.
_OF_DECODER = {
    "input_ids": "decoder_input_ids",
    "inputs_embeds": "decoder_inputs_embeds",
    "attention_mask": "decoder_attention_mask",
    "output_sequence": "decoder_input_values",
    "position_ids": "decoder_position_ids",
}
_WRITTEN = ("decoder_input_ids", "decoder_inputs_embeds", "decoder_input_values")
_OF_ENCODER = ("encoder_outputs", ENCODED)


class Forward:
    """Runs a model of an encoder and a decoder, whatever the encoder reads."""

    def __init__(
        self,
        graphs: Mapping[str, Graph],
        config: PretrainedConfig,
        optional_inputs: frozenset[str],
    ) -> None:
        self.encoder, first, *_ = graphs.values()
        self.decoder = Decoder(first, graphs.get("decoder_with_past_model"), config)
        own = [_OF_DECODER.get(name, name) for name in self.decoder.inputs]
        names = [*self.encoder.dtypes, *own, "encoder_outputs"]
        self._inputs = list(dict.fromkeys(name for name in names if name != ENCODER_MASK))
        self._optional = optional_inputs | {ENCODER_MASK}

    def __call__(
        self, inputs: Mapping[str, Any], timeout_s: float | None, cancel: CancelToken | None
    ) -> dict[str, Any]:
        """Encode, unless the caller has what the encoder gave, and take one step."""
        refuse_undeclared(inputs, self._inputs, self._optional)
        budget = Budget(timeout_s, cancel)
        self._check_decoder_inputs(inputs)
        encoded, mask = self.encode(inputs, budget)
        feeds = self.decoder_feeds(inputs, budget)
        feeds[ENCODED] = encoded
        feeds[ENCODER_MASK] = mask
        outputs = self.decoder.step(feeds, len(encoded), budget)
        return {**outputs, "encoder_last_hidden_state": encoded}

    def encode(self, inputs: Mapping[str, Any], budget: Budget) -> tuple[Any, Any]:
        """The encoder's output of shape (rows, tokens, width), and the mask of its tokens."""
        mask = inputs.get(ENCODER_MASK, inputs.get("attention_mask"))
        encoded = _encoded(inputs)
        if encoded is None:
            outputs = self.encoder.run(inputs, budget)
            encoded = outputs.get("last_hidden_state")
            # SpeechT5 names it by what it is for, and makes a mask of its own.
            encoded = outputs.get("encoder_outputs") if encoded is None else encoded
            encoded = next(iter(outputs.values())) if encoded is None else encoded
            mask = outputs.get(ENCODER_MASK, mask)
        if mask is None:
            mask = np.ones(encoded.shape[:2], np.int64)
        return encoded, mask

    def decoder_feeds(self, inputs: Mapping[str, Any], budget: Budget) -> dict[str, Any]:
        """What the caller gave for the decoder, by the names of its session."""
        feeds = {
            name: inputs[given]
            for name in self.decoder.first.dtypes
            if inputs.get(given := _OF_DECODER.get(name, name)) is not None
        }
        return {**feeds, CACHE: inputs.get(CACHE)}

    def _check_decoder_inputs(self, inputs: Mapping[str, Any]) -> None:
        names = [given for given in _WRITTEN if given in self._inputs]
        if all(inputs.get(name) is None for name in names):
            raise InvalidArgumentError(
                f"[model] input {' or '.join(map(repr, names))} is missing: a step of the decoder "
                "needs what it has written so far, at first its decoder_start_token_id"
            )


def _encoded(inputs: Mapping[str, Any]) -> Any:
    given = next((inputs[name] for name in _OF_ENCODER if inputs.get(name) is not None), None)
    if isinstance(given, Mapping):
        given = given.get("last_hidden_state")
    if isinstance(given, tuple):
        given = given[0]
    return None if given is None else np.asarray(given)
