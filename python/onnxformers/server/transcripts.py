"""Transcripts in the forms of OpenAI's interface.

Source: OpenAI's API reference, Audio, Create transcription.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

from onnxformers.pipelines.subtitles import cues, to_srt, to_vtt
from onnxformers.server.replies import Reply, of_json

#: Format -> content type and how a transcript with times is written.
_TEXTS = {
    "srt": ("application/x-subrip; charset=utf-8", to_srt),
    "vtt": ("text/vtt; charset=utf-8", to_vtt),
}
FORMATS = ("json", "text", "srt", "vtt", "verbose_json")


def reply(form: str, transcript: Mapping[str, Any]) -> Reply:
    """A transcript that needs nothing beside it.

    Args:
        form: Any of the formats but verbose_json.
        transcript: What the pipeline gave.
    """
    if form == "json":
        return of_json({"text": transcript["text"]})
    if form == "text":
        return Reply(f"{transcript['text']}\n".encode(), "text/plain; charset=utf-8")
    kind, write = _TEXTS[form]
    return Reply(write(transcript).encode(), kind)


def verbose(
    *,
    task: str,
    language: str | None,
    duration: float,
    segments: Mapping[str, Any] | None,
    words: Mapping[str, Any] | None,
) -> Reply:
    """All that is known of a recording.

    Args:
        task: "transcribe" or "translate".
        language: That was asked for.
        duration: Seconds of it.
        segments: The transcript with the times of segments, or of words where the model tells no
            others: they are gathered to segments.
        words: The transcript with the times of words.
    """
    told = segments if segments is not None else words
    assert told is not None
    answer: dict[str, Any] = {
        "task": task,
        "language": language or _language(told) or "",
        "duration": duration,
        "text": told["text"],
    }
    if segments is not None:
        found = _segments(segments, duration)
        answer["segments"] = [{"id": number, **one} for number, one in enumerate(found)]
    if words is not None:
        answer["words"] = [
            {"word": chunk["text"].strip(), **_times(chunk["timestamp"], duration)}
            for chunk in words.get("chunks", ())
        ]
    return of_json(answer)


def _language(told: Mapping[str, Any]) -> str | None:
    """The language of the first chunk that has one."""
    return next((c["language"] for c in told.get("chunks", ()) if c.get("language")), None)


def _segments(told: Mapping[str, Any], duration: float) -> list[dict[str, Any]]:
    if told.get("of_words"):
        spans = [(cue.text.replace("\n", " "), (cue.begin, cue.end)) for cue in cues(told)]
    else:
        spans = [(chunk["text"], chunk["timestamp"]) for chunk in told.get("chunks", ())]
    return [
        {"seek": 0, "text": text, **_times(times, duration), "compression_ratio": _ratio(text)}
        for text, times in spans
    ]


def _times(times: Any, duration: float) -> dict[str, float]:
    """Begin and end; what has no end goes on to that of the recording."""
    begin, end = times
    return {"start": begin, "end": duration if end is None else end}


def _ratio(text: str) -> float:
    """How much shorter a text can be written: one that repeats itself was not heard well."""
    data = text.encode()
    return len(data) / len(zlib.compress(data))
