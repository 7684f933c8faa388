"""Post-processors and truncation, of single texts and pairs, against Hugging Face tokenizers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_models import byte_level, of_bytes

from onnxformers._native.tokenizers import Encodings, Tokenizer
from onnxformers.errors import InvalidArgumentError

Section = dict[str, Any]

MODEL = of_bytes()
X = MODEL["vocab"]["x"]
SPECIAL = {f"<{name}>": len(MODEL["vocab"]) + index for index, name in enumerate("abc")}
TEXTS = st.lists(
    st.sampled_from(["the", " other", "isn't", "  ", " 中文", "\n", "é", "x", "<a>"]), max_size=8
).map("".join)


def sequence_part(name: str) -> st.SearchStrategy[Section]:
    return st.integers(0, 2).map(lambda kind: {"Sequence": {"id": name, "type_id": kind}})


SPECIAL_PARTS = st.tuples(st.sampled_from([*SPECIAL]), st.integers(0, 2)).map(
    lambda part: {"SpecialToken": {"id": part[0], "type_id": part[1]}}
)


@st.composite
def templates(draw: st.DrawFn) -> Section:
    """Every text once, in any order, with special tokens anywhere; one of them may be two ids."""
    single = [draw(sequence_part("A")), *draw(st.lists(SPECIAL_PARTS, max_size=3))]
    texts = [draw(sequence_part("A")), draw(sequence_part("B"))]
    pair = texts + draw(st.lists(SPECIAL_PARTS, max_size=4))
    tokens = {
        name: {"id": name, "ids": [index], "tokens": [name]} for name, index in SPECIAL.items()
    }
    if draw(st.booleans()):
        tokens["<c>"] = {"id": "<c>", "ids": [SPECIAL["<c>"], X], "tokens": ["<c>", "x"]}
    return {
        "type": "TemplateProcessing",
        "single": draw(st.permutations(single)),
        "pair": draw(st.permutations(pair)),
        "special_tokens": tokens,
    }


def pair_of(name: str) -> tuple[str, int]:
    return name, SPECIAL[name]


ROBERTA = st.builds(
    lambda trim, prefix: {
        "type": "RobertaProcessing",
        "cls": pair_of("<a>"),
        "sep": pair_of("<b>"),
        "trim_offsets": trim,
        "add_prefix_space": prefix,
    },
    st.booleans(),
    st.booleans(),
)
SIMPLE = st.one_of(
    templates(),
    st.just({"type": "BertProcessing", "cls": pair_of("<a>"), "sep": pair_of("<b>")}),
    ROBERTA,
    st.builds(
        lambda trim, prefix: byte_level(trim_offsets=trim, add_prefix_space=prefix),
        st.booleans(),
        st.booleans(),
    ),
)
TRIMS = st.booleans().map(lambda trim: byte_level(trim_offsets=trim))
PROCESSORS = st.one_of(
    st.none(),
    SIMPLE,
    st.tuples(TRIMS, templates()).map(
        lambda steps: {"type": "Sequence", "processors": list(steps)}
    ),
)
TRUNCATIONS = st.fixed_dictionaries(
    {
        "max_length": st.integers(1, 14),
        "stride": st.integers(0, 3),
        "strategy": st.sampled_from(["longest_first", "only_first", "only_second"]),
        "direction": st.sampled_from(["right", "left"]),
    }
)


def document(processor: Section | None, prefix: bool) -> str:
    flags = ("single_word", "lstrip", "rstrip", "normalized")
    added = [
        {"id": index, "content": name, **dict.fromkeys(flags, False), "special": True}
        for name, index in SPECIAL.items()
    ]
    return json.dumps(
        {
            "version": "1.0",
            "added_tokens": added,
            "pre_tokenizer": byte_level(add_prefix_space=prefix),
            "post_processor": processor,
            "model": MODEL,
        }
    )


def row_of(rows: Encodings, row: int) -> tuple[Any, ...]:
    return (
        rows.ids(row),
        rows.tokens(row),
        rows.type_ids(row),
        rows.offsets(row),
        rows.special_tokens_mask(row),
    )


def row_there(encoding: Any) -> tuple[Any, ...]:
    return (
        encoding.ids,
        encoding.tokens,
        encoding.type_ids,
        encoding.offsets,
        encoding.special_tokens_mask,
    )


def check(written: str, texts: tuple[str, str | None], special: bool, cuts: Section | None) -> None:
    reference = pytest.importorskip("tokenizers", reason="the reference: pip install tokenizers")
    theirs = reference.Tokenizer.from_str(written)
    ours = Tokenizer.from_json(written.encode())
    arguments: Section = {}
    if cuts:
        # Without room for a token of the text: refused here, and mostly there.
        room = max(ours.num_special_tokens(is_pair=is_pair) for is_pair in (False, True))
        if cuts["max_length"] <= room + cuts["stride"]:
            return
        theirs.enable_truncation(**cuts)
        arguments = {
            "truncation": cuts["strategy"],
            "max_length": cuts["max_length"],
            "stride": cuts["stride"],
            "truncation_side": cuts["direction"],
            "return_overflowing": True,
        }
    pairs = None if texts[1] is None else [texts[1]]
    encode = (texts[0],) if texts[1] is None else texts
    try:
        expected = theirs.encode(*encode, add_special_tokens=special)
    except Exception:  # the reference raises the base class
        with pytest.raises(InvalidArgumentError):
            ours.encode_batch([texts[0]], pairs, add_special_tokens=special, **arguments)
        return
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        return  # it panics where a text is left no longer than the stride
    rows = ours.encode_batch(
        [texts[0]], pairs, add_special_tokens=special, with_offsets=True, **arguments
    )
    assert row_of(rows, 0) == row_there(expected)
    assert rows.word_ids(0) == expected.word_ids
    assert rows.sequence_ids(0) == expected.sequence_ids
    others = [row_of(rows, row) for row in range(1, len(rows))]
    assert others == [row_there(part) for part in expected.overflowing]


@pytest.mark.oracle
@given(
    processor=PROCESSORS,
    prefix=st.booleans(),
    text=TEXTS,
    pair=st.none() | TEXTS,
    special=st.booleans(),
)
@settings(deadline=None, max_examples=400)
def test_rows(
    processor: Section | None, prefix: bool, text: str, pair: str | None, special: bool
) -> None:
    check(document(processor, prefix), (text, pair), special, None)


@pytest.mark.oracle
@given(
    processor=PROCESSORS,
    text=TEXTS,
    pair=st.none() | TEXTS,
    special=st.booleans(),
    cuts=TRUNCATIONS,
)
@settings(deadline=None, max_examples=600)
def test_rows_that_are_cut(
    processor: Section | None, text: str, pair: str | None, special: bool, cuts: Section
) -> None:
    check(document(processor, False), (text, pair), special, cuts)
