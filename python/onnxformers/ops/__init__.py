"""Array functions that numpy lacks. Everything takes and gives numpy arrays.

Source: spec/transformers.js/utils_maths.md and utils_tensor.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onnxformers.lazy import lazy_names

if TYPE_CHECKING:
    from onnxformers.ops.interpolation import interpolate as interpolate
    from onnxformers.ops.maths import bankers_round as bankers_round
    from onnxformers.ops.maths import cos_sim as cos_sim
    from onnxformers.ops.maths import layer_norm as layer_norm
    from onnxformers.ops.maths import log_softmax as log_softmax
    from onnxformers.ops.maths import sigmoid as sigmoid
    from onnxformers.ops.maths import softmax as softmax
    from onnxformers.ops.maths import topk as topk
    from onnxformers.ops.pooling import mean_pooling as mean_pooling
    from onnxformers.ops.pooling import pool as pool
    from onnxformers.ops.pooling import quantize_embeddings as quantize_embeddings
    from onnxformers.ops.series import dynamic_time_warping as dynamic_time_warping
    from onnxformers.ops.series import median_filter as median_filter

_HOMES = {
    "bankers_round": "maths",
    "cos_sim": "maths",
    "dynamic_time_warping": "series",
    "interpolate": "interpolation",
    "layer_norm": "maths",
    "log_softmax": "maths",
    "mean_pooling": "pooling",
    "median_filter": "series",
    "pool": "pooling",
    "quantize_embeddings": "pooling",
    "sigmoid": "maths",
    "softmax": "maths",
    "topk": "maths",
}

__all__ = [*_HOMES]  # noqa: PLE0604


__getattr__, __dir__ = lazy_names(__name__, _HOMES)
