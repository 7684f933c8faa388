"""`pipeline()`: from a task's name to its pipeline."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from onnxformers.errors import UnsupportedTaskError
from onnxformers.pipelines.registry import (
    NOT_YET,
    PIPELINE_CLASSES,
    TASK_BY_NAME,
    TRANSLATION_PAIR,
    Task,
)

if TYPE_CHECKING:
    import os

    from onnxformers.models import PreTrainedModel
    from onnxformers.pipelines.base import Pipeline
    from onnxformers.tokenizers import PreTrainedTokenizer


def pipeline(
    task: str,
    model: str | os.PathLike[str] | PreTrainedModel | None = None,
    *,
    tokenizer: str | os.PathLike[str] | PreTrainedTokenizer | None = None,
    processor: Any = None,
    **options: Any,
) -> Pipeline[Any]:
    """Load everything that a task needs.

    Args:
        task: "feature-extraction", "fill-mask", "question-answering", "sentence-similarity",
            "summarization", "text-classification", "text-generation", "text-ranking",
            "text2text-generation", "token-classification", "translation",
            "zero-shot-classification", an alias ("ner", "sentiment-analysis"), or
            "translation_xx_to_yy" with the languages of the texts and of their translations.
        model: A Hub id, a folder, or a loaded model. None: the task's default model.
        tokenizer: A Hub id, a folder, or a loaded tokenizer. None: the one that lies with the
            model.
        processor: A Hub id, a folder, or a loaded processor, which makes the arrays of images or
            sound. None: the one that lies with the model.
        **options: Loading options (the fields of `models.ModelOptions`: device, dtype, revision,
            session_options, cache_dir, local_files_only, token, progress_callback, ...); all
            others become defaults of the pipeline's calls (``pooling="mean"``).

    Returns:
        The pipeline, ready to be called; also a context manager that closes its model.

    Raises:
        UnsupportedTaskError: The task is unknown, or this version does not have it.
        MissingFileError: A file is not there.
        InvalidArgumentError: An option is unknown or has a bad value.

    Example:
        >>> from onnxformers import pipeline
        >>> with pipeline("feature-extraction", "examples/models/all-MiniLM-L6-v2") as embed:
        ...     embed("Hello", pooling="mean").shape
        (1, 384)

    Source: spec/transformers.js/pipelines.md, pipeline.
    """
    row = find_task(task)
    _start_runtime(options.get("session_options"))
    from onnxformers.pipelines.loading import load_parts

    given = {"tokenizer": tokenizer, "processor": processor}
    parts = load_parts(row, model, given, options)
    made: Pipeline[Any] = pipeline_class(row.pipeline_class)(task=task, **parts)
    callback = options.get("progress_callback")
    if callback is not None:
        callback({"status": "ready", "task": row.name, "model": parts["model"].name_or_path})
    return made


def _start_runtime(session_options: Any) -> None:
    """Let ONNX Runtime begin beside the imports of ours that are still to come."""
    from onnxformers._native import runtime as native

    if isinstance(session_options, Mapping):
        shares_threads = session_options.get("shared_thread_pool")
    else:
        shares_threads = getattr(session_options, "shared_thread_pool", False)
    # Whether models share a pool of threads is settled with the environment, by the first of them.
    if native.library() is None and not shares_threads:
        from onnxformers.runtime.library import start_runtime

        start_runtime()


def find_task(task: str) -> Task:
    """The row of a task or alias.

    Raises:
        UnsupportedTaskError: The task is unknown, or this version does not have it.
    """
    row = TASK_BY_NAME.get(task)
    if row is not None:
        return row
    if TRANSLATION_PAIR.fullmatch(str(task)):
        return TASK_BY_NAME["translation"]
    known = ", ".join(TASK_BY_NAME)
    if task in NOT_YET:
        raise UnsupportedTaskError(f"[pipeline] {task!r} is not available yet; there are {known}")
    raise UnsupportedTaskError(f"[pipeline] unknown task {task!r}; there are {known}")


def pipeline_class(name: str) -> type[Any]:
    """The pipeline class called `name`."""
    module = import_module(f"onnxformers.pipelines.{PIPELINE_CLASSES[name].module}")
    found: type[Any] = getattr(module, name)
    return found
