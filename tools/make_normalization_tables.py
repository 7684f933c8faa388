"""Writes third_party/unicode/normalization_tables.h: NFKC, composition and what needs no work.

Canonical decompositions and combining classes are in tables.h, made by make_unicode_tables.py.

    python tools/make_normalization_tables.py
"""

from __future__ import annotations

from make_unicode_tables import CODES, UNICODE, array, data_lines, read_mapping, read_ranges, stages

HANGUL = range(0xAC00, 0xD7A4)
VOWELS = range(0x1161, 0x1176)
TRAILING = range(0x11A8, 0x11C3)
# As unicode::Inert.
NFC, NFD, NFKC, NFKD, UNMARKED, LOWERCASE, ORDERED_NFC = 1, 2, 4, 8, 16, 32, 64

HEADER = """\
// Made by tools/make_normalization_tables.py from third_party/unicode/data; do not edit.
// Data of the Unicode Character Database, (c) Unicode, Inc., under the licence beside this file.
#pragma once

#include <array>
#include <cstdint>

namespace onnxformers::unicode::tables {

/// Two code points that compose to one.
struct Composition {
  std::uint64_t pair;  // first << 32 | second
  char32_t composite;
};
"""


def reactions(compositions: list[list[int]]) -> list[int]:
    """What is not left alone: bits of the forms that may change it or its neighbours."""
    canonical = read_mapping("decompositions-9.0")
    compatible = read_mapping("compatibility-9.0")
    composites = {row[2] for row in compositions}
    seconds = {row[1] for row in compositions} | {*VOWELS, *TRAILING}
    combining = read_ranges("combining_classes-9.0")
    marks = read_ranges("categories-9.0")
    lowercase = read_mapping("lowercase-17.0")
    values = []
    for code in range(CODES):
        decomposes = code in canonical or code in HANGUL
        is_lost = code in canonical and code not in composites
        flags = 0
        if is_lost or code in seconds:
            flags |= NFC | NFKC | ORDERED_NFC
        if decomposes:
            flags |= NFD | NFKD
        if code in compatible:
            flags |= NFKC | NFKD
        if code in combining:
            flags |= NFC | NFD | NFKC | NFKD
        if code in marks:
            flags |= UNMARKED
        if code in lowercase:
            flags |= LOWERCASE
        values.append(flags)
    return values


def lead_bytes(values: list[int]) -> str:
    """By first byte in UTF-8: what leaves all of its code points alone."""
    reacting = [0] * 256
    for code in range(CODES):
        if not 0xD800 <= code < 0xE000:
            reacting[chr(code).encode()[0]] |= values[code]
    every = NFC | NFD | NFKC | NFKD | UNMARKED | LOWERCASE | ORDERED_NFC
    return array("std::uint8_t", "kInertLeads", [every & ~flags for flags in reacting])


def compatibility() -> str:
    """A number for each decomposition, and where each begins in a pool."""
    pool: list[int] = []
    places = [0]
    numbers: dict[tuple[int, ...], int] = {}
    values = [0] * CODES
    for code, parts in read_mapping("compatibility-9.0").items():
        if parts not in numbers:
            numbers[parts] = len(places)
            pool += parts
            places.append(len(pool))
        values[code] = numbers[parts]
    return (
        array("char32_t", "kCompatibilityPool", pool)
        + array("std::uint16_t", "kCompatibilityPlaces", places)
        + stages("Compatibility", values)
    )


def main() -> None:
    compositions = [
        [int(field, 16) for field in fields] for fields in data_lines("compositions-9.0")
    ]
    rows = sorted((first << 32 | second, composite) for first, second, composite in compositions)
    body = "\n".join(f"  {{0x{pair:X}, 0x{composite:X}}}," for pair, composite in rows)
    values = reactions(compositions)
    text = HEADER
    kind = f"std::array<Composition, {len(rows)}>"
    text += f"\ninline constexpr {kind} kCompositions = {{{{\n{body}\n}}}};\n"
    text += stages("Reaction", values) + lead_bytes(values) + compatibility()
    text += "\n}  // namespace onnxformers::unicode::tables\n"
    (UNICODE / "normalization_tables.h").write_text(text, encoding="ascii")


if __name__ == "__main__":
    main()
