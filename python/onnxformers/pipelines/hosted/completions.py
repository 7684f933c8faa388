"""Texts that go on from prompts, in the form of OpenAI's completions.

Source: OpenAI's API reference, Completions.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from onnxformers.errors import InvalidArgumentError, InvalidTypeError
from onnxformers.options import refuse_unknown
from onnxformers.pipelines.hosted.streams import finish_reason, write_stepwise, write_whole
from onnxformers.pipelines.hosted.writing import REASONS, SAME, as_options, drop_neutral

if TYPE_CHECKING:
    from onnxformers.pipelines.text_generation import TextGenerationPipeline

#: Tokens written when the request does not say.
_MAX_TOKENS = 16
_FIELDS: Mapping[str, str] = {
    **{name: name for name in SAME},
    "echo": "return_full_text",
    "max_tokens": "max_new_tokens",
    "n": "num_return_sequences",
    "response_format": "response_format",
    "stop": "stop_strings",
}
_NEUTRAL: Mapping[str, tuple[Any, ...]] = {
    "logit_bias": (None, {}),
    "logprobs": (None, 0, False),
    "suffix": (None, ""),
}
_IGNORED = ("model", "stream", "stream_options", "user")


@dataclass(frozen=True, slots=True)
class Completion:
    """A request.

    Attributes:
        prompts: One or more texts.
        options: Of the pipeline.
        model: The name under which it was asked for.
    """

    prompts: list[str]
    options: dict[str, Any]
    model: str


def read_completion(fields: Mapping[str, Any], model: str) -> Completion:
    """What a request asks for.

    Raises:
        InvalidTypeError: The prompt is neither a text nor a list of texts.
        InvalidArgumentError: A field is unknown, or asks for what we do not have.
    """
    given = {name: value for name, value in fields.items() if name not in _IGNORED}
    prompt = given.pop("prompt", None)
    prompts = prompt if isinstance(prompt, list) else [prompt]
    if not prompts or not all(isinstance(text, str) for text in prompts):
        raise InvalidTypeError("[completion] prompt must be a text or a list of texts")
    for name, values in _NEUTRAL.items():
        if (value := given.pop(name, None)) not in values:
            raise InvalidArgumentError(
                f"[completion] {name}={value!r} is not supported; leave it out"
            )
    given = drop_neutral(given, "completion")
    refuse_unknown(given, _FIELDS, "completion")
    options = as_options({_FIELDS[name]: value for name, value in given.items()})
    defaults = {"return_full_text": False, "max_new_tokens": _MAX_TOKENS}
    return Completion(prompts, {**defaults, **options}, model)


def complete(
    pipe: TextGenerationPipeline, completion: Completion, **options: Any
) -> dict[str, Any]:
    """All texts as a whole."""
    choices: list[dict[str, Any]] = []
    read = written = 0
    for prompt in completion.prompts:
        made = write_whole(pipe, prompt, {**completion.options, **options})
        read += len(pipe.tokenizer.encode(prompt))
        written += made.tokens
        reason = REASONS[made.reason]
        choices += [
            _choice(len(choices) + index, result["generated_text"], reason)
            for index, result in enumerate(made.results)
        ]
    usage = {
        "prompt_tokens": read,
        "completion_tokens": written,
        "total_tokens": read + written,
    }
    return {**_head(completion), "choices": choices, "usage": usage}


def stream(
    pipe: TextGenerationPipeline, completion: Completion, **options: Any
) -> Generator[dict[str, Any], None, None]:
    """The texts piece by piece, one prompt after the other."""
    if completion.options.get("num_return_sequences", 1) != 1:
        raise InvalidArgumentError("[completion] a stream has one answer a prompt; leave n out")
    head = _head(completion)
    call = {**completion.options, **options}
    for index, prompt in enumerate(completion.prompts):
        text, last = "", None
        if call["return_full_text"]:
            yield {**head, "choices": [_choice(index, prompt, None)]}
        for step in write_stepwise(pipe, prompt, call):
            text, last = text + step.text, step.token
            if step.text:
                yield {**head, "choices": [_choice(index, step.text, None)]}
        reason = REASONS[finish_reason(pipe, last, text, call)]
        yield {**head, "choices": [_choice(index, "", reason)]}


def _head(completion: Completion) -> dict[str, Any]:
    return {
        "id": f"cmpl-{uuid.uuid4().hex}",
        "object": "text_completion",
        "created": int(time.time()),
        "model": completion.model,
        "system_fingerprint": "onnxformers",
    }


def _choice(index: int, text: str, reason: str | None) -> dict[str, Any]:
    return {"index": index, "text": text, "logprobs": None, "finish_reason": reason}
