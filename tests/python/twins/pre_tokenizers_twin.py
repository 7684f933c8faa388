"""Plain pre-tokenizers, written for clarity: what those of the core are compared with."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

Piece = tuple[str, tuple[int, int]]
Part = tuple[int, int, bool]  # begin, end, whether it is a delimiter


def parts_of_matches(spans: list[tuple[int, int]], length: int, invert: bool) -> list[Part]:
    """Matches and what lies between them; nothing is left out."""
    parts: list[Part] = []
    begin = 0
    for first, last in spans:
        if begin < first:
            parts.append((begin, first, invert))
        parts.append((first, last, not invert))
        begin = last
    if begin < length:
        parts.append((begin, length, invert))
    return parts


def joins(behavior: str, before: bool, is_delimiter: bool) -> bool:
    """Whether a part joins the one before it, which was a delimiter or not."""
    return {
        "Removed": False,
        "Isolated": False,
        "MergedWithPrevious": is_delimiter and not before,
        "MergedWithNext": before and not is_delimiter,
        "Contiguous": is_delimiter == before,
    }[behavior]


def cut(parts: list[Part], behavior: str) -> list[tuple[int, int]]:
    pieces: list[list[int]] = []
    before: bool | None = None
    for begin, end, is_delimiter in parts:
        if behavior == "Removed" and is_delimiter:
            continue
        if before is not None and joins(behavior, before, is_delimiter):
            pieces[-1][1] = end
        else:
            pieces.append([begin, end])
        before = is_delimiter
    return [(begin, end) for begin, end in pieces if begin < end]


def split_spans(
    text: str, spans: list[tuple[int, int]], behavior: str, invert: bool = False
) -> list[Piece]:
    parts = parts_of_matches(spans, len(text), invert)
    return [(text[begin:end], (begin, end)) for begin, end in cut(parts, behavior)]


def split_at(text: str, is_delimiter: Callable[[str], bool], behavior: str) -> list[Piece]:
    spans = [(i, i + 1) for i, character in enumerate(text) if is_delimiter(character)]
    return split_spans(text, spans, behavior)


def matches(pattern: str, text: str, flags: int = 0) -> Iterator[tuple[int, int]]:
    """As Oniguruma's find_iter: no empty match right after another one."""
    compiled = re.compile(pattern, flags)
    begin = 0
    last = -1
    while begin <= len(text):
        match = compiled.search(text, begin)
        if match is None:
            return
        if match.start() == match.end() == last:
            begin += 1
            continue
        yield match.span()
        last = begin = match.end()


def metaspace(text: str, options: dict[str, Any]) -> list[Piece]:
    sign = options["replacement"]
    signed = text.replace(" ", sign)
    places = list(range(len(text)))
    if text and options["prepend_scheme"] != "never" and not signed.startswith(sign):
        signed = sign + signed
        places = [0, *places]
    starts = [i for i, character in enumerate(signed) if character == sign or i == 0]
    if not options["split"]:
        starts = starts[:1]
    ends = [*starts[1:], len(signed)][: len(starts)]
    return [
        (signed[begin:end], (places[begin], places[end - 1] + 1))
        for begin, end in zip(starts, ends, strict=True)
    ]
