"""`HfInference(provider="local")`: questions answered by pipelines in this process."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from onnxformers.errors import InvalidArgumentError
from onnxformers.pipelines import pipeline
from onnxformers.pipelines.factory import find_task
from onnxformers.pipelines.hosted import chats, streams, tasks, turns

if TYPE_CHECKING:
    from onnxformers.inference.requests import Question
    from onnxformers.pipelines.base import Pipeline


class LocalBackend:
    """Answers like a server, with pipelines that are loaded when first needed."""

    def __init__(self) -> None:
        self._pipelines: dict[tuple[str, str | None], Pipeline[Any]] = {}
        self._lock = threading.Lock()

    def ask(self, question: Question, timeout_s: float | None) -> Any:
        """The answer; see `inference.setup.Backend`."""
        options = {"timeout_s": timeout_s}
        if question.is_chat:
            chat = chats.read_chat(question.fields, question.model or "local")
            return chats.complete(self._pipeline("text-generation", question), chat, **options)
        inputs, parameters = _read(question)
        if question.task == "conversational":
            pipe = self._pipeline("text-generation", question)
            chosen = tasks.read_options("text-generation", parameters)
            return turns.answer(pipe, turns.read_turn(inputs), **chosen, **options)
        task = _task_name(question)
        pipe = self._pipeline(task, question)
        return tasks.answer(pipe, task, inputs, parameters, **options)

    def stream(self, question: Question, timeout_s: float | None) -> Iterator[Any]:
        """The events; see `inference.setup.Backend`."""
        pipe = self._pipeline("text-generation", question)
        if question.is_chat:
            chat = chats.read_chat(question.fields, question.model or "local")
            return chats.stream(pipe, chat, timeout_s=timeout_s)
        inputs, parameters = _read(question)
        options = tasks.read_options("text-generation", parameters)
        return streams.text_events(pipe, inputs, {**options, "timeout_s": timeout_s})

    def close(self) -> None:
        """Let the models go."""
        with self._lock:
            opened, self._pipelines = self._pipelines, {}
        for pipe in opened.values():
            pipe.close()

    def _pipeline(self, task: str, question: Question) -> Any:
        key = (task, question.model)
        with self._lock:
            if key not in self._pipelines:
                self._pipelines[key] = pipeline(task, question.model)
            return self._pipelines[key]


def _task_name(question: Question) -> str:
    if question.task == "request":
        raise InvalidArgumentError(
            "[request] models of this process do not say what they are for; give task"
        )
    return find_task(question.task).name


def _read(question: Question) -> tuple[Any, Mapping[str, Any] | None]:
    """Inputs and parameters."""
    fields = question.fields
    inputs = fields.get("inputs") if question.data is None else question.data
    return inputs, fields.get("parameters")
