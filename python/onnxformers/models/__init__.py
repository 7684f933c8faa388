"""Models: every class of the registry by name, and the AutoModel classes.

Classes are made from the registry's rows when first asked for, and kept.
"""

from __future__ import annotations

from typing import Any

from onnxformers.models.auto import AutoClass, auto_class, model_class
from onnxformers.models.base import PreTrainedModel
from onnxformers.models.loading import ModelOptions
from onnxformers.models.outputs import ModelOutput
from onnxformers.models.registry import AUTO_CLASSES, CLASS_NAMES

__all__ = [  # noqa: PLE0604
    "AutoClass",
    "ModelOptions",
    "ModelOutput",
    "PreTrainedModel",
    *AUTO_CLASSES,
    *CLASS_NAMES,
]


def __getattr__(name: str) -> Any:
    if name in CLASS_NAMES:
        found: Any = model_class(name, __name__)
    elif name in AUTO_CLASSES:
        found = auto_class(name, __name__)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    # setdefault: two threads that ask at once must get one and the same class.
    return globals().setdefault(name, found)


def __dir__() -> list[str]:
    return sorted(__all__)
