"""Chats in the form that OpenAI's interface made common, answered by a text-generation pipeline.

Source: the chat completions of OpenAI and of text-generation-inference.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Generator, Mapping
from typing import TYPE_CHECKING, Any

from onnxformers.errors import InvalidArgumentError
from onnxformers.pipelines.hosted import spelling
from onnxformers.pipelines.hosted.calls import read_message, reason_of
from onnxformers.pipelines.hosted.chat_requests import Chat, read_chat
from onnxformers.pipelines.hosted.meter import Meter, meter_of
from onnxformers.pipelines.hosted.stops import Cutter, cut
from onnxformers.pipelines.hosted.streams import Steps, finish_reason, write_stepwise, write_whole
from onnxformers.pipelines.hosted.writing import REASONS

if TYPE_CHECKING:
    from onnxformers.pipelines.text_generation import TextGenerationPipeline

__all__ = ["Chat", "complete", "prompt_tokens", "read_chat", "stream"]


def complete(pipe: TextGenerationPipeline, chat: Chat, **options: Any) -> dict[str, Any]:
    """The answer as a whole: a `ChatCompletionOutput`."""
    call = {**chat.options, **options, "return_full_text": False}
    meter = meter_of(chat.bend)
    written = write_whole(pipe, chat.messages, call, meter)
    choices = []
    for index, sequence in enumerate(written):
        text = cut(sequence.text, call.get("stop_strings"))
        message = read_message(text, chat.calling)
        reason = reason_of(message, chat.calling, REASONS[sequence.reason])
        choice = {"index": index, "message": message, "finish_reason": reason}
        choices.append({**choice, "logprobs": _told(pipe, chat, meter, index, sequence.tokens, 0)})
    count = sum(len(sequence.tokens) for sequence in written)
    usage = _usage(prompt_tokens(pipe, chat), count)
    return {**_head(chat, "chat.completion"), "choices": choices, "usage": usage}


def _told(
    pipe: TextGenerationPipeline,
    chat: Chat,
    meter: Meter | None,
    row: int,
    tokens: list[int],
    begin: int,
) -> dict[str, Any] | None:
    """How likely tokens were, if that was asked for."""
    if meter is None or chat.bend.top is None:
        return None
    return spelling.as_chat(pipe.tokenizer, meter.likely(row, tokens, begin))


def stream(
    pipe: TextGenerationPipeline, chat: Chat, **options: Any
) -> Generator[dict[str, Any], None, None]:
    """The answer piece by piece: `ChatCompletionStreamOutput`s.

    With tools it comes in one piece, for what looks like text may turn out to be a call.
    """
    if chat.options.get("num_return_sequences", 1) != 1:
        raise InvalidArgumentError("[chat] a stream has one answer; leave n out")
    head = _head(chat, "chat.completion.chunk")
    if chat.tells_usage:
        head["usage"] = None
    count, is_begun = 0, False
    for choice, tokens in _pieces(pipe, chat, {**chat.options, **options}):
        if not is_begun:  # not before the model could write
            yield {**head, "choices": [_delta({"role": "assistant", "content": ""})]}
            is_begun = True
        yield {**head, "choices": [choice]}
        count += tokens
    if chat.tells_usage:
        yield {**head, "choices": [], "usage": _usage(prompt_tokens(pipe, chat), count)}


def _pieces(
    pipe: TextGenerationPipeline, chat: Chat, call: dict[str, Any]
) -> Generator[tuple[dict[str, Any], int], None, None]:
    """The choices of a stream, with how many tokens each has."""
    call["return_full_text"] = False
    meter, cutter = meter_of(chat.bend), Cutter(call.get("stop_strings"))
    holds = chat.calling.way != "none"
    tokens: list[int] = []
    text, told = "", 0
    for step in (steps := Steps(write_stepwise(pipe, chat.messages, call, meter))):
        tokens.append(step.token)
        text += step.text
        if not holds and (new := cutter.feed(step.text)):
            likely = _told(pipe, chat, meter, 0, tokens[told:], told)
            yield _delta({"content": new}, likely=likely), len(tokens) - told
            told = len(tokens)
    last = tokens[-1] if tokens else None
    reason = REASONS["length" if steps.is_cut else finish_reason(pipe, last, text, call)]
    likely = _told(pipe, chat, meter, 0, tokens[told:], told) if tokens[told:] else None
    delta: dict[str, Any] = {"content": rest} if (rest := cutter.rest()) else {}
    if holds:
        delta = read_message(cut(text, call.get("stop_strings")), chat.calling)
        reason = reason_of(delta, chat.calling, reason)
    if delta:
        yield _delta(delta, likely=likely), len(tokens) - told
        told, likely = len(tokens), None
    yield _delta({}, reason, likely), len(tokens) - told


def _head(chat: Chat, kind: str) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-{uuid.uuid4().hex}",
        "object": kind,
        "created": int(time.time()),
        "model": chat.model,
        "system_fingerprint": "onnxformers",
    }


def _delta(
    delta: Mapping[str, Any], reason: str | None = None, likely: dict[str, Any] | None = None
) -> dict[str, Any]:
    return {"index": 0, "delta": dict(delta), "logprobs": likely, "finish_reason": reason}


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
