"""Whether an answer has the shape of its task, and where it does not.

A shape is data: a type, several types, ``[shape]`` for a list, ``{"name": shape}`` for an object
whose names may end in "?" where they may be missing or null, or a `Nested`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

NUMBER = (int, float)


@dataclass(frozen=True, slots=True)
class Nested:
    """Numbers in lists of lists, at most `depth` of them."""

    depth: int


def misfit(value: Any, shape: Any, where: str = "answer") -> str | None:
    """What is wrong, as a sentence; None when the value has the shape.

    >>> misfit([{"label": "A"}], [{"label": str, "score": NUMBER}])
    'answer[0] has no score'
    >>> misfit([1, "2"], [NUMBER])
    'answer[1] must be a number, got str'
    """
    if isinstance(shape, list):
        return _misfit_of_list(value, shape[0], where)
    if isinstance(shape, dict):
        return _misfit_of_object(value, shape, where)
    if isinstance(shape, Nested):
        return _misfit_of_nested(value, shape.depth, where)
    is_flag = isinstance(value, bool) and shape is not bool
    return _wrong(value, shape, where) if is_flag or not isinstance(value, shape) else None


def _misfit_of_list(value: Any, shape: Any, where: str) -> str | None:
    if not isinstance(value, list):
        return _wrong(value, list, where)
    found = (misfit(item, shape, f"{where}[{index}]") for index, item in enumerate(value))
    return next(filter(None, found), None)


def _misfit_of_object(value: Any, shape: dict[str, Any], where: str) -> str | None:
    if not isinstance(value, dict):
        return _wrong(value, dict, where)
    for name, inner in shape.items():
        key = name.removesuffix("?")
        if value.get(key) is None:
            if key == name:
                return f"{where} has no {key}"
            continue
        wrong = misfit(value[key], inner, f"{where}.{key}")
        if wrong:
            return wrong
    return None


def _misfit_of_nested(value: Any, depth: int, where: str) -> str | None:
    if not isinstance(value, list):
        return _wrong(value, list, where)
    if value and all(isinstance(item, list) for item in value):
        if depth == 1:
            return f"{where} is nested too deep"
        found = (
            _misfit_of_nested(item, depth - 1, f"{where}[{i}]") for i, item in enumerate(value)
        )
        return next(filter(None, found), None)
    return _misfit_of_list(value, NUMBER, where)


_NAMES = {str: "a string", list: "a list", dict: "an object", NUMBER: "a number", bytes: "a file"}


def _wrong(value: Any, shape: Any, where: str) -> str:
    return f"{where} must be {_NAMES[shape]}, got {type(value).__name__}"
