"""Files of models: which, where from, and what we keep of them."""

from __future__ import annotations

from onnxformers.hub.options import LoadOptions

__all__ = ["LoadOptions"]
