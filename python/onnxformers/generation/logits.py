"""Every logits processor by its name in transformers, made from what the core reports.

Example:
    >>> import numpy as np
    >>> warper = TopKLogitsWarper(top_k=1)
    >>> warper(np.zeros((1, 4), np.int64), np.array([[1.0, 3.0, 2.0]], np.float32))
    array([[-inf,   3., -inf]], dtype=float32)
"""

from __future__ import annotations

from onnxformers.generation.logits_rules import (
    HammingDiversityLogitsProcessor,
    PrefixConstrainedLogitsProcessor,
    WhisperTimeStampLogitsProcessor,
)
from onnxformers.generation.processors import (
    LogitsProcessor,
    LogitsProcessorList,
    LogitsWarper,
    native_classes,
)

_OWN = (
    HammingDiversityLogitsProcessor,
    LogitsProcessor,
    LogitsProcessorList,
    LogitsWarper,
    PrefixConstrainedLogitsProcessor,
    WhisperTimeStampLogitsProcessor,
)
globals().update({name: cls for name, cls in native_classes().items() if name not in globals()})
__all__ = sorted({*native_classes(), *(cls.__name__ for cls in _OWN)})  # noqa: PLE0605
