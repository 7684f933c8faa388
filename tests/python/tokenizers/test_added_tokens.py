"""Added tokens with every flag, and WordPiece's search, against Hugging Face tokenizers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from published_pipelines import document
from same_encodings import assert_same_encoding

from onnxformers._native.tokenizers import Tokenizer

Section = dict[str, Any]

FLAGS = ("single_word", "lstrip", "rstrip", "normalized", "special")
# What no small model has as a token: the reference passes over the id of one that it has. None
# begins with a space, which a token before it may have taken: then there the offsets overlap.
CONTENTS = (
    *("<m>", "<M>", "<m><m>", "m> <", "s <", "İQ", "ﬁQ"),
    *("Q\u0301", "Q Q", "_Q", "Q中", "Ⓐq", "QQ"),
)


def are_told_apart(tokens: list[tuple[str, tuple[bool, ...]]]) -> bool:
    """Of tokens that normalise to the same text the reference takes any, from load to load."""
    folded = [text.lower() for text, flags in tokens if flags[FLAGS.index("normalized")]]
    return len(set(folded)) == len(folded)


TOKENS = st.lists(
    st.tuples(st.sampled_from(CONTENTS), st.tuples(*[st.booleans()] * len(FLAGS))),
    min_size=1,
    max_size=5,
    unique_by=lambda token: token[0],
).filter(are_told_apart)
TEXTS = st.lists(
    st.sampled_from([*CONTENTS, *" \n\t\u3000aQ_中é\u0301ⒶİﬁM<>m's1", "the", " other"]), max_size=12
).map("".join)
# One of each kind of pass, and of what goes through the stages.
NAMES = (
    *("gpt2", "falcon", "clip", "bloom", "deberta", "gpt-neox, cohere"),
    *("llama2", "mistral-v3", "gemma", "chatglm", "kogpt2", "xlm"),
    *("bert-uncased", "bert-cased", "t5", "deberta-v2", "albert", "llava", "wav2vec2"),
)


@pytest.mark.oracle
@pytest.mark.parametrize("name", NAMES)
def test_flags(name: str) -> None:
    reference = pytest.importorskip("tokenizers", reason="the reference: pip install tokenizers")
    size = len(document(name)["model"]["vocab"])

    @given(tokens=TOKENS, texts=st.lists(TEXTS, min_size=1, max_size=6))
    @settings(deadline=None, max_examples=60)
    def check(tokens: list[tuple[str, tuple[bool, ...]]], texts: list[str]) -> None:
        added = [
            {"id": size + index, "content": content, **dict(zip(FLAGS, flags, strict=True))}
            for index, (content, flags) in enumerate(tokens)
        ]
        written = json.dumps(document(name, added))
        ours = Tokenizer.from_json(written.encode())
        theirs = reference.Tokenizer.from_str(written)
        for text in texts:
            assert_same_encoding(ours, theirs, text)

    check()


LETTERS = "aab\u00e9\u4e2dA-"
PIECES = st.lists(st.text(st.sampled_from(LETTERS), min_size=1, max_size=4), max_size=14)


@st.composite
def wordpieces(draw: st.DrawFn) -> Section:
    prefix = draw(st.sampled_from(["##", "", "\u00e9", "##"]))
    insides = [prefix + piece for piece in draw(PIECES)]
    pieces = dict.fromkeys(["[U]", *draw(PIECES), *insides])
    return {
        "type": "WordPiece",
        "unk_token": "[U]",
        "continuing_subword_prefix": prefix,
        "max_input_chars_per_word": draw(st.sampled_from([1, 3, 6, 100])),
        "vocab": {piece: index for index, piece in enumerate(pieces)},
    }


@pytest.mark.oracle
@given(
    model=wordpieces(),
    name=st.sampled_from(["bert-uncased", "bert-cased", "tortoise"]),
    texts=st.lists(st.text(st.sampled_from(LETTERS + " \u0301,"), max_size=14), max_size=6),
)
@settings(deadline=None, max_examples=400)
def test_wordpiece(model: Section, name: str, texts: list[str]) -> None:
    reference = pytest.importorskip("tokenizers", reason="the reference: pip install tokenizers")
    written = json.dumps({**document(name), "model": model, "decoder": None})
    ours, theirs = Tokenizer.from_json(written.encode()), reference.Tokenizer.from_str(written)
    for text in texts:
        assert_same_encoding(ours, theirs, text)
