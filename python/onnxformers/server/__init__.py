"""`onnxformers serve`: local pipelines for clients of the Inference API and of OpenAI's.

Needs the extra `serve`. `create_app` gives the ASGI application, `Batcher` the batching alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onnxformers.lazy import lazy_names

if TYPE_CHECKING:
    from onnxformers.server.app import create_app
    from onnxformers.server.batching import Batcher
    from onnxformers.server.settings import Limits, ModelSettings, ServerSettings

__all__ = ["Batcher", "Limits", "ModelSettings", "ServerSettings", "create_app"]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "Batcher": "batching",
        "Limits": "settings",
        "ModelSettings": "settings",
        "ServerSettings": "settings",
        "create_app": "app",
    },
)
