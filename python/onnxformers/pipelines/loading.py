"""What `pipeline()` loads: sorts its options; opens model, tokenizer and processor."""

from __future__ import annotations

import os
import threading
from dataclasses import fields, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

from onnxformers.errors import InvalidArgumentError, InvalidTypeError
from onnxformers.hub import LoadOptions
from onnxformers.models.loading import ModelOptions, prepare_sessions
from onnxformers.models.registry import find_head
from onnxformers.options import refuse_unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from onnxformers.models import PreTrainedModel
    from onnxformers.pipelines.registry import Task
    from onnxformers.tokenizers import PreTrainedTokenizer

Result = TypeVar("Result")

_FILES = {field.name for field in fields(LoadOptions) if field.init}
_LOADING = {field.name for field in fields(ModelOptions)} - {"files"} | _FILES


def load_parts(
    row: Task, model: Any, given: Mapping[str, Any], options: Mapping[str, Any]
) -> dict[str, Any]:
    """The keyword arguments of a pipeline class.

    Args:
        row: The task.
        model: What the caller gave for it.
        given: "tokenizer" and "processor": the same of them; None for those of the model.
        options: All others.

    Raises:
        InvalidArgumentError: An option is unknown or has a bad value, or the task has no such part.
        InvalidTypeError: A part is neither a name, nor a path, nor loaded.
    """
    loading = {name: value for name, value in options.items() if name in _LOADING}
    model_options = ModelOptions.from_keywords("pipeline", loading)
    if model is None:
        model = _default_model(row)
    if not isinstance(model, (str, os.PathLike)):
        model = _loaded_model(model)
        defaults = _call_defaults(row, options)
        parts = _parts(row, model.name_or_path, given, model.options.files)
        return {"model": model, **parts, **defaults}

    # ONNX Runtime opens the model while this thread imports numpy and reads the tokenizer: the two
    # take about as long.
    name = os.fspath(model)
    config = model_options.read_config(name)
    model_options = replace(model_options, config=config)
    _shorten_idle_spin()
    found = find_head(row.auto_class, config.model_type)
    kind = found[0].heads[found[1]] if found else "encoder-only"
    opening = _in_background(prepare_sessions(name, kind, config, model_options))
    defaults = _call_defaults(row, options)
    parts = _parts(row, name, given, model_options.files)
    chosen = import_module("onnxformers.models.auto").class_for(row.auto_class, config.model_type)
    model = chosen.load(name, model_options, opening())
    return {"model": model, **parts, **defaults}


def _default_model(row: Task) -> str:
    if not row.default_model:
        raise InvalidArgumentError(
            f"[pipeline] {row.name} has no usual model; name one: pipeline({row.name!r}, model)"
        )
    return row.default_model


def _shorten_idle_spin() -> None:
    """Keep numpy's BLAS from spinning for 0.1 s, once imported, on the cores that open the model.

    Its threads wait busily for work for 2**28 cycles; 2**20, which is 0.4 ms, are enough for calls
    that follow each other. Only a numpy that is not imported yet takes notice.
    """
    os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "20")


def _in_background(work: Callable[[], Result]) -> Callable[[], Result]:
    """Start `work` on a thread; the function returned waits for its result or raises its error."""
    results: list[Result] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run, name="onnxformers-open", daemon=True)
    thread.start()

    def wait() -> Result:
        thread.join()
        if errors:
            raise errors[0]
        return results[0]

    return wait


def _call_defaults(row: Task, options: Mapping[str, Any]) -> dict[str, Any]:
    from onnxformers.pipelines.factory import pipeline_class

    defaults = {name: value for name, value in options.items() if name not in _LOADING}
    call_options = pipeline_class(row.pipeline_class).options_class
    refuse_unknown(defaults, _LOADING | call_options.names(), "pipeline", call_options.replaced)
    return defaults


def _loaded_model(model: Any) -> PreTrainedModel:
    from onnxformers.models import PreTrainedModel

    if not isinstance(model, PreTrainedModel):
        raise InvalidTypeError(
            f"[pipeline] model must be a name, a path or a loaded model, got {type(model).__name__}"
        )
    return model


def _parts(row: Task, name: str, given: Mapping[str, Any], files: LoadOptions) -> dict[str, Any]:
    """What goes with the model: those of tokenizer and processor that the task has.

    A processor that has a tokenizer brings it with it.
    """
    has = {"tokenizer": row.has_tokenizer, "processor": bool(row.processor)}
    for part, value in given.items():
        if value is not None and not has[part]:
            raise InvalidArgumentError(f"[pipeline] {row.name} has no {part}; leave it out")
    parts: dict[str, Any] = {}
    tokenizer, processor = given.get("tokenizer"), given.get("processor")
    if row.processor:
        processor = _processor(row.processor, name if processor is None else processor, files)
        parts["processor"] = processor
    if row.has_tokenizer:
        if tokenizer is None:
            tokenizer = getattr(processor, "tokenizer", None)
        parts["tokenizer"] = _tokenizer(name if tokenizer is None else tokenizer, files)
    return parts


def _processor(auto_class: str, source: Any, files: LoadOptions) -> Any:
    processors = import_module("onnxformers.processors")
    if isinstance(source, (str, os.PathLike)):
        return getattr(processors, auto_class).load(os.fspath(source), files)
    if not callable(source):
        raise InvalidTypeError(
            "[pipeline] processor must be a name, a path or a loaded processor, "
            f"got {type(source).__name__}"
        )
    return source


def _tokenizer(source: Any, files: LoadOptions) -> PreTrainedTokenizer:
    from onnxformers.tokenizers import AutoTokenizer, PreTrainedTokenizer

    if isinstance(source, PreTrainedTokenizer):
        return source
    if not isinstance(source, (str, os.PathLike)):
        raise InvalidTypeError(
            "[pipeline] tokenizer must be a name, a path or a loaded tokenizer, "
            f"got {type(source).__name__}"
        )
    return AutoTokenizer.load(os.fspath(source), files)
