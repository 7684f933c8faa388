"""Requests of the Inference API answered by pipelines.

Source: spec/inference/HfInference_class.md, modules.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from onnxformers.errors import InvalidArgumentError, InvalidTypeError, UnsupportedTaskError
from onnxformers.options import refuse_unknown
from onnxformers.pipelines.hosted.rows import ROWS, Row
from onnxformers.pipelines.hosted.writing import as_options, drop_neutral

if TYPE_CHECKING:
    from onnxformers.pipelines.base import Pipeline


def find_row(task: str) -> Row:
    """The row of a task.

    Raises:
        UnsupportedTaskError: There is none.
    """
    row = ROWS.get(task)
    if row is None:
        raise UnsupportedTaskError(
            f"[inference] {task!r} cannot be answered by local pipelines; there are "
            f"{', '.join(ROWS)}"
        )
    return row


def read_options(task: str, parameters: Any) -> dict[str, Any]:
    """Options of the pipeline, from the parameters of a request.

    Raises:
        InvalidArgumentError: A parameter is unknown.
        InvalidTypeError: They are no object.
    """
    row = find_row(task)
    if parameters is None:
        return dict(row.defaults)
    if not isinstance(parameters, Mapping):
        raise InvalidTypeError(f"[{task}] parameters must be an object, got {parameters!r:.60}")
    given = drop_neutral(parameters, task) if row.generates else dict(parameters)
    refuse_unknown(given, row.parameters, f"{task}, parameters")
    options = {row.parameters[name]: value for name, value in given.items()}
    return {**row.defaults, **(as_options(options) if row.generates else options)}


@dataclass(frozen=True, slots=True)
class Inputs:
    """The inputs of a request.

    Attributes:
        items: One or more, each as the pipeline takes it.
        is_list: Whether the request had a list, and is answered with one.
    """

    items: list[Any]
    is_list: bool


def read_inputs(task: str, inputs: Any) -> Inputs:
    """One input or a list of them.

    Raises:
        InvalidTypeError: One is of a wrong type.
        InvalidArgumentError: The list is empty.
    """
    is_list = isinstance(inputs, list)
    items = inputs if is_list else [inputs]
    if not items:
        raise InvalidArgumentError(f"[{task}] inputs are empty")
    read = find_row(task).read
    return Inputs([read(task, item) for item in items], is_list)


def run(pipe: Pipeline[Any], items: list[Any], options: Mapping[str, Any]) -> list[Any]:
    """The pipeline's result for each input; one alone goes the short way."""
    if len(items) > 1:
        return list(pipe(items, **options))
    result = pipe(items[0], **options)
    # An array has the axis of inputs even for one.
    return list(result) if hasattr(result, "dtype") else [result]


def write(task: str, inputs: Inputs, results: list[Any]) -> Any:
    """The answer of the API from the results."""
    row = find_row(task)
    answers = [row.write(result) for result in results]
    if row.writes and row.nests:  # each a list of what was written, of which one is wanted
        answers = [answer[0] if isinstance(answer, list) else answer for answer in answers]
    return answers if inputs.is_list or row.nests else answers[0]


def answer(
    pipe: Pipeline[Any], task: str, inputs: Any, parameters: Any = None, **options: Any
) -> Any:
    """What a server of the Inference API would answer, as values of JSON.

    Args:
        pipe: The pipeline of the task.
        task: The task.
        inputs: As the request has them.
        parameters: As the request has them.
        **options: `timeout_s`, `cancel`.

    Raises:
        InvalidTypeError: The inputs are of a wrong type.
        InvalidArgumentError: A parameter or an input cannot be used.
    """
    return answer_with(
        pipe, task, read_inputs(task, inputs), read_options(task, parameters) | options
    )


def answer_with(pipe: Pipeline[Any], task: str, inputs: Inputs, options: Mapping[str, Any]) -> Any:
    """The same, of what was read before."""
    return write(task, inputs, run(pipe, inputs.items, options))
