"""What `pipeline()` loads: sorts its options and opens model and tokenizer."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from onnxformers import models
from onnxformers.errors import InvalidTypeError
from onnxformers.hub import LoadOptions
from onnxformers.models import ModelOptions, PreTrainedModel
from onnxformers.options import refuse_unknown
from onnxformers.pipelines import pipeline_class
from onnxformers.tokenizers import AutoTokenizer, PreTrainedTokenizer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from onnxformers.pipelines.registry import Task

_FILES = {field.name for field in fields(LoadOptions) if field.init}
_LOADING = {field.name for field in fields(ModelOptions)} - {"files"} | _FILES


def load_parts(row: Task, model: Any, tokenizer: Any, options: Mapping[str, Any]) -> dict[str, Any]:
    """The keyword arguments of a pipeline class.

    Raises:
        InvalidArgumentError: An option is unknown or has a bad value.
        InvalidTypeError: `model` or `tokenizer` is neither a name, nor a path, nor loaded.
    """
    defaults = {name: value for name, value in options.items() if name not in _LOADING}
    call_names = [field.name for field in fields(pipeline_class(row.pipeline_class).options_class)]
    refuse_unknown(defaults, _LOADING | set(call_names), "pipeline")

    loading = {name: value for name, value in options.items() if name in _LOADING}
    model_options = ModelOptions.from_keywords("pipeline", loading)
    if isinstance(model, PreTrainedModel):
        source = model.name_or_path if tokenizer is None else tokenizer
        tokenizer = _load_tokenizer(source, model.options.files)
    else:
        name = row.default_model if model is None else _path(model, "model")
        # The tokenizer first: it is the quicker one to fail.
        tokenizer = _load_tokenizer(name if tokenizer is None else tokenizer, model_options.files)
        model = getattr(models, row.auto_class).load(name, model_options)
    return {"model": model, "tokenizer": tokenizer, **defaults}


def _load_tokenizer(source: Any, files: LoadOptions) -> PreTrainedTokenizer:
    if isinstance(source, PreTrainedTokenizer):
        return source
    return AutoTokenizer.load(_path(source, "tokenizer"), files)


def _path(source: Any, what: str) -> str:
    import os

    if not isinstance(source, (str, os.PathLike)):
        raise InvalidTypeError(
            f"[pipeline] {what} must be a name, a path or a loaded {what}, "
            f"got {type(source).__name__}"
        )
    return os.fspath(source)
