"""
onnxformers native core.
"""

from __future__ import annotations
from . import base
from . import audio
from . import tokenizers
from . import runtime
from . import image
from . import models
from . import generation

__all__: list[str] = ["audio", "base", "generation", "image", "models", "runtime", "tokenizers"]
__version__: str = "0.1.0"
