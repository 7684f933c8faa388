"""Models: every class of the registry by name, and the AutoModel classes.

Classes are made from the registry's rows when first asked for, and kept.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from onnxformers.models.registry import (
    AUTO_CLASSES,
    BASE,
    class_names,
    find_base,
    find_class,
)
from onnxformers.models.registry import architectures as rows  # there is a package of that name

_OUTPUTS = (
    "BaseModelOutput",
    "BaseModelOutputWithPast",
    "CausalLMOutput",
    "CausalLMOutputWithPast",
    "DetrObjectDetectionOutput",
    "DetrSegmentationOutput",
    "ImageMattingOutput",
    "MaskedLMOutput",
    "ModelOutput",
    "QuestionAnsweringModelOutput",
    "RTDetrObjectDetectionOutput",
    "SamImageSegmentationOutput",
    "Seq2SeqLMOutput",
    "Seq2SeqModelOutput",
    "SequenceClassifierOutput",
    "TableTransformerObjectDetectionOutput",
    "TokenClassifierOutput",
    "VitsModelOutput",
    "XVectorOutput",
    "YolosObjectDetectionOutput",
)
HOMES = {
    "AutoClass": "auto",
    "GenerationFuture": "generation_queue",
    "GenerationQueue": "generation_queue",
    "ModelOptions": "loading",
    "PreTrainedModel": "base",
    "PretrainedMixin": "auto",
    **dict.fromkeys(_OUTPUTS, "outputs"),
}


def _make(name: str) -> Any:
    """The object of a public name, None when there is no such name."""
    if name in HOMES:
        return getattr(import_module(f"onnxformers.models.{HOMES[name]}"), name)
    if name in AUTO_CLASSES:
        return import_module("onnxformers.models.auto").auto_class(name, __name__)
    if name.endswith(BASE):
        return (
            import_module("onnxformers.models.auto").base_class(name, __name__)
            if find_base(name)
            else None
        )
    found = find_class(name) if name[0].isupper() else None
    return found and import_module("onnxformers.models.auto").model_class(*found, __name__)


def __getattr__(name: str) -> Any:
    found = __dir__() if name == "__all__" else _make(name)
    if found is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    # setdefault: two threads that ask at once must get one and the same class.
    return globals().setdefault(name, found)


def __dir__() -> list[str]:
    bases = {row.prefix + BASE for row in rows()}
    return sorted({*HOMES, *AUTO_CLASSES, *bases, *class_names()})
