"""Chats as prompts: which lists are chats, what the template is asked for, calls in answers."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from onnxformers.errors import InvalidArgumentError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from onnxformers.pipelines.generation_options import TextGenerationOptions
    from onnxformers.pipelines.results import Message, ToolCall
    from onnxformers.tokenizers import PreTrainedTokenizer

_CALL = re.compile(r"<tool_call>(.*?)(?:</tool_call>|\Z)", re.DOTALL)


def is_chat(item: Any) -> bool:
    """Whether this is a list of messages."""
    return isinstance(item, (list, tuple)) and bool(item) and isinstance(item[0], Mapping)


def check_chat(task: str, index: int, chat: Sequence[Any]) -> None:
    """Refuse what is no chat.

    Raises:
        InvalidArgumentError: A message without a role.
    """
    for number, message in enumerate(chat):
        if not isinstance(message, Mapping) or not isinstance(message.get("role"), str):
            raise InvalidArgumentError(
                f"[{task}] message {number} of input {index} must be a dict with role and "
                f"content, got {message!r:.60}"
            )


def goes_on(chat: Sequence[Mapping[str, Any]], options: TextGenerationOptions) -> bool:
    """Whether the model is to go on with the last message rather than to begin one.

    Few templates allow two messages of the assistant, one after the other.
    """
    asked = options.continue_final_message
    return chat[-1]["role"] == "assistant" if asked is None else asked


def render(
    tokenizer: PreTrainedTokenizer,
    chat: Sequence[Mapping[str, Any]],
    options: TextGenerationOptions,
) -> str:
    """A chat as the text that the model sees, special tokens included.

    Raises:
        ChatTemplateError: There is no template, or it refuses the chat.
    """
    is_open = goes_on(chat, options)
    text = tokenizer.apply_chat_template(
        [dict(message) for message in chat],
        tools=options.tools,
        documents=options.documents,
        chat_template=options.chat_template,
        add_generation_prompt=not is_open,
        continue_final_message=is_open,
        tokenize=False,
        **options.chat_template_kwargs,
    )
    assert isinstance(text, str)
    return text


def answered(
    chat: Sequence[Mapping[str, Any]], answer: str, options: TextGenerationOptions
) -> list[Message]:
    """The chat with an answer: as a new message, or behind the last one.

    With `tools`, calls in the answer become `tool_calls` of its message; see `parse_calls`.
    """
    messages: list[Any] = list(chat)
    if goes_on(chat, options):
        last = messages[-1]
        messages[-1] = {"role": last["role"], "content": _joined(last["content"], answer)}
        return messages
    calls: list[ToolCall] = []
    if options.tools is not None:
        answer, calls = parse_calls(answer)
    message: Message = {"role": "assistant", "content": answer}
    if calls:
        message["tool_calls"] = calls
    return [*messages, message]


def _joined(content: Any, answer: str) -> Any:
    """A message's content with more text; it may be parts, the last of which is text."""
    if isinstance(content, str):
        return content + answer
    *parts, last = content
    return [*parts, {**last, "text": last["text"] + answer}]


def parse_calls(answer: str) -> tuple[str, list[ToolCall]]:
    """The calls in an answer, and what is left of it.

    A call is JSON with "name" and "arguments" (or "parameters") between <tool_call> and
    </tool_call>, as Qwen, Hermes and many others write it; the last closing tag may lack. What is
    none stays in the text.

    >>> parse_calls('Sure.<tool_call>{"name": "now", "arguments": {}}</tool_call>')
    ('Sure.', [{'type': 'function', 'function': {'name': 'now', 'arguments': {}}}])
    """
    calls: list[ToolCall] = []

    def take(match: re.Match[str]) -> str:
        call = _read_call(match.group(1))
        if call is None:
            return match.group()
        calls.append(call)
        return ""

    rest = _CALL.sub(take, answer)
    return (rest.strip(), calls) if calls else (answer, [])


def _read_call(text: str) -> ToolCall | None:
    try:
        call = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(call, dict) or not isinstance(call.get("name"), str):
        return None
    arguments = call.get("arguments", call.get("parameters", {}))
    if not isinstance(arguments, dict):
        return None
    return {"type": "function", "function": {"name": call["name"], "arguments": arguments}}
