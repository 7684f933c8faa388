"""Answers of chats, in the form that OpenAI's interface made common.

Source: the chat completion of text-generation-inference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

if TYPE_CHECKING:
    from typing_extensions import NotRequired


class ChatFunctionCall(TypedDict):
    """A call that the model wants; the arguments are JSON."""

    name: str
    arguments: str


class ChatToolCall(TypedDict):
    """A call of a tool; in a stream, a piece of one, which `index` tells."""

    id: NotRequired[str]
    index: NotRequired[int]
    type: NotRequired[str]
    function: ChatFunctionCall


class ChatMessage(TypedDict):
    """A message of the assistant."""

    role: str
    content: NotRequired[str | None]
    tool_calls: NotRequired[list[ChatToolCall] | None]


class ChatChoice(TypedDict):
    """One answer.

    Attributes:
        index: Its place among the answers.
        message: The answer.
        finish_reason: "stop", "length" or "tool_calls".
        logprobs: Of the tokens, where asked for.
    """

    index: int
    message: ChatMessage
    finish_reason: str | None
    logprobs: NotRequired[Any]


class Usage(TypedDict):
    """Tokens that were read and written."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class ChatCompletionOutput(TypedDict):
    """A whole answer of a chat."""

    id: str
    object: NotRequired[str]
    created: int
    model: str
    system_fingerprint: NotRequired[str | None]
    choices: list[ChatChoice]
    usage: Usage


class ChatDelta(TypedDict, total=False):
    """What an event adds to the message."""

    role: str
    content: str | None
    tool_calls: list[ChatToolCall] | None


class ChatStreamChoice(TypedDict):
    """What an event adds to one answer."""

    index: int
    delta: ChatDelta
    finish_reason: str | None
    logprobs: NotRequired[Any]


class ChatCompletionStreamOutput(TypedDict):
    """An event of a chat that is streamed."""

    id: str
    object: NotRequired[str]
    created: int
    model: str
    system_fingerprint: NotRequired[str | None]
    choices: list[ChatStreamChoice]
    usage: NotRequired[Usage | None]
