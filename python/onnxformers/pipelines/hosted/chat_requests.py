"""What a request for the next message of a chat asks for.

Source: OpenAI's API reference, Chat; text-generation-inference's chat completions.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from onnxformers.errors import InvalidArgumentError, InvalidTypeError
from onnxformers.options import refuse_unknown
from onnxformers.pipelines.hosted.calls import NO_CALLS, Calling, choose_tools
from onnxformers.pipelines.hosted.meter import PLAIN, Bend, read_bend, read_top
from onnxformers.pipelines.hosted.writing import SAME, as_options, draw_several, drop_neutral

#: Field -> option of the pipeline.
_FIELDS: Mapping[str, str] = {
    **{name: name for name in SAME},
    "max_completion_tokens": "max_new_tokens",
    "max_tokens": "max_new_tokens",
    "n": "num_return_sequences",
    "response_format": "response_format",
    "stop": "stop_strings",
    "tools": "tools",
}
#: Fields that change nothing here, and the values that may be asked for.
_NEUTRAL: Mapping[str, tuple[Any, ...]] = {
    "modalities": (None, ["text"]),
    "parallel_tool_calls": (None, True, False),
    "tool_prompt": (None,),
}
_IGNORED = (
    *("metadata", "model", "prompt_cache_key", "safety_identifier", "service_tier", "store"),
    *("stream", "stream_options", "tool_choice", "user"),
)
#: What others call who speaks.
_ROLES = {"developer": "system"}
_MOST_TOPS = 20


@dataclass(frozen=True, slots=True)
class Chat:
    """A request for the next message.

    Attributes:
        messages: What was said.
        options: Of the pipeline.
        model: The name under which it was asked for.
        tells_usage: Whether a stream ends with the counts of tokens.
        calling: How the answer may call functions.
        bend: What is wanted of the scores.
    """

    messages: list[dict[str, Any]]
    options: dict[str, Any]
    model: str
    tells_usage: bool = False
    calling: Calling = NO_CALLS
    bend: Bend = PLAIN


def read_chat(fields: Mapping[str, Any], model: str) -> Chat:
    """What a request asks for.

    Raises:
        InvalidTypeError: The messages are no list of objects.
        InvalidArgumentError: A field is unknown, or asks for what we do not have.
    """
    given = {name: value for name, value in fields.items() if name not in _IGNORED}
    messages = _read_messages(given.pop("messages", None))
    is_parallel = given.get("parallel_tool_calls") is not False
    for name, values in _NEUTRAL.items():
        if (value := given.pop(name, None)) not in values:
            raise InvalidArgumentError(f"[chat] {name}={value!r} is not supported; leave it out")
    bend = replace(read_bend(given, "chat"), top=_read_top(given))
    given = drop_neutral(given, "chat")
    refuse_unknown(given, _FIELDS, "chat")
    options = as_options({_FIELDS[name]: value for name, value in given.items()})
    draw_several(options, bend, "chat")
    calling = choose_tools(options, fields.get("tool_choice"), is_parallel)
    _choose_format(options)
    tells = read_stream_options(fields, "chat")
    return Chat(messages, options, model, tells, calling, bend)


def read_stream_options(fields: Mapping[str, Any], place: str) -> bool:
    """Whether a stream is to end with the counts of tokens.

    Raises:
        InvalidArgumentError: The options are no object, unknown, or of an answer in one piece.
    """
    given = fields.get("stream_options")
    if given is None:
        return False
    if not isinstance(given, Mapping):
        raise InvalidTypeError(f"[{place}] stream_options must be an object, got {given!r:.60}")
    refuse_unknown(given, ("include_usage", "include_obfuscation"), f"{place}, stream_options")
    if not fields.get("stream"):
        raise InvalidArgumentError(f"[{place}] stream_options need stream=true")
    return bool(given.get("include_usage"))


def _read_top(given: dict[str, Any]) -> int | None:
    """How many of the likeliest tokens to tell; None: nothing."""
    is_wanted, top = given.pop("logprobs", None), given.pop("top_logprobs", None)
    if is_wanted not in (None, True, False):
        raise InvalidArgumentError(f"[chat] logprobs must be true or false, got {is_wanted!r:.60}")
    if is_wanted:
        return 0 if top is None else read_top(top, _MOST_TOPS, "top_logprobs", "chat")
    if top:
        raise InvalidArgumentError("[chat] top_logprobs need logprobs=true")
    return None


def _choose_format(options: dict[str, Any]) -> None:
    """A format in the words of text-generation-inference becomes one of OpenAI's."""
    asked = options.get("response_format")
    if isinstance(asked, Mapping) and "value" in asked:
        options["response_format"] = {
            "type": "json_schema",
            "json_schema": {"schema": asked["value"]},
        }


def _read_messages(messages: Any) -> list[dict[str, Any]]:
    if not isinstance(messages, list) or not messages:
        raise InvalidTypeError("[chat] messages must be a list of objects that is not empty")
    for number, message in enumerate(messages):
        if not isinstance(message, Mapping) or not isinstance(message.get("role"), str):
            raise InvalidTypeError(f"[chat] message {number} must be an object with a role")
    return [_plain(message) for message in messages]


def _plain(message: Mapping[str, Any]) -> dict[str, Any]:
    """A message as templates take it: text for parts of text, arguments as objects."""
    plain = {**message, "role": _ROLES.get(message["role"], message["role"])}
    content = plain.get("content")
    if isinstance(content, list):
        plain["content"] = "".join(map(_text_of, content))
    elif content is None:
        plain["content"] = ""
    elif not isinstance(content, str):
        raise InvalidTypeError("[chat] the content of a message must be a text or a list of parts")
    if plain.get("tool_calls"):
        if not isinstance(plain["tool_calls"], list):
            raise InvalidTypeError("[chat] the tool_calls of a message must be a list")
        plain["tool_calls"] = [_call_of(call) for call in plain["tool_calls"]]
    return plain


def _text_of(part: Any) -> str:
    kind = part.get("type", "text") if isinstance(part, Mapping) else None
    text = part.get("text") if isinstance(part, Mapping) else None
    if isinstance(text, str) and kind in ("text", "refusal"):
        return text
    if isinstance(kind, str) and kind in ("image_url", "input_audio", "file"):
        raise InvalidArgumentError(f"[chat] this model reads text alone; leave out {kind}")
    raise InvalidArgumentError("[chat] parts of a message must be of type text")


def _call_of(call: Any) -> dict[str, Any]:
    try:
        function = dict(call["function"])
        if isinstance(function.get("arguments"), str):
            function["arguments"] = json.loads(function["arguments"] or "{}")
        return {"type": "function", "function": function}
    except (KeyError, TypeError, ValueError, RecursionError):
        raise InvalidArgumentError("[chat] a tool call must hold a function with JSON") from None
