"""JSON schemas of Python functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Optional, Union  # both spellings of a union are read

import pytest

from onnxformers.errors import InvalidArgumentError
from onnxformers.tokenizers import get_json_schema


def order(drink: str, count: int = 1, sizes: list[float] | None = None) -> dict[str, bool]:
    """Order something to drink.

    It will be brought.

    Args:
        drink: What to drink,
            hot or cold. (choices: ["tea", "coffee"])
        count: How many.

        sizes: Of each: in litres.

    Returns:
        What there is.

    Raises:
        ValueError: none left.
    """
    raise NotImplementedError


def test_a_whole_function() -> None:
    assert get_json_schema(order) == {
        "type": "function",
        "function": {
            "name": "order",
            "description": "Order something to drink.\n\nIt will be brought.",
            "parameters": {
                "type": "object",
                "properties": {
                    "drink": {
                        "type": "string",
                        "enum": ["tea", "coffee"],
                        "description": "What to drink, hot or cold.",
                    },
                    "count": {"type": "integer", "description": "How many."},
                    "sizes": {
                        "type": "array",
                        "items": {"type": "number"},
                        "nullable": True,
                        "description": "Of each: in litres.",
                    },
                },
                "required": ["drink"],
            },
            "return": {
                "type": "object",
                "additionalProperties": {"type": "boolean"},
                "description": "What there is.",
            },
        },
    }


@pytest.mark.parametrize(
    ("hint", "schema"),
    [
        (int, {"type": "integer"}),
        (Any, {}),
        (bytes, {"type": "object"}),
        (list, {"type": "object"}),
        (list[str], {"type": "array", "items": {"type": "string"}}),
        (
            tuple[int, str],
            {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}]},
        ),
        (dict[str, int], {"type": "object", "additionalProperties": {"type": "integer"}}),
        (Optional[str], {"type": "string", "nullable": True}),  # noqa: UP045
        (int | str, {"type": ["integer", "string"]}),
        (Union[int, str, None], {"type": ["integer", "string"], "nullable": True}),  # noqa: UP007
        (
            Union[Any, list[int]],  # noqa: UP007
            {"anyOf": [{}, {"type": "array", "items": {"type": "integer"}}]},
        ),
    ],
)
def test_types(hint: Any, schema: dict[str, Any]) -> None:
    def function(x) -> None:
        """It.

        Args:
            x: This.
        """

    function.__annotations__ = {"x": hint}
    found = get_json_schema(function)["function"]["parameters"]["properties"]["x"]
    assert found == {**schema, "description": "This."}


def bare(x: int) -> None: ...


def untyped(x) -> None:
    """It.

    Args:
        x: This.
    """


def undescribed(x: int) -> None:
    """It."""


def odd_choices(x: str) -> None:
    """It.

    Args:
        x: This (choices: [tea])
    """


@pytest.mark.parametrize("function", [bare, untyped, undescribed, odd_choices])
def test_what_cannot_be_described(function: Callable[..., Any]) -> None:
    with pytest.raises(InvalidArgumentError, match=r"\[tools\]"):
        get_json_schema(function)


@pytest.mark.parametrize("hint", [tuple[int], tuple[int, ...], Callable[[int], int]])
def test_types_without_a_schema(hint: Any) -> None:
    from onnxformers.tokenizers.tool_schema import type_schema

    with pytest.raises(InvalidArgumentError, match="no JSON schema"):
        type_schema(hint)
