"""Writes third_party/unicode/grapheme_tables.h: what matters for breaking into grapheme clusters.

python tools/make_grapheme_tables.py
"""

from __future__ import annotations

from make_unicode_tables import CODES, UNICODE, array, read_ranges, stages

# Names of the data file in the order of the enumeration.
KINDS = [
    *("", "Control", "Prepend", "Extend", "Extend+Linked", "Extend+Linker+Linked", "Linked"),
    *("SpacingMark", "Pictographic", "Consonant", "L", "V", "T"),
]

HEADER = """\
// Made by tools/make_grapheme_tables.py from third_party/unicode/data; do not edit.
// Data of the Unicode Character Database, (c) Unicode, Inc., under the licence beside this file.
#pragma once

#include <array>
#include <cstdint>

namespace onnxformers::unicode::tables {

/// Grapheme_Cluster_Break with Extended_Pictographic and Indic_Conjunct_Break; what comes after
/// Trailing is known by arithmetic. Linked and Linker are Extend that a conjunct may have, Joiner
/// is U+200D.
enum class Cluster : std::uint8_t {
  Other,
  Control,
  Prepend,
  Extend,
  Linked,
  Linker,
  Joiner,
  SpacingMark,
  Pictographic,
  Consonant,
  Leading,
  Vowel,
  Trailing,
  OpenSyllable,
  ClosedSyllable,
  RegionalIndicator,
};
"""


def plain_leads(kinds: list[int]) -> list[int]:
    """By first byte in UTF-8: 1 if all such characters are Other, or of ASCII."""
    plain = [1] * 256
    for code in range(0x80, CODES):
        if not 0xD800 <= code < 0xE000:
            is_hangul = 0xAC00 <= code < 0xD7A4
            plain[chr(code).encode()[0]] &= kinds[code] == 0 and not is_hangul and code < 0x10000
    plain[ord("\r")] = 0
    return [int(value) for value in plain]


def main() -> None:
    values = read_ranges("grapheme_clusters")
    kinds = [KINDS.index(values.get(code, "")) for code in range(CODES)]
    text = HEADER + stages("Cluster", kinds)
    text += array("std::uint8_t", "kPlainLeads", plain_leads(kinds))
    text += "\n}  // namespace onnxformers::unicode::tables\n"
    (UNICODE / "grapheme_tables.h").write_text(text, encoding="ascii")


if __name__ == "__main__":
    main()
