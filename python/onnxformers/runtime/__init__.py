"""ONNX Runtime: finding and loading its library, devices, and opening models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onnxformers.lazy import lazy_names
from onnxformers.runtime.devices import resolve_device
from onnxformers.runtime.library import load_runtime
from onnxformers.runtime.options import SessionOptions, default_threads
from onnxformers.runtime.sessions import open_session, prepare_session

if TYPE_CHECKING:
    from onnxformers.runtime.describe import describe

__all__ = [
    "SessionOptions",
    "default_threads",
    "describe",
    "load_runtime",
    "open_session",
    "prepare_session",
    "resolve_device",
]

__getattr__, __dir__ = lazy_names(__name__, {"describe": "describe"})
