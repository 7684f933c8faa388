"""Models: every class of the registry by name, and the AutoModel classes.

Classes are made from the registry's rows when first asked for, and kept.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from onnxformers.models.registry import AUTO_CLASSES, CLASS_NAMES

_HOMES = {
    "AutoClass": "auto",
    "ModelOptions": "loading",
    "ModelOutput": "outputs",
    "PreTrainedModel": "base",
}

__all__ = [*_HOMES, *AUTO_CLASSES, *CLASS_NAMES]  # noqa: PLE0604


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        found: Any = getattr(import_module(f"onnxformers.models.{_HOMES[name]}"), name)
    elif name in CLASS_NAMES:
        found = import_module("onnxformers.models.auto").model_class(name, __name__)
    elif name in AUTO_CLASSES:
        found = import_module("onnxformers.models.auto").auto_class(name, __name__)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    # setdefault: two threads that ask at once must get one and the same class.
    return globals().setdefault(name, found)


def __dir__() -> list[str]:
    return sorted(__all__)
