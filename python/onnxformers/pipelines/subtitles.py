"""Transcripts as subtitles: SRT and WebVTT."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from onnxformers.errors import InvalidArgumentError, InvalidTypeError

#: What a line and a subtitle hold at most; the usual of broadcasters.
MAX_LINE = 42
MAX_LINES = 2
#: How long the last subtitle stays where nobody knows its end, and how long one lasts at least.
_UNKNOWN_S, _SHORTEST_S = 2.0, 0.02
# A word is longer than this only where there are no spaces, as in Chinese.
_MAX_SUBTITLE_S = 7.0
_ENDS = re.compile(r"[.!?…。！？]['\"”’)]*$")  # noqa: RUF001 - the full-width marks are meant


class Cue(NamedTuple):
    """One subtitle: its times in seconds, and its text."""

    begin: float
    end: float
    text: str


def to_srt(transcript: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> str:
    """A transcript as the text of an .srt file.

    Args:
        transcript: What automatic-speech-recognition gave with `return_timestamps`, or its chunks:
            segments, or words, which are gathered to lines.

    Raises:
        InvalidArgumentError: It has no times.
        InvalidTypeError: It is no transcript.

    Example:
        >>> print(to_srt([{"text": " Hello.", "timestamp": (0.0, 1.5)}]))
        1
        00:00:00,000 --> 00:00:01,500
        Hello.
        <BLANKLINE>
    """
    blocks = (
        f"{number}\n{_clock(cue.begin, ',')} --> {_clock(cue.end, ',')}\n{_safe(cue.text)}\n"
        for number, cue in enumerate(cues(transcript), 1)
    )
    return "\n".join(blocks)


def to_vtt(transcript: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> str:
    """A transcript as the text of a .vtt file; arguments and errors as of `to_srt`.

    Example:
        >>> print(to_vtt([{"text": " Hello.", "timestamp": (0.0, 1.5)}]))
        WEBVTT
        <BLANKLINE>
        00:00:00.000 --> 00:00:01.500
        Hello.
        <BLANKLINE>
    """
    blocks = (
        f"{_clock(cue.begin, '.')} --> {_clock(cue.end, '.')}\n{_escaped(_safe(cue.text))}\n"
        for cue in cues(transcript)
    )
    return "\n".join(["WEBVTT\n", *blocks])


def save_subtitles(
    transcript: Mapping[str, Any] | Sequence[Mapping[str, Any]], path: str | os.PathLike[str]
) -> None:
    """Write a transcript as subtitles, in UTF-8.

    Args:
        transcript: See `to_srt`.
        path: Ends in .srt or .vtt.

    Raises:
        InvalidArgumentError: The path ends otherwise, or the transcript has no times.
    """
    writers = {".srt": to_srt, ".vtt": to_vtt}
    suffix = Path(path).suffix.lower()
    if suffix not in writers:
        raise InvalidArgumentError(f"[subtitles] the file must end in .srt or .vtt, got {path}")
    Path(path).write_text(writers[suffix](transcript), "utf-8", newline="\n")


def cues(transcript: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> Iterator[Cue]:
    """The subtitles of a transcript, in order; none overlaps the next, none is empty.

    Arguments and errors as of `to_srt`.
    """
    chunks = _chunks(transcript)
    lines = _gathered(chunks) if _are_words(chunks) else [[chunk] for chunk in chunks]
    spans = [_span(line) for line in lines if "".join(c["text"] for c in line).strip()]
    for place, (begin, told, text) in enumerate(spans):
        following = spans[place + 1][0] if place + 1 < len(spans) else None
        end = told
        if end is None:
            end = begin + _UNKNOWN_S if following is None else following
        if following is not None and following > begin:
            end = min(end, following)
        yield Cue(begin, max(end, begin + _SHORTEST_S), _wrapped(text))


def _chunks(transcript: Any) -> list[Mapping[str, Any]]:
    chunks = transcript
    if isinstance(transcript, Mapping):
        chunks = transcript.get("chunks")
        if chunks is None:
            raise InvalidArgumentError(
                "[subtitles] the transcript has no times: transcribe with return_timestamps=True "
                'or "word"'
            )
    if not isinstance(chunks, (list, tuple)) or not all(isinstance(c, Mapping) for c in chunks):
        raise InvalidTypeError("[subtitles] expected a transcript or its chunks")
    for place, chunk in enumerate(chunks):
        times = chunk.get("timestamp")
        if not isinstance(chunk.get("text"), str) or not isinstance(times, (list, tuple)):
            raise InvalidArgumentError(f"[subtitles] chunk {place} has no text or no timestamp")
        if len(times) != 2 or times[0] is None or times[0] < 0:
            raise InvalidArgumentError(
                f"[subtitles] chunk {place} must have a begin and an end, got {times!r}"
            )
    return list(chunks)


def _are_words(chunks: Sequence[Mapping[str, Any]]) -> bool:
    return len(chunks) > 1 and all(len(chunk["text"].split()) <= 1 for chunk in chunks)


def _gathered(words: Sequence[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    """Words as subtitles: up to the end of a sentence, as many as fit, or a pause."""
    line: list[Mapping[str, Any]] = []
    for word in words:
        if line and (_is_full([*line, word]) or _ENDS.search(line[-1]["text"].strip())):
            yield line
            line = []
        line.append(word)
    if line:
        yield line


def _is_full(line: Sequence[Mapping[str, Any]]) -> bool:
    begin, last = line[0]["timestamp"][0], line[-1]["timestamp"]
    length = sum(len(word["text"]) for word in line)
    return length > MAX_LINE * MAX_LINES or (last[1] or last[0]) - begin > _MAX_SUBTITLE_S


def _span(line: Sequence[Mapping[str, Any]]) -> tuple[float, float | None, str]:
    # Words of CTC models come without the spaces between them.
    joined = "".join(word["text"] for word in line)
    if len(line) > 1 and not any(word["text"].startswith(" ") for word in line[1:]):
        joined = " ".join(word["text"] for word in line)
    return line[0]["timestamp"][0], line[-1]["timestamp"][1], " ".join(joined.split())


def _wrapped(text: str) -> str:
    """A text on several lines where it is too long for one, the shorter ones above."""
    from textwrap import wrap

    return "\n".join(wrap(text, MAX_LINE)) if len(text) > MAX_LINE else text


def _safe(text: str) -> str:
    """The text without what would end its subtitle: control characters and the arrow."""
    lines = ("".join(c for c in line if c.isprintable()).strip() for line in text.split("\n"))
    return "\n".join(line.replace("-->", "→") for line in lines if line)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _clock(seconds: float, point: str) -> str:
    milliseconds = round(seconds * 1000)
    minutes, milliseconds = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    whole, milliseconds = divmod(milliseconds, 1000)
    return f"{hours:02d}:{minutes:02d}:{whole:02d}{point}{milliseconds:03d}"
