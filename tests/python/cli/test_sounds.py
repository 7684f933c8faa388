"""`run` over sound: times, subtitles, wav files, pictures of spectrograms."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from onnxformers.audio import encode_wav, read_audio
from onnxformers.cli import sounds

Command = Callable[..., tuple[int, str, str]]
ASR = "automatic-speech-recognition"
TRANSCRIPT = {
    "text": " Hello there. Bye.",
    "chunks": [
        {"text": " Hello there.", "timestamp": (0.0, 1.5)},
        {"text": " Bye.", "timestamp": (2.0, None)},
    ],
}


@pytest.fixture
def talk(tmp_path: Path) -> str:
    path = tmp_path / "talk.wav"
    tone = 0.3 * np.sin(np.arange(16_000) * 0.2)
    path.write_bytes(encode_wav(tone, 16_000))
    return str(path)


def test_a_transcript_is_shown_with_its_times(
    command: Command, use_pipeline: Callable[..., Any], talk: str
) -> None:
    pipe = use_pipeline(lambda _: TRANSCRIPT)
    status, out, _ = command("run", ASR, talk, "--timestamps", "--language", "en")
    assert status == 0
    assert "0.00 - 1.50" in out
    assert "2.00 - ..." in out
    assert "Hello there." in out
    assert pipe.calls == [{"return_timestamps": True, "language": "en"}]


def test_a_text_alone_is_shown_whole(
    command: Command, use_pipeline: Callable[..., Any], talk: str
) -> None:
    use_pipeline(lambda _: {"text": " Hello \x1b[2Jthere."})
    _, out, _ = command("run", ASR, talk)
    assert "Hello \\x1b[2Jthere." in out


def test_subtitles_are_saved_and_ask_for_times(
    command: Command, use_pipeline: Callable[..., Any], talk: str, tmp_path: Path
) -> None:
    pipe = use_pipeline(lambda _: TRANSCRIPT)
    srt, vtt = tmp_path / "talk.srt", tmp_path / "talk.vtt"
    status, _, err = command("run", ASR, talk, talk, "--srt", str(srt), "--vtt", str(vtt))
    assert status == 0
    assert pipe.calls == [{"return_timestamps": True}]
    assert srt.read_text().startswith("1\n00:00:00,000 --> 00:00:01,500\nHello there.")
    assert vtt.read_text().startswith("WEBVTT")
    assert (tmp_path / "talk-2.srt").exists()
    assert f"saved {srt}" in err


def test_models_without_segments_tell_words(
    command: Command, use_pipeline: Callable[..., Any], talk: str, tmp_path: Path
) -> None:
    pipe = use_pipeline(lambda _: TRANSCRIPT)
    pipe.model = SimpleNamespace(kind="encoder")
    assert command("run", ASR, talk, "--timestamps")[0] == 0
    assert command("run", ASR, talk, "--srt", str(tmp_path / "talk.srt"))[0] == 0
    assert command("run", ASR, talk, "--timestamps", "segments")[0] == 0
    times = [call["return_timestamps"] for call in pipe.calls]
    assert times == ["word", "word", True]


@pytest.mark.parametrize("flag", ["--srt", "--vtt"])
def test_a_name_that_is_no_subtitle_is_refused_before_the_work(
    command: Command, use_pipeline: Callable[..., Any], talk: str, flag: str
) -> None:
    pipe = use_pipeline(lambda _: TRANSCRIPT)
    status, _, err = command("run", ASR, talk, flag, "talk.txt")
    assert status != 0
    assert f"{flag} must end in .{flag[2:]}" in err
    assert not pipe.calls


def test_words_stay_words_for_subtitles(
    command: Command, use_pipeline: Callable[..., Any], talk: str, tmp_path: Path
) -> None:
    pipe = use_pipeline(lambda _: TRANSCRIPT)
    command("run", ASR, talk, "--timestamps", "word", "--srt", str(tmp_path / "a.srt"), "--json")
    assert pipe.calls == [{"return_timestamps": "word"}]


def test_a_spectrogram_is_saved(
    command: Command, use_pipeline: Callable[..., Any], talk: str, tmp_path: Path
) -> None:
    from PIL import Image

    use_pipeline(lambda _: [{"label": "tone", "score": 1.0}])
    path = tmp_path / "tone.png"
    status, _, err = command("run", "audio-classification", talk, "--save", str(path))
    assert (status, err) == (0, f"saved {path}\n")
    with Image.open(path) as image:
        pixels = np.asarray(image).astype(int).sum(axis=-1)
    assert pixels.shape[0] == 160
    assert pixels.shape[1] in (100, 101)
    # 509 Hz: a line in the lower part, and little above.
    assert pixels[:, 50].argmax() > 110
    assert pixels[120:].mean() > 3 * pixels[:60].mean()


def test_sound_that_was_made_is_saved(
    command: Command, use_pipeline: Callable[..., Any], tmp_path: Path
) -> None:
    audio = np.linspace(-0.5, 0.5, 800, dtype=np.float32)
    use_pipeline(lambda _: {"audio": audio, "sampling_rate": 8000})
    path = tmp_path / "out.wav"
    status, out, err = command("run", "text-to-speech", "Hello.", "Bye.", "--save", str(path))
    assert status == 0
    assert "sampling_rate" in out
    np.testing.assert_array_equal(read_audio(path, 8000), audio)
    assert (tmp_path / "out-2.wav").exists()
    assert err.count("saved") == 2


@pytest.mark.parametrize(
    "words",
    [
        ("text-classification", "a", "--srt", "a.srt"),
        ("text-to-speech", "a", "--timestamps"),
        (ASR, "a.wav", "--speaker", "voice.npy"),
        ("fill-mask", "a", "--language", "en"),
    ],
)
def test_options_of_other_tasks_are_refused(
    command: Command, use_pipeline: Callable[..., Any], words: tuple[str, ...]
) -> None:
    use_pipeline(lambda _: {"text": ""})
    status, _, err = command("run", *words)
    assert status != 0
    assert "takes no --" in err


def test_a_bar_moves_over_the_seconds_of_recordings() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen = Terminal()
    with sounds.progress(ASR, screen) as options:
        for done, total in ((5.0, 20.0), (20.0, 20.0), (1.0, 3.0), (3.0, 3.0)):
            options["on_progress"](done, total)
    assert "20/20 s" in screen.getvalue()
    assert "3/3 s" in screen.getvalue()
    with sounds.progress(ASR, io.StringIO()) as options:
        assert options == {}
    with sounds.progress("text-classification", Terminal()) as options:
        assert options == {}


def test_json_has_the_chunks(command: Command, use_pipeline: Callable[..., Any], talk: str) -> None:
    use_pipeline(lambda _: TRANSCRIPT)
    _, out, _ = command("run", ASR, talk, "--timestamps", "--json")
    assert json.loads(out)[0]["chunks"][1] == {"text": " Bye.", "timestamp": [2.0, None]}
