"""The keyword options of a tokenizer call, and checks of their values."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, TypedDict

from onnxformers.errors import InvalidArgumentError, InvalidTypeError

if TYPE_CHECKING:
    from typing import Literal


NO_TRUNCATION = "do_not_truncate"
TRUNCATIONS = ("longest_first", "only_first", "only_second", NO_TRUNCATION)
NO_PADDING = "do_not_pad"
PADDINGS = ("longest", "max_length", NO_PADDING)
SIDES = ("right", "left")


class RowOptions(TypedDict, total=False):
    """Of the options of a tokenizer call all but what kind of rows it gives."""

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
    is_split_into_words: bool
    split_special_tokens: bool | None
    verbose: bool


class EncodeOptions(RowOptions, total=False):
    """The keyword options of a tokenizer call; `PreTrainedTokenizer.__call__` tells each."""

    return_tensors: Literal["np"] | None


class PadCallOptions(TypedDict, total=False):
    """The keyword options of `pad`."""

    max_length: int | None
    pad_to_multiple_of: int | None
    padding_side: Literal["right", "left"] | None
    return_attention_mask: bool | None
    return_tensors: Literal["np"] | None
    verbose: bool


def one_of(place: str, name: str, value: object, known: tuple[str, ...]) -> str | None:
    """`value` if it is one of `known` or None.

    Raises:
        InvalidArgumentError: it is not.
    """
    if value is None:
        return None
    if isinstance(value, str) and value in known:
        return value
    raise InvalidArgumentError(
        f"[{place}] {name} must be one of {', '.join(map(repr, known))}, got {value!r}"
    )


def count(place: str, name: str, value: object, *, least: int) -> int | None:
    """`value` as an int, None if it is None.

    Raises:
        InvalidTypeError: no whole number.
        InvalidArgumentError: less than `least`.
    """
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
