"""Chats about a picture, answered by models that answer questions about one.

Source: OpenAI's API reference, Chat, parts of type image_url.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import AsyncGenerator, Mapping
from typing import TYPE_CHECKING, Any

from onnxformers.pipelines.generation import MAX_NEW_TOKENS
from onnxformers.pipelines.hosted import chats, media
from onnxformers.server import writing
from onnxformers.server.fetching import is_address
from onnxformers.server.problems import Problem
from onnxformers.server.replies import Events, Reply, of_json

if TYPE_CHECKING:
    from onnxformers.server.fetching import Fetcher
    from onnxformers.server.served import Served

TASK = "visual-question-answering"


async def chat_about(
    served: Served, fields: Mapping[str, Any], fetcher: Fetcher | None
) -> Reply | Events:
    """The answer to a message that has a picture and a question.

    Raises:
        Problem: There is another number of pictures, or more was said than the question.
    """
    address, messages = _parted(fields.get("messages"))
    asked = chats.read_chat({**fields, "messages": messages}, str(fields.get("model")))
    if not asked.bend.is_neutral or asked.calling.way != "none":
        raise Problem(422, f"model {served.name} takes no tools, penalties or logprobs")
    writing.check_wanted(asked.options, served.limits)
    if fetcher is not None and is_address(address):
        (picture,) = await fetcher.fetch_all([address])
    else:
        picture = media.read_file(TASK, address)
    question = "\n".join(message["content"] for message in asked.messages)
    options = {"max_new_tokens": min(MAX_NEW_TOKENS, served.limits.new_tokens), **asked.options}
    item = {"image": picture, "question": question}
    (answers,), _ = await served.results(TASK, [item], options)
    texts = [answer["answer"] or "" for answer in answers]
    whole = _whole(served, question, texts, options["max_new_tokens"])
    if not fields.get("stream"):
        return of_json(whole)
    return Events(_pieces(whole, asked.tells_usage), ends_with_done=True)


def _parted(messages: Any) -> tuple[Any, list[Any]]:
    """The picture of a chat, and its messages without it."""
    if not isinstance(messages, list) or not all(isinstance(one, Mapping) for one in messages):
        raise Problem(422, "messages must be a list of objects")
    if [one.get("role") for one in messages if one.get("role") != "system"] != ["user"]:
        raise Problem(422, "this model answers one message of a user, after those of a system")
    found: list[Any] = []
    plain = []
    for message in messages:
        content = message.get("content")
        parts = content if isinstance(content, list) else []
        pictures = [part for part in parts if _is_picture(part)]
        found += [part["image_url"] for part in pictures]
        rest = [part for part in parts if not _is_picture(part)]
        plain.append({**message, "content": rest} if pictures else message)
    if len(found) != 1:
        raise Problem(422, f"this model answers about one picture, got {len(found)}")
    (named,) = found
    return named.get("url") if isinstance(named, Mapping) else named, plain


def _is_picture(part: Any) -> bool:
    return isinstance(part, Mapping) and part.get("type") == "image_url" and "image_url" in part


def _whole(served: Served, question: str, texts: list[str], most: Any) -> dict[str, Any]:
    """The answers as a `ChatCompletionOutput`; tokens are counted by their texts."""
    tokenizer: Any = served.pipelines[TASK].tokenizer
    counts = [len(tokenizer.encode(text, add_special_tokens=False)) for text in texts]
    read, written = len(tokenizer.encode(question)), sum(counts)
    choices = [
        {
            "index": index,
            "message": {"role": "assistant", "content": text},
            "logprobs": None,
            "finish_reason": "length" if count >= most else "stop",
        }
        for index, (text, count) in enumerate(zip(texts, counts, strict=True))
    ]
    return {
        "id": f"chatcmpl-{uuid.uuid4().hex}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": served.name,
        "system_fingerprint": "onnxformers",
        "choices": choices,
        "usage": {
            "prompt_tokens": read,
            "completion_tokens": written,
            "total_tokens": read + written,
        },
    }


async def _pieces(whole: dict[str, Any], tells_usage: bool) -> AsyncGenerator[dict[str, Any], None]:
    """The same as a stream of few events."""
    usage = whole.pop("usage")
    head = {**whole, "object": "chat.completion.chunk"}
    for choice in whole["choices"]:
        said = {"index": choice["index"], "delta": choice["message"], "finish_reason": None}
        yield {**head, "choices": [said]}
        end = {"index": choice["index"], "delta": {}, "finish_reason": choice["finish_reason"]}
        yield {**head, "choices": [end]}
    if tells_usage:
        yield {**head, "choices": [], "usage": usage}
