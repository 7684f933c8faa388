"""The property files in third_party/unicode/data agree with the reference on every code point.

tests/cpp/base/test_unicode.cpp shows that the core's compiled tables say what these files say.
"""

from __future__ import annotations

import importlib
import string
import unicodedata
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

DATA = Path(__file__).parents[3] / "third_party" / "unicode" / "data"
CODES = [*range(0xD800), *range(0xE000, 0x110000)]
HANGUL = range(0xAC00, 0xD7A4)
WHITE_SPACE = {9, 10, 11, 12, 13, 0x20, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B)} | {
    0x2028,
    0x2029,
    0x202F,
    0x205F,
    0x3000,
}

# Code points on which the reference differs from Python 3.11.
DIFFERING = {
    "punctuation": 115,
    "NFKC": 72,
    "NFKD": 73,
    "NFC": 0,
    "Lowercase": 55,
    "letters": 9272,
    "numbers": 133,
}

pytestmark = [pytest.mark.oracle, pytest.mark.slow]
tokenizers = pytest.importorskip("tokenizers", reason="the reference: pip install tokenizers")
normalizers = tokenizers.normalizers
pre_tokenizers = tokenizers.pre_tokenizers


def data_lines(name: str) -> list[list[str]]:
    text = (DATA / f"{name}.txt").read_text(encoding="ascii")
    return [line.split() for line in text.splitlines() if not line.startswith("#")]


@cache
def ranges(name: str) -> dict[int, str]:
    values = {}
    for span, value in data_lines(name):
        first, last = (int(code, 16) for code in span.split(".."))
        values.update(dict.fromkeys(range(first, last + 1), value))
    return values


def codes_of(name: str, prefix: str) -> set[int]:
    """The code points of these categories, without the surrogates no string can hold."""
    found = {code for code, value in ranges(name).items() if value.startswith(prefix)}
    return found - set(range(0xD800, 0xE000))


def mapping(name: str) -> dict[int, str]:
    rows = [[chr(int(field, 16)) for field in fields] for fields in data_lines(name)]
    return {ord(row[0]): "".join(row[1:]) for row in rows}


def changed(function: Callable[[str], str]) -> dict[int, str]:
    results = ((code, function(chr(code))) for code in CODES)
    return {code: result for code, result in results if result != chr(code)}


def bert(**options: bool) -> Callable[[str], str]:
    off = dict.fromkeys(("clean_text", "handle_chinese_chars", "strip_accents", "lowercase"), False)
    return normalizers.BertNormalizer(**{**off, **options}).normalize_str


def test_clean_text_drops_the_control_characters_of_unicode_8():
    result = changed(bert(clean_text=True))
    dropped = {code for code, text in result.items() if text == ""}
    assert dropped == (codes_of("categories-8.0", "C") - {9, 10, 13}) | {0xFFFD}
    spaces = {code for code, text in result.items() if text == " "}
    assert spaces == WHITE_SPACE - dropped - {0x20}
    assert dropped | spaces == set(result)


def test_strip_accents_drops_the_nonspacing_marks_of_unicode_8():
    decompositions = mapping("decompositions-9.0")
    marks = codes_of("categories-8.0", "Mn")

    def expected(code: int) -> str:
        parts = decompositions.get(code, chr(code))
        return "".join(part for part in parts if ord(part) not in marks)

    result = changed(bert(strip_accents=True))
    for code in CODES:
        if code not in HANGUL:
            assert result.get(code, chr(code)) == expected(code), hex(code)


@pytest.mark.parametrize("name", ["BertNormalizer", "Lowercase"])
def test_lowercase_is_that_of_unicode_17(name):
    function = bert(lowercase=True)
    if name == "Lowercase":
        function = normalizers.Lowercase().normalize_str
    assert changed(function) == mapping("lowercase-17.0")


def test_canonical_decomposition_is_that_of_unicode_9():
    result = changed(normalizers.NFD().normalize_str)
    assert {c: text for c, text in result.items() if c not in HANGUL} == mapping(
        "decompositions-9.0"
    )
    assert set(HANGUL) <= set(result)


def test_combining_classes_are_those_of_unicode_9():
    """The order that marks are put in tells their classes: a pair is swapped when the first has the
    greater class and the second is no starter."""
    classes = {code: int(value) for code, value in ranges("combining_classes-9.0").items()}
    nfd = normalizers.NFD().normalize_str
    probes = {}
    for code, number in sorted(classes.items()):
        if nfd(chr(code)) == chr(code):
            probes.setdefault(number, chr(code))
    lowest, highest = probes[min(probes)], probes[max(probes)]
    for code in CODES:
        own = classes.get(code, 0)
        if nfd(chr(code)) != chr(code):
            continue  # never seen by the ordering
        # Every code point with the two outermost, those with a class with each of the others.
        some = [(min(probes), lowest), (max(probes), highest)]
        for number, probe in probes.items() if own else some:
            is_swapped = 0 < own < number
            assert (nfd(probe + chr(code)) != probe + chr(code)) == is_swapped, hex(code)
            is_swapped = own > number
            assert (nfd(chr(code) + probe) != chr(code) + probe) == is_swapped, hex(code)


def test_strip_accents_alone_drops_all_marks_of_unicode_9():
    result = changed(normalizers.StripAccents().normalize_str)
    assert result == dict.fromkeys(codes_of("categories-9.0", "M"), "")


@pytest.mark.parametrize("name", ["BertPreTokenizer", "Punctuation"])
def test_punctuation_is_that_of_ascii_and_unicode_8(name):
    split = getattr(pre_tokenizers, name)().pre_tokenize_str
    found = {code for code in CODES if len(split(f"a{chr(code)}b")) == 3}
    assert found == codes_of("categories-8.0", "P") | set(map(ord, string.punctuation))


@pytest.mark.parametrize("name", ["BertPreTokenizer", "WhitespaceSplit"])
def test_white_space_is_split_at_and_dropped(name):
    split = getattr(pre_tokenizers, name)().pre_tokenize_str
    found = {code for code in CODES if split(f"a{chr(code)}b") == [("a", (0, 1)), ("b", (2, 3))]}
    assert found == WHITE_SPACE


def test_categories_in_regular_expressions_are_those_of_unicode_16():
    everything = "".join(map(chr, CODES))
    names = sorted({*ranges("categories-16.0").values()} - {"Cs"})
    for name in names:
        pattern = tokenizers.Regex(rf"\p{{{name}}}")
        left = set(normalizers.Replace(pattern, "").normalize_str(everything))
        assert set(everything) - left == set(map(chr, codes_of("categories-16.0", name))), name


def regex_matches(pattern: str) -> set[int]:
    """Code points that a regular expression for one character matches."""
    split = pre_tokenizers.Split(tokenizers.Regex(f"(?:{pattern})+"), "removed")
    left: set[int] = set()
    for _, (begin, end) in split.pre_tokenize_str("".join(map(chr, CODES))):
        left.update(CODES[begin:end])
    return set(CODES) - left


@cache
def properties() -> dict[str, set[int]]:
    found = {}
    for names, *spans in data_lines("regex_properties-16.0"):
        ends = [[int(end, 16) for end in span.split("..")] for span in spans]
        codes = {code for first, last in ends for code in range(first, last + 1)}
        found[names.partition("=")[0]] = codes - set(range(0xD800, 0xE000))
    return found


@pytest.mark.parametrize("name", ["Alphabetic", "Lowercase", "Han", "Emoji", "Common"])
def test_properties_in_regular_expressions_are_those_of_the_file(name):
    assert regex_matches(rf"\p{{{name}}}") == properties()[name]


def test_word_characters_in_brackets_and_outside():
    words = properties()["Alphabetic"] | codes_of("categories-16.0", "M")
    words |= codes_of("categories-16.0", "Nd") | codes_of("categories-16.0", "Pc")
    assert regex_matches(r"[\w]") == regex_matches(r"[[:word:]]") == words
    assert regex_matches(r"\w") == words | {0xB2, 0xB3, 0xB9, 0xBC, 0xBD, 0xBE}


def test_digits_and_white_space_in_regular_expressions():
    assert regex_matches(r"\d") == codes_of("categories-16.0", "Nd")
    assert regex_matches(r"\s") == WHITE_SPACE


def test_digits_splits_at_the_numbers_of_unicode_17():
    split = pre_tokenizers.Digits().pre_tokenize_str
    found = {code for code in CODES if len(split(f"a{chr(code)}")) == 2}
    assert found == set(ranges("numeric-17.0"))


def test_compatibility_decomposition_is_that_of_unicode_9():
    nfd = changed(normalizers.NFD().normalize_str)
    nfkd = changed(normalizers.NFKD().normalize_str)
    differing = {code: text for code, text in nfkd.items() if nfd.get(code) != text}
    assert differing == mapping("compatibility-9.0")


def test_compositions_are_those_of_unicode_9():
    nfd, nfc = normalizers.NFD().normalize_str, normalizers.NFC().normalize_str
    pairs = {chr(int(a, 16)) + chr(int(b, 16)): c for a, b, c in data_lines("compositions-9.0")}
    composites = {int(code, 16) for code in pairs.values()}
    assert all(nfc(pair) == chr(int(code, 16)) for pair, code in pairs.items())
    found = {code for code in CODES if nfc(nfd(chr(code))) == chr(code) != nfd(chr(code))}
    assert found - set(HANGUL) == composites


@pytest.mark.parametrize(
    ("tool", "function", "file"),
    [
        ("ask_reference", "unicode_scripts", "unicode_scripts"),
        ("ask_graphemes", "lines", "grapheme_clusters"),
    ],
)
def test_a_file_is_what_its_tool_writes(tool, function, file, monkeypatch):
    monkeypatch.syspath_prepend(str(DATA.parents[2] / "tools"))
    lines = list(getattr(importlib.import_module(tool), function)())
    assert lines == [" ".join(fields) for fields in data_lines(file)]


def test_what_differs_from_pythons_own_tables():
    """Why the tables are asked for and not taken from `unicodedata`: versions and exceptions."""
    data = unicodedata
    if data.unidata_version != "14.0.0":
        pytest.skip("the numbers are those of Python 3.11")

    def differing(name: str, wanted: Callable[[str], str]) -> int:
        found = getattr(normalizers, name)().normalize_str
        return sum(found(chr(code)) != wanted(chr(code)) for code in CODES)

    assert {
        "punctuation": sum(
            (data.category(chr(code))[0] == "P") != (code in codes_of_bert_punctuation())
            for code in CODES
        ),
        "NFKC": differing("NFKC", lambda c: data.normalize("NFKC", c)),
        "NFKD": differing("NFKD", lambda c: data.normalize("NFKD", c)),
        "NFC": differing("NFC", lambda c: data.normalize("NFC", c)),
        "Lowercase": differing("Lowercase", str.lower),
        "letters": len(
            codes_of("categories-16.0", "L")
            ^ {code for code in CODES if data.category(chr(code))[0] == "L"}
        ),
        "numbers": len(
            set(ranges("numeric-17.0"))
            ^ {code for code in CODES if data.category(chr(code))[0] == "N"}
        ),
    } == DIFFERING


@cache
def codes_of_bert_punctuation() -> set[int]:
    return codes_of("categories-8.0", "P") | set(map(ord, string.punctuation))
