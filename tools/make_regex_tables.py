"""Writes third_party/unicode/regex_tables.h: properties and case folding of regular expressions.

What ask_reference.py wrote, as sorted arrays: a regular expression is compiled once, so names are
looked up by binary search. Ranges of all properties lie in one array.

    python tools/make_regex_tables.py
"""

from __future__ import annotations

from make_unicode_tables import UNICODE, array, data_lines, read_properties

HEADER = """\
// Made by tools/make_regex_tables.py from third_party/unicode/data; do not edit.
// Data of the Unicode Character Database, (c) Unicode, Inc., under the licence beside this file.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace onnxformers::unicode::tables {

/// A property of \\p{..}: its place among kRanges. Names have no case, `_`, `-` or space.
struct Named {
  std::string_view name;
  std::uint32_t first;
  std::uint32_t count;
};

struct Range {
  char32_t first;
  char32_t last;
};

/// Code points that (?i) takes for equal to one, or the several it folds to: a place in the pool.
struct Folding {
  char32_t code;
  std::uint16_t first;
  std::uint16_t count;
};
"""


def bare(name: str) -> str:
    """As Oniguruma compares names."""
    return name.lower().replace("_", "").replace("-", "").replace(" ", "")


def table(kind: str, name: str, rows: list[str]) -> str:
    """An array of structures."""
    body = "\n".join(f"  {{{row}}}," for row in rows)
    return f"\ninline constexpr std::array<{kind}, {len(rows)}> {name} = {{{{\n{body}\n}}}};\n"


def properties() -> str:
    """All names, sorted, and the ranges."""
    ranges: list[str] = []
    named = {}
    for names, spans in read_properties().items():
        for name in names.split("="):
            named[bare(name)] = f'"{bare(name)}", {len(ranges)}, {len(spans)}'
        ranges += [f"0x{first:X}, 0x{last:X}" for first, last in spans]
    return table("Named", "kNamed", [named[name] for name in sorted(named)]) + table(
        "Range", "kRanges", ranges
    )


def folding(name: str, rows: dict[int, list[int]]) -> str:
    """A table of places and its pool."""
    pool: list[int] = []
    places = []
    for code, others in sorted(rows.items()):
        places.append(f"0x{code:X}, {len(pool)}, {len(others)}")
        pool += others
    return array("char32_t", f"k{name}Pool", pool) + table("Folding", f"k{name}", places)


def foldings() -> str:
    """Equal characters, and sequences that a character folds to."""
    equal: dict[int, list[int]] = {}
    several: dict[int, list[int]] = {}
    for mark, *fields in data_lines("case_folding-16.0"):
        codes = [int(field, 16) for field in fields]
        if mark == "+":
            several[codes[0]] = codes[1:]
        else:
            equal.update({code: [c for c in codes if c != code] for code in codes})
    return folding("Equal", equal) + folding("Several", several)


def main() -> None:
    text = HEADER + properties() + foldings()
    text += "\n}  // namespace onnxformers::unicode::tables\n"
    (UNICODE / "regex_tables.h").write_text(text, encoding="ascii")


if __name__ == "__main__":
    main()
