"""Real models of sound with recorded outputs; run with ONNXFORMERS_DATA=<folder>."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_speech_whisper import FOLDER, Script, transcribe

from onnxformers import AutoTokenizer, pipeline
from onnxformers.audio import read_audio
from onnxformers.pipelines.voice_activity import EnergyDetector, SileroDetector

DATA = Path(os.environ.get("ONNXFORMERS_DATA", "nowhere"))
SILERO = DATA / "models" / "onnx-community" / "silero-vad"
RATE = 16_000

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="real models are not kept in the repository; set ONNXFORMERS_DATA"
)


def test_silero_gives_the_recorded_probabilities() -> None:
    detect = SileroDetector.load(SILERO)
    for line in (SILERO / "golden.jsonl").read_text().splitlines():
        case = json.loads(line)
        got = detect.probabilities(read_audio(DATA / case["input"], RATE), RATE)
        wanted = np.array(case["output"])
        np.testing.assert_allclose(got[: len(wanted)], wanted, atol=1e-5)
        assert (got[: len(wanted)] > 0.5).mean() == pytest.approx(case["speech_share"], abs=0.001)


def test_the_older_silero_hears_about_the_same() -> None:
    sound = read_audio(DATA / "inputs" / "audio" / "jfk.wav", RATE)
    newer = SileroDetector.load(SILERO).probabilities(sound, RATE)
    older = SileroDetector.load(DATA / "models" / "snakers4" / "silero-vad-v4")
    assert ((older.probabilities(sound, RATE) > 0.5) == (newer > 0.5)).mean() > 0.93


def test_loudness_alone_finds_about_the_same_speech() -> None:
    sound = read_audio(DATA / "inputs" / "audio" / "jfk.wav", RATE)
    share = np.zeros((2, len(sound) // 160), bool)
    for row, detect in zip(share, (SileroDetector.load(SILERO), EnergyDetector()), strict=True):
        for begin, end in detect(sound, RATE):
            row[int(begin * 100) : int(end * 100)] = True
    assert (share[0] == share[1]).mean() > 0.85


def test_gtcrn_takes_noise_out_of_speech() -> None:
    clean = read_audio(DATA / "inputs" / "audio" / "jfk.wav", RATE)[: 4 * RATE]
    noise = 0.03 * np.random.default_rng(0).standard_normal(len(clean))
    with pipeline("audio-to-audio", DATA / "models" / "xiaobin-rong" / "gtcrn") as enhance:
        (found,) = enhance((clean + noise).astype(np.float32))
    assert found["sampling_rate"] == RATE
    assert found["audio"].shape == clean.shape
    left = ((found["audio"] - clean) ** 2).sum()
    assert left < 0.5 * (noise**2).sum()


def test_voices_in_noise_are_transcribed_only_where_they_are() -> None:
    speech = read_audio(DATA / "inputs" / "audio" / "jfk.wav", RATE)
    silence = np.zeros(5 * RATE, np.float32)
    regions = SileroDetector.load(SILERO)(np.concatenate([silence, speech, silence]), RATE)
    assert regions[0][0] > 5.0
    assert regions[-1][1] < 5.0 + len(speech) / RATE + 0.2


#: What is said in two recordings.
SAID = {
    "jfk.wav": "and so my fellow americans ask not what your country can do for you ask what you "
    "can do for your country",
    "librispeech_1272-141231-0002.flac": "the cut on his chest still dripping blood the ache of "
    "his overstrained eyes even the soaring arena around him with the thousands of spectators were "
    "trivialities not worth thinking about",
}


class RealScript(Script):
    """A decoder that hears a recording's words where they are: spread over its speech evenly."""

    def __init__(self, tokenizer: Any, name: str, *, edges: bool) -> None:
        super().__init__(tokenizer, SAID[name].split(), edges=edges)
        self.sound = read_audio(DATA / "inputs" / "audio" / name, RATE)
        regions = EnergyDetector()(self.sound, RATE)
        self.begin, end = regions[0][0], regions[-1][1]
        self.step = (end - self.begin) / len(self.words)

    @property
    def recording(self) -> np.ndarray:
        return self.sound

    def extract(self, samples: np.ndarray, **_: Any) -> dict[str, np.ndarray]:
        places = self.sound[: len(self.sound) - len(samples) + 1]
        first = np.flatnonzero(places == samples[0])
        (at,) = [i for i in first if np.array_equal(self.sound[i : i + len(samples)], samples)]
        return {"input_features": np.array([[[at / RATE, (at + len(samples)) / RATE]]])}

    def _write(
        self, begin: float, end: float, options: dict[str, Any]
    ) -> tuple[list[int], list[float]]:
        """Tokens of the words in a piece, and when they begin; half a word at its edges."""
        self.heard.append((begin, end))
        times = [self.begin + place * self.step for place in range(len(self.words))]
        said = [
            (word, time - begin)
            for word, time in zip(self.words, times, strict=True)
            if begin <= time and time + self.step <= end
        ]
        if self.edges:
            said = [("zz", 0.0), *said, ("qq", end - begin - 0.02)]
        row = [
            (token, second)
            for word, second in said
            for token in self.tokenizer.encode(f" {word}", add_special_tokens=False)
        ]
        return [token for token, _ in row], [second for _, second in row]


@pytest.mark.parametrize("edges", [False, True])
@pytest.mark.parametrize("name", SAID)
@pytest.mark.parametrize(("chunk", "stride"), [(6, 1.5), (5, 1.5), (8, (1, 2))])
def test_pieces_of_real_recordings_become_what_is_said(
    name: str, chunk: float, stride: Any, edges: bool
) -> None:
    script = RealScript(AutoTokenizer.from_pretrained(FOLDER), name, edges=edges)
    options: dict[str, Any] = {"chunk_length_s": chunk, "stride_length_s": stride}
    words = transcribe(script, **options)["text"].split()
    found = transcribe(script, return_timestamps="word", **options)["chunks"]
    timed = [chunk["text"].strip() for chunk in found]
    if edges:  # of the recording itself
        words, timed, found = words[1:-1], timed[1:-1], found[1:-1]
    assert words == timed == script.words
    assert len(script.heard) >= 4
    begins = [chunk["timestamp"][0] for chunk in found]
    wanted = script.begin + np.arange(len(words)) * script.step
    np.testing.assert_allclose(begins, wanted, atol=0.03)
