"""What an answer must be like, in the ways in which users say it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

from onnxformers.errors import InvalidArgumentError, InvalidTypeError
from onnxformers.options import refuse_unknown

PLACE = "guided"
Kind = Literal["json", "regex", "grammar"]
_WAYS = (
    "a JSON schema (a dict or its text), a pydantic model, a regular expression, a list of "
    'choices, {"type": "json_object"}, {"type": "json_schema", "json_schema": {"schema": ...}}, '
    'or one of {"schema": ...}, {"regex": ...}, {"choices": [...]}, {"grammar": ...}'
)


class AnswerFormat(NamedTuple):
    """What an answer must be like.

    Attributes:
        kind: In which language it is said.
        text: A JSON schema, a regular expression, or a grammar in Lark's notation.
    """

    kind: Kind
    text: str


def read_format(given: Any) -> AnswerFormat | None:
    """What `guided=` or `response_format=` asks for; None for any text.

    Args:
        given: A JSON schema, as a dict or a text that begins with "{"; a pydantic model; a regular
            expression, as another text or compiled; a list of choices; a response_format of
            OpenAI; or a dict with one of schema, regex, choices, grammar.

    Raises:
        InvalidArgumentError: It is none of these, or broken.
        InvalidTypeError: It is of another type.

    Example:
        >>> read_format(["yes", "no"])
        AnswerFormat(kind='regex', text='(?:yes|no)')
    """
    if isinstance(given, Mapping):
        return _of_mapping(given)
    if isinstance(given, str):
        return _of_mapping(_parse(given)) if given.lstrip().startswith("{") else _of_regex(given)
    if isinstance(given, re.Pattern):
        return _of_regex(given)
    for method in ("model_json_schema", "json_schema"):  # of a model, of a TypeAdapter
        if callable(getattr(given, method, None)):
            return _of_schema(getattr(given, method)())
    if isinstance(given, list | tuple):
        return _of_choices(given)
    raise InvalidTypeError(f"[{PLACE}] expected {_WAYS}; got {given!r}")


def _of_mapping(given: Mapping[str, Any]) -> AnswerFormat | None:
    if given.get("type") in _TYPES:
        return _TYPES[given["type"]](given)
    named = given.keys() & _NAMED
    if not named:
        return _of_schema(given)
    refuse_unknown(given.keys() - named, (), PLACE)
    if len(named) > 1:
        raise InvalidArgumentError(
            f"[{PLACE}] expected one of {', '.join(sorted(_NAMED))}; got {', '.join(sorted(named))}"
        )
    (name,) = named
    return _NAMED[name](given[name])


def _of_json_object(given: Mapping[str, Any]) -> AnswerFormat:
    refuse_unknown(given, ("type",), PLACE)
    return _of_schema({"type": "object"})


def _of_json_schema(given: Mapping[str, Any]) -> AnswerFormat:
    refuse_unknown(given, ("type", "json_schema"), PLACE)
    inner = given.get("json_schema")
    if not isinstance(inner, Mapping) or "schema" not in inner:
        raise InvalidArgumentError(
            f'[{PLACE}] expected {{"type": "json_schema", "json_schema": {{"schema": ...}}}}; '
            f"got {dict(given)!r}"
        )
    refuse_unknown(inner, ("schema", "name", "description", "strict"), PLACE)
    return _of_schema(inner["schema"])


def _of_schema(schema: Any) -> AnswerFormat:
    if isinstance(schema, str):
        schema = _parse(schema)
    if not isinstance(schema, Mapping):
        raise InvalidTypeError(f"[{PLACE}] a JSON schema must be a dict, got {schema!r}")
    try:
        return AnswerFormat("json", json.dumps(schema))
    except (TypeError, ValueError) as error:
        raise InvalidTypeError(f"[{PLACE}] the JSON schema is not JSON: {error}") from None


def _of_regex(regex: Any) -> AnswerFormat:
    if isinstance(regex, re.Pattern):
        if regex.flags & ~re.UNICODE or isinstance(regex.pattern, bytes):
            raise InvalidArgumentError(
                f"[{PLACE}] a regular expression must be of str and without flags, got {regex!r}; "
                "write (?i), (?s), ... in it"
            )
        regex = regex.pattern
    return AnswerFormat("regex", _text("a regular expression", regex))


def _of_choices(choices: Any) -> AnswerFormat:
    if not isinstance(choices, list | tuple) or not choices:
        raise InvalidArgumentError(f"[{PLACE}] choices must be a list of texts, got {choices!r}")
    escaped = [_escape(_text("a choice", choice)) for choice in choices]
    return AnswerFormat("regex", f"(?:{'|'.join(escaped)})")


def _of_grammar(grammar: Any) -> AnswerFormat:
    return AnswerFormat("grammar", _text("a grammar", grammar))


def _text(what: str, value: Any) -> str:
    if not isinstance(value, str):
        raise InvalidTypeError(f"[{PLACE}] {what} must be a str, got {value!r}")
    if not value:
        raise InvalidArgumentError(f"[{PLACE}] {what} must not be empty")
    return value


def _escape(text: str) -> str:
    """As `re.escape`, for every dialect of regular expressions."""
    plain = re.compile(r"[0-9A-Za-z]")
    return "".join(c if plain.fullmatch(c) else f"\\x{{{ord(c):X}}}" for c in text)


def _parse(text: str) -> Mapping[str, Any]:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise InvalidArgumentError(
            f"[{PLACE}] a text that begins with {{ must be a JSON schema: {error}; for a regular "
            'expression give {"regex": ...}'
        ) from None
    if not isinstance(value, Mapping):
        raise InvalidArgumentError(f"[{PLACE}] a JSON schema must be an object, got {text!r}")
    return value


def _of_anything(given: Mapping[str, Any]) -> None:
    refuse_unknown(given, ("type",), PLACE)


_NAMED: Mapping[str, Callable[[Any], AnswerFormat]] = {
    "schema": _of_schema,
    "regex": _of_regex,
    "choices": _of_choices,
    "grammar": _of_grammar,
}
#: Types of a response_format; none of them is a type of JSON Schema.
_TYPES: Mapping[str, Callable[[Mapping[str, Any]], AnswerFormat | None]] = {
    "text": _of_anything,
    "json_object": _of_json_object,
    "json_schema": _of_json_schema,
}
