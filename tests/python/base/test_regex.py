"""The regular expressions of the core find what Python's do, and what the reference's do."""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pre_tokenizers_twin import matches

from onnxformers import errors
from onnxformers._native.tokenizers import find_all

# Where both agree: no anchors of lines, no {n}? and no {n,m}+, which Oniguruma reads its own way.
COMMON_ATOMS = "a b c ab é \\w \\d \\s \\S . [ab] [^a] [a-c1] \\b \\B \\A (?=a) (?!b) (?<=a) (?<!b)"
COMMON_QUANTIFIERS = ("", "", "*", "+", "?", "*?", "+?", "??", "*+", "++", "?+", "{2}", "{1,2}")
ASSERTIONS = ("\\b", "\\B", "\\A", "(?=", "(?!", "(?<")
LETTERS = "aaabbc1 ,\né漢"


def common_pattern(random: Random, depth: int = 0) -> str:
    """A pattern that Python and Oniguruma understand in the same way."""
    draw = random.random()
    if depth > 2 or draw < 0.55:
        atom = random.choice(COMMON_ATOMS.split())
    elif draw < 0.85:
        kind = random.choice(["(?:", "(", "(?>", "(?=", "(?!"])
        atom = kind + common_pattern(random, depth + 1) + ")"
    else:
        return common_pattern(random, depth + 1) + "|" + common_pattern(random, depth + 1)
    if not atom.startswith(ASSERTIONS):
        quantifier = random.choice(COMMON_QUANTIFIERS)
        # Rounds that may be empty stop in ways that differ.
        if quantifier and (len(atom) == 1 or not may_be_empty(atom)):
            atom = (atom if atom != "ab" else "(?:ab)") + quantifier
    return atom + (common_pattern(random, depth + 1) if random.random() < 0.5 else "")


def may_be_empty(pattern: str) -> bool:
    return any(True for text in ("", "a", "b") for s, e in matches(pattern, text) if s == e)


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 2**32), text=st.text(alphabet=LETTERS, min_size=1, max_size=12))
def test_matches_are_those_of_python(seed: int, text: str) -> None:
    pattern = common_pattern(Random(seed))
    try:
        found = find_all(pattern, True, text)
    except errors.FileFormatError as error:
        assert "an assertion cannot be repeated" in str(error)  # noqa: PT017
    else:
        assert found == list(matches(pattern, text)), pattern


@pytest.mark.parametrize(
    ("pattern", "text", "spans"),
    [
        (r"a{2}?", "aaa", [(0, 2), (3, 3)]),
        (r"(?:a{1,2}+)a", "aa", [(0, 2)]),
        (r"a{2,1}a", "aa", []),
        (r"^|$", "a\n", [(0, 0), (1, 1), (2, 2)]),
        (r"(?m).+", "a\nb", [(0, 3)]),
        (r"a(?i)b|c", "aBC", [(0, 2)]),
        (r"[a-c&&[^b]]+", "abc", [(0, 1), (2, 3)]),
        (r"(?<=a+|bc)d", "aadbcd", [(2, 3), (5, 6)]),
        (r"(?i)ss|'s", "ßSS'\u017f", [(0, 1), (1, 3), (3, 5)]),
        (r"\p{Lu}\p{^Lu}|[[:punct:]]", "Ab+", [(0, 2), (2, 3)]),
        (r"\h\R", "f\r\n", [(0, 3)]),
    ],
)
def test_what_is_oniguruma_s_own(pattern: str, text: str, spans: list[tuple[int, int]]) -> None:
    assert find_all(pattern, True, text) == spans


HOSTILE = [r"^(\w+\s?)*$", r"(a|aa)+$", r"((a*)*)*b", r"(a|a|a)*c", r"(?:a?){30}a{30}c", r"(.*)*\n"]


@pytest.mark.parametrize("pattern", HOSTILE)
@pytest.mark.parametrize("length", [30, 2_000, 20_000])
def test_hostile_patterns_end_soon(pattern: str, length: int) -> None:
    start = time.perf_counter()
    with suppress(errors.InvalidArgumentError):  # over the budget
        find_all(pattern, True, "a" * length + "!")
    assert time.perf_counter() - start < 0.1 * max(1, length / 2_000)


REAL_PATTERNS = [
    r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+",
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+"
    r"|\s++$|\s*[\r\n]|\s+(?!\S)|\s",
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|"
    r"'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|"
    r"'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+"
    r"| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+",
    "[一-龥\u3040-\u309f\u30a0-\u30ff]+|\\p{N}{1,3}",
    " ?[^(\\s|[.,!?…。\uff0c、।\u06d4،])]+",
    r"\d{1,3}(?=(?:\d{3})*\b)",
    r" {2,}",
]


def patterns_of_files() -> list[str]:
    """Every pattern in the tokenizer.json files under ONNXFORMERS_DATA."""
    found: set[str] = set()

    def collect(value: object) -> None:
        if isinstance(value, dict):
            if isinstance(value.get("Regex"), str):
                found.add(value["Regex"])
            value = list(value.values())
        if isinstance(value, list):
            for item in value:
                collect(item)

    folder = Path(os.environ.get("ONNXFORMERS_DATA", "/nowhere")) / "tokenizers"
    for path in folder.glob("*/tokenizer.json"):
        document = json.loads(path.read_text("utf-8"))
        for stage in ("normalizer", "pre_tokenizer", "decoder"):
            collect(document.get(stage))
    return sorted(found)


reference_texts = st.text(
    alphabet=st.one_of(
        st.sampled_from("abAB 's'tre12 \n\r\t.,!?漢かß\u017fK²\u3000\u0301🙂"),
        st.characters(codec="utf-8"),
    ),
    max_size=40,
)


@lru_cache(maxsize=64)
def reference_split(pattern: str) -> Any:
    tokenizers = pytest.importorskip("tokenizers", reason="the reference: pip install tokenizers")
    return tokenizers.pre_tokenizers.Split(tokenizers.Regex(pattern), "removed", invert=True)


def reference_spans(pattern: str, text: str) -> list[tuple[int, int]]:
    """The matches in the reference that are not empty."""
    return [span for _, span in reference_split(pattern).pre_tokenize_str(text)]


@pytest.mark.oracle
@settings(max_examples=100, deadline=None)
@given(pattern=st.sampled_from([*REAL_PATTERNS, *patterns_of_files()]), text=reference_texts)
def test_real_patterns_match_as_in_the_reference(pattern: str, text: str) -> None:
    spans = [span for span in find_all(pattern, True, text) if span[0] < span[1]]
    assert spans == reference_spans(pattern, text)


OWN_ATOMS = (
    r"a b c \w \d \s . [ab] [^a] [a-c&&b-d] \p{L} \p{Lu} [\p{L}\p{N}] é 漢 \S \W [^\s\w] ab 1 \n "
    r"^ $ \b \B \A \z \Z (?=a) (?!b) (?<=a) (?<!b) (?<=ab|c) (?<=a+) [[:alpha:]] \h \R "
    r"(?i:A) (?i:ss) [A-Z] \N \O [[:punct:]] \p{Han} \p{^L} (?i:[k-s]) (?i)a (?m). ß [^\W_]"
)
OWN_QUANTIFIERS = "* + ? *? +? ?? *+ ++ ?+ {2} {1,2} {2,} {,2} {1,2}? {2}? {1,2}+ {2,1}"


def own_pattern(random: Random, depth: int = 0) -> str:
    """A pattern with all that Oniguruma knows."""
    draw = random.random()
    if depth > 3 or draw < 0.45:
        atom = random.choice(OWN_ATOMS.split())
    elif draw < 0.93:
        kinds = ["(?:", "(?:", "(", "(?>", "(?=", "(?!", "(?i:"]
        atom = random.choice(kinds) + own_pattern(random, depth + 1) + ")"
    else:
        return own_pattern(random, depth + 1) + "|" + own_pattern(random, depth + 1)
    if random.random() < 0.7:
        atom += random.choice(OWN_QUANTIFIERS.split())
    return atom + (own_pattern(random, depth + 1) if random.random() < 0.5 else "")


@pytest.mark.oracle
@settings(max_examples=300, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    text=st.text(alphabet="aaabbcABKsS \n1_.é漢字ß\u017f\u212aﬁ²", max_size=12),
)
def test_random_patterns_match_as_in_the_reference(seed: int, text: str) -> None:
    pattern = own_pattern(Random(seed))
    try:
        expected = reference_spans(pattern, text)
    except Exception:  # the reference raises nothing more exact
        return
    assert [span for span in find_all(pattern, True, text) if span[0] < span[1]] == expected, (
        pattern
    )
