"""Checks before the operations of a template that could make much out of little.

Each guard is told the arguments of one method, filter or operator, and refuses by way of the
budget. What an operation gave is charged afterwards in any case.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from onnxformers.errors import ChatTemplateError
from onnxformers.tokenizers.chat_limits import Budget

Text = str | bytes
Arguments = tuple[Any, ...]
Named = dict[str, Any]

# Numbers of more digits in a format are widths that nobody means.
WIDE = re.compile(r"\d{5}|\*")
# Filters whose time or output grows faster than their input get no more than this.
SMALL_INPUT = 65_536
MOST_DIGITS = 400
MOST_BITS = 100_000
MOST_INDENT = 64
MOST_SORTED = 100_000


def number(arguments: Arguments, named: Named, index: int, name: str, default: int) -> int:
    """A whole number among the arguments; what is none is left to the operation itself."""
    value = arguments[index] if index < len(arguments) else named.get(name, default)
    return value if isinstance(value, int) else default


def length(value: object) -> int:
    """Characters of a text, 1 for anything else."""
    return len(value) if isinstance(value, Text) else 1


def replaced(budget: Budget, text: Text, arguments: Arguments) -> None:
    """`text.replace(old, new)`."""
    if len(arguments) >= 2 and isinstance(arguments[0], Text) and isinstance(arguments[1], Text):
        try:
            times = text.count(arguments[0])  # type: ignore[arg-type]  # str and bytes mixed: below
        except TypeError:  # the replacement itself will say so
            return
        budget.allow(len(text) + times * len(arguments[1]))


def translated(budget: Budget, text: Text, arguments: Arguments) -> None:
    """`text.translate(table)`."""
    table = arguments[0] if arguments else None
    if isinstance(table, dict):
        budget.allow(len(text) * max(map(length, table.values()), default=1))


def percent(budget: Budget, text: Text, arguments: object) -> None:
    """`text % arguments`."""
    pattern = text.decode("latin-1") if isinstance(text, bytes) else text
    if any(WIDE.search(part) for part in re.findall(r"%[^a-zA-Z%]*", pattern)):
        raise budget.too_much("formats something too wide")
    parts: Sequence[object] = [arguments]
    if isinstance(arguments, dict):
        parts = list(arguments.values())
    elif isinstance(arguments, tuple):
        parts = arguments
    longest = max(map(budget.weight, parts), default=0)
    budget.allow(len(text) + pattern.count("%") * longest)


def check_method(budget: Budget, owner: object, name: str, arguments: Arguments) -> Arguments:
    """Check a call of a method of a built-in type.

    Returns:
        The arguments to call it with: what can be gone through only once is a list then.

    Raises:
        ChatTemplateError: the result would be too large.
    """
    if isinstance(owner, Text):
        if name in {"ljust", "rjust", "center", "zfill"}:
            budget.allow(number(arguments, {}, 0, "", 0))
        elif name == "replace":
            replaced(budget, owner, arguments)
        elif name == "translate":
            translated(budget, owner, arguments)
        elif name == "expandtabs":
            tabs = len(owner) if isinstance(owner, bytes) else owner.count("\t")
            budget.allow(len(owner) + tabs * number(arguments, {}, 0, "", 8))
        elif name == "join" and arguments:
            items = list(arguments[0])
            budget.allow(sum(map(length, items)) + len(owner) * len(items))
            return (items,)
    elif name == "to_bytes":
        budget.allow(number(arguments, {}, 0, "", 0))
    return arguments


def check_operator(budget: Budget, operator: str, left: object, right: object) -> None:
    """Check a binary operator.

    Raises:
        ChatTemplateError: the result would be too large.
    """
    if operator == "%" and isinstance(left, Text):
        percent(budget, left, right)
    elif operator == "*":
        _times(budget, left, right)
        _times(budget, right, left)
    elif operator == "**" and isinstance(left, int) and isinstance(right, int):
        if left.bit_length() * right > MOST_BITS:
            raise budget.too_much("computes a number too large")
    elif operator == "+" and isinstance(left, Text | list | tuple):
        budget.allow(budget.weight(left) + budget.weight(right))


def _times(budget: Budget, value: object, times: object) -> None:
    if isinstance(times, int):
        if isinstance(value, Text | list | tuple):
            budget.allow(budget.weight(value) * times)
        elif isinstance(value, int) and value.bit_length() + times.bit_length() > MOST_BITS:
            raise budget.too_much("computes a number too large")


def _center(budget: Budget, value: Any, arguments: Arguments, named: Named) -> None:
    budget.allow(number(arguments, named, 0, "width", 80))


def _indent(budget: Budget, value: Any, arguments: Arguments, named: Named) -> None:
    width = arguments[0] if arguments else named.get("width", 4)
    size = width if isinstance(width, int) else length(width)
    lines = str(value).count("\n") + 1 if isinstance(value, str) else 1
    budget.allow(length(value) + lines * size)


def _replace(budget: Budget, value: Any, arguments: Arguments, named: Named) -> None:
    old = arguments[0] if arguments else named.get("old")
    new = arguments[1] if len(arguments) > 1 else named.get("new")
    replaced(budget, str(value), (str(old), str(new)))


def _format(budget: Budget, value: Any, arguments: Arguments, named: Named) -> None:
    percent(budget, str(value), named or arguments)


def _batch(budget: Budget, value: Any, arguments: Arguments, named: Named) -> None:
    count = arguments[0] if arguments else named.get("linecount", named.get("slices", 1))
    if isinstance(count, int):
        budget.allow(count)


def _round(budget: Budget, value: Any, arguments: Arguments, named: Named) -> None:
    if abs(number(arguments, named, 0, "precision", 0)) > MOST_DIGITS:
        raise budget.too_much("rounds to too many digits")


def _sum(budget: Budget, value: Any, arguments: Arguments, named: Named) -> None:
    start = arguments[1] if len(arguments) > 1 else named.get("start", 0)
    if not isinstance(start, int | float):
        raise ChatTemplateError("sums up something that is no numbers")


def _small(budget: Budget, value: Any, arguments: Arguments, named: Named) -> None:
    sizes = [budget.weight(part) for part in (value, *arguments, *named.values())]
    if max(sizes) > SMALL_INPUT or sizes[0] * max(sizes[1:], default=1) > SMALL_INPUT * 64:
        raise budget.too_much("asks for something too large")


def _few(budget: Budget, value: Any, arguments: Arguments, named: Named) -> None:
    if hasattr(value, "__len__") and len(value) > MOST_SORTED:
        raise budget.too_much("sorts too many items")


def _tojson(budget: Budget, value: Any, arguments: Arguments, named: Named) -> None:
    budget.allow(budget.weight(value))
    options = [*arguments, *named.values()]
    flat = [part for option in options for part in (option if _is_list(option) else (option,))]
    if any(length(option) > MOST_INDENT for option in flat):
        raise budget.too_much("indents too far")
    if any(isinstance(option, int) and abs(option) > MOST_INDENT for option in flat):
        raise budget.too_much("indents too far")


def _is_list(value: object) -> bool:
    return isinstance(value, list | tuple)


Guard = Callable[[Budget, Any, Arguments, Named], None]

FILTER_GUARDS: dict[str, Guard] = {
    "batch": _batch,
    "center": _center,
    "dictsort": _few,
    "format": _format,
    "groupby": _few,
    "indent": _indent,
    "max": _few,
    "min": _few,
    "pprint": _small,
    "replace": _replace,
    "round": _round,
    "slice": _batch,
    "sort": _few,
    "striptags": _small,
    "sum": _sum,
    "tojson": _tojson,
    "unique": _few,
    "urlize": _small,
    "wordwrap": _small,
    "xmlattr": _small,
}
