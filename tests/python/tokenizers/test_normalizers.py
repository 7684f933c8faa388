"""Normalizers: text and offsets, against the definition and against Hugging Face tokenizers."""

from __future__ import annotations

import base64
import json
import struct
import unicodedata
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from normalizer_cases import (
    CHARACTERS,
    TEXTS,
    Normalizer,
    charsmap_bytes,
    document,
    load,
    normalized,
    precompiled,
    prepend,
    replace,
    sequence,
    strip,
)

from onnxformers.errors import FileFormatError

FORMS = ["NFC", "NFD", "NFKC", "NFKD"]
PLAIN = [*FORMS, "Lowercase", "StripAccents", "Nmt", "ByteLevel"]
STRINGS = st.text(alphabet="a e\u0301中ﬁ▁", min_size=0, max_size=4)


# What begins a cluster, continues one, and joins two.
CLUSTERED = (
    "aeé\x01\r\n\u0301\u0323\u200d\u200c\u0903\u0915\u094d\u0924\u1100\u1161\u11a8가각"
    "\u263a\xa9\U0001f600\U0001f1e6\u0600\U000110bdﬁ中\u0627\u064b\ufe0fя\u0483 "
)
KEYS = st.text(alphabet=CLUSTERED, min_size=1, max_size=3)
MAPS = st.dictionaries(KEYS, st.text(alphabet="xyé中 \u0301", max_size=3), max_size=12)


def simple() -> st.SearchStrategy[Normalizer]:
    patterns = st.one_of(
        STRINGS.map(lambda string: {"String": string}),
        st.sampled_from([" {2,}", r"\s+", "a*", "^", "$", "", "(?=a)", "[^a]", r"\p{M}"]).map(
            lambda regex: {"Regex": regex}
        ),
    )
    return st.one_of(
        st.sampled_from(PLAIN).map(lambda name: {"type": name}),
        st.builds(strip, st.booleans(), st.booleans()),
        st.builds(replace, patterns, STRINGS),
        STRINGS.map(prepend),
        st.fixed_dictionaries(
            {
                "type": st.just("BertNormalizer"),
                "clean_text": st.booleans(),
                "handle_chinese_chars": st.booleans(),
                "strip_accents": st.sampled_from([None, True, False]),
                "lowercase": st.booleans(),
            }
        ),
    )


def inserts_at_the_front(normalizer: Normalizer) -> bool:
    """Whether the first character may stand for none of the original: the reference then fails, or
    doubles it, when another normalizer follows."""
    pattern = normalizer.get("pattern", {})
    empty = pattern.get("Regex", "x") in ("a*", "^", "$", "", "(?=a)")
    return normalizer.get("prepend") == "" or pattern.get("String") == "" or empty


def reference_result(normalizer: Normalizer, text: str) -> Any:
    """What the reference makes of it; nothing where it fails."""
    reference = pytest.importorskip("tokenizers", reason="the reference: pip install tokenizers")
    try:
        shown = reference.Tokenizer.from_str(json.dumps(document(normalizer, "")))
        after = shown.normalizer.normalize_str(text)
        tokenizer = reference.Tokenizer.from_str(json.dumps(document(normalizer, after)))
        return after, tokenizer.encode(text).offsets
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            return None
        raise


@pytest.mark.oracle
@given(normalizer=simple(), text=TEXTS)
@settings(deadline=None, max_examples=300)
def test_a_normalizer_gives_what_the_reference_gives(normalizer: Normalizer, text: str) -> None:
    expected = reference_result(normalizer, text)
    if expected is not None:
        assert normalized(normalizer, text, expected[0]) == expected


@pytest.mark.oracle
@given(
    normalizers=st.lists(simple().filter(lambda step: not inserts_at_the_front(step)), max_size=4),
    text=TEXTS,
)
@settings(deadline=None, max_examples=200)
def test_a_sequence_gives_what_the_reference_gives(
    normalizers: list[Normalizer], text: str
) -> None:
    normalizer = sequence(*normalizers)
    expected = reference_result(normalizer, text)
    if expected is not None:
        assert normalized(normalizer, text, expected[0]) == expected


@pytest.mark.oracle
@given(
    replacements=MAPS,
    others=st.lists(simple().filter(lambda step: not inserts_at_the_front(step)), max_size=1),
    text=st.text(alphabet=CLUSTERED, max_size=30),
)
@settings(deadline=None, max_examples=400)
def test_a_charsmap_gives_what_the_reference_gives(
    replacements: dict[str, str], others: list[Normalizer], text: str
) -> None:
    normalizer = sequence(*others, precompiled(replacements))
    expected = reference_result(normalizer, text)
    if expected is not None:
        assert normalized(normalizer, text, expected[0]) == expected


# The forms of Unicode 9 and of the running Python agree on what is older than both.
OLD = st.text(
    alphabet=st.sampled_from(
        [c for c in map(chr, range(0x3000)) if unicodedata.ucd_3_2_0.category(c) != "Cn"]
    ),
    max_size=30,
)


@given(name=st.sampled_from(FORMS), text=OLD)
@example(name="NFC", text="\u1100\u1161\u11a8\uac00\u11a8\u1161")
@example(name="NFKC", text="\u1e9b\u0323ﬁ\u0301")
@settings(deadline=None, max_examples=300)
def test_forms_are_those_of_unicode(name: str, text: str) -> None:
    expected = unicodedata.normalize(name, text)
    if any(unicodedata.normalize("NFD", c) == c and c in "\u1dfa" for c in text):
        return
    found, offsets = normalized({"type": name}, text, expected)
    assert found == expected
    assert all(begin < end for begin, end in offsets)
    assert offsets == sorted(offsets)


@given(name=st.sampled_from(FORMS), words=st.lists(TEXTS, max_size=4), count=st.integers(1, 40))
@settings(deadline=None, max_examples=100)
def test_a_form_of_parts_is_the_form_of_the_whole(name: str, words: list[str], count: int) -> None:
    """Bulk copies of what needs no work change nothing: `|` composes with nothing."""
    known = "".join({c for word in words for c in unicodedata.normalize("NFKD", word)})
    known += unicodedata.normalize("NFC", known) + "".join(map(chr, range(0x1AB0, 0x1B00)))
    whole = "|".join(word + "x" * count for word in words)
    text, offsets = normalized({"type": name}, whole, known + "".join(words) + "|x")
    begin = 0
    parts, part_offsets = [], []
    for word in words:
        part, spans = normalized({"type": name}, word + "x" * count, known + word + "|x")
        parts.append(part)
        part_offsets += [(first + begin, last + begin) for first, last in spans]
        begin += len(word) + count + 1
        if begin <= len(whole):
            part_offsets.append((begin - 1, begin))
    if "[UNK]" not in text:
        assert (text, offsets) == ("|".join(parts), part_offsets)


@pytest.mark.parametrize(
    ("normalizer", "text", "expected"),
    [
        ({"type": "NFC"}, "e\u0323\u0301x", ("ẹ\u0301x", [(0, 1), (2, 3), (3, 4)])),
        ({"type": "NFC"}, "a\u0327\u0301b", ("á\u0327b", [(0, 1), (2, 3), (3, 4)])),
        ({"type": "NFC"}, "\u0301\u0323e", ("\u0323\u0301e", [(0, 1), (1, 2), (2, 3)])),
        ({"type": "NFKC"}, "ﬁ\u0301x", ("fíx", [(0, 1), (1, 2), (2, 3)])),
        ({"type": "NFKC"}, "\u1e9b\u0323", ("ṩ", [(0, 1)])),
        ({"type": "NFKC"}, "㌀x", ("アパートx", [(0, 1)] * 4 + [(1, 2)])),
        ({"type": "NFKD"}, "ﬁ½x", ("fi1\u20442x", [(0, 1)] * 2 + [(1, 2)] * 3 + [(2, 3)])),
        ({"type": "NFD"}, "\uac01x", ("\u1100\u1161\u11a8x", [(0, 1)] * 3 + [(1, 2)])),
        (
            {"type": "Lowercase"},
            "A\u0130\u03a3É",
            ("ai\u0307\u03c3é", [(0, 1), (1, 2), (1, 2), (2, 3), (3, 4)]),
        ),
        ({"type": "Lowercase"}, "ẞaȺB", ("ßaⱥb", [(0, 1), (1, 2), (2, 3), (3, 4)])),
        ({"type": "StripAccents"}, "e\u0301é\u0903x", ("eéx", [(0, 1), (2, 3), (4, 5)])),
        ({"type": "Nmt"}, "\x01a\t\u200b\x8f\x00", ("a  \x00", [(1, 2), (2, 3), (3, 4), (5, 6)])),
        ({"type": "ByteLevel"}, "é ", ("Ã©Ġ", [(0, 1), (0, 1), (1, 2)])),
        (strip(), " \u3000é é\u3000 ", ("é é", [(2, 3), (3, 4), (4, 5)])),
        (strip(right=False), "  a ", ("a ", [(2, 3), (3, 4)])),
        (strip(left=False), "\u3000 ", ("", [])),
        (prepend("▁"), "Hé", ("▁Hé", [(0, 1), (0, 1), (1, 2)])),
        (prepend(""), "ab", ("ab", [(0, 0), (1, 2)])),
        (prepend("x"), "", ("", [])),
        (replace({"String": "H"}, "xyz"), "aH", ("axyz", [(0, 1), (1, 2), (1, 2), (1, 2)])),
        (replace({"String": "éa"}, "x"), "éaé", ("xé", [(1, 2), (2, 3)])),
        (replace({"Regex": "(l)(e)"}, "$1"), "le", ("$1", [(1, 2), (1, 2)])),
        (
            replace({"Regex": "a*"}, "x"),
            "baac",
            ("xbxcx", [(0, 0), (0, 1), (2, 3), (3, 4), (3, 4)]),
        ),
        (replace({"String": ""}, "x"), "ab", ("xaxbx", [(0, 0), (0, 1), (0, 1), (1, 2), (1, 2)])),
        (precompiled({"e": "x"}), "e\u0301e", ("xx", [(0, 1), (2, 3)])),
        (precompiled({"e\u0301": "é"}), "ae\u0301b", ("aéb", [(0, 1), (1, 2), (3, 4)])),
        (precompiled({"ﬁ": "fi"}), "aﬁb", ("afib", [(0, 1), (1, 2), (1, 2), (2, 3)])),
        (precompiled({"ﬁ": "fi"}), "ﬁ", ("fi", [(0, 1), (0, 1)])),
        (precompiled({"a": ""}), "abc", ("bc", [(0, 1), (1, 2)])),
        (
            precompiled({"e": "x"}),
            "e\u0301\u0301\u0301",
            ("x\u0301\u0301\u0301", [(0, 1), (1, 2), (2, 3), (3, 4)]),
        ),
        (sequence(), "aé", ("aé", [(0, 1), (1, 2)])),
        (
            sequence(prepend("▁"), replace({"String": " "}, "▁"), {"type": "Lowercase"}),
            "A B",
            ("▁a▁b", [(0, 1), (0, 1), (1, 2), (2, 3)]),
        ),
    ],
)
def test_text_and_offsets(normalizer: Normalizer, text: str, expected: Any) -> None:
    assert normalized(normalizer, text, expected[0]) == expected


@pytest.mark.parametrize(
    "old",
    [
        {"strip_left": True, "strip_right": False},
        {"pattern": {"String": " "}, "content": ""},
        {"normalizers": [{"type": "Strip", "strip_left": True, "strip_right": False}]},
    ],
)
def test_old_files_without_a_type_are_read(old: Normalizer) -> None:
    assert normalized(old, " ab", "ab")[0] == "ab"


@pytest.mark.parametrize(
    ("normalizer", "message"),
    [
        ({"type": "Append", "append": "x"}, "normalizer: unknown type 'Append'; known: Bert"),
        ({"type": "Strip", "strip_left": True}, 'the field "strip_right" is missing'),
        ({"type": "Strip", "strip_left": 1, "strip_right": True}, "strip_left: expected a bool"),
        ({"type": "Prepend"}, 'the field "prepend" is missing'),
        ({"type": "Prepend", "prepend": "x" * 65537}, "at most 65536 bytes, got 65537"),
        ({"type": "Replace", "pattern": {"String": "a"}}, 'the field "content" is missing'),
        (replace({"String": "a"}, "é" * 40000), "content: expected at most 65536 bytes"),
        (replace({"Regex": "("}, "a"), "normalizer.pattern.Regex: "),
        (replace({}, "a"), 'normalizer.pattern: the field "Regex" is missing'),
        ({"type": "Sequence", "normalizers": {}}, "normalizers: expected an array"),
        (sequence({"type": "NFX"}), r"normalizer.normalizers\[0\]: unknown type 'NFX'"),
        ({}, 'the field "type" is missing'),
    ],
)
def test_wrong_files_are_refused(normalizer: Normalizer, message: str) -> None:
    with pytest.raises(FileFormatError, match=message):
        load(normalizer)


def broken_charsmaps() -> dict[str, bytes]:
    whole = charsmap_bytes({"a": "x", "ab": "yz"})
    size = struct.unpack("<I", whole[:4])[0]

    def with_unit(index: int, unit: int) -> bytes:
        place = 4 + 4 * index
        return whole[:place] + struct.pack("<I", unit) + whole[place + 4 :]

    return {
        "nothing": b"",
        "no array": struct.pack("<I", 0) + b"x\0",
        "cut": whole[: size // 2],
        "size too large": struct.pack("<I", 0xFFFFFFFC) + whole[4:],
        "odd size": struct.pack("<I", size - 1) + whole[4:],
        "offset outside": with_unit(256 + ord("a"), 0x7FFFFC00 | 1 << 8 | ord("a")),
        "value outside": with_unit(512, 1 << 31 | 1000),
        "block not UTF-8": whole[:-2] + b"\xff\0",
        "noise": struct.pack("<I", 256) + bytes(range(256)) + b"x",
    }


@pytest.mark.parametrize("name", broken_charsmaps())
def test_broken_charsmaps_are_refused(name: str) -> None:
    encoded = base64.b64encode(broken_charsmaps()[name]).decode()
    with pytest.raises(FileFormatError, match="precompiled_charsmap: expected a SentencePiece"):
        load({"type": "Precompiled", "precompiled_charsmap": encoded})


@pytest.mark.parametrize("text", ["A", "AAA=A", "AA AA", "A===", "AB==", "é"])
def test_a_charsmap_is_base64(text: str) -> None:
    with pytest.raises(FileFormatError, match="precompiled_charsmap: expected base64"):
        load({"type": "Precompiled", "precompiled_charsmap": text})


@given(noise=st.binary(max_size=60), text=TEXTS)
@settings(deadline=None, max_examples=100)
def test_noise_in_a_charsmap_is_refused_or_harmless(noise: bytes, text: str) -> None:
    whole = bytearray(charsmap_bytes({"a": "x", "é": "yz", "ﬁ": "fi"}))
    for place, byte in zip(range(4, len(whole), 97), noise, strict=False):
        whole[place + byte % 90 if place + byte % 90 < len(whole) else place] ^= byte
    encoded = base64.b64encode(bytes(whole)).decode()
    try:
        tokenizer = load({"type": "Precompiled", "precompiled_charsmap": encoded})
    except FileFormatError:
        return
    tokenizer.encode_batch([text], with_offsets=True)


def test_every_character_of_the_cases_is_one() -> None:
    assert len(set(CHARACTERS)) > 100
