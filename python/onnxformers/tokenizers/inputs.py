"""The texts of a call: one or many, single or in pairs, whole or split into words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

from onnxformers.errors import InvalidArgumentError, InvalidTypeError

Words: TypeAlias = Sequence[str]
Batch: TypeAlias = Sequence[str] | Sequence[Words]
Pairs: TypeAlias = Sequence[tuple[str, str]] | Sequence[tuple[Words, Words]]

SEQUENCES = (list, tuple)


class Inputs(NamedTuple):
    """The texts of a call, as the core takes them: texts, or texts as lists of words.

    Attributes:
        texts: the first text of each row.
        pairs: the second texts, None where there are none.
        is_single: the caller gave one row, not a batch.
    """

    texts: Sequence[Any]
    pairs: Sequence[Any] | None
    is_single: bool


def read_inputs(place: str, text: object, text_pair: object, is_split: bool) -> Inputs:
    """Sort out what a call was given; the core checks each text.

    Raises:
        InvalidTypeError: something else than a text where one belongs.
        InvalidArgumentError: an empty batch, or not as many second texts as first ones.
    """
    if _is_single(text, is_split):
        if text_pair is not None and not _is_single(text_pair, is_split):
            raise _type_error(place, "text_pair", _one(is_split) + ", like text", text_pair)
        return Inputs((text,), None if text_pair is None else (text_pair,), True)
    texts = read_batch(place, "text", text, is_split=is_split)
    if text_pair is None:
        if _are_pairs(texts, is_split):
            first, second = zip(*texts, strict=True)
            return Inputs(first, second, False)
        _check_texts(place, texts, is_split)
        return Inputs(texts, None, False)
    if _is_single(text_pair, is_split):
        raise _type_error(place, "text_pair", "a list, like text", text_pair)
    pairs = read_batch(place, "text_pair", text_pair, is_split=is_split)
    if len(texts) != len(pairs):
        raise InvalidArgumentError(
            f"[{place}] text has {len(texts)} items and text_pair {len(pairs)}"
        )
    return Inputs(texts, pairs, False)


def read_batch(place: str, name: str, values: object, *, is_split: bool = False) -> Sequence[Any]:
    """A list of texts.

    Raises:
        InvalidTypeError: no list.
        InvalidArgumentError: an empty one.
    """
    if not isinstance(values, SEQUENCES):
        one = _one(is_split)
        raise _type_error(place, name, f"{one} or a list of {one.removeprefix('a ')}", values)
    if not values:
        raise InvalidArgumentError(f"[{place}] {name} is an empty list; give at least one text")
    return values


def _is_single(text: object, is_split: bool) -> bool:
    if not is_split:
        return isinstance(text, str)
    # A list of words; no words at all are one text too.
    return isinstance(text, SEQUENCES) and not (text and isinstance(text[0], SEQUENCES))


def _are_pairs(texts: Sequence[Any], is_split: bool) -> bool:
    """Whether a batch holds pairs of texts, not texts."""

    def is_pair(item: object) -> bool:
        return (
            isinstance(item, SEQUENCES)
            and len(item) == 2
            and all(isinstance(part, SEQUENCES if is_split else str) for part in item)
        )

    return all(map(is_pair, texts))


def _check_texts(place: str, texts: Sequence[Any], is_split: bool) -> None:
    if not is_split and isinstance(texts[0], SEQUENCES):
        raise InvalidTypeError(
            f"[{place}] text must be a str or a list of str, got a list of lists; texts split into "
            "words need is_split_into_words=True"
        )


def _one(is_split: bool) -> str:
    return "a list of words" if is_split else "a str"


def _type_error(place: str, name: str, expected: str, value: object) -> InvalidTypeError:
    return InvalidTypeError(f"[{place}] {name} must be {expected}, got {type(value).__name__}")
