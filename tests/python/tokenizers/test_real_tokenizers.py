"""Published tokenizers against what Hugging Face tokenizers made of some 150 texts each.

The files are not part of the repository: ONNXFORMERS_DATA names the folder that holds them.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from onnxformers.tokenizers import AutoTokenizer, PreTrainedTokenizer

DATA = os.environ.get("ONNXFORMERS_DATA")
WORDPIECE = (
    "Xenova-all-MiniLM-L6-v2",
    "all-mpnet-base-v2",
    "bert-base-chinese",
    "bert-base-multilingual-cased",
    "bert-base-uncased",
    "koelectra",
)
Vectors = list[dict[str, Any]]
Loaded = tuple[PreTrainedTokenizer, Vectors]

pytestmark = pytest.mark.skipif(
    not DATA, reason="real tokenizers are not kept in the repository; set ONNXFORMERS_DATA"
)


@pytest.fixture(scope="module", params=WORDPIECE)
def loaded(request: pytest.FixtureRequest) -> Loaded:
    folder = Path(DATA or "", "tokenizers", request.param)
    lines = (folder / "vectors.jsonl").read_text(encoding="utf-8").split("\n")
    # Some of the folders hold tokenizer.json alone, which names no padding token.
    pad_token = "<pad>" if "mpnet" in request.param else "[PAD]"
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, pad_token=pad_token)
    return tokenizer, [json.loads(line) for line in lines if line]


def singles(vectors: Vectors) -> Vectors:
    found = [vector for vector in vectors if "pair" not in vector and "error" not in vector]
    assert len(found) > 100
    return found


def test_texts(loaded: Loaded) -> None:
    tokenizer, vectors = loaded
    for vector in singles(vectors):
        text = vector["text"]
        encoded = tokenizer(text, return_offsets_mapping=True, return_tensors=None, verbose=False)
        assert encoded["input_ids"] == vector["ids"], text
        assert encoded["offset_mapping"] == [tuple(span) for span in vector["offsets"]], text
        assert encoded.tokens() == vector["tokens"], text
        bare = tokenizer.encode(text, add_special_tokens=False)
        assert bare == vector["ids_no_special"], text


def test_decoding(loaded: Loaded) -> None:
    tokenizer, vectors = loaded
    for vector in singles(vectors):
        ids = vector["ids"]
        text = tokenizer.decode(ids, clean_up_tokenization_spaces=False)
        assert text == vector["decoded"], vector["text"]
        text = tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        assert text == vector["decoded_skip_special"], vector["text"]


def test_pairs(loaded: Loaded) -> None:
    tokenizer, vectors = loaded
    pairs = [vector for vector in vectors if "pair" in vector]
    assert pairs
    for vector in pairs:
        encoded = tokenizer(
            vector["text"], vector["pair"], return_token_type_ids=True, return_tensors=None
        )
        assert encoded["input_ids"] == vector["ids"], vector
        assert encoded["token_type_ids"] == vector["type_ids"], vector


def test_a_batch_equals_its_texts(loaded: Loaded) -> None:
    tokenizer, vectors = loaded
    found = singles(vectors)
    encoded = tokenizer([vector["text"] for vector in found], padding=True, verbose=False)
    for row, mask, vector in zip(encoded.input_ids, encoded.attention_mask, found, strict=True):
        assert row[mask == 1].tolist() == vector["ids"]
