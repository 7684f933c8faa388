"""The property files in third_party/unicode/data agree with the reference on every code point.

tests/cpp/base/test_unicode.cpp shows that the core's compiled tables say what these files say.
"""

from __future__ import annotations

import string
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
