"""What a chat template is given, and what becomes of the text that it gives."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

from onnxformers.errors import FileFormatError, InvalidArgumentError, InvalidTypeError

Message = Mapping[str, Any]
Conversation = Sequence[Message]
Spans = list[tuple[int, int]]


def templates_of(place: str, value: object) -> str | dict[str, str] | None:
    """`chat_template` of a config: a template, templates by name, or None.

    Raises:
        FileFormatError: something else.
    """
    if value is None or isinstance(value, str):
        return value
    pairs: list[tuple[Any, Any]] = [(None, None)]
    if isinstance(value, list | tuple):
        pairs = [
            (item.get("name"), item.get("template")) if isinstance(item, dict) else (None, None)
            for item in value
        ]
    elif isinstance(value, dict):
        pairs = list(value.items())
    found = {n: t for n, t in pairs if isinstance(n, str) and isinstance(t, str)}
    if len(found) != len(pairs):
        raise FileFormatError(
            f"[{place}] chat_template must be a string, or a list of objects with 'name' and "
            "'template'"
        )
    return found


def conversations_of(place: str, conversation: Any) -> tuple[list[Conversation], bool]:
    """The conversations, and whether several were given.

    Raises:
        InvalidTypeError: not a list of messages, nor a list of such lists.
        InvalidArgumentError: an empty list.
    """
    whole = _messages(conversation)
    if not isinstance(whole, list | tuple):
        raise InvalidTypeError(
            f"[{place}] a conversation must be a list of messages, got {type(whole).__name__}"
        )
    if not whole:
        raise InvalidArgumentError(f"[{place}] the conversation is empty; give a message")
    first = whole[0]
    if isinstance(first, list | tuple) or hasattr(first, "messages"):
        return [_messages(chat) for chat in whole], True
    return [whole], False


def _messages(conversation: Any) -> Any:
    """Objects may keep their messages as an attribute, as transformers' Conversation does."""
    return getattr(conversation, "messages", conversation)


def documents_of(place: str, documents: Any) -> list[Message] | None:
    """The documents for the model to draw on.

    Raises:
        InvalidTypeError: not a list of dicts.
    """
    if documents is None:
        return None
    if not isinstance(documents, list | tuple) or not all(isinstance(d, dict) for d in documents):
        raise InvalidTypeError(f"[{place}] documents must be a list of dicts with title and text")
    return list(documents)


def left_open(place: str, text: str, messages: Conversation) -> str:
    """The text up to the end of the last message.

    Raises:
        InvalidArgumentError: that message has no text, or the template changes it.
    """
    content = messages[-1].get("content")
    if isinstance(content, list | tuple) and content and isinstance(content[-1], dict):
        content = content[-1].get("text")
    if not isinstance(content, str):
        raise InvalidArgumentError(
            f"[{place}] continue_final_message needs a last message with text as its content"
        )
    final = content.strip()
    begin = text.rfind(final)
    if begin < 0:
        raise InvalidArgumentError(
            f"[{place}] continue_final_message: the template changes the last message, so its end "
            "is not known"
        )
    return text[: begin + len(final)].rstrip()


def assistant_mask(offsets: Sequence[tuple[int, int]], spans: Spans) -> list[int]:
    """1 for the tokens that have a character in one of the spans of their text.

    O(n log m) for n tokens and m spans.
    """
    apart = _merged(spans)
    ends = [last for _, last in apart]
    mask = []
    for start, end in offsets:
        following = bisect_right(ends, start)  # the first span that ends behind `start`
        mask.append(int(following < len(apart) and apart[following][0] < end))
    return mask


def _merged(spans: Spans) -> Spans:
    """Spans in order that do not overlap; those of a template may lie in one another."""
    merged: Spans = []
    for first, last in sorted(spans):
        if merged and first < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return merged
