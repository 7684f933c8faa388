"""Functions that a chat may call, or must: how they are asked for, and read from answers.

Source: OpenAI's API reference, Chat, tools and tool_choice.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any, NamedTuple

from onnxformers.errors import InvalidArgumentError, InvalidTypeError
from onnxformers.pipelines.chats import parse_calls

_CHOICES = '"auto", "none", "required" or {"type": "function", "function": {"name": ...}}'


class Calling(NamedTuple):
    """How answers may call.

    Attributes:
        way: "none", "auto", "required", or "named": this one function, whose arguments are all
            that is written.
        name: Of that function.
    """

    way: str = "none"
    name: str = ""


NO_CALLS = Calling()


def choose_tools(options: dict[str, Any], choice: Any, is_parallel: bool) -> Calling:
    """How a chat may call; an answer that must call gets a form.

    Raises:
        InvalidTypeError: The tools are no list of functions.
        InvalidArgumentError: There is no such choice or function, or the form is taken.
    """
    if choice == "none" or not options.get("tools"):
        options.pop("tools", None)
        if choice not in (None, "none", "auto"):
            raise InvalidArgumentError("[chat] tool_choice needs tools")
        return NO_CALLS
    functions = dict(map(_read_tool, _listed(options["tools"])))
    if choice in (None, "auto"):
        return Calling("auto")
    name = _name_of(choice)
    if choice != "required" and name not in functions:
        raise InvalidArgumentError(
            f"[chat] tool_choice must be {_CHOICES} of {', '.join(functions)}, got {choice!r:.80}"
        )
    if options.get("response_format") is not None:
        raise InvalidArgumentError("[chat] response_format does not go with a forced tool_choice")
    if choice == "required":
        options["guided"] = {"schema": _schema_of_calls(functions, is_parallel)}
        return Calling("required")
    options["guided"] = {"schema": functions[name]}
    return Calling("named", name)


def _listed(tools: Any) -> list[Any]:
    if not isinstance(tools, list):
        raise InvalidTypeError(f"[chat] tools must be a list, got {type(tools).__name__}")
    return tools


def _read_tool(tool: Any) -> tuple[str, Mapping[str, Any]]:
    """Name and arguments; clients of the Hub may send a function without what is round it."""
    function = tool.get("function", tool) if isinstance(tool, Mapping) else None
    if not isinstance(function, Mapping) or not isinstance(function.get("name"), str):
        raise InvalidTypeError("[chat] each tool must hold a function with a name")
    schema = function.get("parameters") or {}
    if not isinstance(schema, Mapping):
        raise InvalidTypeError("[chat] the parameters of a function must be an object")
    return function["name"], schema if schema.get("properties") else {"type": "object"}


def _name_of(choice: Any) -> str:
    """The function that a choice names; the Hub's clients leave out its type."""
    function = choice.get("function") if isinstance(choice, Mapping) else None
    name = function.get("name") if isinstance(function, Mapping) else None
    return name if isinstance(name, str) else ""


def _schema_of_calls(functions: Mapping[str, Any], is_parallel: bool) -> dict[str, Any]:
    calls = [
        {
            "type": "object",
            "properties": {"name": {"const": name}, "arguments": schema},
            "required": ["name", "arguments"],
            "additionalProperties": False,
        }
        for name, schema in functions.items()
    ]
    found: dict[str, Any] = {"type": "array", "minItems": 1, "items": {"anyOf": calls}}
    return found if is_parallel else {**found, "maxItems": 1}


def read_message(answer: str, calling: Calling) -> dict[str, Any]:
    """What was written as a message of the assistant, with the calls in it."""
    content, calls = answer, []
    if calling.way == "named":
        content, calls = "", [(calling.name, answer)]
    elif calling.way == "auto":
        content, found = parse_calls(answer)
        calls = [(c["function"]["name"], _written(c["function"]["arguments"])) for c in found]
    elif calling.way == "required" and (parsed := _parsed(answer)) is not None:
        content, calls = "", [(call["name"], _written(call["arguments"])) for call in parsed]
    message: dict[str, Any] = {"role": "assistant", "content": content}
    if calls:
        message |= {"content": content or None}
        message["tool_calls"] = [_call(i, *call) for i, call in enumerate(calls)]
    return message


def _parsed(answer: str) -> list[dict[str, Any]] | None:
    """The calls of a whole answer; None of one that was cut off."""
    try:
        found: list[dict[str, Any]] = json.loads(answer)
    except (ValueError, RecursionError):
        return None
    return found


def _written(arguments: Any) -> str:
    return json.dumps(arguments, ensure_ascii=False)


def _call(number: int, name: str, arguments: str) -> dict[str, Any]:
    return {
        "index": number,
        "id": f"call_{uuid.uuid4().hex[:24]}",
        "type": "function",
        "function": {"name": name, "arguments": arguments},
    }


def reason_of(message: Mapping[str, Any], calling: Calling, reason: str) -> str:
    """Why an answer ends, now that its calls are known: a function asked for by name is no news."""
    is_news = "tool_calls" in message and calling.way != "named"
    return "tool_calls" if is_news else reason
