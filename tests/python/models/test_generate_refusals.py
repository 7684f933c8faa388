"""model.generate: what cannot be done says why."""

from __future__ import annotations

import logging
from typing import Any

import numpy as np
import pytest
from writing_models import FOLDER, PROMPT, load

from onnxformers import (
    AutoModelForSequenceClassification,
)
from onnxformers.errors import (
    InvalidArgumentError,
    InvalidTypeError,
    UnsupportedModelError,
)


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        (
            {"logits_processor": [lambda ids, scores: None]},
            InvalidTypeError,
            "must return the scores",
        ),
        (
            {"logits_processor": [lambda ids, scores: scores[:, :3]]},
            InvalidArgumentError,
            "of the shape",
        ),
        ({"logits_processor": 3}, InvalidTypeError, "a callable or a list"),
        ({"stopping_criteria": [lambda ids, scores: None]}, InvalidTypeError, "must return a bool"),
        (
            {"prefix_allowed_tokens_fn": lambda row, ids: None},
            InvalidTypeError,
            "list of token ids",
        ),
        ({"max_new_token": 3}, InvalidArgumentError, "did you mean 'max_new_tokens'"),
        ({"pixel_values": [1]}, InvalidArgumentError, "unknown option 'pixel_values'"),
        ({"num_return_sequences": 2}, InvalidArgumentError, "num_return_sequences"),
        ({"num_beams": 3, "num_return_sequences": 4}, InvalidArgumentError, "more than num_beams"),
        (
            {"num_beams": 3, "num_beam_groups": 2},
            InvalidArgumentError,
            "multiple of num_beam_groups",
        ),
        ({"max_length": 5}, InvalidArgumentError, "leaves none to generate"),
        ({"temperature": 0.0, "do_sample": True}, InvalidArgumentError, "temperature"),
        ({"stop_strings": "."}, InvalidArgumentError, "tokenizer=tokenizer"),
        ({"dola_layers": "high"}, InvalidArgumentError, "dola_layers is not supported"),
        ({"position_ids": [[0]]}, InvalidArgumentError, "position_ids cannot be given"),
        ({"attention_mask": [[1]]}, InvalidArgumentError, "of the shape of its ids"),
        ({"negative_prompt_ids": [[1]]}, InvalidArgumentError, "guidance_scale"),
        (
            {"output_attentions": True, "return_dict_in_generate": True},
            InvalidArgumentError,
            "exported without",
        ),
        ({"num_beams": 2, "streamer": object()}, InvalidArgumentError, "set num_beams=1"),
    ],
)
def test_what_cannot_be_done_says_why(
    options: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error) as raised:
        load("opt").generate(PROMPT, **options)
    assert words in str(raised.value)


@pytest.mark.parametrize(
    ("prompt", "error", "words"),
    [
        ([[]], InvalidArgumentError, "the prompt is empty"),
        (np.zeros((0, 3), np.int64), InvalidArgumentError, "the prompt is empty"),
        ([5, 6], InvalidArgumentError, r"one prompt is a list with one row: [[1, 2, 3]]"),
        ([[0.5]], InvalidTypeError, "must hold int64 values"),
        ([[5] * 129], InvalidArgumentError, "more than the 128 positions"),
        ([["a"]], InvalidTypeError, "must hold int64 values"),
    ],
)
def test_prompts_that_cannot_be_are_refused(
    prompt: Any, error: type[Exception], words: str
) -> None:
    with pytest.raises(error) as raised:
        load("gpt-neo").generate(prompt, max_new_tokens=1)
    assert words in str(raised.value)


def test_only_models_that_write_generate() -> None:
    model = AutoModelForSequenceClassification.from_pretrained(FOLDER / "distilbert-sst")
    assert model.generation_config is None
    with pytest.raises(UnsupportedModelError, match="of kind 'encoder-only'"):
        model.generate([[5]])


def test_what_a_users_callable_raises_comes_through() -> None:
    def fail(ids: Any, scores: Any) -> Any:
        raise ZeroDivisionError("mine")

    for name in ("logits_processor", "stopping_criteria"):
        with pytest.raises(ZeroDivisionError, match="mine"):
            load("opt").generate(PROMPT, **{name: [fail]})


def test_options_without_effect_are_named(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "onnxformers"):
        load("opt").generate(PROMPT, max_new_tokens=1, max_length=9, temperature=0.5, top_k=50)
    assert "max_length has no effect" in caplog.text
    assert "temperature: no effect without do_sample" in caplog.text
    caplog.clear()
    with caplog.at_level(logging.WARNING, "onnxformers"):
        load("opt").generate(PROMPT, max_new_tokens=1, temperature=0.5, do_sample=True)
    assert not caplog.text


@pytest.mark.parametrize("options", [{}, {"num_beams": 2}, {"do_sample": True}])
def test_writing_beyond_the_positions_of_a_model_says_so(options: dict[str, Any]) -> None:
    prompt = [[5] * 125]
    message = "the text came to 129 tokens.* more than the 128 positions of the model"
    with pytest.raises(InvalidArgumentError, match=message):
        load("gpt-neo").generate(prompt, max_new_tokens=10, eos_token_id=None, **options)
    allowed = load("gpt-neo").generate(prompt, max_new_tokens=4, eos_token_id=None, **options)
    assert allowed.shape == (1, 129)  # the last token is not read
