"""Clients of remote models: `HfInference` and its kin, which need nothing native."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onnxformers.errors import InferenceError, InferenceOutputError, InferenceTimeoutError
from onnxformers.lazy import lazy_names

if TYPE_CHECKING:
    from onnxformers.inference.async_client import AsyncHfInference, AsyncHfInferenceEndpoint
    from onnxformers.inference.client import HfInference, HfInferenceEndpoint
    from onnxformers.inference.options import InferenceOptions
    from onnxformers.inference.types import Blob

__all__ = [
    "AsyncHfInference",
    "AsyncHfInferenceEndpoint",
    "Blob",
    "HfInference",
    "HfInferenceEndpoint",
    "InferenceError",
    "InferenceOptions",
    "InferenceOutputError",
    "InferenceTimeoutError",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "AsyncHfInference": "async_client",
        "AsyncHfInferenceEndpoint": "async_client",
        "Blob": "types",
        "HfInference": "client",
        "HfInferenceEndpoint": "client",
        "InferenceOptions": "options",
    },
)
