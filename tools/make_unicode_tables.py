"""Writes third_party/unicode/tables.h from the property files in third_party/unicode/data.

Which version of Unicode each table follows is decided by the reference implementation, whose parts
are of different ages (cpp/base/unicode.h says which is which): agreement counts for more than the
newest standard, for a vocabulary was made with the same tables. Every table has two stages: the
upper bits of a code point choose a block, the lower seven a value in it, and equal blocks are kept
once.

    python tools/make_unicode_tables.py
"""

from __future__ import annotations

from pathlib import Path

UNICODE = Path(__file__).resolve().parent.parent / "third_party" / "unicode"
CODES = 0x110000
BLOCK = 128
# In the order of unicode::Category.
CATEGORIES = [
    *("Cn", "Cc", "Cf", "Co", "Cs", "Ll", "Lm", "Lo", "Lt", "Lu", "Mc", "Me", "Mn", "Nd", "Nl"),
    *("No", "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "Sc", "Sk", "Sm", "So", "Zl", "Zp", "Zs"),
]
# As the constants in tables.h.
CONTROL, PUNCTUATION, ACCENT, MARK, NUMERIC, ALPHABETIC = 1, 2, 4, 8, 16, 32

HEADER = """\
// Made by tools/make_unicode_tables.py from third_party/unicode/data; do not edit.
// Data of the Unicode Character Database, (c) Unicode, Inc., under the licence beside this file.
#pragma once

#include <array>
#include <cstdint>

namespace onnxformers::unicode::tables {

/// What is known of a code point; `category` counts as unicode::Category does.
struct Properties {
  std::uint8_t category;
  std::uint8_t flags;
  std::uint8_t combining_class;
};

inline constexpr unsigned kBlockBits = 7;
inline constexpr std::uint8_t kControl = 1;
inline constexpr std::uint8_t kPunctuation = 2;
inline constexpr std::uint8_t kAccent = 4;
inline constexpr std::uint8_t kMark = 8;
inline constexpr std::uint8_t kNumeric = 16;
inline constexpr std::uint8_t kAlphabetic = 32;
"""


def data_lines(name: str) -> list[list[str]]:
    """The fields of each line of a data file."""
    text = (UNICODE / "data" / f"{name}.txt").read_text(encoding="ascii")
    return [line.split() for line in text.splitlines() if not line.startswith("#")]


def read_ranges(name: str) -> dict[int, str]:
    """Code point → value, of a file of ranges."""
    values = {}
    for span, value in data_lines(name):
        first, last = (int(code, 16) for code in span.split(".."))
        values.update(dict.fromkeys(range(first, last + 1), value))
    return values


def read_mapping(name: str) -> dict[int, tuple[int, ...]]:
    """Code point → code points."""
    rows = [[int(field, 16) for field in fields] for fields in data_lines(name)]
    return {row[0]: tuple(row[1:]) for row in rows}


def read_properties() -> dict[str, list[tuple[int, int]]]:
    """Names, joined by `=`, → ranges."""
    found = {}
    for names, *spans in data_lines("regex_properties-16.0"):
        ends = [span.split("..") for span in spans]
        found[names] = [(int(first, 16), int(last, 16)) for first, last in ends]
    return found


def flags(old_category: str) -> int:
    """The flags that follow Unicode 8.0."""
    if old_category.startswith("C"):
        return CONTROL
    return {"P": PUNCTUATION, "M": ACCENT}.get(old_category[:1], 0)


def two_stages(values: list[int]) -> tuple[list[int], list[int]]:
    """Block numbers and blocks; zeros at the end are left out."""
    while values and not any(values[-BLOCK:]):
        values = values[:-BLOCK]
    numbers: dict[tuple[int, ...], int] = {}
    stage1 = []
    for start in range(0, len(values), BLOCK):
        block = tuple(values[start : start + BLOCK])
        stage1.append(numbers.setdefault(block, len(numbers)))
    return stage1, [value for block in numbers for value in block]


def array(kind: str, name: str, values: list[int]) -> str:
    """The definition of one array."""
    lines, line = [], " "
    for value in values:
        item = f" {value},"
        if len(line) + len(item) > 100:
            lines.append(line)
            line = " "
        line += item
    body = "\n".join([*lines, line])
    return f"\ninline constexpr std::array<{kind}, {len(values)}> {name} = {{\n{body}\n}};\n"


def unsigned(values: list[int]) -> str:
    """The smallest type that holds them all."""
    bits = next(bits for bits in (8, 16, 32) if max(values) < 1 << bits)
    return f"std::uint{bits}_t"


def stages(name: str, values: list[int]) -> str:
    """Both arrays of a table."""
    stage1, stage2 = two_stages(values)
    return array(unsigned(stage1), f"k{name}Blocks", stage1) + array(
        unsigned(stage2), f"k{name}", stage2
    )


def properties() -> str:
    """Category (16.0), flags (8.0, 9.0, 16.0 and 17.0) and combining class (9.0)."""
    category = read_ranges("categories-16.0")
    old = read_ranges("categories-8.0")
    marks = read_ranges("categories-9.0")
    combining = read_ranges("combining_classes-9.0")
    numeric = read_ranges("numeric-17.0")
    spans = read_properties()["Alphabetic=Alpha"]
    alphabetic = {code for first, last in spans for code in range(first, last + 1)}
    numbers: dict[tuple[int, int, int], int] = {(0, 0, 0): 0}
    values = []
    for code in range(CODES):
        row = (
            CATEGORIES.index(category.get(code, "Cn")),
            flags(old.get(code, ""))
            | (MARK if code in marks else 0)
            | (NUMERIC if code in numeric else 0)
            | (ALPHABETIC if code in alphabetic else 0),
            int(combining.get(code, 0)),
        )
        values.append(numbers.setdefault(row, len(numbers)))
    rows = "\n".join(f"  {{{a}, {b}, {c}}}," for a, b, c in numbers)
    kind = f"std::array<Properties, {len(numbers)}>"
    table = f"\ninline constexpr {kind} kPropertyRows = {{{{\n{rows}\n}}}};\n"
    return table + stages("Property", values)


def lowercase() -> str:
    """Differences to the small letter; the only mapping to two code points is in unicode.cpp."""
    mapping = read_mapping("lowercase-17.0")
    longer = {code: lower for code, lower in mapping.items() if len(lower) > 1}
    if longer != {0x130: (0x69, 0x307)}:
        raise SystemExit(f"unicode.cpp knows one mapping to more than one code point: {longer}")
    deltas = {0: 0}
    values = [0] * CODES
    for code, lower in mapping.items():
        if len(lower) == 1:
            values[code] = deltas.setdefault(lower[0] - code, len(deltas))
    return array("std::int32_t", "kLowercaseDeltas", list(deltas)) + stages("Lowercase", values)


def decompositions() -> str:
    """Place in a pool and length: place << 2 | length - 1, no decomposition being longer than 4."""
    pool: list[int] = [0]  # so that no place is 0
    places: dict[tuple[int, ...], int] = {}
    values = [0] * CODES
    for code, parts in read_mapping("decompositions-9.0").items():
        if parts not in places:
            places[parts] = len(pool)
            pool.extend(parts)
        values[code] = places[parts] << 2 | len(parts) - 1
    return array("char32_t", "kDecompositionPool", pool) + stages("Decomposition", values)


def scripts() -> str:
    """Numbers of what UnicodeScripts keeps together."""
    values = read_ranges("unicode_scripts")
    return stages("Script", [int(values.get(code, 0)) for code in range(CODES)])


def main() -> None:
    text = HEADER + properties() + lowercase() + decompositions() + scripts()
    text += "\n}  // namespace onnxformers::unicode::tables\n"
    (UNICODE / "tables.h").write_text(text, encoding="ascii")


if __name__ == "__main__":
    main()
