"""Which architectures exist and what each can do, as data.

A row says only what the files cannot. Class names (`BertForMaskedLM`) are a row's prefix and one
of its heads.
"""

from __future__ import annotations

from onnxformers.models.registry.row import Architecture
from onnxformers.models.registry.text import TEXT

__all__ = ["ARCHITECTURES", "AUTO_CLASSES", "CLASS_NAMES", "Architecture"]

ARCHITECTURES: dict[str, Architecture] = {row.model_type: row for row in TEXT}

CLASS_NAMES: dict[str, tuple[Architecture, str]] = {
    row.prefix + head: (row, head) for row in ARCHITECTURES.values() for head in row.heads
}

#: AutoModel class -> the heads it may stand for, the first one that a row has.
AUTO_CLASSES: dict[str, tuple[str, ...]] = {
    "AutoModel": ("Model",),
    "AutoModelForMaskedLM": ("ForMaskedLM", "WithLMHeadModel"),
    "AutoModelForQuestionAnswering": ("ForQuestionAnswering",),
    "AutoModelForSequenceClassification": ("ForSequenceClassification",),
    "AutoModelForTokenClassification": ("ForTokenClassification",),
}
