"""Transcripts as SRT and WebVTT."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from onnxformers.errors import InvalidArgumentError, InvalidTypeError
from onnxformers.pipelines.subtitles import cues, save_subtitles, to_srt, to_vtt


def chunk(text: str, begin: float, end: float | None) -> dict[str, Any]:
    return {"text": text, "timestamp": (begin, end)}


TALK = {
    "text": " Hello there. How are you?",
    "chunks": [chunk(" Hello there.", 0.0, 1.5), chunk(" How are you?", 3661.25, None)],
}


def test_an_srt_file_has_numbers_times_and_texts() -> None:
    assert to_srt(TALK) == (
        "1\n00:00:00,000 --> 00:00:01,500\nHello there.\n\n"
        "2\n01:01:01,250 --> 01:01:03,250\nHow are you?\n"
    )


def test_a_vtt_file_has_a_head_and_points() -> None:
    assert to_vtt([chunk(" a < b & c", 0.25, 1.0)]) == (
        "WEBVTT\n\n00:00:00.250 --> 00:00:01.000\na &lt; b &amp; c\n"
    )


def test_times_never_overlap_and_no_text_is_empty() -> None:
    chunks = [
        chunk(" one", 0.0, 4.0),
        chunk("  ", 1.0, 2.0),
        chunk(" two words", 2.0, None),
        chunk(" three", 5.0, 5.0),
    ]
    found = list(cues(chunks))
    assert [cue.text for cue in found] == ["one", "two words", "three"]
    assert [(cue.begin, cue.end) for cue in found] == [(0.0, 2.0), (2.0, 5.0), (5.0, 5.02)]


def test_words_are_gathered_to_sentences_of_two_lines() -> None:
    words = [chunk(f" word{i}{'.' if i == 3 else ''}", i * 0.2, i * 0.2 + 0.1) for i in range(40)]
    found = list(cues(words))
    assert found[0].text == "word0 word1 word2 word3."
    assert (found[0].begin, found[0].end) == (0.0, pytest.approx(0.7))
    assert all(len(line) <= 42 for cue in found for line in cue.text.split("\n"))
    assert all(len(cue.text.split("\n")) <= 3 for cue in found)
    joined = " ".join(cue.text.replace("\n", " ") for cue in found).split()
    assert joined == [word["text"].strip() for word in words]


def test_words_without_spaces_get_them_back() -> None:
    (cue,) = cues([chunk("HELLO", 0.0, 0.4), chunk("WORLD", 0.5, 0.9)])
    assert cue.text == "HELLO WORLD"


def test_no_text_can_end_its_subtitle() -> None:
    hostile = "a\n\n2\n00:00:00,000 --> 00:00:09,000\n\x1b[2Jb"
    text = to_srt([chunk(hostile, 0.0, 1.0)])
    assert text.count("-->") == 1
    assert "\n\n" not in text.rstrip("\n")
    assert "\x1b" not in text


@pytest.mark.parametrize(
    ("transcript", "error", "message"),
    [
        ({"text": "no times"}, InvalidArgumentError, "return_timestamps=True"),
        ("text", InvalidTypeError, "a transcript or its chunks"),
        ([chunk("a", 0, 1), "b"], InvalidTypeError, "a transcript or its chunks"),
        ([{"text": "a"}], InvalidArgumentError, "chunk 0 has no text or no timestamp"),
        ([{"text": "a", "timestamp": (None, 1.0)}], InvalidArgumentError, "a begin and an end"),
        ([{"text": "a", "timestamp": (-1.0, 1.0)}], InvalidArgumentError, "a begin and an end"),
    ],
)
def test_what_has_no_times_makes_no_subtitles(
    transcript: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        to_srt(transcript)


def test_files_are_written_by_their_ending(tmp_path: Path) -> None:
    save_subtitles(TALK, tmp_path / "talk.srt")
    save_subtitles(TALK, tmp_path / "talk.VTT")
    assert (tmp_path / "talk.srt").read_text("utf-8") == to_srt(TALK)
    assert (tmp_path / "talk.VTT").read_text("utf-8") == to_vtt(TALK)
    with pytest.raises(InvalidArgumentError, match=r"\.srt or \.vtt"):
        save_subtitles(TALK, tmp_path / "talk.txt")
