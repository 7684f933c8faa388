"""The native loop's view of a model: its decoder, ready to read tokens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers._native.generation import DecoderGraph, StepModel
from onnxformers.models.feeds import convert
from onnxformers.models.forward.encoder_decoder import ENCODED, ENCODER_MASK
from onnxformers.models.graph import Budget

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onnxformers._native.runtime import CancelToken
    from onnxformers.configs import PretrainedConfig
    from onnxformers.models.base import PreTrainedModel
    from onnxformers.models.cache import CacheSlot
    from onnxformers.models.forward.decoder import Decoder
    from onnxformers.models.graph import Graph


def open_steps(
    model: PreTrainedModel,
    *,
    encoder_inputs: Mapping[str, Any] | None = None,
    extra: Mapping[str, Any] | None = None,
    timeout_s: float | None = None,
    cancel: CancelToken | None = None,
    group: int = 1,
) -> StepModel:
    """Begin a generation: run the encoder, if there is one, and make an empty cache.

    Args:
        model: A model that writes token by token.
        encoder_inputs: For models with an encoder: what it reads, or `encoder_outputs` of an
            earlier run with the `attention_mask` of its tokens.
        extra: Further inputs that go into every step of the decoder, by name. Where the session
            leaves axis 0 open, they have one row for each prompt. `inputs_embeds` stands for the
            prompts' tokens and is not fed again.
        timeout_s: Stop after this many seconds, counted from now.
        cancel: Stop when this token is cancelled.
        group: Rows of tokens that share one row of the cache and of the other inputs.

    Returns:
        The native object, for one thread at a time. `admit` begins with the prompts, `step` goes
        on. It keeps the sessions open until it is gone.

    Raises:
        InvalidArgumentError: An input is missing, unknown or of a wrong shape.
        FileFormatError: A session is no decoder that writes tokens.
        RunTimeoutError, RunCancelledError: The encoder was stopped.
        ClosedError: The model was closed.

    Example:
        >>> import numpy as np
        >>> from onnxformers.models import AutoModelForCausalLM
        >>> model = AutoModelForCausalLM.from_pretrained("tests/conformance/models/gpt-neo")
        >>> steps = open_steps(model)
        >>> steps.admit(np.array([[5, 6, 7]])).shape
        (1, 461)
    """
    budget = Budget(timeout_s, cancel)
    forward = model._forward
    decoder: Decoder = forward.decoder
    fixed = dict(extra or {})
    if encoder_inputs is not None:
        encoded, mask = forward.encode(encoder_inputs, budget)
        declared = _declared(decoder)
        given = {ENCODED: encoded, ENCODER_MASK: mask}
        # Some decoders take no mask (ViT-GPT2), later ones no states.
        fixed |= {name: value for name, value in given.items() if name in declared}
    inputs = _converted(decoder, fixed)
    return StepModel(decoder_graph(model), inputs, budget.left_s, cancel, group=group)


def decoder_graph(model: PreTrainedModel) -> DecoderGraph:
    """What all generations of a model share; made for the first of them.

    Raises:
        FileFormatError: A session is no decoder that writes tokens.
        ClosedError: The model was closed.
    """
    decoder: Decoder = model._forward.decoder
    made: DecoderGraph | None = decoder.native
    if made is None:
        later = decoder.later
        embedder: Graph | None = getattr(model._forward, "embed", None)
        # Two threads may both make one: they are alike.
        made = decoder.native = DecoderGraph(
            decoder.first.session,
            None if later is None or later is decoder.first else later.session,
            [_fields(slot) for slot in decoder.layout.slots],
            None if embedder is None else embedder.session,
            _positions(model.config),
        )
    return made


def _positions(config: PretrainedConfig) -> int:
    """Tokens of a row that a decoder has positions for, as its config says; 0 where it does not."""
    for part in (config.get("decoder"), config.get("text_config"), config):
        for name in ("max_target_positions", "max_position_embeddings", "n_positions"):
            limit = part.get(name) if isinstance(part, Mapping) else None
            if isinstance(limit, int):
                return limit
    return 0


def _declared(decoder: Decoder) -> dict[str, np.dtype[Any]]:
    return {**(decoder.later.dtypes if decoder.later else {}), **decoder.first.dtypes}


def _converted(decoder: Decoder, fixed: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
    declared = _declared(decoder)
    return {
        name: convert(name, value, declared[name]) if name in declared else np.asarray(value)
        for name, value in fixed.items()
    }


def _fields(slot: CacheSlot) -> tuple[str, str, bool, list[int], int, int]:
    shape = list(slot.shape)
    return (slot.name, slot.output, slot.is_encoder, shape, slot.rows_factor, slot.sequence_axis)
