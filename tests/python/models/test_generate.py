"""model.generate: prompts, options and what comes out. Token-exactness: tests/conformance."""

from __future__ import annotations

import logging
from typing import Any

import numpy as np
import pytest
from writing_models import FOLDER, PROMPT, load

from onnxformers import (
    AutoModelForCausalLM,
    GenerationConfig,
)
from onnxformers.errors import (
    InvalidArgumentError,
)


def argmaxes(model: Any, ids: list[list[int]], count: int) -> np.ndarray:
    """Greedy search in plain Python, everything computed anew in each step."""
    for _ in range(count):
        logits = model(input_ids=ids).logits
        ids = np.append(ids, logits[:, -1].argmax(-1)[:, None], axis=1)
    return np.asarray(ids)


def test_greedy_search_takes_the_best_token_each_time() -> None:
    model = load("opt")
    wanted = argmaxes(model, PROMPT, 6)
    got = model.generate(PROMPT, max_new_tokens=6, eos_token_id=None)
    assert got.dtype == np.int64
    np.testing.assert_array_equal(got, wanted)
    for call in (
        lambda: model.generate(input_ids=PROMPT, max_new_tokens=6),
        lambda: model.generate({"input_ids": PROMPT, "attention_mask": [[1] * 5]}, max_length=11),
        lambda: model.generate(PROMPT, GenerationConfig(max_new_tokens=6)),
        lambda: model.generate(PROMPT, {"max_new_tokens": 6}),
        lambda: model.generate(PROMPT, GenerationConfig(max_new_tokens=3), max_new_tokens=6),
    ):
        np.testing.assert_array_equal(call(), wanted)
    assert model.generate(PROMPT).shape == (1, 20)


def test_a_config_takes_the_place_of_the_models_but_for_special_tokens() -> None:
    with AutoModelForCausalLM.from_pretrained(FOLDER / "opt") as model:
        model.generation_config.max_length = 8
        first = int(model.generate(PROMPT)[0, 5])
        model.generation_config.eos_token_id = first
        assert model.generate(PROMPT).shape == (1, 6)
        assert model.generate(PROMPT, GenerationConfig(max_new_tokens=9)).shape == (1, 6)
        assert model.generate(PROMPT, {"eos_token_id": None}).shape == (1, 8)
        assert model.generate(PROMPT, GenerationConfig(), eos_token_id=-1).shape == (1, 20)
        assert dict(model.generation_config)["max_length"] == 8


def test_padded_rows_write_what_they_write_alone() -> None:
    model = load("gpt-neo")
    pad = model.generation_config.eos_token_id
    ids = np.array([[11, 12, 13, 14, 15, 16], [pad, pad, pad, 21, 22, 23]])
    mask = (ids != pad).astype(np.int64)
    got = model.generate(ids, attention_mask=mask, max_new_tokens=5)
    alone = [
        model.generate(ids[:1], max_new_tokens=5),
        model.generate([[21, 22, 23]], max_new_tokens=5),
    ]
    np.testing.assert_array_equal(got[0], alone[0][0])
    np.testing.assert_array_equal(got[1, 6:], alone[1][0, 3:])
    # A pad token of its own: the mask is inferred.
    inferred = model.generate(np.where(ids == pad, 3, ids), max_new_tokens=5, pad_token_id=3)
    np.testing.assert_array_equal(inferred[:, 6:], got[:, 6:])


def test_padding_on_the_right_is_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "onnxformers"):
        load("opt").generate([[5, 6], [7, 1]], attention_mask=[[1, 1], [1, 0]], max_new_tokens=1)
    assert "padding_side='left'" in caplog.text


def test_a_decoder_begins_with_bos_when_nothing_is_given() -> None:
    model = load("gpt-neo")
    got = model.generate(max_new_tokens=3)
    np.testing.assert_array_equal(got, model.generate([[460]], max_new_tokens=3))
    with pytest.raises(InvalidArgumentError, match="no bos_token_id"):
        model.generate(bos_token_id=None)


def test_an_encoder_runs_once_and_decoders_begin_as_told() -> None:
    model = load("t5")
    source = [[3, 118, 11, 61, 1]]
    got = model.generate(source, max_new_tokens=4, eos_token_id=None)
    assert got.shape == (1, 5)
    assert got[0, 0] == model.generation_config.decoder_start_token_id == 0
    encoded = model(input_ids=source, decoder_input_ids=[[0]]).encoder_last_hidden_state
    for given in (
        {"encoder_outputs": encoded},
        {"encoder_outputs": {"last_hidden_state": encoded}},
    ):
        again = model.generate(
            **given, attention_mask=[[1] * 5], max_new_tokens=4, eos_token_id=None
        )
        np.testing.assert_array_equal(again, got)
    for begin in ([[9, 8]], [[0, 9, 8]]):
        begun = model.generate(source, decoder_input_ids=begin, max_new_tokens=2, eos_token_id=None)
        np.testing.assert_array_equal(begun[0, :3], [0, 9, 8])
    two = model.generate(
        source * 2, decoder_start_token_id=[5, 0], max_new_tokens=4, eos_token_id=None
    )
    np.testing.assert_array_equal(two[1], got[0])
    assert two[0, 0] == 5
    forced = model.generate(source, forced_bos_token_id=77, max_new_tokens=2)
    assert forced[0, 1] == 77


def test_padding_of_an_encoder_is_inferred() -> None:
    model = load("t5")
    alone = model.generate([[3, 118, 1]], max_new_tokens=4, eos_token_id=None)
    padded = model.generate(
        [[3, 118, 1, 0, 0], [3, 118, 11, 61, 1]], max_new_tokens=4, eos_token_id=None
    )
    np.testing.assert_array_equal(padded[0], alone[0])


@pytest.mark.parametrize("name", ["opt", "t5"])
def test_what_was_recorded_comes_with_the_sequences(name: str) -> None:
    model = load(name)
    options = {"return_dict_in_generate": True, "output_scores": True, "output_logits": True}
    out = model.generate([[5, 6, 7], [8, 9, 10]], max_new_tokens=3, eos_token_id=None, **options)
    vocab = model.config.vocab_size
    assert [step.shape for step in out.scores] == [(2, vocab)] * 3
    chosen = np.stack([step.argmax(-1) for step in out.scores], 1)
    np.testing.assert_array_equal(out.sequences[:, -3:], chosen)
    np.testing.assert_array_equal(out.scores[0], out.logits[0])
    assert set(model.generate([[5, 6]], return_dict_in_generate=True)) == {"sequences"}
    beams = model.generate(
        [[5, 6, 7]], max_new_tokens=3, num_beams=3, num_return_sequences=2, **options
    )
    assert beams.sequences.shape[0] == len(beams.sequences_scores) == len(beams.beam_indices) == 2
    assert beams.sequences_scores[0] >= beams.sequences_scores[1]
    assert beams.beam_indices.shape == beams.sequences.shape
    assert (beams.beam_indices[:, :3] >= 0).all()
    assert (beams.beam_indices[:, 3:] == -1).all()
    assert [step.shape for step in beams.scores] == [(3, vocab)] * len(beams.scores)
    one = model.generate([[5, 6, 7]], max_new_tokens=1, num_beams=3, **options)
    assert [step.shape for step in one.scores] == [(3, vocab)]


def test_a_seed_fixes_what_is_drawn() -> None:
    model = load("opt")

    def draw(seed: int | None = None, rows: int = 1, **more: Any) -> Any:
        return model.generate(
            PROMPT * rows, do_sample=True, max_new_tokens=12, top_k=0, seed=seed, **more
        )

    np.testing.assert_array_equal(draw(3), draw(3))
    np.testing.assert_array_equal(draw(3, rows=3)[:1], draw(3))
    assert (draw(3) != draw(4)).any()
    assert (draw() != draw()).any()
    assert len(np.unique(draw(5, num_return_sequences=4), axis=0)) == 4


def test_drafts_change_the_time_but_not_the_text() -> None:
    model, other = load("gpt-neo"), load("gpt-neo")
    ids = [[5, 6, 7, 5, 6, 7, 5, 6]]
    whole = model.generate(ids, max_new_tokens=20)
    for draft in ({"assistant_model": other}, {"prompt_lookup_num_tokens": 3}):
        np.testing.assert_array_equal(model.generate(ids, max_new_tokens=20, **draft), whole)
    with pytest.raises(InvalidArgumentError, match="one prompt"):
        model.generate(ids * 2, assistant_model=other)
    with pytest.raises(InvalidArgumentError, match="must be of kind 'decoder-only'"):
        model.generate(ids, assistant_model=load("t5"))


def test_drafts_draw_as_seed_row_and_step_say() -> None:
    model = load("gpt-neo")

    def draw(row: int, **draft: Any) -> list[list[int]]:
        options = {"do_sample": True, "seed": 3, "max_new_tokens": 15, "row_numbers": [row]}
        ids = [[5, 6, 7, 5, 6, 7, 5, 6]]
        return model.generate(ids, top_k=0, **options, **draft).tolist()

    for row in (0, 2):
        # Guesses of look-up are taken where they are what would be drawn.
        assert draw(row, prompt_lookup_num_tokens=3) == draw(row)
        assert draw(row, assistant_model=model) == draw(row, assistant_model=model)
    assert draw(0, assistant_model=model) != draw(2, assistant_model=model)


def test_words_can_be_forced_into_beams() -> None:
    for words in ([[9, 10]], [[[9, 10], [12]], [14]]):
        got = (
            load("opt")
            .generate(
                PROMPT, num_beams=4, force_words_ids=words, max_new_tokens=8, eos_token_id=None
            )[0, 5:]
            .tolist()
        )
        assert "9, 10" in str(got) or 12 in got
        assert 14 in got or len(words) == 1


def test_guidance_leads_away_from_another_prompt() -> None:
    model = load("opt")
    plain = {"max_new_tokens": 4, "return_dict_in_generate": True, "output_scores": True}
    out = model.generate(PROMPT, guidance_scale=1.5, negative_prompt_ids=[[2, 77, 78]], **plain)
    other = model.generate(PROMPT, guidance_scale=1.5, **plain)
    assert not np.allclose(out.scores[0], other.scores[0])

    def log_softmax(x: Any) -> Any:
        return x - np.log(np.exp(x - x.max()).sum()) - x.max()

    with_prompt = log_softmax(model(input_ids=PROMPT).logits[0, -1])
    without = log_softmax(model(input_ids=[[2, 77, 78]]).logits[0, -1])
    wanted = 1.5 * (with_prompt - without) + without
    np.testing.assert_allclose(out.scores[0][0], wanted, rtol=1e-4, atol=1e-4)
