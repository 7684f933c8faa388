"""Pipelines: `pipeline(task, model)` and each pipeline class by name.

What type checkers see is in __init__.pyi, generated from the rows of the registry.
"""

from __future__ import annotations

from typing import Any

from onnxformers.pipelines.factory import pipeline, pipeline_class
from onnxformers.pipelines.registry import PIPELINE_CLASSES

__all__ = [*PIPELINE_CLASSES, "pipeline"]  # noqa: PLE0604


def __getattr__(name: str) -> Any:
    if name not in PIPELINE_CLASSES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return globals().setdefault(name, pipeline_class(name))


def __dir__() -> list[str]:
    return sorted(__all__)
