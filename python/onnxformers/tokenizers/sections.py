"""Reading and changing one section of tokenizer.json without parsing the rest.

A vocabulary takes megabytes, and most of what the Python side has to know or change stands in
sections of a few hundred bytes beside it.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

# A window this large holds most sections; one that it does not hold is read with a larger one.
FIRST_WINDOW = 16_384


class Section(NamedTuple):
    """A section: its value, and the bytes [start, end) that hold it."""

    value: Any
    start: int
    end: int


def find_section(tokenizer_json: bytes, name: str) -> Section | None:
    """A section of tokenizer.json, None where there is none.

    The name may also be a token of the vocabulary, whose value is a number: only an object, a list
    or null counts. A broken file gives None; the core's reader, which sees all of it, says what is
    wrong.
    """
    key, start = b'"%s"' % name.encode(), 0
    while (start := tokenizer_json.find(key, start)) >= 0:
        start += len(key)
        value = _value_after_colon(tokenizer_json, start)
        if value is not None:
            return value
    return None


def section(tokenizer_json: bytes, name: str) -> dict[str, Any] | None:
    """The value of a section that is an object, else None."""
    found = find_section(tokenizer_json, name)
    return found.value if found is not None and isinstance(found.value, dict) else None


def with_section(tokenizer_json: bytes, name: str, value: object) -> bytes:
    """tokenizer.json with another value in this section, which it need not have had.

    A broken file is returned as it is.
    """
    text = json.dumps(value).encode("ascii")
    found = find_section(tokenizer_json, name)
    if found is not None:
        return tokenizer_json[: found.start] + text + tokenizer_json[found.end :]
    brace = tokenizer_json.find(b"{")
    if brace < 0:
        return tokenizer_json
    return b'%s"%s": %s,%s' % (
        tokenizer_json[: brace + 1],
        name.encode(),
        text,
        tokenizer_json[brace + 1 :],
    )


def _value_after_colon(tokenizer_json: bytes, start: int) -> Section | None:
    start = _skip_whitespace(tokenizer_json, start)
    if tokenizer_json[start : start + 1] != b":":
        return None
    start = _skip_whitespace(tokenizer_json, start + 1)
    if tokenizer_json[start : start + 4] == b"null":
        return Section(None, start, start + 4)
    if tokenizer_json[start : start + 1] not in {b"{", b"["}:
        return None
    window = FIRST_WINDOW
    while True:
        text = tokenizer_json[start : start + window].decode("utf-8", "replace")
        try:
            value, length = json.JSONDecoder().raw_decode(text)
        except RecursionError:
            return None
        except ValueError:
            if start + window >= len(tokenizer_json):
                return None
            window *= 4
            continue
        return Section(value, start, start + len(text[:length].encode()))


def _skip_whitespace(tokenizer_json: bytes, start: int) -> int:
    while tokenizer_json[start : start + 1] in {b" ", b"\t", b"\r", b"\n"}:
        start += 1
    return start
