"""Asks the pinned `tokenizers` about every code point; writes files in third_party/unicode/data.

Its parts follow different versions of Unicode, and what its regular expressions take for a letter
is nowhere written down. The files made here say what it does; make_unicode_tables.py and
make_regex_tables.py make tables from them, so that no build needs the package.

    pip install tokenizers==0.23.3
    python tools/ask_reference.py              # all files; some minutes
    python tools/ask_reference.py numeric      # some
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from regex_names import BINARY_PROPERTIES, SCRIPTS

import tokenizers
from tokenizers import Regex, normalizers, pre_tokenizers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

VERSION = "0.23.3"
DATA = Path(__file__).resolve().parent.parent / "third_party" / "unicode" / "data"
CODES = [*range(0xD800), *range(0xE000, 0x110000)]
EVERYTHING = "".join(map(chr, CODES))


def hexadecimal(text: str | Iterable[int]) -> str:
    """Code points with spaces between them."""
    return " ".join(f"{ord(c) if isinstance(c, str) else c:04X}" for c in text)


def ranges(values: dict[int, str]) -> Iterator[str]:
    """Lines `first..last value` of runs of equal values."""
    codes = sorted(values)
    first = 0
    for i, code in enumerate(codes):
        following = codes[i + 1] if i + 1 < len(codes) else None
        if following != code + 1 or values[following] != values[code]:
            yield f"{codes[first]:04X}..{code:04X} {values[code]}"
            first = i + 1


def matched(pattern: str) -> list[tuple[int, int]]:
    """First and last code point of each run that a pattern for one character matches."""
    split = pre_tokenizers.Split(Regex(f"(?:{pattern})+"), "removed")
    found = []
    position = 0
    for _, (begin, end) in [*split.pre_tokenize_str(EVERYTHING), ("", (len(CODES),) * 2)]:
        if begin > position:
            found.append((CODES[position], CODES[begin - 1]))
        position = end
    return found


def numeric() -> Iterator[str]:
    """What Digits splits at: char::is_numeric of Rust."""
    split = pre_tokenizers.Digits().pre_tokenize_str
    return ranges({code: "N" for code in CODES if len(split("a" + chr(code))) == 2})


def unicode_scripts() -> Iterator[str]:
    """Numbers of what UnicodeScripts does not split between; 0, which joins with all, left out."""
    split = pre_tokenizers.UnicodeScripts().pre_tokenize_str

    def is_joined(first: str, second: str) -> bool:
        return len(split(first + second)) == 1

    some = [c for c in EVERYTHING if not (is_joined("a", c) and is_joined("\u044f", c))]
    values: dict[int, str] = {}
    samples: list[str] = []
    for run, (begin, end) in split("".join(some)):
        number = next((i for i, c in enumerate(samples) if is_joined(c, run[0])), len(samples))
        if number == len(samples):
            samples.append(run[0])
        values.update((ord(c), str(number + 1)) for c in some[begin:end])
    return ranges(values)


def regex_properties() -> Iterator[str]:
    r"""A line for each property of \p{..} that is no general category: its names, its ranges."""
    for names in (SCRIPTS + BINARY_PROPERTIES).split():
        name = names.partition("=")[0]
        found = matched(rf"\p{{{name}}}")
        yield f"{names} " + " ".join(f"{first:04X}..{last:04X}" for first, last in found)


def cased() -> list[int]:
    """Every code point that has a case, and those they map to."""
    lowercase = normalizers.Lowercase().normalize_str
    found: set[str] = set()
    for c in EVERYTHING:
        for other in (c.lower(), c.upper(), c.title(), c.casefold(), lowercase(c)):
            if other != c:
                found.update(c, other)
    return sorted(map(ord, found))


def case_folding() -> Iterator[str]:
    """What (?i) takes for equal: `=` code points, or `+` one code point and a sequence."""
    codes = cased()
    text = "\n".join(map(chr, codes))
    seen: set[int] = set()
    for code in codes:
        same = Regex(rf"(?i)\x{{{code:x}}}")
        left = set(normalizers.Replace(same, "").normalize_str(text))
        equal = [other for other in codes if chr(other) not in left]
        if len(equal) > 1 and code not in seen:
            seen.update(equal)
            yield "= " + hexadecimal(equal)
    for code in codes:
        folded = chr(code).casefold()
        same = normalizers.Replace(Regex(rf"(?i)\x{{{code:x}}}"), "")
        if len(folded) > 1 and same.normalize_str(folded) == "":
            yield f"+ {code:04X} {hexadecimal(folded)}"


def compatibility() -> Iterator[str]:
    """Full compatibility decompositions that differ from the canonical ones."""
    nfd, nfkd = normalizers.NFD().normalize_str, normalizers.NFKD().normalize_str
    for c in EVERYTHING:
        if nfkd(c) != nfd(c):
            yield f"{ord(c):04X} {hexadecimal(nfkd(c))}"


def compositions() -> Iterator[str]:
    """Pairs and what they compose to, without Hangul."""
    nfd, nfc = normalizers.NFD().normalize_str, normalizers.NFC().normalize_str
    for c in EVERYTHING:
        parts = nfd(c)
        if len(parts) > 1 and nfc(parts) == c and not 0xAC00 <= ord(c) < 0xD7A4:
            pair = nfc(parts[:-1]) + parts[-1]
            if len(pair) != 2 or nfc(pair) != c:
                raise SystemExit(f"{ord(c):04X} is not made of two")
            yield f"{hexadecimal(pair)} {ord(c):04X}"


FILES: dict[str, tuple[str, Callable[[], Iterator[str]]]] = {
    "numeric": ("numeric-17.0", numeric),
    "unicode_scripts": ("unicode_scripts", unicode_scripts),
    "regex_properties": ("regex_properties-16.0", regex_properties),
    "compatibility": ("compatibility-9.0", compatibility),
    "compositions": ("compositions-9.0", compositions),
    "case_folding": ("case_folding-16.0", case_folding),
}


def main() -> None:
    if tokenizers.__version__ != VERSION:
        raise SystemExit(f"tokenizers {VERSION} is needed, this is {tokenizers.__version__}")
    for name in sys.argv[1:] or FILES:
        file, ask = FILES[name]
        lines = [f"# tokenizers {VERSION}: {name} (made by tools/ask_reference.py)", *ask()]
        (DATA / f"{file}.txt").write_text("\n".join(lines) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
