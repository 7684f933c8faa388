"""Transformers pipelines on ONNX Runtime with a native core."""

from __future__ import annotations
