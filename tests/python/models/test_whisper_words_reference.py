"""Words of windows, and what is said where nobody speaks, against openai-whisper 20250625."""

from __future__ import annotations

import copy
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from onnxformers.models.architectures.whisper_hallucinations import Doubts, Window
from onnxformers.models.architectures.whisper_word_times import Timing, place_words

openai = pytest.importorskip("whisper", reason="the reference: pip install openai-whisper")

pytestmark = [pytest.mark.oracle, pytest.mark.filterwarnings("ignore")]

WORDS = [" so", " it", " was", ".", "!", ' "', '"', ",", " Well", " (", "?", "s"]
WINDOW_S = 30.0


def script(rng: np.random.Generator, count: int) -> list[Timing]:
    """Words one after the other, some of them long, some unlikely."""
    steps = rng.choice([0.0, 0.05, 0.2, 0.3, 1.0, 3.0], count + 1)
    times = np.minimum(np.round(rng.uniform(0, 4) + steps.cumsum(), 2), WINDOW_S).tolist()
    return [
        Timing(
            text=str(rng.choice(WORDS)),
            count=int(rng.integers(1, 3)),
            begin=times[place],
            end=times[place + 1],
            probability=float(rng.choice([0.05, 0.5, 0.9])),
        )
        for place in range(count)
    ]


def segments_of(rng: np.random.Generator, timings: list[Timing], seek: int) -> list[dict[str, Any]]:
    """Segments of a few words each; their times are near those of the words."""
    segments, place = [], 0
    while place < len(timings):
        end = min(len(timings), place + int(rng.integers(1, 6)))
        count = sum(timing.count for timing in timings[place:end])
        spread = rng.uniform(-1.5, 1.5, 2).tolist() if rng.random() < 0.5 else [0.0, 0.0]
        begin_s = max(0.0, timings[place].begin + spread[0])
        end_s = max(begin_s, timings[end - 1].end + spread[1])
        times = {"start": seek / 100 + begin_s, "end": seek / 100 + end_s}
        segments.append({"seek": seek, "tokens": [1] * count, **times})
        place = end
    return segments


def theirs(segments: list[Any], timings: list[Timing], last_end: float) -> None:
    """Let the reference place words."""
    kind = openai.timing.WordTiming
    words = [kind(t.text, [1] * t.count, t.begin, t.end, t.probability) for t in timings]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(openai.timing, "find_alignment", lambda *_, **__: words)
        openai.timing.add_word_timestamps(
            segments=segments,
            model=None,
            tokenizer=SimpleNamespace(eot=10),
            mel=None,
            num_frames=3000,
            last_speech_timestamp=last_end,
        )


def ours(segments: list[Any], timings: list[Timing], last_end: float) -> list[Any]:
    counts = [len(segment["tokens"]) for segment in segments]
    offset = segments[0]["seek"] / 100
    return place_words(segments, counts, copy.deepcopy(timings), offset, last_end)


def test_words_stand_where_they_stand_in_the_reference() -> None:
    for seed in range(150):
        rng = np.random.default_rng(seed)
        timings = script(rng, int(rng.integers(1, 20)))
        wanted = segments_of(rng, timings, int(rng.integers(0, 4000)))
        segments = copy.deepcopy(wanted)
        last_end = float(rng.uniform(0, 40))
        words = ours(segments, timings, last_end)
        theirs(wanted, timings, last_end)
        for segment, other, own in zip(segments, wanted, words, strict=True):
            assert own == other["words"], seed
            assert (segment["start"], segment["end"]) == (other["start"], other["end"]), seed


class Scripted:
    """What both hear: for each second at which a window begins, the same segments and words."""

    def __init__(self, seed: int, frames: int) -> None:
        self.seed, self.frames = seed, frames
        self.asked: list[int] = []

    def hear(self, seek: int) -> tuple[list[dict[str, Any]], list[Timing], bool]:
        """Segments, their words, and whether the text ends with a single timestamp."""
        self.asked.append(seek)
        rng = np.random.default_rng([self.seed, seek])
        timings = script(rng, int(rng.integers(0, 15)))
        return segments_of(rng, timings, seek), timings, bool(rng.random() < 0.4)


def their_run(told: Scripted, threshold: float) -> list[Any]:
    """The windows and segments of the reference, which hears a script."""
    module = __import__("sys").modules["whisper.transcribe"]
    begin = openai.tokenizer.get_tokenizer(False).timestamp_begin
    current: dict[str, Any] = {}

    def decode(segment: Any, options: Any) -> Any:
        seek = int(segment[0, 0])
        segments, timings, ends = told.hear(seek)
        current.update(segments=segments, timings=timings)
        tokens: list[int] = []
        for part in segments:
            first, last = (round((part[n] - seek / 100) * 50) for n in ("start", "end"))
            tokens += [begin + first, *[1] * len(part["tokens"]), begin + last]
        if tokens and not ends:
            tokens += [tokens[-1]]
        kind = openai.decoding.DecodingResult
        return kind(audio_features=None, language="en", tokens=tokens, temperature=0.0)

    def add(*, segments: list[Any], last_speech_timestamp: float, **_: Any) -> None:
        for part, known in zip(segments, current["segments"], strict=False):
            part.update(start=known["start"], end=known["end"], tokens=known["tokens"])
        if segments:
            theirs(segments, current["timings"], last_speech_timestamp)

    mel = openai.torch.zeros(80, told.frames + 3000)
    mel[0] = openai.torch.arange(told.frames + 3000)
    model = SimpleNamespace(
        device=openai.torch.device("cpu"),
        is_multilingual=False,
        num_languages=99,
        dims=SimpleNamespace(n_mels=80, n_audio_ctx=1500, n_text_ctx=448),
        decode=decode,
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "log_mel_spectrogram", lambda *_, **__: mel)
        patch.setattr(module, "add_word_timestamps", add)
        found = module.transcribe(
            model,
            None,
            word_timestamps=True,
            hallucination_silence_threshold=threshold,
            temperature=0.0,
            fp16=False,
            language="en",
            logprob_threshold=None,
            no_speech_threshold=None,
            compression_ratio_threshold=None,
        )
    return found["segments"]  # type: ignore[no-any-return]


def our_run(told: Scripted, threshold: float) -> list[Any]:
    doubts = Doubts(threshold)
    kept, seek = [], 0
    while seek < told.frames:
        segments, timings, ends = told.hear(seek)
        ends = ends and bool(segments)
        size = min(3000, told.frames - seek)
        step = size
        if segments and not ends:
            step = round((segments[-1]["end"] - seek / 100) * 50) * 2
        words = ours(segments, timings, doubts.last_end) if segments else []
        window = Window(seek / 100, size / 100, WINDOW_S, told.frames / 100)
        count, again = doubts.judge(segments, words, window, ends=ends)
        kept += segments[:count]
        seek = seek + step if again is None else round(again * 100)
    return kept


@pytest.mark.parametrize("threshold", [0.5, 2.0])
def test_what_nobody_said_is_passed_over_as_in_the_reference(threshold: float) -> None:
    dropped = 0
    for seed in range(40):
        frames = int(np.random.default_rng(seed).integers(500, 9000))
        wanted, found = Scripted(seed, frames), Scripted(seed, frames)
        segments = their_run(wanted, threshold)
        kept = our_run(found, threshold)
        assert found.asked == wanted.asked, seed
        times = [(part["start"], part["end"]) for part in kept if part["start"] != part["end"]]
        assert times == [(s["start"], s["end"]) for s in segments if s["tokens"]], seed
        dropped += len(wanted.asked) > -(-frames // 3000)
    assert dropped > 5
