"""Step models over layouts that no recorded case has, on graphs of a few nodes."""

from __future__ import annotations

import os
import signal
import sys
import threading
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tiny_models as tiny

import onnx_builder as ob
from onnxformers import models
from onnxformers._native.generation import DecoderGraph, StepModel
from onnxformers._native.runtime import Session
from onnxformers.errors import FileFormatError, InvalidArgumentError
from onnxformers.models.steps import open_steps

IDS = np.array([[1, 2], [3, 0]])
NEXT = np.array([4, 5])


def values(scores: Any) -> list[float]:
    """Scores over a vocabulary of one."""
    return np.asarray(scores, np.float64)[:, 0].tolist()


def opened(folder: Path, auto: str = "AutoModelForCausalLM", **graphs: bytes) -> Any:
    config = {"model_type": "t5" if "encoder_model" in graphs else "gpt2", "n_head": 2, "n_embd": 8}
    tiny.write(folder / "m", config, **graphs)
    return getattr(models, auto).from_pretrained(folder / "m")


def check_decoder(model: Any) -> None:
    """Two rows, beams of one of them, a new row beside them, and one that goes on alone."""
    steps = open_steps(model)
    assert values(steps.admit(IDS)) == [1 + 24, 1 + 24]
    assert values(steps.step(NEXT)) == [2 + 56, 2 + 64]
    assert values(steps.step(np.array([0, 1, 2]), [1, 1, 0])) == [3 + 64, 3 + 72, 3 + 72]
    assert values(steps.step(np.array([0, 0, 0]), [1, 2, 0])) == [4 + 72, 4 + 72, 4 + 64]
    assert values(steps.admit(np.array([[1, 1, 1, 1, 1, 1, 1]]))) == [6 + 56]
    assert values(steps.step(np.array([0, 0, 0, 1]))) == [5 + 72, 5 + 72, 5 + 64, 7 + 64]
    assert values(steps.admit(np.array([[6]]))) == [0 + 48]
    assert values(steps.step(np.array([1, 1]), [4, 2])) == [1 + 56, 6 + 72]
    assert values(steps.step(np.array([1]), [0])) == [2 + 64]
    assert values(steps.extend(np.array([2, 3])))[1] == 4 + 104


@pytest.mark.parametrize("device", [None, "cpu"])
@pytest.mark.parametrize("dtype", ["float32", "float16"])
@pytest.mark.parametrize("merged", [False, True])
def test_a_decoder_with_a_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, device: str | None, dtype: str, merged: bool
) -> None:
    place_cache(monkeypatch, device)
    with opened(tmp_path, model=tiny.decoder(dtype=dtype, merged=merged)) as model:
        check_decoder(model)
        steps = open_steps(model)
        steps.admit(IDS[:1])
        steps.extend(NEXT)
        steps.crop(3)
        assert values(steps.step(NEXT[:1])) == [3 + 88]


def place_cache(monkeypatch: pytest.MonkeyPatch, device: str | None) -> None:
    """Lets the cache lie on a device; "cpu": as on one, but in plain memory."""
    if device is not None:
        monkeypatch.setattr("onnxformers.models.steps.StepModel", partial(StepModel, device=device))


def test_a_decoder_of_two_files(tmp_path: Path) -> None:
    first, later = tiny.decoder(with_past=False), tiny.decoder()
    with opened(tmp_path, decoder_model=first, decoder_with_past_model=later) as model:
        check_decoder(model)


def test_a_decoder_without_a_cache(tmp_path: Path) -> None:
    graph = tiny.decoder(with_past=False)
    with opened(tmp_path, decoder_model=graph) as model:
        check_decoder(model)
        steps = open_steps(model)
        steps.admit(np.array([[0, 3]]), np.array([[0, 1]]))
        assert values(steps.extend(NEXT)) == [1 + 96, 2 + 96]  # it looks ahead
        steps.crop(3)
        assert values(steps.step(np.array([1]))) == [2 + 64]


@pytest.mark.parametrize("device", [None, "cpu"])
@pytest.mark.parametrize("files", [1, 2])
def test_what_an_encoder_gave_follows_the_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, device: str | None, files: int
) -> None:
    place_cache(monkeypatch, device)
    if files == 2:
        graphs = {
            "decoder_model": tiny.decoder(encoder="states", with_past=False),
            "decoder_with_past_model": tiny.decoder(encoder="cache"),
        }
    else:
        graphs = {"decoder_model_merged": fed_each_time()}
    with opened(tmp_path, "AutoModelForSeq2SeqLM", encoder_model=tiny.encoder(), **graphs) as model:
        source = {
            "input_ids": np.array([[1, 1], [100, 9]]),
            "attention_mask": np.array([[1, 1], [1, 0]]),
        }
        steps = open_steps(model, encoder_inputs=source)
        assert values(steps.admit(np.array([[1], [2]]))) == [8 + 16, 16 + 800]
        got = steps.step(np.array([0, 1, 0]), [1, 1, 0])
        assert values(got) == [1 + 16 + 800, 1 + 24 + 800, 1 + 8 + 16]
        got = steps.step(np.array([0, 0, 0]), [1, 0, 2])
        assert values(got) == [2 + 24 + 800, 2 + 16 + 800, 2 + 8 + 16]
        assert values(steps.step(np.array([1]), [2])) == [3 + 16 + 16]


def fed_each_time() -> bytes:
    """A decoder that reads the encoder's states in every step."""
    return tiny.decoder(encoder="states", merged=True)


def test_a_cache_with_the_heads_beside_the_rows(tmp_path: Path) -> None:
    with opened(tmp_path, model=joined_heads()) as model:
        check_decoder(model)


def joined_heads() -> bytes:
    """As `tiny.decoder`, with a cache of shape (rows * heads, tokens, size)."""
    past, present = "past_key_values.0.key", "present.0.key"
    shape = ("batch_heads", "past_sequence_length", tiny.SIZE)
    nodes = [
        ob.node("Cast", ["input_ids"], ["x"], to=ob.TYPES["float32"]),
        ob.node("Unsqueeze", ["x", "axis_1"], ["x3"]),
        ob.node("Add", ["x3", "two"], ["heads"]),
        ob.node("Flatten", ["heads"], ["flat"], axis=2),
        ob.node("Unsqueeze", ["flat", "axis_2"], ["flat3"]),
        ob.node("Add", ["flat3", "four"], ["new"]),
        ob.node("Concat", [past, "new"], [present], axis=1),
        ob.node("ReduceSum", [present, "axes_12"], ["of_heads"], keepdims=0),
        ob.node("Reshape", ["of_heads", "pairs"], ["paired"]),
        ob.node("ReduceSum", ["paired", "axis_1"], ["sum"]),
        ob.node("Cast", ["position_ids"], ["positions"], to=ob.TYPES["float32"]),
        ob.node("Add", ["positions", "sum"], ["own"]),
        ob.node("Unsqueeze", ["own", "axis_2"], ["logits"]),
    ]
    names = ("input_ids", "position_ids", "attention_mask")
    return ob.graph(
        nodes,
        [
            *(ob.value(name, "int64", ["batch", name]) for name in names),
            ob.value(past, "float32", shape),
        ],
        [
            ob.value("logits", "float32", ["batch", "tokens", 1]),
            ob.value(present, "float32", shape),
        ],
        [
            ob.tensor("axis_1", np.array([1])),
            ob.tensor("axis_2", np.array([2])),
            ob.tensor("axes_12", np.array([1, 2])),
            ob.tensor("pairs", np.array([-1, 2])),
            ob.tensor("two", np.zeros((1, 2, 1), np.float32)),
            ob.tensor("four", np.zeros((1, 1, tiny.SIZE), np.float32)),
        ],
    )


def last_tokens(dtype: str) -> bytes:
    """Scores are the tokens, for as many as are asked for; vectors of the last layer too."""
    return ob.graph(
        [
            ob.node("Cast", ["input_ids"], ["x"], to=ob.TYPES[dtype]),
            ob.node("Unsqueeze", ["x", "axis_2"], ["hidden_states.10"]),
            ob.node("Add", ["hidden_states.10", "hidden_states.10"], ["hidden_states.9"]),
            ob.node("Neg", ["num_logits_to_keep"], ["start"]),
            ob.node("Unsqueeze", ["start", "axis_0"], ["starts"]),
            ob.node("Slice", ["hidden_states.10", "starts", "ends", "axis_1"], ["logits"]),
        ],
        [
            ob.value("input_ids", "int64", ["batch", "tokens"]),
            ob.value("num_logits_to_keep", "int64", []),
        ],
        [
            ob.value("logits", dtype, ["batch", "kept", 1]),
            ob.value("hidden_states.9", dtype, ["batch", "tokens", 1]),
            ob.value("hidden_states.10", dtype, ["batch", "tokens", 1]),
        ],
        [
            ob.tensor("axis_0", np.array([0])),
            ob.tensor("axis_1", np.array([1])),
            ob.tensor("axis_2", np.array([2])),
            ob.tensor("ends", np.array([2**31])),
        ],
    )


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_scores_of_the_last_tokens_and_vectors_of_the_last_layer(
    tmp_path: Path, dtype: str
) -> None:
    with opened(tmp_path, model=last_tokens(dtype)) as model:
        steps = open_steps(model)
        assert values(steps.admit(IDS)) == [2, 0]
        assert steps.hidden()[:, :, 0].tolist() == [[1, 2], [3, 0]]
        assert values(steps.step(NEXT)) == [4, 5]
        assert steps.hidden()[:, :, 0].tolist() == [[4], [5]]
        assert values(steps.step(NEXT[:1], [1])) == [4]
        assert values(steps.extend(np.array([7, 8, 9]))) == [7, 8, 9]
        assert steps.hidden()[:, :, 0].tolist() == [[7, 8, 9]]


def bfloat16_scores() -> bytes:
    """Scores are the token and half of it."""
    return ob.graph(
        [
            ob.node("Cast", ["input_ids"], ["x"], to=ob.TYPES["float32"]),
            ob.node("Unsqueeze", ["x", "axis_2"], ["x3"]),
            ob.node("Mul", ["x3", "factors"], ["wide"]),
            ob.node("Cast", ["wide"], ["logits"], to=ob.TYPES["bfloat16"]),
        ],
        [ob.value("input_ids", "int64", ["batch", "tokens"])],
        [ob.value("logits", "bfloat16", ["batch", "tokens", 2])],
        [
            ob.tensor("axis_2", np.array([2])),
            ob.tensor("factors", np.array([1, 0.5], np.float32)),
        ],
    )


def test_scores_in_bfloat16(tmp_path: Path) -> None:
    with opened(tmp_path, model=bfloat16_scores()) as model:
        steps = open_steps(model)
        assert steps.admit(IDS).tolist() == [[2, 1], [0, 0]]
        assert steps.step(NEXT).tolist() == [[4, 2], [5, 2.5]]
        with pytest.raises(InvalidArgumentError, match="can join"):
            steps.admit(IDS)


def raw_steps(graph: bytes, slots: list[Any]) -> Any:
    session = Session(ob.model(graph))
    return StepModel(DecoderGraph(session, None, slots), {})


def test_sessions_that_are_no_decoders_are_refused() -> None:
    decoder = tiny.decoder()
    key = ["past_key_values.0.key", "present.0.key", False, [0, 2, 0, 4], 1, 2]
    with pytest.raises(FileFormatError, match="no output 'logits'"):
        raw_steps(tiny.encoder(), [])
    with pytest.raises(FileFormatError, match="no input 'past'"):
        raw_steps(decoder, [("past", *key[1:])])
    with pytest.raises(FileFormatError, match="no output 'now'"):
        raw_steps(decoder, [(key[0], "now", *key[2:])])
    with pytest.raises(InvalidArgumentError, match="value' is missing"):
        raw_steps(decoder, [tuple(key)])
    with pytest.raises(InvalidArgumentError, match="no axis that grows"):
        raw_steps(decoder, [(*key[:5], 4)])
    with pytest.raises(FileFormatError, match="needs the session embed_tokens"):
        raw_steps(tiny.decoder(embeds=True), [])
    floats = ob.graph(
        [ob.node("Identity", ["input_ids"], ["logits"])],
        [ob.value("input_ids", "float32", ["rows", "tokens"])],
        [ob.value("logits", "float32", ["rows", "tokens"])],
    )
    with pytest.raises(FileFormatError, match="'input_ids' of a decoder must be int64"):
        raw_steps(floats, [])


def test_scores_of_a_wrong_shape_are_refused() -> None:
    flat = ob.graph(
        [ob.node("Cast", ["input_ids"], ["logits"], to=ob.TYPES["float32"])],
        [ob.value("input_ids", "int64", ["rows", "tokens"])],
        [ob.value("logits", "float32", ["rows", "tokens"])],
    )
    with pytest.raises(FileFormatError, match=r"shape \(rows, tokens, width\)"):
        raw_steps(flat, []).admit(IDS)
    integers = ob.graph(
        [ob.node("Unsqueeze", ["input_ids", "axis"], ["logits"])],
        [ob.value("input_ids", "int64", ["rows", "tokens"])],
        [ob.value("logits", "int64", ["rows", "tokens", 1])],
        [ob.tensor("axis", np.array([2]))],
    )
    with pytest.raises(FileFormatError, match="scores as int64"):
        raw_steps(integers, []).admit(IDS)


def slow_decoder() -> bytes:
    """A step takes as many rounds as its token says; the score is their number."""
    body = ob.graph(
        [ob.node("Add", ["v", "one"], ["w"]), ob.node("Identity", ["condition"], ["go_on"])],
        [
            ob.value("i", "int64", []),
            ob.value("condition", "bool", []),
            ob.value("v", "float32", [1]),
        ],
        [ob.value("go_on", "bool", []), ob.value("w", "float32", [1])],
    )
    return ob.graph(
        [
            ob.node("ReduceMax", ["input_ids"], ["times"], keepdims=0),
            ob.node("Loop", ["times", "", "zero"], ["sum"], body=body),
            ob.node("Reshape", ["sum", "shape"], ["logits"]),
        ],
        [ob.value("input_ids", "int64", ["rows", "tokens"])],
        [ob.value("logits", "float32", ["rows", 1, 1])],
        [
            ob.tensor("one", np.ones(1, np.float32)),
            ob.tensor("zero", np.zeros(1, np.float32)),
            ob.tensor("shape", np.array([1, 1, 1])),
        ],
    )


@pytest.mark.skipif(sys.platform == "win32", reason="on Windows SIGINT comes after the run")
def test_an_interrupt_reaches_a_step() -> None:
    steps = raw_steps(slow_decoder(), [])
    timer = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        steps.admit(np.array([[10**9]]))
    timer.join()


@pytest.mark.skipif(sys.platform == "win32", reason="on Windows SIGINT comes after the run")
def test_a_handler_that_does_not_raise_lets_the_step_begin_again() -> None:
    seen: list[int] = []
    former = signal.signal(signal.SIGINT, lambda number, _: seen.append(number))
    try:
        steps = raw_steps(slow_decoder(), [])
        timer = threading.Timer(0.02, os.kill, (os.getpid(), signal.SIGINT))
        timer.start()
        assert values(steps.admit(np.array([[200_000]]))) == [200_000]
        timer.join()
        assert seen == [signal.SIGINT]
    finally:
        signal.signal(signal.SIGINT, former)
