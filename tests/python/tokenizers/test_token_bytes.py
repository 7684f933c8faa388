"""What tokens spell."""

from __future__ import annotations

from pathlib import Path

import pytest

from onnxformers import AutoTokenizer
from onnxformers.errors import UnsupportedModelError
from onnxformers.tokenizers.token_bytes import read_token_bytes

MODELS = Path(__file__).parents[2] / "conformance" / "models"
TEXTS = ["A plain text, 12 words.", "Zoë's café\n\tñandú", "日本 🦙 x"]


@pytest.mark.parametrize(
    ("name", "drops"),
    [
        ("gpt2", False),
        ("qwen2", False),
        ("bloom", False),
        ("bart-cnn", False),
        ("llama2", True),
        ("gemma", False),
    ],
)
def test_the_bytes_of_a_texts_tokens_are_the_text(name: str, drops: bool) -> None:
    tokenizer = AutoTokenizer.from_pretrained(MODELS / name)
    vocabulary = tokenizer.token_bytes()
    assert vocabulary.drops_first_space is drops
    assert len(vocabulary.spelt) == len(tokenizer)
    for text in TEXTS:
        ids = tokenizer.encode(text, add_special_tokens=False)
        spelt = b"".join(vocabulary.spelt[i] for i in ids)
        assert spelt == (" " * drops + text).encode()


def test_pieces_behind_a_space() -> None:
    tokenizer = AutoTokenizer.from_pretrained(MODELS / "t5")
    vocabulary = tokenizer.token_bytes()
    ids = tokenizer.encode("The city of", add_special_tokens=False)
    assert b"".join(vocabulary.spelt[i] for i in ids) == b" The city of"
    assert vocabulary.drops_first_space


def test_special_tokens_spell_nothing_and_added_ones_themselves() -> None:
    tokenizer = AutoTokenizer.from_pretrained(MODELS / "gpt2")
    tokenizer.add_tokens(["<think>"])
    vocabulary = tokenizer.token_bytes()
    assert tokenizer.eos_token_id in vocabulary.special
    assert vocabulary.spelt[tokenizer.eos_token_id] == b""
    added = tokenizer.convert_tokens_to_ids("<think>")
    assert vocabulary.spelt[added] == b"<think>"
    assert vocabulary.is_text[[added, tokenizer.eos_token_id]].tolist() == [True, False]
    assert added not in vocabulary.special


def test_tokens_that_depend_on_their_neighbours_are_refused() -> None:
    tokenizer = AutoTokenizer.from_pretrained(MODELS / "bert-uncased-mlm")
    with pytest.raises(UnsupportedModelError, match="decoder is WordPiece, expected ByteLevel"):
        tokenizer.token_bytes()


@pytest.mark.parametrize(
    "step",
    [
        {"type": "Strip", "content": " ", "start": 0, "stop": 1},
        {"type": "Replace", "pattern": {"Regex": "x"}, "content": "y"},
        {"type": "CTC"},
    ],
)
def test_decoders_that_change_other_places_are_refused(step: dict[str, object]) -> None:
    native = AutoTokenizer.from_pretrained(MODELS / "t5")._state.native
    metaspace = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always"}
    decoder = {"type": "Sequence", "decoders": [metaspace]}
    assert read_token_bytes(native, decoder, frozenset()).drops_first_space
    with pytest.raises(UnsupportedModelError, match="have no bytes of their own"):
        read_token_bytes(native, {**decoder, "decoders": [metaspace, step]}, frozenset())
