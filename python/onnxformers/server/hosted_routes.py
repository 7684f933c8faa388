"""The Inference API: tasks by model, JSON or a file in, JSON or events out.

Source: spec/inference/HfInference_class.md, modules.md.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from onnxformers.inference.types import Blob
from onnxformers.pipelines.hosted import chats, media, streams, tasks, turns
from onnxformers.pipelines.hosted.rows import ROWS
from onnxformers.server import seeing, writing
from onnxformers.server.endpoint import Call
from onnxformers.server.fetching import with_files
from onnxformers.server.problems import Problem
from onnxformers.server.recordings import decoded
from onnxformers.server.replies import Events, Reply, of_json
from onnxformers.server.served import Served, check_count

#: Clients that take the labels of a text as objects of a label and a score, which the hosted API
#: has come to send, rather than as lists of labels and of scores.
_PAIRS = re.compile(r"\bhf_hub/[1-9]")
#: Fields of a request that are no parameters: what a hosted API would do with them, we always do.
_OWN = ("inputs", "model", "options", "parameters", "stream")


async def infer(call: Call) -> Reply | Events:
    """`POST /models/{model}`, `/pipeline/{task}/{model}`, and `/` for the first model."""
    fields = _fields(call)
    task = call.path.get("task")
    served = call.state.find(call.path.get("model") or _name(call, fields), task)
    task, _ = served.pipeline_of(task)
    if fields.get("messages") is not None:
        return await chat_with(call, served, fields)
    if _is_conversation(task, fields.get("inputs")):
        return await _converse(served, fields.get("inputs"), _parameters(fields))
    if ROWS[task].read is media.read_question:
        fields = _with_question(fields)
    inputs = fields.get("inputs")
    if call.state.fetcher is not None and not ROWS[task].reads_text:
        inputs = await with_files(call.state.fetcher, inputs)
    parameters = _parameters(fields)
    if ROWS[task].writes:
        return await _write(served, task, inputs, parameters, bool(fields.get("stream")))
    if fields.get("stream"):
        raise Problem(422, f"{task} does not stream")
    read = tasks.read_inputs(task, inputs)
    options = tasks.read_options(task, parameters)
    if ROWS[task].generates:
        writing.check_wanted(options, served.limits)
    items = read.items
    if ROWS[task].read is media.read_file:
        check_count(items, served.limits)
        pipe: Any = served.pipelines[task]
        items = await decoded(items, pipe.sampling_rate, served.limits)
    results, _ = await served.results(task, items, options)
    if task == "zero-shot-classification" and not read.is_list and _PAIRS.search(call.agent):
        pairs = zip(results[0]["labels"], results[0]["scores"], strict=True)
        return of_json([{"label": label, "score": score} for label, score in pairs])
    return _reply(tasks.write(task, read, results))


def _reply(answer: Any) -> Reply:
    """A file as it is, everything else as JSON."""
    if isinstance(answer, Blob):
        return Reply(answer, answer.content_type)
    if isinstance(answer, list) and any(isinstance(one, Blob) for one in answer):
        raise Problem(422, "files are answered one at a time; send one input")
    return of_json(answer)


async def _converse(served: Served, inputs: Any, parameters: Any) -> Reply:
    _, pipe = served.pipeline_of("text-generation")
    turn = turns.read_turn(inputs)
    options = tasks.read_options("text-generation", parameters)
    asked = chats.Chat(turn.messages, options, served.name)
    options = await _fit_chat(served, pipe, asked)
    return of_json(await writing.whole(served, partial(turns.answer, pipe, turn, **options)))


async def _write(
    served: Served, task: str, inputs: Any, parameters: Any, is_stream: bool
) -> Reply | Events:
    options = tasks.read_options(task, parameters)
    read = tasks.read_inputs(task, inputs)
    check_count(read.items, served.limits)
    pipe: Any = served.pipelines[task]
    goes_on = task == "text-generation"
    counts = await served.count(task, read.items, is_cut=not goes_on)
    # An encoder's text takes no room from the decoder's.
    options = writing.fit(pipe, options, max(counts) if goes_on else 0, served.limits)
    if not is_stream:

        def work(**rest: Any) -> Any:
            return tasks.answer_with(pipe, task, read, {**options, **rest})

        return of_json(await writing.whole(served, work))
    items = read.items
    if task != "text-generation" or len(items) != 1:
        raise Problem(422, f"{task} streams one text of a model that goes on with it, no other")

    def events(**rest: Any) -> Any:
        return streams.text_events(pipe, items[0], {**options, **rest})

    return Events(writing.pieces(served, events))


async def chat(call: Call) -> Reply | Events:
    """`POST /models/{model}/v1/chat/completions`, `/v1/chat/completions`."""
    fields = call.fields()
    served = call.state.find(call.path.get("model") or _name(call, fields), "text-generation")
    return await chat_with(call, served, fields)


async def chat_with(call: Call, served: Served, fields: Mapping[str, Any]) -> Reply | Events:
    """The next message of a chat."""
    if served.task == seeing.TASK:
        return await seeing.chat_about(served, fields, call.state.fetcher)
    _, pipe = served.pipeline_of("text-generation")
    asked = chats.read_chat(fields, str(fields.get("model") or served.name))
    asked = replace(asked, options=await _fit_chat(served, pipe, asked))
    if fields.get("stream"):
        pieces = writing.pieces(served, partial(chats.stream, pipe, asked))
        return Events(pieces, ends_with_done=True)
    return of_json(await writing.whole(served, partial(chats.complete, pipe, asked)))


async def _fit_chat(served: Served, pipe: Any, asked: chats.Chat) -> dict[str, Any]:
    tokens = await asyncio.to_thread(chats.prompt_tokens, pipe, asked)
    return writing.fit(pipe, asked.options, tokens, served.limits)


def _fields(call: Call) -> dict[str, Any]:
    if call.is_json:
        return call.fields()
    if call.kind.startswith("text/"):
        return {"inputs": call.body.decode()}
    if not call.body:
        raise Problem(422, "the body is empty; send inputs")
    return {"inputs": call.body}


def _name(call: Call, fields: Mapping[str, Any]) -> str | None:
    """The model that the body names; whoever asks an endpoint often names another one there."""
    name = fields.get("model")
    return name if isinstance(name, str) and name in call.state.models else None


def _parameters(fields: Mapping[str, Any]) -> Any:
    """The parameters; some clients put them beside the inputs."""
    beside = {name: value for name, value in fields.items() if name not in _OWN}
    parameters = fields.get("parameters")
    if not beside or not isinstance(parameters, Mapping | None):
        return parameters
    return {**beside, **(parameters or {})}


def _with_question(fields: dict[str, Any]) -> dict[str, Any]:
    """A question beside the picture, where the Hub's client puts it, as part of the inputs."""
    if isinstance(fields.get("inputs"), Mapping) or "question" not in fields:
        return fields
    rest = {name: value for name, value in fields.items() if name not in ("question", "image")}
    image = fields.get("image", fields.get("inputs"))
    return {**rest, "inputs": {"image": image, "question": fields["question"]}}


def _is_conversation(task: str, inputs: Any) -> bool:
    return task == "conversational" or (
        task == "text-generation" and isinstance(inputs, Mapping) and "text" in inputs
    )
