"""Pipelines behind the Inference API: what its requests and answers are in terms of pipelines.

`HfInference(provider="local")` and `onnxformers serve` both answer with it.
"""

from __future__ import annotations
