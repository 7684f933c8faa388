"""The config of a model: config.json as a mapping with attributes.

Source: spec/transformers.js/configs.md; transformers' PretrainedConfig.
"""

from __future__ import annotations

from onnxformers.configs.normalized import get_key_value_shapes, get_normalized_config
from onnxformers.configs.pretrained import AutoConfig, PretrainedConfig, load_config

__all__ = [
    "AutoConfig",
    "PretrainedConfig",
    "get_key_value_shapes",
    "get_normalized_config",
    "load_config",
]
