"""Inputs of the tasks that take several values for one result: dicts, by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from onnxformers.errors import InvalidArgumentError, InvalidTypeError


def read_item(
    task: str, item: Any, index: int, names: tuple[str, ...], *, optional: int = 0
) -> tuple[Any, ...]:
    """The values of one input.

    Args:
        task: For messages.
        item: What the caller gave as input `index`.
        index: Its place among the inputs.
        names: The keys that it must have, and no others.
        optional: How many of the names, the last ones, it may lack.

    Returns:
        The values in the order of `names`; None for what it lacks.

    Raises:
        InvalidTypeError: No dict.
        InvalidArgumentError: A key is missing or unknown.
    """
    expected = f"a dict with {' and '.join(names)}"
    if not isinstance(item, Mapping):
        raise InvalidTypeError(
            f"[{task}] input {index} must be {expected}, got {type(item).__name__}"
        )
    if not set(names[: len(names) - optional]) <= set(item) <= set(names):
        keys = ", ".join(map(str, item)) or "none"
        raise InvalidArgumentError(f"[{task}] input {index} must be {expected}, got keys {keys}")
    return tuple(item.get(name) for name in names)


def read_text(task: str, name: str, index: int, text: Any, *, may_be_empty: bool = False) -> str:
    """One text of an input.

    Raises:
        InvalidTypeError: No str.
        InvalidArgumentError: An empty one.
    """
    if not isinstance(text, str):
        raise InvalidTypeError(
            f"[{task}] {name} of input {index} must be a str, got {type(text).__name__}"
        )
    if not text and not may_be_empty:
        raise InvalidArgumentError(f"[{task}] {name} of input {index} is empty")
    return text


def read_texts(task: str, name: str, index: int, texts: Any) -> list[str]:
    """A list of texts in an input.

    Raises:
        InvalidTypeError: No list of str.
        InvalidArgumentError: An empty one.
    """
    if not isinstance(texts, (list, tuple)):
        raise InvalidTypeError(
            f"[{task}] {name} of input {index} must be a list of str, got {type(texts).__name__}"
        )
    if not texts:
        raise InvalidArgumentError(f"[{task}] {name} of input {index} is an empty list")
    return [read_text(task, name, index, text, may_be_empty=True) for text in texts]
