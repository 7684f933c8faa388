"""A tokenizer small enough to read, for tests of everything round the core."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from onnxformers.tokenizers import AutoTokenizer, PreTrainedTokenizer

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
WORDS = (
    "hello",
    "world",
    "##s",
    "a",
    "b",
    "c",
    "d",
    "e",
    ",",
    ".",
    "!",
    "'",
    "s",
    "n",
    "t",
    "na",
    "##ive",
)
VOCAB = {token: index for index, token in enumerate((*SPECIAL, *WORDS))}

Document = dict[str, Any]
MakeFolder = Callable[..., Path]


def _added_token(content: str, token_id: int, **flags: bool) -> Document:
    names = ("single_word", "lstrip", "rstrip", "normalized")
    return {
        "id": token_id,
        "content": content,
        **dict.fromkeys(names, False),
        "special": True,
        **flags,
    }


def _bert_document(**changes: Any) -> Document:
    document = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [_added_token(token, VOCAB[token]) for token in SPECIAL],
        "normalizer": {
            "type": "BertNormalizer",
            "clean_text": True,
            "handle_chinese_chars": True,
            "strip_accents": None,
            "lowercase": True,
        },
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [
                {"SpecialToken": {"id": "[CLS]", "type_id": 0}},
                {"Sequence": {"id": "A", "type_id": 0}},
                {"SpecialToken": {"id": "[SEP]", "type_id": 0}},
            ],
            "pair": [
                {"SpecialToken": {"id": "[CLS]", "type_id": 0}},
                {"Sequence": {"id": "A", "type_id": 0}},
                {"SpecialToken": {"id": "[SEP]", "type_id": 0}},
                {"Sequence": {"id": "B", "type_id": 1}},
                {"SpecialToken": {"id": "[SEP]", "type_id": 1}},
            ],
            "special_tokens": {
                token: {"id": token, "ids": [VOCAB[token]], "tokens": [token]}
                for token in ("[CLS]", "[SEP]")
            },
        },
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
        "model": {
            "type": "WordPiece",
            "unk_token": "[UNK]",
            "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100,
            "vocab": VOCAB,
        },
    }
    return {**document, **changes}


BERT_CONFIG: Document = {"tokenizer_class": "BertTokenizer", "model_max_length": 8}


@pytest.fixture
def bert_document() -> Callable[..., Document]:
    """Makes a tokenizer.json of the BERT kind, with the sections given changed."""
    return _bert_document


@pytest.fixture
def make_folder(tmp_path: Path) -> MakeFolder:
    """Writes JSON files into a folder: make_folder(tokenizer=..., tokenizer_config=...)."""

    def make(**documents: Document | None) -> Path:
        files = {"tokenizer": _bert_document(), "tokenizer_config": BERT_CONFIG, **documents}
        for name, document in files.items():
            if document is not None:
                text = json.dumps(document)
                (tmp_path / f"{name}.json").write_text(text, encoding="utf-8")
        return tmp_path

    return make


@pytest.fixture
def bert(make_folder: MakeFolder) -> PreTrainedTokenizer:
    return AutoTokenizer.from_pretrained(make_folder(), local_files_only=True)
