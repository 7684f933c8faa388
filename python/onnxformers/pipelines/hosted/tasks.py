"""Tasks of the Inference API: parameters, inputs and answers in terms of pipelines, as data.

Source: spec/inference/HfInference_class.md, modules.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from onnxformers.errors import InvalidArgumentError, InvalidTypeError, UnsupportedTaskError
from onnxformers.options import refuse_unknown
from onnxformers.pipelines.hosted.writing import CONTINUING, WRITING, as_options, drop_neutral

if TYPE_CHECKING:
    from onnxformers.pipelines.base import Pipeline


def same(*names: str) -> dict[str, str]:
    """Parameters that are options of the same name."""
    return {name: name for name in names}


def as_is(value: Any, inputs: Any) -> Any:
    """The value."""
    return value


def as_lists(value: Any, inputs: Any) -> Any:
    """An array as lists; that of one text without the axis of texts."""
    return (value[0] if isinstance(inputs, str) else value).tolist()


def in_list(value: Any, inputs: Any) -> Any:
    """The labels of a text in a list of texts."""
    return [value] if isinstance(inputs, str) else value


def flat(value: Any, inputs: Any) -> Any:
    """Of texts that give one result each, the results."""
    nested = isinstance(inputs, list) and value and isinstance(value[0], list)
    return [results[0] for results in value] if nested else value


@dataclass(frozen=True, slots=True)
class Row:
    """How a task is answered.

    Attributes:
        parameters: Name of the parameter -> option of the pipeline. None else is taken: options of
            pipelines may hold what no stranger should give.
        defaults: Options where the API has other defaults than the pipeline.
        write: Pipeline's result and inputs -> answer.
        writes: Whether the model writes text.
    """

    parameters: Mapping[str, str]
    defaults: Mapping[str, Any] = field(default_factory=dict)
    write: Callable[[Any, Any], Any] = as_is
    writes: bool = False


_LABELLING = same("top_k", "function_to_apply")
_QUESTIONS = same(
    "align_to_words",
    "doc_stride",
    "handle_impossible_answer",
    "max_answer_len",
    "max_question_len",
    "max_seq_len",
    "top_k",
)

ROWS: Mapping[str, Row] = {
    "feature-extraction": Row(
        same("normalize", "pooling", "prompt_name", "truncate_dim", "truncation")
        | {"truncate": "truncation", "dimensions": "truncate_dim"},
        {"pooling": "auto"},
        as_lists,
    ),
    "sentence-similarity": Row(same("pooling", "prompt_name")),
    "fill-mask": Row(same("top_k", "targets")),
    "question-answering": Row(_QUESTIONS),
    "summarization": Row(WRITING, write=flat, writes=True),
    "text-classification": Row(_LABELLING, {"top_k": None}, in_list),
    "text-generation": Row(CONTINUING, writes=True),
    "text-ranking": Row(same("top_k", "return_documents", "function_to_apply")),
    "text2text-generation": Row(WRITING, write=flat, writes=True),
    "token-classification": Row(
        same("aggregation_strategy", "ignore_labels", "stride"), {"aggregation_strategy": "simple"}
    ),
    "translation": Row({**WRITING, **same("src_lang", "tgt_lang")}, write=flat, writes=True),
    "zero-shot-classification": Row(same("candidate_labels", "multi_label", "hypothesis_template")),
}


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
    given = drop_neutral(parameters, task) if row.writes else dict(parameters)
    refuse_unknown(given, row.parameters, f"{task}, parameters")
    options = {row.parameters[name]: value for name, value in given.items()}
    return {**row.defaults, **(as_options(options) if row.writes else options)}


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
    chosen = read_options(task, parameters)
    if isinstance(inputs, list) and not inputs:
        raise InvalidArgumentError(f"[{task}] inputs are empty")
    return find_row(task).write(pipe(inputs, **chosen, **options), inputs)
