"""Chats in the form that OpenAI's interface made common, answered by a text-generation pipeline.

Source: the chat completions of OpenAI and of text-generation-inference.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from onnxformers.errors import InvalidArgumentError, InvalidTypeError
from onnxformers.options import refuse_unknown
from onnxformers.pipelines.chats import parse_calls
from onnxformers.pipelines.hosted.streams import finish_reason, write_stepwise, write_whole
from onnxformers.pipelines.hosted.writing import REASONS, SAME, as_options, drop_neutral

if TYPE_CHECKING:
    from onnxformers.pipelines.text_generation import TextGenerationPipeline

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
    "logit_bias": (None, {}),
    "logprobs": (None, False),
    "parallel_tool_calls": (None, True, False),
    "tool_prompt": (None,),
    "top_logprobs": (None, 0),
}
_IGNORED = ("metadata", "model", "store", "stream", "stream_options", "tool_choice", "user")


@dataclass(frozen=True, slots=True)
class Chat:
    """A request for the next message.

    Attributes:
        messages: What was said.
        options: Of the pipeline.
        model: The name under which it was asked for.
        tells_usage: Whether a stream ends with the counts of tokens.
    """

    messages: list[dict[str, Any]]
    options: dict[str, Any]
    model: str
    tells_usage: bool = False


def read_chat(fields: Mapping[str, Any], model: str) -> Chat:
    """What a request asks for.

    Raises:
        InvalidTypeError: The messages are no list of objects.
        InvalidArgumentError: A field is unknown, or asks for what we do not have.
    """
    given = {name: value for name, value in fields.items() if name not in _IGNORED}
    messages = given.pop("messages", None)
    if not isinstance(messages, list) or not messages:
        raise InvalidTypeError("[chat] messages must be a list of objects that is not empty")
    for number, message in enumerate(messages):
        if not isinstance(message, Mapping) or not isinstance(message.get("role"), str):
            raise InvalidTypeError(f"[chat] message {number} must be an object with a role")
    for name, values in _NEUTRAL.items():
        if (value := given.pop(name, None)) not in values:
            raise InvalidArgumentError(f"[chat] {name}={value!r} is not supported; leave it out")
    given = drop_neutral(given, "chat")
    refuse_unknown(given, _FIELDS, "chat")
    options = as_options({_FIELDS[name]: value for name, value in given.items()})
    _choose_tools(options, fields.get("tool_choice"))
    _choose_format(options)
    tells = (fields.get("stream_options") or {}).get("include_usage", False)
    return Chat([_plain(message) for message in messages], options, model, bool(tells))


def _choose_tools(options: dict[str, Any], choice: Any) -> None:
    if choice == "none" or not options.get("tools"):
        options.pop("tools", None)
    elif choice not in (None, "auto"):
        raise InvalidArgumentError(f'[chat] tool_choice must be "auto" or "none", got {choice!r}')


def _choose_format(options: dict[str, Any]) -> None:
    """A format in the words of text-generation-inference becomes one of OpenAI's."""
    asked = options.get("response_format")
    if isinstance(asked, Mapping) and "value" in asked:
        options["response_format"] = {
            "type": "json_schema",
            "json_schema": {"schema": asked["value"]},
        }


def _plain(message: Mapping[str, Any]) -> dict[str, Any]:
    """A message as templates take it: text for parts of text, arguments as objects."""
    plain = dict(message)
    content = plain.get("content")
    if isinstance(content, list):
        parts = [p.get("text") if isinstance(p, Mapping) else None for p in content]
        if not all(isinstance(part, str) for part in parts):
            raise InvalidArgumentError("[chat] parts of a message must be of type text")
        plain["content"] = "".join(str(part) for part in parts)
    elif content is None:
        plain["content"] = ""
    if plain.get("tool_calls"):
        plain["tool_calls"] = [_call_of(call) for call in plain["tool_calls"]]
    return plain


def _call_of(call: Any) -> dict[str, Any]:
    try:
        function = dict(call["function"])
        if isinstance(function.get("arguments"), str):
            function["arguments"] = json.loads(function["arguments"] or "{}")
        return {"type": "function", "function": function}
    except (KeyError, TypeError, ValueError):
        raise InvalidArgumentError("[chat] a tool call must hold a function with JSON") from None


def complete(pipe: TextGenerationPipeline, chat: Chat, **options: Any) -> dict[str, Any]:
    """The answer as a whole: a `ChatCompletionOutput`."""
    call = {**chat.options, **options, "return_full_text": False}
    written = write_whole(pipe, chat.messages, call)
    reason = REASONS[written.reason]
    choices = [
        _choice(index, _message(result["generated_text"], chat), reason)
        for index, result in enumerate(written.results)
    ]
    usage = _usage(prompt_tokens(pipe, chat), written.tokens)
    return {**_head(chat, "chat.completion"), "choices": choices, "usage": usage}


def _message(answer: str, chat: Chat) -> dict[str, Any]:
    """What was written as a message, with the calls in it."""
    if "tools" not in chat.options:
        return {"content": answer}
    content, calls = parse_calls(answer)
    return {"content": content, "tool_calls": calls}


def _choice(index: int, message: Mapping[str, Any], reason: str) -> dict[str, Any]:
    calls = [
        _written_call(number, call) for number, call in enumerate(message.get("tool_calls", ()))
    ]
    said: dict[str, Any] = {"role": "assistant", "content": message["content"]}
    if calls:
        said = {**said, "content": message["content"] or None, "tool_calls": calls}
        reason = "tool_calls"
    return {"index": index, "message": said, "logprobs": None, "finish_reason": reason}


def _written_call(number: int, call: Mapping[str, Any]) -> dict[str, Any]:
    function = call["function"]
    arguments = json.dumps(function["arguments"], ensure_ascii=False)
    return {
        "index": number,
        "id": f"call_{uuid.uuid4().hex[:24]}",
        "type": "function",
        "function": {"name": function["name"], "arguments": arguments},
    }


def stream(
    pipe: TextGenerationPipeline, chat: Chat, **options: Any
) -> Generator[dict[str, Any], None, None]:
    """The answer piece by piece: `ChatCompletionStreamOutput`s.

    With tools it comes in one piece, for what looks like text may turn out to be a call.
    """
    if chat.options.get("num_return_sequences", 1) != 1:
        raise InvalidArgumentError("[chat] a stream has one answer; leave n out")
    head = _head(chat, "chat.completion.chunk")
    yield {**head, "choices": [_delta({"role": "assistant", "content": ""})]}
    call = {**chat.options, **options, "return_full_text": False}
    steps = write_stepwise(pipe, chat.messages, call)
    holds = "tools" in chat.options
    count, text, last = 0, "", None
    try:
        while True:
            step = next(steps)
            count, text, last = count + 1, text + step.text, step.token
            if step.text and not holds:
                yield {**head, "choices": [_delta({"content": step.text})]}
    except StopIteration as end:
        result = end.value
    reason = REASONS[finish_reason(pipe, last, text, call)]
    if holds:
        choice = _choice(0, _message(result[0]["generated_text"], chat), reason)
        reason = choice["finish_reason"]
        yield {**head, "choices": [_delta(choice["message"])]}
    yield {**head, "choices": [_delta({}, reason)]}
    if chat.tells_usage:
        usage = _usage(prompt_tokens(pipe, chat), count)
        yield {**head, "choices": [], "usage": usage}


def _head(chat: Chat, kind: str) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-{uuid.uuid4().hex}",
        "object": kind,
        "created": int(time.time()),
        "model": chat.model,
        "system_fingerprint": "onnxformers",
    }


def _delta(delta: Mapping[str, Any], reason: str | None = None) -> dict[str, Any]:
    return {"index": 0, "delta": dict(delta), "logprobs": None, "finish_reason": reason}


def _usage(read: int, written: int) -> dict[str, int]:
    total = read + written
    return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": total}


def prompt_tokens(pipe: TextGenerationPipeline, chat: Chat) -> int:
    """Tokens of a chat, as the model sees it.

    Raises:
        ChatTemplateError: There is no template, or it refuses the chat.
    """
    ids = pipe.tokenizer.apply_chat_template(
        chat.messages, tools=chat.options.get("tools"), add_generation_prompt=True
    )
    return len(ids)
