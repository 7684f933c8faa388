"""Every published tokenizer against what Hugging Face tokenizers made of some 150 texts each.

The files are not part of the repository: ONNXFORMERS_DATA names the folder that holds them.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from onnxformers._native import tokenizers as _native

DATA = os.environ.get("ONNXFORMERS_DATA")
FILES = sorted(Path(DATA, "tokenizers").glob("*/tokenizer.json")) if DATA else []
Loaded = tuple[_native.Tokenizer, list[dict[str, Any]]]

pytestmark = pytest.mark.skipif(
    not FILES, reason="real tokenizers are not kept in the repository; set ONNXFORMERS_DATA"
)


@pytest.fixture(scope="module", params=FILES, ids=lambda file: file.parent.name)
def loaded(request: pytest.FixtureRequest) -> Loaded:
    folder = request.param.parent
    lines = (folder / "vectors.jsonl").read_text(encoding="utf-8").split("\n")
    vectors = [json.loads(line) for line in lines if line]
    assert len(vectors) > 100
    tokenizer = _native.Tokenizer.from_json((folder / "tokenizer.json").read_bytes())
    return tokenizer, as_in_the_file(tokenizer, [v for v in vectors if "error" not in v])


def as_in_the_file(
    tokenizer: _native.Tokenizer, vectors: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """With the file's ids of added tokens, which the reference passes over where ids have gaps."""
    added = {token["content"]: token["id"] for token in tokenizer.added_tokens}
    ours = {
        index: added[token]
        for vector in vectors
        for index, token in zip(vector["ids"], vector.get("tokens", ()), strict=False)
        if token in added
    }
    names = ("ids", "ids_no_special")
    return [
        vector | {name: [ours.get(i, i) for i in vector[name]] for name in names if name in vector}
        for vector in vectors
    ]


def test_texts(loaded: Loaded) -> None:
    tokenizer, vectors = loaded
    for vector in vectors:
        if "pair" in vector:
            continue
        text = vector["text"]
        rows = tokenizer.encode_batch([text], with_offsets=True)
        assert rows.ids(0) == vector["ids"], text
        assert [list(span) for span in rows.offsets(0)] == vector["offsets"], text
        assert rows.tokens(0) == vector["tokens"], text
        assert tokenizer.encode_batch([text]).ids(0) == vector["ids"], text
        bare = tokenizer.encode_batch([text], add_special_tokens=False)
        assert bare.ids(0) == vector["ids_no_special"], text


def test_pairs(loaded: Loaded) -> None:
    tokenizer, vectors = loaded
    for vector in vectors:
        if "pair" in vector:
            rows = tokenizer.encode_batch([vector["text"]], [vector["pair"]])
            assert rows.ids(0) == vector["ids"], vector
            assert rows.type_ids(0) == vector["type_ids"], vector


def test_decoding(loaded: Loaded) -> None:
    tokenizer, vectors = loaded
    for vector in vectors:
        if "pair" not in vector:
            assert tokenizer.decode(vector["ids"]) == vector["decoded"]
            plain = tokenizer.decode(vector["ids"], skip_special_tokens=True)
            assert plain == vector["decoded_skip_special"]
