"""The ways to say what an answer must be like."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from onnxformers.errors import InvalidArgumentError, InvalidTypeError
from onnxformers.generation.answer_formats import read_format

SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}}}


class Model:
    """As a model of pydantic looks from outside."""

    @staticmethod
    def model_json_schema() -> dict[str, Any]:
        return SCHEMA


class Adapter:
    """As a TypeAdapter of pydantic."""

    def json_schema(self) -> dict[str, Any]:
        return SCHEMA


@pytest.mark.parametrize(
    "given",
    [
        SCHEMA,
        json.dumps(SCHEMA),
        " \n" + json.dumps(SCHEMA),
        Model,
        Adapter(),
        {"schema": SCHEMA},
        {"schema": json.dumps(SCHEMA)},
        {"type": "json_schema", "json_schema": {"name": "a", "strict": True, "schema": SCHEMA}},
    ],
)
def test_schemas(given: Any) -> None:
    answer = read_format(given)
    assert answer is not None
    assert answer.kind == "json"
    assert json.loads(answer.text) == SCHEMA


def test_any_object_and_any_text() -> None:
    assert read_format({"type": "json_object"}) == ("json", '{"type": "object"}')
    assert read_format({"type": "text"}) is None


@pytest.mark.parametrize("given", ["a+b", re.compile("a+b"), {"regex": "a+b"}])
def test_regular_expressions(given: Any) -> None:
    assert read_format(given) == ("regex", "a+b")


def test_choices_are_taken_literally() -> None:
    answer = read_format(["yes", "a.b|c", "né e"])
    assert answer == ("regex", r"(?:yes|a\x{2E}b\x{7C}c|n\x{E9}\x{20}e)")
    assert read_format({"choices": ("x",)}) == ("regex", "(?:x)")


def test_grammars() -> None:
    assert read_format({"grammar": 'start: "a"'}) == ("grammar", 'start: "a"')


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("", "a regular expression must not be empty"),
        ([], "choices must be a list of texts"),
        ([""], "a choice must not be empty"),
        ("{a}", r'must be a JSON schema: .*for a regular expression give {"regex"'),
        ({"regex": "a", "choices": ["b"]}, "expected one of .*; got choices, regex"),
        ({"regex": "a", "flags": 1}, "flags"),
        ({"type": "json_schema", "schema": SCHEMA}, "unknown option 'schema'"),
        ({"type": "json_schema"}, "expected .*json_schema"),
        ({"type": "json_object", "schema": SCHEMA}, "schema"),
        (re.compile("a", re.IGNORECASE), r"without flags.*write \(\?i\)"),
        (re.compile(b"a"), "must be of str"),
    ],
)
def test_bad_values(given: Any, message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        read_format(given)


@pytest.mark.parametrize(
    "given", [5, True, [1], {"regex": 1}, {"a": {1}}, {"schema": 3}, {"grammar": None}]
)
def test_bad_types(given: Any) -> None:
    with pytest.raises(InvalidTypeError, match=r"\[guided\]"):
        read_format(given)
