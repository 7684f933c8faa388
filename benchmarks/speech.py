"""Speech to text: 30 seconds of sound to 64 tokens with a Whisper of the size of tiny.

python benchmarks/speech.py --whisper FOLDER [--audio FILE] [--node FOLDER]
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from measure import (
    Case,
    Timing,
    UnavailableError,
    available,
    in_process,
    interleave,
    print_header,
    ratio,
    skipped_lines,
    table,
)
from node import NodeChild

RATE, SECONDS, NEW_TOKENS = 16_000, 30, 64
#: Long recordings that are heard at once.
TOGETHER = 4
LENGTHS = {"max_new_tokens": NEW_TOKENS, "min_new_tokens": NEW_TOKENS}
BARE = "ONNX Runtime, its runs alone"

#: Hears the sound; gives the new tokens.
Hear = Callable[[], list[int]]


def sound(path: Path | None) -> np.ndarray:
    """30 seconds of a file, again and again if it is shorter; else of a tone in noise."""
    if path is None:
        t = np.arange(SECONDS * RATE) / RATE
        noise = np.random.default_rng(0).standard_normal(len(t))
        return (0.2 * np.sin(600 * t * (1 + 0.1 * np.sin(t))) + 0.02 * noise).astype(np.float32)
    from onnxformers.audio import read_audio

    return np.resize(read_audio(path, RATE), SECONDS * RATE)


def onnxformers_peer(folder: Path, samples: np.ndarray, threads: int) -> Hear:
    """Ours, from samples to tokens."""
    from onnxformers import AutoFeatureExtractor, AutoModelForSpeechSeq2Seq

    extract = AutoFeatureExtractor.from_pretrained(folder)
    model = AutoModelForSpeechSeq2Seq.from_pretrained(
        folder, session_options={"intra_op_threads": threads}
    )

    def hear() -> list[int]:
        features = extract(samples, sampling_rate=RATE)["input_features"]
        return model.generate(features, language="en", **LENGTHS)[0, -NEW_TOKENS:].tolist()

    return hear


class Bare:
    """The runs of the two sessions that 64 tokens need, and nothing else, in their own time.

    Values stay with ONNX Runtime; tokens and features are made beforehand.
    """

    def __init__(self, folder: Path, samples: np.ndarray, threads: int, tokens: list[int]) -> None:
        import onnxruntime as ort

        from onnxformers import AutoFeatureExtractor

        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        make = lambda name: ort.InferenceSession(  # noqa: E731 - two of a kind
            folder / "onnx" / name, options, providers=["CPUExecutionProvider"]
        )
        self._ort = ort
        self._encoder = make("encoder_model.onnx")
        self._decoder = make("decoder_model_merged.onnx")
        features = AutoFeatureExtractor.from_pretrained(folder)(samples)["input_features"]
        self._features = self._value(features)
        self._tokens = tokens
        self._pasts = [i for i in self._decoder.get_inputs() if i.name.startswith("past")]

    def _value(self, array: np.ndarray) -> Any:
        return self._ort.OrtValue.ortvalue_from_numpy(np.ascontiguousarray(array))

    def run(self) -> None:
        """Encoder, prompt, and a step for each token but the last."""
        (states,) = self._encoder.run_with_ort_values(None, {"input_features": self._features})
        start = np.array([self._tokens[:-NEW_TOKENS]], np.int64)
        empty = {i.name: self._value(np.zeros((1, i.shape[1], 0, i.shape[3]), np.float32))
                 for i in self._pasts}  # fmt: skip
        feeds = {"encoder_hidden_states": states, **empty}
        names = ["logits", *(i.name.replace("past_key_values", "present") for i in self._pasts)]
        kept = self._pasts
        ids = start
        for place in range(NEW_TOKENS):
            feeds["input_ids"] = self._value(ids)
            feeds["use_cache_branch"] = self._value(np.array([place > 0]))
            _, *cache = self._decoder.run_with_ort_values(names, feeds)
            feeds.update(zip((i.name for i in kept), cache, strict=True))
            if place == 0:
                kept = [i for i in self._pasts if ".encoder." not in i.name]
                names = ["logits", *(i.name.replace("past_key_values", "present") for i in kept)]
            ids = np.array([[self._tokens[place - NEW_TOKENS]]], np.int64)


def transformers_peer(folder: Path, samples: np.ndarray, threads: int) -> Hear:
    """Python transformers over PyTorch: another graph, the same weights."""
    import torch
    from transformers import WhisperFeatureExtractor, WhisperForConditionalGeneration

    torch.set_num_threads(threads)
    return _with_torch(
        WhisperFeatureExtractor.from_pretrained(folder),
        WhisperForConditionalGeneration.from_pretrained(folder).eval(),
        samples,
    )


def optimum_peer(folder: Path, samples: np.ndarray, threads: int) -> Hear:
    """The loop of transformers over the same sessions, by optimum."""
    import onnxruntime
    from optimum.onnxruntime import ORTModelForSpeechSeq2Seq
    from transformers import WhisperFeatureExtractor

    session = onnxruntime.SessionOptions()
    session.intra_op_num_threads = threads
    model = ORTModelForSpeechSeq2Seq.from_pretrained(
        folder, subfolder="onnx", session_options=session
    )
    return _with_torch(WhisperFeatureExtractor.from_pretrained(folder), model, samples)


def _with_torch(extract: Any, model: Any, samples: np.ndarray) -> Hear:
    def hear() -> list[int]:
        features = extract(samples, sampling_rate=RATE, return_tensors="pt").input_features
        found = model.generate(features, language="en", task="transcribe", **LENGTHS)
        return found[0, -NEW_TOKENS:].tolist()

    return hear


def factories(
    folder: Path, samples: np.ndarray, threads: int, options: argparse.Namespace
) -> dict[str, Callable[[], Case]]:
    """Makers of each peer's case; one that writes something else is refused."""
    expected: list[list[int]] = []

    def agree(tokens: list[int]) -> None:
        expected.append(tokens)
        if tokens != expected[0]:
            raise UnavailableError("writes other tokens")

    def build(factory: Callable[[Path, np.ndarray, int], Hear]) -> Case:
        hear = factory(folder, samples, threads)
        agree(hear())
        return in_process(hear)

    def build_bare() -> Case:
        prompt = [50258, 50259, 50359, 50363]
        return in_process(Bare(folder, samples, threads, prompt + expected[0]).run)

    def build_js() -> Case:
        child = NodeChild("speech_js.mjs", options.node, folder, threads)
        request = {"samples": samples.tolist(), "options": LENGTHS}
        agree(child.ask(**request, calls=1)["last"][-NEW_TOKENS:])
        return child.case(options=LENGTHS)

    return {
        "onnxformers": lambda: build(onnxformers_peer),
        BARE: build_bare,
        "optimum (ORTModel)": lambda: build(optimum_peer),
        "transformers (PyTorch)": lambda: build(transformers_peer),
        "Transformers.js": build_js,
    }


def rows(timings: dict[str, Timing]) -> list[list[str]]:
    """A row for each peer, in multiples of the bare runs."""
    bare = timings[BARE]
    return [
        [
            name,
            f"{timing.wall * 1e3:.0f}",
            ratio(timing.wall, bare.wall),
            f"{timing.cpu * 1e3:.0f}",
            ratio(timing.cpu, bare.cpu),
            f"{SECONDS / timing.wall:.0f}",
        ]
        for name, timing in timings.items()
    ]


def recordings(samples: np.ndarray, count: int) -> list[np.ndarray]:
    """Recordings of 45 seconds, which differ."""
    long = np.resize(samples, 45 * RATE)
    return [np.roll(long, place * RATE) for place in range(count)]


def long_cases(folder: Path, samples: np.ndarray, threads: int) -> dict[str, Callable[[], Case]]:
    """Long recordings window by window: one after the other, and a window of each at once."""
    from onnxformers import pipeline

    pipe = pipeline(
        "automatic-speech-recognition", folder, session_options={"intra_op_threads": threads}
    )
    sounds = recordings(samples, TOGETHER)
    expected = pipe(sounds[:1], language="en", **LENGTHS)

    def build(size: int) -> Case:
        hear = lambda: pipe(sounds, batch_size=size, language="en", **LENGTHS)  # noqa: E731
        if hear()[:1] != expected:
            raise UnavailableError("writes another text")
        return in_process(hear)

    return {"one by one": lambda: build(1), "together": lambda: build(TOGETHER)}


def long_rows(timings: dict[str, Timing]) -> list[list[str]]:
    """A row for each way, in multiples of one by one."""
    alone = timings["one by one"]
    return [
        [
            name,
            f"{timing.wall * 1e3:.0f}",
            ratio(timing.wall, alone.wall),
            f"{timing.cpu * 1e3:.0f}",
            ratio(timing.cpu, alone.cpu),
        ]
        for name, timing in timings.items()
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--whisper", type=Path, required=True, help="folder of speech_model.py")
    parser.add_argument("--audio", type=Path, help="a recording")
    parser.add_argument("--node", type=Path, help="folder with @huggingface/transformers")
    parser.add_argument("--threads", type=int, nargs="+", default=[1])
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["TRANSFORMERS_VERBOSITY"] = "error"
    print_header(
        "Speech to text",
        f"A Whisper of the size of tiny with random weights, float32; {SECONDS} s of sound to "
        f"{NEW_TOKENS} tokens, features among it. x: to the runs of the sessions alone.",
    )
    samples = sound(options.audio)
    for threads in options.threads:
        cases, skipped = available(factories(options.whisper, samples, threads, options))
        timings = interleave(cases, rounds=options.rounds)
        print(f"\n{threads} thread{'s' if threads > 1 else ''}\n")
        head = ("peer", "wall ms", "x", "CPU ms", "x CPU", "times real time")
        print(table(head, rows(timings)))
        print(skipped_lines(skipped))
        print(f"\n{TOGETHER} recordings of 45 s, window by window, {NEW_TOKENS} tokens each\n")
        cases, skipped = available(long_cases(options.whisper, samples, threads))
        timings = interleave(cases, rounds=options.rounds)
        print(table(("way", "wall ms", "x", "CPU ms", "x CPU"), long_rows(timings)))
        print(skipped_lines(skipped))


if __name__ == "__main__":
    main()
