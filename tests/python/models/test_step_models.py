"""Step models: what a decoder gives step by step equals what it gives for the whole at once."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from onnxformers import CancelToken, models
from onnxformers.errors import (
    InvalidArgumentError,
    InvalidTypeError,
    RunCancelledError,
    RunTimeoutError,
)
from onnxformers.models.steps import open_steps

FOLDER = Path(__file__).parents[2] / "conformance" / "models"
IDS = np.array([[9, 12, 30, 21, 5, 14], [7, 8, 11, 13, 4, 16]])
NEXT = [np.array(pair) for pair in ([31, 32], [33, 34], [35, 36], [37, 38])]
SOURCE = {"input_ids": IDS, "attention_mask": np.array([[1] * 6, [1] * 4 + [0] * 2])}
CLOSE = {"rtol": 1e-4, "atol": 1e-4}

Open = Callable[..., Any]


def folders(stem: str, auto: str) -> list[str]:
    """Models of the conformance cases that have this file and read and write text."""
    found = []
    for path in sorted(FOLDER.glob(f"*/onnx/{stem}.onnx")):
        config = json.loads((path.parents[1] / "config.json").read_text())
        kinds = config.get("architectures") or [""]
        if kinds[0].endswith(WRITERS[auto]) and config["model_type"] not in OF_OTHER_INPUTS:
            found.append(path.parents[1].name)
    return found


WRITERS = {
    "AutoModelForCausalLM": ("ForCausalLM", "GPT2LMHeadModel"),
    "AutoModelForSeq2SeqLM": ("ForConditionalGeneration", "MTModel"),
}
OF_OTHER_INPUTS = {"llava", "musicgen", "whisper"}
DECODERS = folders("model", "AutoModelForCausalLM")
SEQ2SEQ = folders("decoder_model_merged", "AutoModelForSeq2SeqLM")


@cache
def load(name: str) -> Any:
    auto = models.AutoModelForCausalLM if name in DECODERS else models.AutoModelForSeq2SeqLM
    return auto.from_pretrained(FOLDER / name)


def begin(name: str, rows: slice = slice(None)) -> Any:
    """A generation; for models with an encoder behind these rows of SOURCE."""
    if name in DECODERS:
        return open_steps(load(name))
    inputs = {key: value[rows] for key, value in SOURCE.items()}
    return open_steps(load(name), encoder_inputs=inputs)


def whole(name: str, ids: Any, rows: Any = slice(None)) -> Any:
    """Logits of all tokens, computed at once and without a cache."""
    if name in DECODERS:
        return load(name)(input_ids=ids).logits
    inputs = {key: value[rows] for key, value in SOURCE.items()}
    return load(name)(**inputs, decoder_input_ids=ids).logits


def test_there_are_models_of_both_kinds() -> None:
    assert len(DECODERS) >= 3
    assert len(SEQ2SEQ) >= 3


@pytest.mark.parametrize("name", DECODERS + SEQ2SEQ)
def test_steps_equal_the_whole(name: str) -> None:
    steps = begin(name)
    got = [steps.admit(IDS)] + [steps.step(tokens) for tokens in NEXT]
    wanted = whole(name, np.column_stack([IDS, *NEXT]))
    np.testing.assert_allclose(np.stack(got, 1), wanted[:, IDS.shape[1] - 1 :], **CLOSE)
    assert steps.rows == 2


@pytest.mark.parametrize("name", DECODERS)
def test_a_padded_row_equals_the_row_alone(name: str) -> None:
    ids, mask = IDS.copy(), np.ones_like(IDS)
    ids[1, :3], mask[1, :3] = 0, 0
    batch, long, short = begin(name), begin(name), begin(name)
    alone = [long.admit(IDS[:1]), short.admit(IDS[1:, 3:])]
    np.testing.assert_allclose(batch.admit(ids, mask), np.concatenate(alone), **CLOSE)
    for tokens in NEXT:
        alone = [long.step(tokens[:1]), short.step(tokens[1:])]
        np.testing.assert_allclose(batch.step(tokens), np.concatenate(alone), **CLOSE)


@pytest.mark.parametrize("name", DECODERS + SEQ2SEQ)
def test_rows_that_go_on_from_others_equal_the_whole(name: str) -> None:
    steps = begin(name)
    steps.admit(IDS)
    ids, rows = IDS, np.arange(2)
    # More rows, a cycle, copies of one row, fewer rows, as they are, the other one.
    for parents in [[0, 0, 1, 1], [1, 2, 0, 3], [1, 0, 2, 2], [3, 0], [0, 1], [1]]:
        tokens = np.arange(20, 20 + len(parents))
        got = steps.step(tokens, parents)
        ids, rows = np.column_stack([ids[parents], tokens]), rows[parents]
        np.testing.assert_allclose(got, whole(name, ids, rows)[:, -1], **CLOSE)
        assert steps.rows == len(parents)


@pytest.mark.parametrize("length", [2, 9])
@pytest.mark.parametrize("name", DECODERS)
def test_a_row_that_joins_others_equals_the_row_alone(name: str, length: int) -> None:
    batch, first, joined = begin(name), begin(name), begin(name)
    prompt = np.arange(11, 11 + length)[None]
    batch.admit(IDS[:1])
    first.admit(IDS[:1])
    np.testing.assert_allclose(batch.step(NEXT[0][:1]), first.step(NEXT[0][:1]), **CLOSE)
    np.testing.assert_allclose(batch.admit(prompt), joined.admit(prompt), **CLOSE)
    for tokens in NEXT:
        alone = [first.step(tokens[:1]), joined.step(tokens[1:])]
        np.testing.assert_allclose(batch.step(tokens), np.concatenate(alone), **CLOSE)
    # The other one leaves, and with it the padding that it was the reason for.
    np.testing.assert_allclose(
        batch.step(np.array([40]), [1]), joined.step(np.array([40])), **CLOSE
    )


@pytest.mark.parametrize("name", DECODERS + SEQ2SEQ)
def test_candidates_are_read_at_once_and_taken_back(name: str) -> None:
    steps = begin(name, slice(1))
    steps.admit(IDS[:1])
    got = steps.extend(np.array([20, 21, 22]))
    ids = np.append(IDS[:1], [[20, 21, 22]], axis=1)
    np.testing.assert_allclose(got, whole(name, ids, slice(1))[0, -3:], **CLOSE)
    steps.crop(IDS.shape[1] + 1)
    got = steps.step(np.array([25]))
    ids = np.append(IDS[:1], [[20, 25]], axis=1)
    np.testing.assert_allclose(got, whole(name, ids, slice(1))[:, -1], **CLOSE)
    steps.crop(IDS.shape[1] + 2)  # all of them
    got = steps.step(np.array([26]))
    ids = np.append(ids, [[26]], axis=1)
    np.testing.assert_allclose(got, whole(name, ids, slice(1))[:, -1], **CLOSE)


@pytest.mark.parametrize("name", ["gpt-neo", "t5"])
def test_two_generations_on_one_session_are_independent(name: str) -> None:
    def run(row: int) -> Any:
        steps = begin(name, slice(row, row + 1))
        out = [steps.admit(IDS[row : row + 1])]
        out += [steps.step(NEXT[i % 4][row : row + 1]) for i in range(40)]
        return np.concatenate(out)

    alone = [run(0), run(1)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(run, [0, 1] * 4))
    for i, got in enumerate(together):
        np.testing.assert_array_equal(got, alone[i % 2])


def test_rows_of_an_encoder_are_repeated_for_each_of_its_prompts() -> None:
    steps = begin("t5")
    rows = [0, 0, 1, 1]
    got = steps.admit(IDS[rows])
    np.testing.assert_allclose(got, whole("t5", IDS[rows], rows)[:, -1], **CLOSE)


def test_images_are_read_once_and_tokens_embedded_after_them() -> None:
    model = models.LlavaForConditionalGeneration.from_pretrained(FOLDER / "llava")
    ids = np.array([[9, 12, 30], [7, 8, 11]])
    embed = model.sessions["embed_tokens"]
    (embeds,) = embed.run({"input_ids": ids})
    embeds += 0.5
    steps = open_steps(model, extra={"inputs_embeds": embeds})
    whole = model(inputs_embeds=embeds)
    np.testing.assert_allclose(steps.admit(ids), whole.logits[:, -1], **CLOSE)
    tokens = np.array([20, 21, 22])
    got = steps.step(tokens, [1, 0, 1])
    (more,) = embed.run({"input_ids": tokens[:, None]})
    embeds = np.concatenate([embeds[[1, 0, 1]], more], axis=1)
    wanted = model(inputs_embeds=embeds).logits[:, -1]
    np.testing.assert_allclose(got, wanted, **CLOSE)
    steps = open_steps(model)
    (embeds,) = embed.run({"input_ids": ids})
    wanted = model(inputs_embeds=embeds).logits[:, -1]
    np.testing.assert_allclose(steps.admit(ids), wanted, **CLOSE)


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda s: s.admit(np.zeros((1, 0), np.int64)), "at least one token"),
        (lambda s: s.admit(IDS, np.ones((2, 1), np.int64)), "mask of the same shape"),
        (lambda s: s.admit(IDS[0]), r"shape \(rows, tokens\)"),
        (lambda s: s.step(NEXT[0]), "one token a row, 0"),
        (lambda s: (s.admit(IDS), s.step(NEXT[0], [0, 2])), "one of the 2 rows"),
        (lambda s: (s.admit(IDS), s.step(NEXT[0][:1])), "one token a row, 2 of them; got 1"),
        (lambda s: (s.admit(IDS), s.extend(NEXT[0])), "one row; there are 2"),
        (lambda s: (s.admit(IDS[:1]), s.extend(NEXT[0][:0])), "no tokens"),
        (lambda s: (s.admit(IDS[:1]), s.crop(7)), "cannot keep 7 tokens of 6"),
        (lambda s: (s.admit(IDS), s.hidden()), "without its hidden states"),
    ],
)
def test_what_cannot_be_done_says_why(act: Callable[[Any], Any], words: str) -> None:
    with pytest.raises(InvalidArgumentError, match=words):
        act(begin("gpt-neo"))


def test_rows_cannot_join_behind_an_encoder() -> None:
    steps = begin("t5")
    steps.admit(IDS)
    with pytest.raises(InvalidArgumentError, match="can join"):
        steps.admit(IDS)


def test_a_decoder_without_a_mask_refuses_padding() -> None:
    mask = np.ones_like(IDS)
    mask[0, 0] = 0
    with pytest.raises(InvalidArgumentError, match="takes no attention_mask"):
        begin("t5").admit(IDS, mask)


def test_inputs_of_the_sessions_are_checked() -> None:
    with pytest.raises(InvalidArgumentError, match=r"'encoder_.*' is missing"):
        open_steps(load("t5"))
    with pytest.raises(InvalidArgumentError, match="no input 'nonsense'"):
        open_steps(load("gpt-neo"), extra={"nonsense": [1]})
    states = load("t5")(**SOURCE, decoder_input_ids=IDS).encoder_last_hidden_state
    given = {"encoder_outputs": states, "attention_mask": SOURCE["attention_mask"]}
    steps = open_steps(load("t5"), encoder_inputs=given)
    np.testing.assert_allclose(steps.admit(IDS), whole("t5", IDS)[:, -1], **CLOSE)
    with pytest.raises(InvalidTypeError):
        open_steps(load("t5"), encoder_inputs={"encoder_outputs": np.array([["a"]])})
    steps = open_steps(load("t5"), encoder_inputs=given)
    with pytest.raises(InvalidArgumentError, match="2 rows for a batch of 3"):
        steps.admit(np.concatenate([IDS, IDS[:1]]))


def test_limits_end_a_generation_between_its_steps() -> None:
    cancel = CancelToken()
    steps = open_steps(load("gpt-neo"), cancel=cancel)
    steps.admit(IDS)
    cancel.cancel()
    with pytest.raises(RunCancelledError):
        steps.step(NEXT[0])
    steps = open_steps(load("gpt-neo"), timeout_s=0.05)
    steps.admit(IDS)
    time.sleep(0.05)
    with pytest.raises(RunTimeoutError):
        steps.step(NEXT[0])
