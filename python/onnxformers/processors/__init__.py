"""Processors: pictures, sounds and texts to the inputs of a model, and outputs to boxes and masks.

`AutoProcessor.from_pretrained(name)` loads one; classes are made from the rows of `registry`.

Source: spec/transformers.js/processors.md.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

HOMES = {
    "AutoFeatureExtractor": "auto",
    "AutoImageProcessor": "auto",
    "AutoProcessor": "auto",
    "BatchFeature": "batch_feature",
    "FeatureExtractor": "base",
    "ImageProcessor": "image",
    "Processor": "combined",
}


def __getattr__(name: str) -> Any:
    """Import a public name at its first use."""
    if name in HOMES:
        value = getattr(import_module(f"onnxformers.processors.{HOMES[name]}"), name)
    elif name.removesuffix("Fast").endswith(("Processor", "FeatureExtractor")):
        value = import_module("onnxformers.processors.registry").class_named(name)
    else:
        value = None
    if value is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """The public names."""
    from onnxformers.processors.registry import PREPROCESSORS, PROCESSORS

    return sorted({*HOMES, *PREPROCESSORS, *PROCESSORS})
