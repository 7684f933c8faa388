"""What a tokenizer call was asked for, checked and settled before any text is touched."""

from __future__ import annotations

import logging
import operator
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict

from onnxformers.errors import InvalidArgumentError, InvalidTypeError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Literal

    from onnxformers.tokenizers.encoder import Encoder

logger = logging.getLogger(__name__)

NO_TRUNCATION = "do_not_truncate"
TRUNCATIONS = ("longest_first", "only_first", "only_second", NO_TRUNCATION)
NO_PADDING = "do_not_pad"
PADDINGS = ("longest", "max_length", NO_PADDING)
SIDES = ("right", "left")


class EncodeOptions(TypedDict, total=False):
    """The keyword options of a tokenizer call; `PreTrainedTokenizer.__call__` tells each."""

    padding: bool | Literal["longest", "max_length", "do_not_pad"]
    truncation: (
        bool | Literal["longest_first", "only_first", "only_second", "do_not_truncate"] | None
    )
    max_length: int | None
    stride: int
    add_special_tokens: bool
    return_token_type_ids: bool | None
    return_attention_mask: bool | None
    return_offsets_mapping: bool
    return_overflowing_tokens: bool
    return_special_tokens_mask: bool
    return_length: bool
    pad_to_multiple_of: int | None
    padding_side: Literal["right", "left"] | None
    return_tensors: Literal["np"] | None
    is_split_into_words: bool
    verbose: bool


class EncodePlan(NamedTuple):
    """A call's options, settled.

    Attributes:
        native: keyword arguments of the native `encode_batch`.
        padding: "longest", "max_length" or "do_not_pad".
        length: tokens to pad to with padding "max_length".
        multiple_of: rows are filled up to a multiple of this.
        side: the side of the padding.
        type_ids: return token_type_ids.
        mask: return attention_mask.
        special_tokens_mask: return special_tokens_mask.
        offsets: return offset_mapping.
        lengths: return length.
        overflowing: a text's overflowing parts are rows too.
        has_extras: any of the four before.
        as_arrays: numpy arrays, else lists.
        warns_of_length: a row longer than the model takes is worth a warning.
    """

    native: Mapping[str, Any]
    padding: str
    length: int | None
    multiple_of: int | None
    side: str
    type_ids: bool
    mask: bool
    special_tokens_mask: bool
    offsets: bool
    lengths: bool
    overflowing: bool
    has_extras: bool
    as_arrays: bool
    warns_of_length: bool


def check_names(place: str, options: Mapping[str, object]) -> None:
    """Refuse keyword options that no tokenizer call has.

    Raises:
        InvalidArgumentError: a name is not one of `EncodeOptions`.
    """
    known = EncodeOptions.__annotations__
    unknown = sorted(name for name in options if name not in known)
    if unknown:
        raise InvalidArgumentError(
            f"[{place}] unknown option {', '.join(unknown)}; there are {', '.join(sorted(known))}"
        )


def make_plan(tokenizer: Encoder, options: Mapping[str, Any]) -> EncodePlan:
    """Check the options of one call and settle what they mean for this tokenizer.

    Raises:
        InvalidArgumentError: an unknown option, or a value that cannot be.
        InvalidTypeError: a number that is none.
    """
    place, get = type(tokenizer).__name__, options.get
    check_names(place, options)
    if get("is_split_into_words"):
        raise InvalidArgumentError(
            f"[{place}] is_split_into_words=True is not supported yet; pass whole texts"
        )
    max_length = _count(place, "max_length", get("max_length"), least=1)
    multiple_of = _count(place, "pad_to_multiple_of", get("pad_to_multiple_of"), least=1)
    truncation, padding, length = _strategies(tokenizer, options, max_length)
    if truncation != NO_TRUNCATION and padding != NO_PADDING and multiple_of and length:
        _check_multiple(place, length, multiple_of)
    names, overflowing = tokenizer.model_input_names, bool(get("return_overflowing_tokens"))
    offsets = bool(get("return_offsets_mapping"))
    native = {
        "add_special_tokens": bool(get("add_special_tokens", True)),
        "truncation": truncation,
        "max_length": None if truncation == NO_TRUNCATION else length,
        "stride": _count(place, "stride", get("stride", 0), least=0) or 0,
        "truncation_side": tokenizer.truncation_side,
        "return_overflowing": overflowing,
        "with_offsets": offsets,
    }
    extras = {
        "special_tokens_mask": bool(get("return_special_tokens_mask")),
        "offsets": offsets,
        "lengths": bool(get("return_length")),
        "overflowing": overflowing,
    }
    return EncodePlan(
        native=native,
        padding=padding,
        length=length if padding == "max_length" else None,
        multiple_of=multiple_of,
        side=_one_of(place, "padding_side", get("padding_side"), SIDES) or tokenizer.padding_side,
        type_ids=_flag(get("return_token_type_ids"), "token_type_ids" in names),
        mask=_flag(get("return_attention_mask"), "attention_mask" in names),
        **extras,
        has_extras=any(extras.values()),
        as_arrays=_as_arrays(place, get("return_tensors", "np")),
        warns_of_length=max_length is None and bool(get("verbose", True)),
    )


def truncation_of(
    tokenizer: Encoder, truncation: bool | str | None, max_length: int | None
) -> tuple[str, int | None]:
    """The native truncation strategy and the length that go with what a caller said.

    Without `max_length` the model's own is used; where the model has none nothing is cut, and that
    is logged once.

    Raises:
        InvalidArgumentError: no such strategy.
    """
    place = type(tokenizer).__name__
    if truncation is True:
        truncation = TRUNCATIONS[0]
    elif truncation is False:
        truncation = NO_TRUNCATION
    strategy = _one_of(place, "truncation", truncation, TRUNCATIONS) or NO_TRUNCATION
    if strategy == NO_TRUNCATION:
        return NO_TRUNCATION, None
    length = tokenizer.model_max_length if max_length is None else max_length
    if length is None:
        tokenizer.warn_once("truncation asked for, but no max_length given and none in the files")
        return NO_TRUNCATION, None
    return strategy, length


def _strategies(
    tokenizer: Encoder, options: Mapping[str, Any], max_length: int | None
) -> tuple[str, str, int | None]:
    """Truncation, padding, and the length that either of them works with.

    Source: transformers 4.46.3, `_get_padding_truncation_strategies`.
    """
    place, verbose = type(tokenizer).__name__, bool(options.get("verbose", True))
    truncation, padding = options.get("truncation"), _padding(place, options.get("padding", False))
    if truncation is None and padding == NO_PADDING and max_length is not None:
        truncation = TRUNCATIONS[0]
        if verbose:
            tokenizer.warn_once("max_length without truncation: taken as truncation=True")
    strategy, length = truncation_of(tokenizer, truncation, max_length)
    if padding == "longest" and strategy == NO_TRUNCATION and max_length is not None and verbose:
        tokenizer.warn_once("max_length is ignored with padding=True and no truncation")
    if padding == "max_length":
        length = tokenizer.model_max_length if max_length is None else max_length
        if length is None:
            tokenizer.warn_once(
                "padding='max_length', but no max_length given and none in the files: not padded"
            )
            padding = NO_PADDING
    if padding != NO_PADDING and tokenizer.pad_token_id is None:
        raise InvalidArgumentError(
            f"[{place}] padding needs a padding token and this tokenizer has none; "
            "load it with AutoTokenizer.from_pretrained(..., pad_token=...)"
        )
    return strategy, padding, length


def _padding(place: str, value: bool | str | None) -> str:
    if value is True:
        return "longest"
    if value is False or value is None:
        return NO_PADDING
    return _one_of(place, "padding", value, PADDINGS) or NO_PADDING


def _check_multiple(place: str, length: int, multiple_of: int) -> None:
    if length % multiple_of:
        raise InvalidArgumentError(
            f"[{place}] max_length {length} is not a multiple of pad_to_multiple_of "
            f"{multiple_of}, and both truncation and padding were asked for"
        )


def _as_arrays(place: str, value: object) -> bool:
    if value is None:
        return False
    if value == "np":
        return True
    raise InvalidArgumentError(
        f"[{place}] return_tensors must be 'np' or None, got {value!r}; this package works with "
        "numpy arrays, other frameworks take them (torch.from_numpy, tf.constant)"
    )


def _flag(value: object, default: bool) -> bool:
    return default if value is None else bool(value)


def _one_of(place: str, name: str, value: object, known: tuple[str, ...]) -> str | None:
    if value is None:
        return None
    if isinstance(value, str) and value in known:
        return value
    raise InvalidArgumentError(
        f"[{place}] {name} must be one of {', '.join(map(repr, known))}, got {value!r}"
    )


def _count(place: str, name: str, value: object, *, least: int) -> int | None:
    if value is None:
        return None
    try:
        number = operator.index(value)  # type: ignore[arg-type]  # raises TypeError for others
    except TypeError:
        number = None
    if number is None or isinstance(value, bool):
        raise InvalidTypeError(
            f"[{place}] {name} must be a whole number, got {type(value).__name__}"
        )
    if number < least:
        raise InvalidArgumentError(f"[{place}] {name} must be at least {least}, got {number}")
    return number
