"""Which of two inputs without names is text."""

from __future__ import annotations

from typing import Any


def told_apart(inputs: tuple[Any, ...]) -> tuple[tuple[Any, ...], Any]:
    """Of two inputs that are not named: which is text. One alone is none.

    Pictures and sounds may be paths, which are texts to Python: then the first is that.
    """
    if len(inputs) != 2:
        return inputs, None
    first, second = inputs
    return ((second,), first) if _is_text(first) and not _is_text(second) else ((first,), second)


def _is_text(value: Any) -> bool:
    """Whether it could be texts; paths of files could be too."""
    if isinstance(value, list | tuple):
        return bool(value) and all(_is_text(each) for each in value)
    return isinstance(value, str)
