"""Keyword options as frozen dataclasses: an unknown name is refused, the nearest one suggested."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

from onnxformers.errors import InvalidArgumentError, InvalidTypeError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from _typeshed import DataclassInstance

    T = TypeVar("T", bound=DataclassInstance)
else:
    T = TypeVar("T")


def refuse_unknown(
    names: Collection[str],
    known: Collection[str],
    place: str,
    replaced: Mapping[str, str] | None = None,
) -> None:
    """Raise for the first name that is not known.

    Args:
        names: Option names as the caller wrote them.
        known: Every name that `place` accepts.
        place: Function or class for the message.
        replaced: Names that users of other libraries know, and what to do instead.

    Raises:
        InvalidArgumentError: A name is unknown; the message suggests the nearest known one.
    """
    for name in names:
        if replaced and name in replaced:
            raise InvalidArgumentError(f"[{place}] there is no option {name!r}; {replaced[name]}")
        if name not in known:
            from difflib import get_close_matches

            near = get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]!r}? " if near else ""
            raise InvalidArgumentError(
                f"[{place}] unknown option {name!r}; {hint}known: {', '.join(sorted(known))}"
            )


def check_count(value: Any, name: str, place: str) -> None:
    """Refuse everything but whole numbers above 0.

    Raises:
        InvalidArgumentError: `value` is something else.
    """
    if type(value) is not int or value < 1:
        raise InvalidArgumentError(f"[{place}] {name} must be a positive int, got {value!r}")


def check_flag(value: Any, name: str, place: str) -> None:
    """Refuse everything but True and False.

    Raises:
        InvalidTypeError: `value` is something else.
    """
    if not isinstance(value, bool):
        raise InvalidTypeError(f"[{place}] {name} must be True or False, got {value!r}")


def check_text(value: Any, name: str, place: str) -> None:
    """Refuse everything but None and texts.

    Raises:
        InvalidTypeError: `value` is something else.
    """
    if value is not None and not isinstance(value, str):
        raise InvalidTypeError(f"[{place}] {name} must be a str or None, got {value!r}")


def check_choice(value: Any, choices: Sequence[Any], name: str, place: str) -> None:
    """Refuse everything but some values.

    Raises:
        InvalidArgumentError: `value` is none of them.
    """
    if value not in choices:
        known = ", ".join(str(choice) for choice in choices if choice is not None)
        raise InvalidArgumentError(f"[{place}] {name} must be one of {known}, got {value!r}")


def check_share(value: Any, name: str, place: str) -> None:
    """Refuse everything but numbers from 0 to 1.

    Raises:
        InvalidArgumentError: `value` is something else.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise InvalidArgumentError(f"[{place}] {name} must be from 0 to 1, got {value!r}")


def check_positive(value: Any, name: str, place: str) -> None:
    """Refuse everything but None and whole numbers above 0.

    Raises:
        InvalidArgumentError: `value` is something else.
    """
    if value is not None and (type(value) is not int or value < 1):
        raise InvalidArgumentError(
            f"[{place}] {name} must be a positive int or None, got {value!r}"
        )


def override(defaults: T, changes: Mapping[str, Any], place: str) -> T:
    """A copy of an options dataclass with some fields changed.

    The class may have `replaced`, see `refuse_unknown`.

    Raises:
        InvalidArgumentError: A name in `changes` is no field, or the dataclass refuses a value.
    """
    known = [field.name for field in fields(defaults)]
    refuse_unknown(changes, known, place, getattr(defaults, "replaced", None))
    return replace(defaults, **changes)
