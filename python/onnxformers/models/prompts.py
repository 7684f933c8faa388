"""What a generation begins with: prompts, their masks, and what an encoder reads."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers.errors import InvalidArgumentError
from onnxformers.models.feeds import convert
from onnxformers.models.kinds import KINDS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onnxformers.generation import GenerationConfig
    from onnxformers.models.base import PreTrainedModel
    from onnxformers.models.graph import Budget

    Ids = NDArray[np.int64]

_log = logging.getLogger("onnxformers")
#: Models whose decoders begin as their user says, without a start token in front.
_OWN_BEGIN = frozenset({"whisper", "vision-encoder-decoder"})
#: Fields of a config whose model computes its positions rather than looking them up.
_ENDLESS = ("rope_theta", "rope_scaling", "rope_parameters", "rotary_emb_base", "alibi")


@dataclass(slots=True)
class Prompt:
    """Prompts of a generation.

    Attributes:
        ids: What the decoder reads first, of shape (rows, tokens).
        mask: 1 for its tokens and 0 for padding; None where there is no padding.
        encoder_inputs: What the encoder reads; None for models without one.
        encoder_ids: Its token ids, of shape (rows, tokens), where it reads tokens.
        extra: Further inputs of every step of the decoder, by name.
        given_ids: What the caller gave for `ids`, where images in it took more room than that.
    """

    ids: Ids
    mask: Ids | None = None
    encoder_inputs: dict[str, Any] | None = None
    encoder_ids: Ids | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    given_ids: Ids | None = None

    def with_given(self, sequences: Ids) -> Ids:
        """What was written, behind the prompts as the caller gave them."""
        if self.given_ids is None:
            return sequences
        repeats = len(sequences) // len(self.given_ids)
        begin = np.repeat(self.given_ids, repeats, axis=0)
        return np.concatenate([begin, sequences[:, self.ids.shape[1] :]], axis=1)


def make_prompt(
    model: PreTrainedModel,
    config: GenerationConfig,
    inputs: Any,
    given: Mapping[str, Any],
    budget: Budget,
) -> Prompt:
    """The prompts of a call of generate().

    Args:
        model: Who writes.
        config: With its special tokens.
        inputs: The model's main input; None when it is among the others.
        given: Inputs by name.
        budget: What may end the call while images are read.

    Raises:
        InvalidArgumentError: One is missing, empty, too long or of a wrong shape.
        InvalidTypeError: One does not hold whole numbers.
    """
    main = model.main_input_name
    if inputs is not None:
        if given.get(main) is not None:
            raise InvalidArgumentError(f"[generate] inputs and {main} are the same; give one")
        given = {**given, main: inputs}
    given = {name: value for name, value in given.items() if value is not None}
    if KINDS[model.kind].has_encoder:
        prompt = _behind_encoder(model, config, given)
    else:
        prompt = _alone(model, config, given, budget)
    if prompt.ids.shape[1] == 0 or not len(prompt.ids):
        raise InvalidArgumentError("[generate] the prompt is empty; give at least one token")
    return prompt


def read_ids(name: str, value: Any) -> Ids:
    """Token ids of shape (rows, tokens).

    Raises:
        InvalidArgumentError: They have another shape.
        InvalidTypeError: They are no whole numbers.
    """
    # An empty list is of floats to numpy.
    array = np.asarray(value) if np.size(value) else np.zeros(np.shape(value), np.int64)
    ids = np.ascontiguousarray(convert(name, array, np.int64))
    if ids.ndim != 2:
        raise InvalidArgumentError(
            f"[generate] {name} must be of shape (rows, tokens), got {ids.shape}; "
            "one prompt is a list with one row: [[1, 2, 3]]"
        )
    return ids


def pad_token(config: GenerationConfig) -> int | None:
    """The token that fills rows: the config's, else its first eos token."""
    if config.pad_token_id is not None:
        return int(config.pad_token_id)
    ends = eos_tokens(config)
    return ends[0] if ends else None


def eos_tokens(config: GenerationConfig) -> list[int]:
    """The tokens that end a row."""
    ends = config.eos_token_id
    return [] if ends is None else [int(end) for end in np.atleast_1d(ends)]


def _alone(
    model: PreTrainedModel, config: GenerationConfig, given: Mapping[str, Any], budget: Budget
) -> Prompt:
    given = dict(given)
    ids = given.pop("input_ids", None)
    if ids is None:
        if config.bos_token_id is None:
            raise InvalidArgumentError(
                "[generate] input_ids is missing, and there is no bos_token_id to begin with"
            )
        ids = [[config.bos_token_id]]
    ids = read_ids("input_ids", ids)
    mask = _read_mask("attention_mask", given.pop("attention_mask", None), ids)
    mask = _infer_mask(ids, config) if mask is None else mask
    taken = set(model._forward._inputs)  # tokenizers and processors give more to all models
    given = {name: value for name, value in given.items() if name in taken}
    given.pop("token_type_ids", None)
    _check_length(model, ids, mask)
    if mask is not None and len(ids) and not mask[:, -1:].all():
        _log.warning(
            "[generate] prompts are padded on the right: what follows the padding will be wrong; "
            "set padding_side='left' for the tokenizer"
        )
    pixels = given.pop("pixel_values", None)
    return (
        Prompt(ids, mask, extra=given)
        if pixels is None
        else _seen(model, ids, mask, pixels, budget)
    )


def _seen(
    model: PreTrainedModel, ids: Ids, mask: Ids | None, pixels: Any, budget: Budget
) -> Prompt:
    """Prompts with images among their tokens."""
    whole = model._forward.read_images(ids, mask, pixels, budget)
    longer = whole["input_ids"].shape != ids.shape
    return Prompt(
        whole["input_ids"],
        whole["attention_mask"],
        extra={"inputs_embeds": whole["inputs_embeds"]},
        given_ids=ids if longer else None,
    )


def _behind_encoder(
    model: PreTrainedModel, config: GenerationConfig, given: Mapping[str, Any]
) -> Prompt:
    given = dict(given)
    written = given.pop("decoder_input_ids", None)
    if written is None and model.main_input_name != "input_ids":
        written = given.pop("input_ids", None)
    written_mask = given.pop("decoder_attention_mask", None)
    encoder_ids = given.get("input_ids")
    if encoder_ids is not None:
        encoder_ids = read_ids("input_ids", encoder_ids)
        if not encoder_ids.size:
            raise InvalidArgumentError("[generate] the prompt is empty; give at least one token")
        mask = _read_mask("attention_mask", given.get("attention_mask"), encoder_ids)
        mask = _infer_mask(encoder_ids, config) if mask is None else mask
        _check_length(model, encoder_ids, mask)
        mask = np.ones_like(encoder_ids) if mask is None else mask
        given |= {"input_ids": encoder_ids, "attention_mask": mask}
    ids, mask = _begin(model, config, _rows(model, given), written, written_mask)
    return Prompt(ids, mask, encoder_inputs=given, encoder_ids=encoder_ids)


def _rows(model: PreTrainedModel, given: Mapping[str, Any]) -> int:
    names = (model.main_input_name, "encoder_outputs", "encoder_hidden_states")
    for name in names:
        value = given.get(name)
        if isinstance(value, Mapping):
            value = value.get("last_hidden_state")
        if isinstance(value, tuple):
            value = value[0]
        if value is not None:
            return len(value)
    raise InvalidArgumentError(
        f"[generate] the encoder's input is missing: give {' or '.join(map(repr, names[:2]))}"
    )


def _begin(
    model: PreTrainedModel, config: GenerationConfig, rows: int, written: Any, mask: Any
) -> tuple[Ids, Ids | None]:
    """What the decoder reads first."""
    start = config.decoder_start_token_id
    start = config.bos_token_id if start is None else start
    if start is None and written is None:
        raise InvalidArgumentError(
            "[generate] the decoder does not know how to begin: there is neither a "
            "decoder_start_token_id nor a bos_token_id; give decoder_input_ids or one of these"
        )
    if start is not None and np.size(start) not in (1, rows):
        raise InvalidArgumentError(
            f"[generate] decoder_start_token_id must be one token, or one for each of the {rows} "
            f"rows; got {np.size(start)}"
        )
    starts = None if start is None else np.resize(np.asarray(start, np.int64), (rows, 1))
    if written is None:
        assert starts is not None
        return starts, None
    ids = read_ids("decoder_input_ids", written)
    if len(ids) != rows:
        raise InvalidArgumentError(
            f"[generate] decoder_input_ids has {len(ids)} rows, the encoder's input {rows}"
        )
    mask = _read_mask("decoder_attention_mask", mask, ids)
    own = model.config.model_type in _OWN_BEGIN
    if starts is not None and not own and ids.size and (ids[:, :1] != starts).all():
        ids = np.concatenate([starts, ids], axis=1)
        mask = None if mask is None else np.insert(mask, 0, 1, axis=1)
    return ids, mask


def _read_mask(name: str, value: Any, ids: Ids) -> Ids | None:
    if value is None:
        return None
    mask = np.ascontiguousarray(convert(name, value, np.int64))
    if mask.shape != ids.shape:
        raise InvalidArgumentError(
            f"[generate] {name} must be of the shape of its ids, {ids.shape}; got {mask.shape}"
        )
    return mask


def _infer_mask(ids: Ids, config: GenerationConfig) -> Ids | None:
    """A mask from the padding among the ids; None where nothing can be said.

    Source: transformers 4.46.3, `_prepare_attention_mask_for_generation`.
    """
    pad = pad_token(config)
    if pad is None or pad in eos_tokens(config) or not (ids == pad).any():
        return None
    mask: Ids = (ids != pad).astype(np.int64)
    return mask


def _check_length(model: PreTrainedModel, ids: Ids, mask: Ids | None) -> None:
    """Refuse more tokens than the model has positions for.

    Positions that are turned or sloped, not looked up, go on beyond those of the training.
    """
    limit = model.config.max_position_embeddings
    longest = ids.shape[1] if mask is None else int(mask.sum(1).max(initial=0))
    if limit and longest > limit and not any(model.config.get(name) for name in _ENDLESS):
        raise InvalidArgumentError(
            f"[generate] the prompt has {longest} tokens, more than the {limit} positions of the "
            "model (max_position_embeddings); truncate it"
        )
