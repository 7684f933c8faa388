"""Texts that go on from prompts, in the form of OpenAI's completions.

Source: OpenAI's API reference, Completions.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from onnxformers.errors import InvalidArgumentError, InvalidTypeError
from onnxformers.options import refuse_unknown
from onnxformers.pipelines.hosted import spelling
from onnxformers.pipelines.hosted.chat_requests import read_stream_options
from onnxformers.pipelines.hosted.ids import is_ids, texts_of_ids
from onnxformers.pipelines.hosted.meter import PLAIN, Bend, Meter, meter_of, read_bend, read_top
from onnxformers.pipelines.hosted.stops import Cutter, cut
from onnxformers.pipelines.hosted.streams import Steps, finish_reason, write_stepwise, write_whole
from onnxformers.pipelines.hosted.writing import (
    REASONS,
    SAME,
    as_options,
    draw_several,
    drop_neutral,
)

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
_NEUTRAL: Mapping[str, tuple[Any, ...]] = {"suffix": (None, "")}
_IGNORED = ("model", "stream", "stream_options", "user")
_MOST_TOPS = 20


@dataclass(frozen=True, slots=True)
class Completion:
    """A request.

    Attributes:
        prompts: One or more texts; from `with_texts` on no ids are among them.
        options: Of the pipeline.
        model: The name under which it was asked for.
        tells_usage: Whether a stream ends with the counts of tokens.
        bend: What is wanted of the scores.
    """

    prompts: list[Any]
    options: dict[str, Any]
    model: str
    tells_usage: bool = False
    bend: Bend = PLAIN


def read_completion(fields: Mapping[str, Any], model: str) -> Completion:
    """What a request asks for.

    Raises:
        InvalidTypeError: The prompt is neither a text, nor ids, nor a list of these.
        InvalidArgumentError: A field is unknown, or asks for what we do not have.
    """
    given = {name: value for name, value in fields.items() if name not in _IGNORED}
    prompts = _read_prompts(given.pop("prompt", None))
    for name, values in _NEUTRAL.items():
        if (value := given.pop(name, None)) not in values:
            raise InvalidArgumentError(
                f"[completion] {name}={value!r} is not supported; leave it out"
            )
    bend = replace(read_bend(given, "completion"), top=_read_top(given))
    given = drop_neutral(given, "completion")
    refuse_unknown(given, _FIELDS, "completion")
    options = as_options({_FIELDS[name]: value for name, value in given.items()})
    draw_several(options, bend, "completion")
    options = {"return_full_text": False, "max_new_tokens": _MAX_TOKENS, **options}
    if bend.top is not None and options["return_full_text"]:
        raise InvalidArgumentError("[completion] logprobs do not go with echo; leave one out")
    return Completion(prompts, options, model, read_stream_options(fields, "completion"), bend)


def _read_prompts(prompt: Any) -> list[Any]:
    prompts = [prompt] if isinstance(prompt, str) or is_ids(prompt) else prompt
    is_list = isinstance(prompts, list) and bool(prompts)
    if is_list and (all(isinstance(one, str) for one in prompts) or all(map(is_ids, prompts))):
        return list(prompts)
    raise InvalidTypeError("[completion] prompt must be a text, a list of ids, or a list of these")


def _read_top(given: dict[str, Any]) -> int | None:
    value = given.pop("logprobs", None)
    if value is None or value is False:
        return None
    return read_top(value, _MOST_TOPS, "logprobs", "completion")


def with_texts(pipe: TextGenerationPipeline, completion: Completion) -> Completion:
    """The same, with texts for ids.

    Raises:
        InvalidArgumentError: No text has these ids.
    """
    if isinstance(completion.prompts[0], str):
        return completion
    texts = texts_of_ids(pipe.tokenizer, completion.prompts, has_special=False)
    options = {**completion.options, "add_special_tokens": False}
    return replace(completion, prompts=texts, options=options)


def complete(
    pipe: TextGenerationPipeline, completion: Completion, **options: Any
) -> dict[str, Any]:
    """All texts as a whole."""
    choices: list[dict[str, Any]] = []
    written = 0
    for prompt in completion.prompts:
        meter = meter_of(completion.bend)
        sequences = write_whole(pipe, prompt, {**completion.options, **options}, meter)
        written += sum(len(sequence.tokens) for sequence in sequences)
        for row, sequence in enumerate(sequences):
            text = _cut(sequence.text, prompt, completion)
            choice = _choice(len(choices), text, REASONS[sequence.reason])
            choice["logprobs"] = _told(pipe, completion, meter, row, sequence.tokens, 0, 0)
            choices.append(choice)
    return {**_head(completion), "choices": choices, "usage": _usage(pipe, completion, written)}


def _cut(text: str, prompt: str, completion: Completion) -> str:
    """What was written up to a stop, with the prompt if that is wanted."""
    begin = len(prompt) if completion.options["return_full_text"] else 0
    return text[:begin] + cut(text[begin:], completion.options.get("stop_strings"))


def _told(
    pipe: TextGenerationPipeline,
    completion: Completion,
    meter: Meter | None,
    row: int,
    tokens: list[int],
    begin: int,
    offset: int,
) -> dict[str, Any] | None:
    if meter is None or completion.bend.top is None:
        return None
    return spelling.as_completion(pipe.tokenizer, meter.likely(row, tokens, begin), offset)


def _usage(pipe: TextGenerationPipeline, completion: Completion, written: int) -> dict[str, int]:
    special = completion.options.get("add_special_tokens") is not False
    read = sum(
        len(pipe.tokenizer.encode(prompt, add_special_tokens=special))
        for prompt in completion.prompts
    )
    return {
        "prompt_tokens": read,
        "completion_tokens": written,
        "total_tokens": read + written,
    }


def stream(
    pipe: TextGenerationPipeline, completion: Completion, **options: Any
) -> Generator[dict[str, Any], None, None]:
    """The texts piece by piece, one prompt after the other."""
    if completion.options.get("num_return_sequences", 1) != 1:
        raise InvalidArgumentError("[completion] a stream has one answer a prompt; leave n out")
    head = _head(completion)
    if completion.tells_usage:
        head["usage"] = None
    call = {**completion.options, **options}
    written = 0
    for index, prompt in enumerate(completion.prompts):
        if call["return_full_text"]:
            yield {**head, "choices": [_choice(index, prompt, None)]}
        for choice, count in _pieces(pipe, completion, prompt, call):
            written += count
            yield {**head, "choices": [{**choice, "index": index}]}
    if completion.tells_usage:
        yield {**head, "choices": [], "usage": _usage(pipe, completion, written)}


def _pieces(
    pipe: TextGenerationPipeline, completion: Completion, prompt: str, call: dict[str, Any]
) -> Generator[tuple[dict[str, Any], int], None, None]:
    """The choices of what follows one prompt, with how many tokens each has."""
    meter, cutter = meter_of(completion.bend), Cutter(call.get("stop_strings"))
    tokens: list[int] = []
    text, shown, told = "", 0, 0
    for step in (steps := Steps(write_stepwise(pipe, prompt, call, meter))):
        tokens.append(step.token)
        text += step.text
        if new := cutter.feed(step.text):
            choice = _choice(0, new, None)
            choice["logprobs"] = _told(pipe, completion, meter, 0, tokens[told:], told, shown)
            yield choice, len(tokens) - told
            shown, told = shown + len(new), len(tokens)
    last = tokens[-1] if tokens else None
    reason = "length" if steps.is_cut else finish_reason(pipe, last, text, call)
    choice = _choice(0, cutter.rest(), REASONS[reason])
    if tokens[told:]:
        choice["logprobs"] = _told(pipe, completion, meter, 0, tokens[told:], told, shown)
    yield choice, len(tokens) - told


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
