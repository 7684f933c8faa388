"""Whisper in the pipeline: pieces stitched, windows joined, and what reaches the model.

The model is scripted: it hears the words that are said in each piece of a recording, whose samples
are the seconds at which they stand.
"""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from onnxformers import AutoTokenizer
from onnxformers.errors import InvalidArgumentError
from onnxformers.pipelines.speech_options import SpeechOptions
from onnxformers.pipelines.speech_regions import transcribe_regions
from onnxformers.pipelines.speech_whisper import ROWS, WhisperRecognizer, _groups

FOLDER = Path(__file__).parents[2] / "conformance" / "models" / "tokenizer-whisper"
RATE = 16_000
WORDS = [
    *("and", "so", "my", "fellow", "people", "ask", "not", "what", "your", "country", "can"),
    *("do", "for", "you", "hands", "made", "when", "long", "day", "over", "go", "down", "sea"),
    *("again", "where", "ships", "wait", "under", "white", "but", "we", "shall", "the"),
]
STEP = 0.4  # seconds from one word to the next


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return AutoTokenizer.from_pretrained(FOLDER)


class Script:
    """Stands for the pipeline: words every 0.4 seconds, heard by whoever gets their samples.

    Args:
        tokenizer: Of Whisper.
        words: What is said.
        edges: Write half a word where a piece begins and ends.
    """

    def __init__(self, tokenizer: Any, words: list[str], *, edges: bool = False) -> None:
        self.words = words
        self.edges = edges
        self.tokenizer = tokenizer
        self.sampling_rate = RATE
        self.feature_extractor = SimpleNamespace(
            n_samples=30 * RATE, chunk_length=30, hop_length=160, sampling_rate=RATE
        )
        self.model = SimpleNamespace(config={"max_source_positions": 1500}, generate=self.generate)
        self.batches: list[int] = []
        self.heard: list[tuple[float, float]] = []
        self.options: list[dict[str, Any]] = []

    @property
    def recording(self) -> np.ndarray:
        """Samples that say when they are."""
        count = int(len(self.words) * STEP * RATE)
        return (np.arange(count) / RATE).astype(np.float32)

    def extract(self, samples: np.ndarray, **_: Any) -> dict[str, np.ndarray]:
        return {"input_features": np.array([[[samples[0], samples[-1]]]])}

    def generate(self, features: np.ndarray, **options: Any) -> Any:
        self.batches.append(len(features))
        self.options.append(options)
        rows = [self._write(*row[0], options) for row in features]
        width = max(len(tokens) for tokens, _ in rows)
        ids = np.full((len(rows), width), self.tokenizer.eos_token_id)
        times = np.zeros(ids.shape, np.float32)
        for place, (tokens, seconds) in enumerate(rows):
            ids[place, : len(tokens)], times[place, : len(tokens)] = tokens, seconds
            times[place, len(tokens) :] = seconds[-1] + STEP
        if not options["return_token_timestamps"]:
            return ids
        return {"sequences": ids, "token_timestamps": times}

    def _write(
        self, begin: float, end: float, options: dict[str, Any]
    ) -> tuple[list[int], list[float]]:
        """Tokens, and the second in the piece at which each is said."""
        self.heard.append((float(begin), float(end)))
        first, last = int(np.ceil(begin / STEP - 1e-3)), int((end + 1e-3) / STEP)
        said = [(word, place * STEP - begin) for place, word in enumerate(self.words)]
        said = said[first:last]
        if self.edges:
            said = [("zz", 0.0), *said, ("qq", end - begin)]
        stamp = self.tokenizer.timestamp_begin
        row: list[tuple[int, float]] = []
        for place, (word, second) in enumerate(said):
            # A segment for every eight words of the recording.
            is_new = place == 0 or (first + place) % 8 == 0
            if options.get("return_timestamps") and is_new:
                row += [(stamp + round(second / 0.02), second)] * (2 if place else 1)
            ids = self.tokenizer.encode(f" {word}", add_special_tokens=False)
            row += [(token, second) for token in ids]
        if options.get("return_timestamps"):
            row.append((stamp + round((said[-1][1] + STEP) / 0.02), said[-1][1]))
        return [token for token, _ in row], [second for _, second in row]


def transcribe(script: Script, **options: Any) -> dict[str, Any]:
    settings = SpeechOptions().changed(options, "automatic-speech-recognition")
    recognizer = WhisperRecognizer(script)  # type: ignore[arg-type]
    recognizer.check(settings)
    return recognizer.transcribe([script.recording], settings)[0]


def long_words(count: int, seed: int = 0) -> list[str]:
    rng = np.random.default_rng(seed)
    return [WORDS[i] for i in rng.integers(0, len(WORDS), count)]


@pytest.mark.parametrize("edges", [False, True])
@pytest.mark.parametrize(("chunk", "stride"), [(30, 5), (30, None), (20, 3), (25, (2, 4))])
@pytest.mark.parametrize("seed", [0, 1])
def test_pieces_that_overlap_become_one_text(
    tokenizer: Any, chunk: float, stride: Any, edges: bool, seed: int
) -> None:
    script = Script(tokenizer, long_words(190, seed), edges=edges)
    found = transcribe(script, chunk_length_s=chunk, stride_length_s=stride)
    words = found["text"].split()
    if edges:  # of the recording itself
        words = words[1:-1]
    assert words == script.words
    assert len(script.heard) > 2


def test_segments_of_pieces_have_the_times_of_the_recording(tokenizer: Any) -> None:
    script = Script(tokenizer, long_words(190))
    found = transcribe(script, chunk_length_s=30, stride_length_s=5, return_timestamps=True)
    assert found["text"].split() == script.words
    times = [time for chunk in found["chunks"] for time in chunk["timestamp"]]
    assert times == sorted(times)
    assert times[-1] <= len(script.recording) / RATE + 1e-6


def test_words_of_pieces_have_the_times_of_the_recording(tokenizer: Any) -> None:
    script = Script(tokenizer, long_words(190))
    found = transcribe(script, chunk_length_s=30, stride_length_s=5, return_timestamps="word")
    begins = [chunk["timestamp"][0] for chunk in found["chunks"]]
    np.testing.assert_allclose(begins, np.arange(190) * STEP, atol=0.011)
    assert [chunk["text"].strip() for chunk in found["chunks"]] == script.words


@pytest.mark.parametrize("seed", range(12))
def test_times_of_words_never_go_back_where_pieces_disagree(tokenizer: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)

    class Unsure(Script):
        def _write(
            self, begin: float, end: float, options: dict[str, Any]
        ) -> tuple[list[int], list[float]]:
            tokens, seconds = super()._write(begin, end, options)
            guessed = np.array(seconds) + rng.normal(0, 0.2, len(seconds))
            inside = np.maximum.accumulate(np.clip(guessed, 0, end - begin))
            return tokens, np.round(inside, 2).tolist()

    script = Unsure(tokenizer, long_words(190, seed))
    chunk, stride = [(30, 5), (20, 3), (25, (2, 4))][seed % 3]
    options = {"chunk_length_s": chunk, "stride_length_s": stride}
    found = transcribe(script, return_timestamps="word", **options)
    assert found["text"].split() == script.words
    begins = [word["timestamp"][0] for word in found["chunks"]]
    assert begins == sorted(begins)
    length = len(script.recording) / RATE
    for word in found["chunks"]:
        begin, end = word["timestamp"]
        assert 0 <= begin <= (length if end is None else end) <= length + 0.01


def test_pieces_go_through_the_model_together(tokenizer: Any) -> None:
    script = Script(tokenizer, long_words(1000))
    transcribe(script, chunk_length_s=30)
    assert max(script.batches) == ROWS
    script.batches.clear()
    told: list[tuple[float, float]] = []
    transcribe(
        script,
        chunk_length_s=30,
        batch_size=3,
        on_progress=lambda done, total: told.append((done, total)),
    )
    assert max(script.batches) == 3
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1][0] == told[-1][1]


def test_a_streamer_follows_one_piece_at_a_time(tokenizer: Any) -> None:
    script = Script(tokenizer, long_words(190))
    transcribe(script, chunk_length_s=30, streamer=object())
    assert set(script.batches) == {1}


def test_the_options_of_generate_go_along(tokenizer: Any) -> None:
    script = Script(tokenizer, WORDS)
    transcribe(script, language="en", task="translate", generate_kwargs={"max_new_tokens": 5})
    assert script.options[0]["language"] == "en"
    assert script.options[0]["task"] == "translate"
    assert script.options[0]["max_new_tokens"] == 5
    assert "return_timestamps" not in script.options[0]  # the model's own


def test_windows_of_a_long_recording_are_put_together(tokenizer: Any) -> None:
    script = Script(tokenizer, long_words(100))
    stamp = tokenizer.timestamp_begin
    ids = [tokenizer.encode(f" {word}", add_special_tokens=False) for word in ("one", "two")]

    def generate(features: Any, **options: Any) -> Any:
        assert options["return_segments"]
        segments = [
            {"offset": 0.0, "window": 2.0, "tokens": np.array([stamp, *ids[0], stamp + 100])},
            {"offset": 32.0, "window": 8.0, "tokens": np.array([stamp, *ids[1], stamp + 50])},
        ]
        for segment in segments:
            count = len(segment["tokens"])  # type: ignore[arg-type]
            segment["token_timestamps"] = segment["offset"] + np.arange(count) * 0.5
        return {"segments": [segments]}

    script.model.generate = generate
    found = transcribe(script, return_timestamps=True)
    assert found["chunks"] == [
        {"text": " one", "timestamp": (0.0, 2.0)},
        {"text": " two", "timestamp": (32.0, 33.0)},
    ]
    found = transcribe(script, return_timestamps="word")
    assert [chunk["timestamp"][0] for chunk in found["chunks"]] == [0.5, 32.5]
    script.words = script.words[:81]  # 32.4 seconds
    found = transcribe(script, return_timestamps=True)
    assert found["chunks"][1]["timestamp"] == (32.0, pytest.approx(32.4))


def test_long_recordings_are_heard_together(tokenizer: Any) -> None:
    script = Script(tokenizer, long_words(100))
    word = tokenizer.encode(" one", add_special_tokens=False)
    stamp = tokenizer.timestamp_begin
    asked: list[tuple[int, list[int]]] = []

    def generate(features: Any, **options: Any) -> Any:
        asked.append((len(features), options["num_frames"]))
        monitor = options["monitor_progress"]
        monitor(np.array([[frames, frames] for frames in options["num_frames"]]))
        tokens = np.array([stamp, *word, stamp + 50])
        segments = [[{"offset": 0.0, "window": 2.0, "tokens": tokens}] for _ in features]
        return {"segments": segments}

    script.model.generate = generate
    script.extract = lambda samples, **_: {  # type: ignore[method-assign]
        "input_features": np.zeros((1, 2, len(samples) // 160), np.float32)
    }
    told: list[tuple[float, float]] = []
    options = {"batch_size": 2, "on_progress": lambda done, total: told.append((done, total))}
    settings = SpeechOptions().changed(options, "asr")
    waveforms = [np.zeros(seconds * RATE, np.float32) for seconds in (40, 5, 50, 60)]
    script.words = ["none"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhisperRecognizer, "_hear_batch", lambda *_: [{"tokens": word}])
        found = WhisperRecognizer(script).transcribe(waveforms, settings)  # type: ignore[arg-type]
    assert [part["text"].strip() for part in found] == ["one"] * 4
    assert asked == [(2, [4000, 5000]), (1, [6000])]
    assert told[-2:] == [(90.0, 150.0), (150.0, 150.0)]


@pytest.mark.parametrize(
    ("hours", "groups"),
    [
        ([0.1] * 5, [[0, 1], [2, 3], [4]]),
        ([3, 0.1, 0.1, 0.2], [[0], [1, 2], [3]]),
        ([1, 2, 1], [[0, 1], [2]]),
        ([], []),
    ],
)
def test_recordings_whose_features_are_many_are_heard_apart(
    hours: list[float], groups: list[list[int]]
) -> None:
    assert _groups([round(length * 3600 * RATE) for length in hours], 2) == groups


def test_only_speech_reaches_the_model(tokenizer: Any) -> None:
    script = Script(tokenizer, long_words(100))
    settings = SpeechOptions().changed({"return_timestamps": True}, "asr")
    recognizer = WhisperRecognizer(script)  # type: ignore[arg-type]

    def detect(waveform: np.ndarray, rate: int) -> list[tuple[float, float]]:
        return [(4.0, 6.0), (6.4, 8.0), (20.0, 24.0)]

    (found,) = transcribe_regions(recognizer, [script.recording], detect, settings)
    spans = [(round(begin, 2), round(end, 2)) for begin, end in script.heard]
    assert spans == [(4.0, 8.0), (20.0, 24.0)]
    assert found["text"].split() == script.words[10:20] + script.words[50:60]
    begins = [chunk["timestamp"][0] for chunk in found["chunks"]]
    assert begins[0] == pytest.approx(4.0, abs=0.05)
    assert begins[-1] >= 20.0


def test_a_recording_without_speech_is_empty_and_unheard(tokenizer: Any) -> None:
    script = Script(tokenizer, long_words(100))
    settings = SpeechOptions().changed({"return_timestamps": True}, "asr")
    recognizer = WhisperRecognizer(script)  # type: ignore[arg-type]
    (found,) = transcribe_regions(recognizer, [script.recording], lambda *_: [], settings)
    assert found == {"text": "", "chunks": []}
    assert not script.heard


@pytest.mark.parametrize("regions", [[(3.0, 2.0)], [(2.0, 4.0), (3.0, 5.0)]])
def test_stretches_of_speech_must_follow_each_other(tokenizer: Any, regions: Any) -> None:
    script = Script(tokenizer, long_words(100))
    recognizer = WhisperRecognizer(script)  # type: ignore[arg-type]
    with pytest.raises(InvalidArgumentError, match="must follow each other"):
        transcribe_regions(recognizer, [script.recording], lambda *_: regions, SpeechOptions())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"return_timestamps": "char"}, 'True or "word"'),
        ({"beam_width": 5}, "set num_beams"),
        ({"chunk_length_s": 40}, "hears 30 seconds at once"),
        ({"chunk_length_s": 10, "stride_length_s": 5}, "more than stride_length_s on both sides"),
        ({"chunk_length_s": -1}, "a number of seconds"),
        ({"return_timestamps": "words"}, "return_timestamps"),
        ({"langauge": "en"}, "did you mean 'language'"),
        ({"generate_kwargs": {"langauge": "en"}}, "did you mean 'language'"),
        ({"language": "en", "generate_kwargs": {"language": "fr"}}, "once will do"),
        ({"beam_width": 0}, "positive int"),
    ],
)
def test_options_that_whisper_has_not_are_refused(
    tokenizer: Any, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        transcribe(Script(tokenizer, long_words(190)), **options)
