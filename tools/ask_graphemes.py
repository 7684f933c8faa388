"""Asks the pinned `tokenizers` where it breaks text into grapheme clusters.

Only the normalizer Precompiled looks at them, and only at those of less than six bytes. A map that
makes one letter of whatever begins with some byte shows them: a cluster of less than six bytes
becomes one letter, a longer one a letter for each of its characters. What cannot be told apart so
makes no difference.

    python tools/ask_graphemes.py
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from ask_reference import CODES, DATA, VERSION, ranges

from tokenizers import normalizers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

MARK, JOINER, SMILE = "\u0301", "\u200d", "\u263a"
KA, VIRAMA, LEADING, VOWEL, TRAILING = "\u0915", "\u094d", "\u1100", "\u1161", "\u11a8"


def charsmap() -> bytes:
    """A double array that maps every byte but 0 and line feed to `x`."""
    units = [0] * 768
    units[0] = 256 << 10
    for byte in {*range(1, 256)} - {10}:
        units[256 + byte] = 768 << 10 | 1 << 8 | byte
        units[512 + byte] = 1 << 31
    blob = struct.pack("<768I", *units)
    return struct.pack("<I", len(blob)) + blob + b"x\0"


NORMALIZE = normalizers.Precompiled(charsmap()).normalize_str


def lengths(codes: Iterable[int], text_of: Callable[[str], str]) -> dict[int, int]:
    """How many letters the text made of each code point becomes."""
    asked = [code for code in codes if code not in (10, 13)]
    lines = NORMALIZE("\n".join(text_of(chr(code)) for code in asked)).split("\n")
    return {code: len(line) for code, line in zip(asked, lines, strict=True)}


def where(codes: Iterable[int], length: int, text_of: Callable[[str], str]) -> set[int]:
    return {code for code, found in lengths(codes, text_of).items() if found == length}


def classes() -> dict[int, str]:
    """Names joined by `+`; no entry for what breaks on both sides, nor for Hangul syllables."""
    short = [code for code in CODES if code < 0x10000]
    attached = where(CODES, 1, lambda c: "a" + c)
    sets = {
        "Control": where(short, 2, lambda c: c + MARK)
        | where(CODES[len(short) :], 2, lambda c: c + MARK + MARK)
        | {10, 13},
        "Prepend": where(CODES, 1, lambda c: c + "a"),
        "Extend": where(attached, 5, lambda c: SMILE + c + JOINER + SMILE + MARK),
        "SpacingMark": attached,
        "Pictographic": where(CODES, 4, lambda c: c + JOINER + SMILE + MARK),
        "L": where(short, 3, lambda c: c + LEADING + MARK),
        "V": where(short, 3, lambda c: VOWEL + c + MARK),
        "T": where(short, 3, lambda c: TRAILING + c + MARK),
        "Consonant": where(short, 4, lambda c: KA + VIRAMA + c + MARK) - attached,
        "Linker": where(attached, 4, lambda c: KA + c + KA + MARK),
        "Linked": where(attached, 5, lambda c: KA + c + VIRAMA + KA + MARK),
    }
    sets["SpacingMark"] = attached - sets["Extend"] - {0x200D}
    for name in ("Prepend", "V", "T", "L", "Pictographic", "Consonant"):
        sets[name] -= attached | sets["Control"]
    sets["V"] -= sets["T"]
    sets["L"] -= sets["Prepend"]
    names: dict[int, list[str]] = {}
    for name, codes in sets.items():
        for code in codes:
            names.setdefault(code, []).append(name)
    return {code: "+".join(found) for code, found in names.items()}


def lines() -> Iterator[str]:
    return ranges(classes())


def main() -> None:
    head = f"# tokenizers {VERSION}: grapheme clusters (made by tools/ask_graphemes.py)"
    (DATA / "grapheme_clusters.txt").write_text(
        "\n".join([head, *lines()]) + "\n", encoding="ascii"
    )


if __name__ == "__main__":
    main()
