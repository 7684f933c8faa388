"""What remote models answer: plain dicts at run time, of these types for type checkers.

The server writes the same types.
"""

from __future__ import annotations

from onnxformers.inference.types.chat import *  # noqa: F403
from onnxformers.inference.types.media import *  # noqa: F403
from onnxformers.inference.types.text import *  # noqa: F403
