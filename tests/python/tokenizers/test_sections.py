"""Sections of tokenizer.json, read and changed in place."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onnxformers.tokenizers.overrides import apply_rules
from onnxformers.tokenizers.sections import find_section, section, with_section

DOCUMENT = {
    "model": {
        "type": "WordLevel",
        "vocab": {"normalizer": 7, 'pad"ding': 8, "decoder": 9, "é中🙂": 10},
    },
    "normalizer": {"type": "BertNormalizer", "lowercase": True, "strip_accents": None},
    "padding": None,
    "added_tokens": [{"id": 0, "content": "🙂"}],
    "decoder": {"type": "Replace", "content": "x" * 100_000},
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_sections_are_found(indent: int | None, ascii_only: bool) -> None:
    data = json.dumps(DOCUMENT, indent=indent, ensure_ascii=ascii_only).encode()
    for name in ("normalizer", "padding", "added_tokens", "decoder"):
        found = find_section(data, name)
        assert found is not None
        assert found.value == DOCUMENT[name]
        assert json.loads(data[found.start : found.end]) == DOCUMENT[name]
    assert section(data, "padding") is None
    assert section(data, "added_tokens") is None
    assert find_section(data, "no such") is None


@pytest.mark.parametrize(
    "data", [b"", b"null", b'{"normalizer"', b'{"normalizer":', b'{"normalizer": {"a"', b"\xff{"]
)
def test_broken_files_have_no_sections(data: bytes) -> None:
    assert find_section(data, "normalizer") is None


@given(value=JSON, indent=st.sampled_from([None, 1]))
def test_a_section_is_put_in_place(value: Any, indent: int | None) -> None:
    for name in ("normalizer", "padding", "added_tokens", "post_processor"):
        data = json.dumps(DOCUMENT, indent=indent, ensure_ascii=False).encode()
        assert json.loads(with_section(data, name, value)) == {**DOCUMENT, name: value}


def rule(name: str, document: dict[str, Any], **options: Any) -> dict[str, Any]:
    changed: dict[str, Any] = json.loads(
        apply_rules((name,), json.dumps(document).encode(), options)
    )
    return changed


def test_rules_change_nothing_without_need() -> None:
    for name in ("bert_normalizer", "prefix_space", "post_offsets", "sentencepiece_prefix"):
        data = json.dumps(DOCUMENT).encode()
        assert apply_rules((name,), data, {}) is data


def test_prefix_space() -> None:
    byte_level = {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True}
    document = {"pre_tokenizer": byte_level}
    assert rule("prefix_space", document)["pre_tokenizer"]["add_prefix_space"] is False
    assert rule("prefix_space", document, add_prefix_space=True) == document
    sequence = {"pre_tokenizer": {"type": "Sequence", "pretokenizers": [byte_level]}}
    assert rule("prefix_space", sequence) == sequence


def test_post_offsets() -> None:
    document = {"post_processor": {"type": "RobertaProcessing", "add_prefix_space": True}}
    changed = rule("post_offsets", document)["post_processor"]
    assert changed == {"type": "RobertaProcessing", "add_prefix_space": False}
    full = {"post_processor": {**changed, "trim_offsets": True}}
    assert rule("post_offsets", full, trim_offsets=False)["post_processor"]["trim_offsets"] is False


def test_prefix_space_everywhere() -> None:
    byte_level = {"type": "ByteLevel", "add_prefix_space": False}
    document = {
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Digits"}, byte_level]},
        "decoder": byte_level,
    }
    assert rule("prefix_space_everywhere", document) == document
    changed = rule("prefix_space_everywhere", document, add_prefix_space=True)
    assert changed["pre_tokenizer"]["pretokenizers"][1]["add_prefix_space"] is True
    assert changed["decoder"]["add_prefix_space"] is True


def test_the_space_before_a_text_of_a_sentencepiece_model() -> None:
    replace = {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}
    back = {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}
    prepend = {"type": "Prepend", "prepend": "▁"}
    strip = {"type": "Strip", "content": " ", "start": 1, "stop": 0}
    with_space = {
        "normalizer": {"type": "Sequence", "normalizers": [prepend, replace]},
        "decoder": {"type": "Sequence", "decoders": [back, strip]},
    }
    name = "sentencepiece_prefix"
    assert rule(name, with_space) == rule(name, with_space, add_prefix_space=True) == with_space
    without = rule(name, with_space, add_prefix_space=False)
    assert without["normalizer"]["normalizers"] == [replace]
    assert without["decoder"]["decoders"] == [back]
    assert rule(name, without, add_prefix_space=True) == with_space
    metaspace = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first"}
    document = {"pre_tokenizer": metaspace}
    assert rule(name, document, add_prefix_space=True) == document
    changed = rule(name, document, add_prefix_space=False)["pre_tokenizer"]
    assert changed["prepend_scheme"] == "never"
    assert (
        rule(name, {"pre_tokenizer": changed}, add_prefix_space=True, legacy=False)[
            "pre_tokenizer"
        ]["prepend_scheme"]
        == "first"
    )
