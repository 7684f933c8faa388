#!/usr/bin/env python3
"""Write third_party/onnxruntime/api_table.h from the facts in slots.tsv.

The table of ONNX Runtime's C API is a struct of function pointers to which slots are only ever
appended. slots.tsv holds the slots that we call (index, name, first API version, signature); the
slots between them become padding.

Usage: python tools/make_ort_table.py [--check]
    --check: write nothing, exit with 1 when the committed header is stale.
"""

from __future__ import annotations

import csv
import re
import sys
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "third_party" / "onnxruntime"
OLDEST = 20  # API version of the oldest ONNX Runtime that the core loads
PLAIN = {
    "cstr": "const char*",
    "usize": "std::size_t",
    "i64": "std::int64_t",
    "u32": "std::uint32_t",
}
HEADER = """\
#pragma once

// Made by tools/make_ort_table.py from slots.tsv; do not edit.

#include <cstddef>
#include <cstdint>

#include "onnxruntime/types.h"

#ifdef _WIN32
#define ONNXFORMERS_ORT_CALL __stdcall
#else
#define ONNXFORMERS_ORT_CALL
#endif

namespace ort {

/// The function table. A slot may be called if its `since` is at most the library's minor version.
struct Api {
"""
FOOTER = """\
};

/// What the exported function OrtGetApiBase returns.
struct ApiBase {
  const Api*(ONNXFORMERS_ORT_CALL* GetApi)(std::uint32_t version);
  const char*(ONNXFORMERS_ORT_CALL* GetVersionString)();
};

/// First API version of the slots that the oldest library we take lacks: compare before use.
namespace since {
@newer@
}  // namespace since

}  // namespace ort
"""


@dataclass(frozen=True)
class Slot:
    """One row of slots.tsv."""

    index: int
    name: str
    since: int
    signature: str


def c_type(text: str) -> str:
    """The C++ type of a parameter or result; the marks `>` `~` `?` do not change it."""
    bare = text.strip().lstrip(">~").rstrip("?")
    return re.sub(r"\b(cstr|usize|i64|u32)\b", lambda match: PLAIN[match[1]], bare)


def member(slot: Slot) -> str:
    """The declaration of one slot."""
    match = re.fullmatch(r"\((.*)\) -> (.+)", slot.signature)
    if match is None:
        raise SystemExit(f"slot {slot.index}: cannot read the signature {slot.signature!r}")
    parameters = ", ".join(c_type(text) for text in match[1].split(",") if text.strip())
    pointer = f"{c_type(match[2])}(ONNXFORMERS_ORT_CALL* {slot.name})({parameters});"
    return f"  {pointer}  // {slot.index}, since {slot.since}"


def table(slots: list[Slot]) -> str:
    """The whole header."""
    lines = []
    position = 0
    for slot in sorted(slots, key=lambda slot: slot.index):
        if slot.index > position:
            lines.append(f"  void* unused_{position}[{slot.index - position}];")
        lines.append(member(slot))
        position = slot.index + 1
    newer = [
        f"inline constexpr std::uint32_t k{slot.name} = {slot.since};"
        for slot in slots
        if slot.since > OLDEST
    ]
    return HEADER + "\n".join(lines) + "\n" + FOOTER.replace("@newer@", "\n".join(newer))


def main() -> None:
    """Read, generate, compare or write."""
    with (FOLDER / "slots.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    slots = [
        Slot(int(row["index"]), row["name"], int(row["since_api"]), row["signature"])
        for row in rows
    ]
    text = table(slots)
    path = FOLDER / "api_table.h"
    if "--check" in sys.argv[1:]:
        if path.read_text(encoding="utf-8") != text:
            raise SystemExit(f"{path} is stale: run python tools/make_ort_table.py")
        return
    path.write_text(text, encoding="utf-8")
    print(f"{path}: {len(slots)} slots")


if __name__ == "__main__":
    main()
