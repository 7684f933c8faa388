"""Tokenizers: text to token ids and back.

`AutoTokenizer.from_pretrained(name)` loads one; classes are made from the rows of `registry`.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "AddedToken": "added_token",
    "AutoTokenizer": "auto",
    "BatchEncoding": "batch_encoding",
    "CharSpan": "encoding",
    "DecodeStream": "decode_stream",
    "Encoding": "encoding",
    "TemplateLimits": "chat_limits",
    "get_json_schema": "tool_schema",
    "PreTrainedTokenizer": "base",
    "TokenSpan": "encoding",
}


def __getattr__(name: str) -> Any:
    """Import a public name at its first use."""
    if name in _HOMES:
        value = getattr(import_module(f"onnxformers.tokenizers.{_HOMES[name]}"), name)
    elif not name.startswith("_") and name.endswith(("Tokenizer", "TokenizerFast")):
        value = import_module("onnxformers.tokenizers.auto").tokenizer_class(name)
    else:
        value = None
    if value is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """The public names."""
    from onnxformers.tokenizers.registry import ROWS

    return sorted([*_HOMES, *(row.name for row in ROWS)])
