"""How results look to people: tables, bars, and summaries of arrays."""

from __future__ import annotations

import base64
import io
import json
import math
import os
import shutil
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TextIO

if TYPE_CHECKING:
    import numpy as np

BAR_CELLS = 30
FIRST_VALUES = 6
# Beside these a number in the row is a score: 0 to 1, drawn as a bar.
SCORE_KEY = "score"
# What has it is a part of the text, from its `start` to its `end`.
ENTITY_KEY = "entity_group"
# Texts that a model wrote: shown whole.
WRITTEN_KEYS = ("generated_text", "summary_text", "translation_text")
# Parts of a transcript with their times, below its text.
CHUNKS_KEY = "chunks"


class Style(NamedTuple):
    """What the output can take: its width in cells, and bars of the character `bar`, if any."""

    width: int = 100
    bar: str = ""

    @classmethod
    def of(cls, stream: TextIO) -> Style:
        """Plain for a file, a pipe, a dumb terminal or NO_COLOR; bars on any other terminal."""
        if not stream.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
            return cls()
        return cls(width=shutil.get_terminal_size().columns, bar=_bar_for(stream.encoding))


def _bar_for(encoding: str | None) -> str:
    try:
        "█".encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return "#"
    return "█"


def printable(text: str) -> str:
    r"""The text with control characters escaped: no model and no file may steer the terminal.

    >>> printable("a\x1b[2Jb")
    'a\\x1b[2Jb'
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def cells(text: str) -> int:
    """How many columns of a terminal the text takes: wide characters two, combining ones none."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def shorten(text: str, width: int) -> str:
    """The text on one line, cut with an ellipsis to at most `width` columns."""
    text = printable(" ".join(text.split()))
    if cells(text) <= width:
        return text
    while text and cells(text) > width - 3:
        text = text[:-1]
    return text + "..."


def bar(score: float, style: Style, width: int = BAR_CELLS) -> str:
    """A bar for a score from 0 to 1; empty when the style is plain or the score is none."""
    if not style.bar or not math.isfinite(score):
        return ""
    return style.bar * round(min(max(score, 0.0), 1.0) * width)


def result_lines(result: object, style: Style) -> Iterator[str]:
    """The lines that show what a pipeline returned for one input, whatever the task."""
    written = _written(result)
    if isinstance(result, Mapping) and "text" in result:
        yield from _transcript_lines(result, style)
    elif written:
        yield from (printable(line) for text in written for line in text.split("\n"))
    elif isinstance(result, Mapping):
        yield from _row_lines([result], style)
    elif isinstance(result, list) and result and all(isinstance(row, Mapping) for row in result):
        yield from _row_lines(result, style)
    elif hasattr(result, "dtype"):
        yield array_summary(result)
    elif _is_picture(result):
        yield _picture_summary(result)
    elif isinstance(result, str):
        yield from (printable(line) for line in result.splitlines() or [""])
    elif result == []:
        yield "nothing found"
    elif isinstance(result, list) and all(isinstance(part, list) for part in result):
        for number, part in enumerate(result, 1):
            yield f"{number} of {len(result)}"
            yield from (f"  {line}" for line in result_lines(part, style))
    else:
        yield json.dumps(to_json(result))


def _transcript_lines(result: Mapping[str, Any], style: Style) -> Iterator[str]:
    """What was said: all of it, or its parts with their times."""
    chunks = [chunk for chunk in result.get(CHUNKS_KEY) or () if "timestamp" in chunk]
    if not chunks:
        yield printable(result["text"].strip())
    for chunk in chunks:
        begin, end = chunk["timestamp"]
        times = f"{begin:8.2f} - {'...' if end is None else format(end, '.2f'):<8s}"
        yield f"{times} {shorten(chunk['text'], max(20, style.width - len(times) - 4))}"


def _written(result: object) -> list[str]:
    """The texts of a result that is nothing but texts."""
    rows = result if isinstance(result, list) else [result]
    texts = [row.get(key) for row in rows if isinstance(row, Mapping) for key in WRITTEN_KEYS]
    found = [text for text in texts if isinstance(text, str)]
    return found if len(found) == len(rows) else []


def marked(text: str, result: object) -> str:
    """The text with its entities in brackets, if they are what the result holds.

    >>> marked("In Rio now", [{"entity_group": "LOC", "start": 3, "end": 6}])
    'In [Rio LOC] now'
    """
    parts, done = [], 0
    for entity in result if isinstance(result, list) else []:
        if not isinstance(entity, Mapping) or ENTITY_KEY not in entity:
            return text
        word = text[entity["start"] : entity["end"]].lstrip()
        parts += [text[done : entity["end"] - len(word)], f"[{word} {entity[ENTITY_KEY]}]"]
        done = entity["end"]
    return "".join([*parts, text[done:]])


def _row_lines(rows: Sequence[Mapping[str, Any]], style: Style) -> Iterator[str]:
    """A table of the rows: one column for each key, the score last with its bar."""
    keys = [key for key in dict.fromkeys(k for row in rows for k in row) if key != SCORE_KEY]
    room = max(20, (style.width - BAR_CELLS - 14) // max(1, len(keys)))
    table = [[shorten(_cell(row.get(key, "")), room) for key in keys] for row in rows]
    widths = [max(cells(row[i]) for row in table) for i in range(len(keys))]
    if len(keys) > 1:
        titles = [shorten(key, room) for key in keys]
        widths = [max(width, cells(title)) for width, title in zip(widths, titles, strict=True)]
        yield _joined([*titles, *([SCORE_KEY] if SCORE_KEY in rows[0] else [])], widths)
    for row, texts in zip(rows, table, strict=True):
        score = row.get(SCORE_KEY)
        last = [] if score is None else [f"{score:.4f}", bar(score, style)]
        yield _joined([*texts, *last], widths)


def _joined(texts: Sequence[str], widths: Sequence[int]) -> str:
    padded = (
        text + " " * (width - cells(text)) for text, width in zip(texts, widths, strict=False)
    )
    return "  ".join([*padded, *texts[len(widths) :]]).rstrip()


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.4f}"
    if isinstance(value, str):
        return value
    if _is_picture(value):
        return _picture_summary(value)
    return array_summary(value) if hasattr(value, "dtype") else json.dumps(to_json(value))


def _is_picture(value: object) -> bool:
    """Whether this is an image of PIL, which need not be imported to tell."""
    return hasattr(value, "getbands")


def _picture_summary(image: Any) -> str:
    return f"image {image.mode} {image.width} x {image.height}"


def array_summary(array: Any) -> str:
    """Shape, dtype, norm (of numbers with a fraction) and first values of an array of any shape."""
    import numpy as np

    array = np.asarray(array)
    parts = [f"shape {array.shape}", str(array.dtype)]
    if array.dtype.kind == "f":
        parts.append(f"norm {np.linalg.norm(array.astype(np.float64)):.4f}")
    first = array.ravel()[:FIRST_VALUES].tolist()
    values = ", ".join(f"{v:.4f}" if isinstance(v, float) else str(v) for v in first)
    return "  ".join([*parts, f"[{values}{', ...' if array.size > FIRST_VALUES else ''}]"])


def size_text(count: int | None) -> str:
    """Bytes for people.

    >>> size_text(23_046_789)
    '23.0 MB'
    """
    if count is None:
        return "size not told"
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= factor:
            return f"{count / factor:.1f} {unit}"
    return f"{count} bytes"


def table_lines(rows: Sequence[Sequence[str]], indent: str = "") -> Iterator[str]:
    """Rows of texts as columns, aligned on the left."""
    table = [[printable(text) for text in row] for row in rows]
    widths = [max(cells(row[i]) for row in table) for i in range(len(table[0]))] if table else []
    for row in table:
        yield indent + _joined(row, widths)


def similarity_lines(vectors: Sequence[np.ndarray]) -> Iterator[str]:
    """The cosine similarity of every pair of vectors, as a numbered matrix.

    Args:
        vectors: Arrays of one shape (dimensions,), floating point.
    """
    import numpy as np

    rows = np.stack(vectors).astype(np.float64)
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), np.finfo(np.float64).tiny)
    yield "cosine similarity"
    yield "   " + "".join(f"{i + 1:>8}" for i in range(len(rows)))
    for i, row in enumerate(rows @ rows.T):
        yield f"{i + 1:>3}" + "".join(f"{value:8.4f}" for value in row)


def to_json(value: Any) -> Any:
    """What `json.dumps` takes: arrays as lists, numbers that JSON lacks (NaN, infinity) as null.

    Images become base64 of their PNG.

    >>> to_json({"score": float("nan"), "shape": (1, 2)})
    {'score': None, 'shape': [1, 2]}
    """
    if _is_picture(value):
        return _base64_png(value)
    if hasattr(value, "tolist"):  # numpy's arrays and numbers
        value = value.tolist()
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_json(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)


def _base64_png(image: Any) -> str:
    file = io.BytesIO()
    image.save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode("ascii")
