"""Ids of tokens where an interface takes them in place of texts."""

from __future__ import annotations

from typing import Any

from onnxformers.errors import InvalidArgumentError


def is_ids(value: Any) -> bool:
    """Whether this is a list of ids."""
    return isinstance(value, list) and bool(value) and all(type(one) is int for one in value)


def texts_of_ids(tokenizer: Any, rows: list[list[int]], *, has_special: bool) -> list[str]:
    """The text of each row of ids, which has these ids and no others.

    Args:
        tokenizer: The model's.
        rows: Ids of its tokens.
        has_special: Whether special tokens are put round the text when it is read: then they may be
            among the ids, and are left out.

    Raises:
        InvalidArgumentError: They are no tokens, or no text has them: a text has these tokens only
            if the tokenizer would cut it in this way.
    """
    return [_text_of(tokenizer, row, has_special) for row in rows]


def _text_of(tokenizer: Any, row: list[int], has_special: bool) -> str:
    size = len(tokenizer)
    wrong = next((token for token in row if not 0 <= token < size), None)
    if wrong is not None:
        raise InvalidArgumentError(f"[ids] {wrong} is no token of the model, which has {size}")
    text: str = tokenizer.decode(
        row, skip_special_tokens=has_special, clean_up_tokenization_spaces=False
    )
    ways = (False, True) if has_special else (False,)
    if not any(list(tokenizer.encode(text, add_special_tokens=way)) == row for way in ways):
        raise InvalidArgumentError(
            "[ids] no text has these ids in the model's own way of cutting texts; send the text"
        )
    return text
