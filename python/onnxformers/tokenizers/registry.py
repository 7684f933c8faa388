"""The kinds of tokenizer: what each class adds to the files, and how a class is found."""

from __future__ import annotations

from onnxformers.tokenizers.row import GENERIC, TokenizerRow
from onnxformers.tokenizers.rows import ROWS

__all__ = ["GENERIC", "ROWS", "TokenizerRow", "row_by_model_type", "row_by_name"]

_BY_NAME = {row.name: row for row in ROWS}
_BY_MODEL_TYPE = {model_type: row for row in ROWS for model_type in row.model_types}

# What files and users call the class that has no behaviour of its own.
GENERIC_NAMES = frozenset({"PreTrainedTokenizer", "PreTrainedTokenizerFast"})


def row_by_name(name: str) -> TokenizerRow | None:
    """The row of a class name, with or without "Fast"; None for a name that is not in the table."""
    if name in GENERIC_NAMES:
        return GENERIC
    return _BY_NAME.get(name.removesuffix("Fast"))


def row_by_model_type(model_type: str) -> TokenizerRow | None:
    """The row that a `model_type` of config.json stands for, or None."""
    return _BY_MODEL_TYPE.get(model_type)
