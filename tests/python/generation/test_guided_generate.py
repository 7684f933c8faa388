"""generate(guided=...) over sessions, with an engine in plain Python and with the real one."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from onnxformers import (
    AutoModelForCausalLM,
    AutoModelForSeq2SeqLM,
    AutoTokenizer,
    InterruptableStoppingCriteria,
    TextIteratorStreamer,
    TextStreamer,
    pipeline,
)
from onnxformers.errors import GuidedGenerationError, InvalidArgumentError

MODELS = Path(__file__).parents[2] / "conformance" / "models"
NAMES = ["qwen2", "bloom", "t5", "bart-cnn"]
CHOICES = ["yes", "no", "maybe so"]
SCHEMA = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "maxLength": 6},
        "age": {"type": "integer", "minimum": 0, "maximum": 150},
    },
    "required": ["name", "age"],
    "additionalProperties": False,
}
INSTALL = "pip install 'onnxformers[guided]'"


@cache
def load(name: str) -> tuple[Any, Any]:
    auto = AutoModelForSeq2SeqLM if name in ("t5", "bart-cnn", "mbart50") else AutoModelForCausalLM
    tokenizer = AutoTokenizer.from_pretrained(MODELS / name, padding_side="left")
    return auto.from_pretrained(MODELS / name), tokenizer


def answers(name: str, **options: Any) -> list[str]:
    """Texts after two prompts of different length."""
    model, tokenizer = load(name)
    inputs = tokenizer(["The city of", "The"], padding=True)
    options = {"max_new_tokens": 80, "num_beams": 1, "tokenizer": tokenizer, **options}
    sequences = model.generate(**inputs, **options)
    begin = inputs["input_ids"].shape[1] if model.kind == "decoder-only" else 0
    return [
        tokenizer.decode(row[begin:], skip_special_tokens=True, clean_up_tokenization_spaces=False)
        for row in sequences
    ]


@pytest.mark.usefixtures("choice_engine")
@pytest.mark.parametrize("name", NAMES)
def test_answers_are_of_the_choices(name: str) -> None:
    assert set(answers(name, guided=CHOICES)) <= set(CHOICES)
    drawn = answers(name, guided=CHOICES, do_sample=True, seed=5, num_return_sequences=3)
    assert len(drawn) == 6
    assert set(drawn) <= set(CHOICES)


@pytest.mark.usefixtures("choice_engine")
@pytest.mark.parametrize("name", ["qwen2", "bart-cnn"])
def test_beams_are_kept_in_the_form_and_find_likelier_answers(name: str) -> None:
    for count in (2, 3):
        options = {"guided": CHOICES, "num_beams": count, "num_return_sequences": 2}
        assert set(answers(name, **options)) <= set(CHOICES)
    model, tokenizer = load(name)
    inputs = tokenizer("The city of")
    common = {"guided": CHOICES, "tokenizer": tokenizer, "length_penalty": 0.0}
    common |= {"return_dict_in_generate": True, "output_logits": True, "max_new_tokens": 40}
    greedy = model.generate(**inputs, num_beams=1, **common)
    written = greedy.sequences[0, -len(greedy.logits) :]
    score = sum(
        float(row[0, token] - np.logaddexp.reduce(row[0].astype(np.float64)))
        for row, token in zip(greedy.logits, written, strict=True)
    )
    assert model.generate(**inputs, num_beams=6, **common).sequences_scores[0] > score - 1e-4


@pytest.mark.usefixtures("choice_engine")
def test_an_answer_has_its_end() -> None:
    model, tokenizer = load("qwen2")
    ids = tokenizer("The city of")["input_ids"]
    options = {"guided": ["yes"], "tokenizer": tokenizer, "return_dict_in_generate": True}
    written = model.generate(ids, **options).sequences[0, ids.shape[1] :]
    assert written[-1] == tokenizer.eos_token_id
    assert tokenizer.decode(written[:-1]) == "yes"


@pytest.mark.usefixtures("choice_engine")
def test_an_answer_that_is_cut_off_is_an_error() -> None:
    with pytest.raises(GuidedGenerationError, match="row 0 of 2 ended before") as caught:
        answers("qwen2", guided=["a rather long answer"], max_new_tokens=2)
    assert caught.value.rows == (0, 1)
    assert caught.value.sequences.shape[0] == 2
    stop = InterruptableStoppingCriteria()
    stop.interrupt()
    with pytest.raises(GuidedGenerationError, match="after 1 tokens"):
        answers("qwen2", guided=["a rather long answer"], stopping_criteria=[stop])


@pytest.mark.usefixtures("choice_engine")
def test_a_forced_language_stands_before_the_answer() -> None:
    model, tokenizer = load("mbart50")
    language = tokenizer.convert_tokens_to_ids("fr_XX")
    options = {"guided": CHOICES, "tokenizer": tokenizer, "num_beams": 1, "max_length": 30}
    (row,) = model.generate(**tokenizer("The city"), **options, forced_bos_token_id=language)
    assert row[1] == language
    assert row[-1] == tokenizer.eos_token_id
    assert tokenizer.decode(row, skip_special_tokens=True) in CHOICES


@pytest.mark.usefixtures("choice_engine")
def test_other_options_that_leave_nothing() -> None:
    with pytest.raises(GuidedGenerationError, match="nothing may follow"):
        answers("qwen2", guided=["no"], min_new_tokens=30)


@pytest.mark.usefixtures("choice_engine")
def test_streams_end_with_whole_answers_only() -> None:
    model, tokenizer = load("qwen2")
    inputs = tokenizer("The city of")
    options = {"guided": ["maybe so"], "tokenizer": tokenizer}
    pieces: list[str] = []
    streamer = TextStreamer(tokenizer, skip_prompt=True, callback_function=pieces.append)
    model.generate(**inputs, **options, streamer=streamer)
    assert "".join(pieces) == "maybe so"
    waiting = TextIteratorStreamer(tokenizer, skip_prompt=True, timeout=5)
    with pytest.raises(GuidedGenerationError):
        model.generate(**inputs, **options, max_new_tokens=1, streamer=waiting)
    with pytest.raises(GuidedGenerationError):
        list(waiting)


@pytest.mark.usefixtures("choice_engine")
@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"num_beams": 2, "num_beam_groups": 2, "diversity_penalty": 1.0},
            "without num_beam_groups; got 2, set it to 1",
        ),
        ({"penalty_alpha": 0.5, "top_k": 4}, "without penalty_alpha"),
        ({"prompt_lookup_num_tokens": 2}, "without prompt_lookup_num_tokens"),
        ({"assistant_model": "qwen2"}, "does not go with an assistant_model"),
        ({"tokenizer": None}, "needs the model's tokenizer"),
        ({"response_format": {"type": "json_object"}}, "guided and response_format are the same"),
    ],
)
def test_options_that_do_not_go_together(options: dict[str, Any], message: str) -> None:
    if "assistant_model" in options:
        options = {"assistant_model": load(options["assistant_model"])[0]}
    with pytest.raises(InvalidArgumentError, match=message):
        answers("qwen2", guided=CHOICES, **options)


def test_any_text_needs_no_engine() -> None:
    assert answers("qwen2", response_format={"type": "text"}) == answers("qwen2")


@pytest.mark.parametrize("name", NAMES)
def test_answers_of_the_real_engine(name: str) -> None:
    pytest.importorskip("llguidance", reason=INSTALL)
    assert set(answers(name, guided=CHOICES)) <= set(CHOICES)
    regex = r"[a-z]{2,5} [0-9]{1,3}"
    for drawn in ({}, {"do_sample": True, "seed": 7, "num_return_sequences": 2}):
        texts = answers(name, guided=regex, **drawn)
        assert [text for text in texts if not re.fullmatch(regex, text)] == []


@pytest.mark.parametrize("name", ["qwen2", "bloom", "bart-cnn"])
def test_json_of_the_real_engine(name: str) -> None:
    pytest.importorskip("llguidance", reason=INSTALL)
    wanted = {"type": "json_schema", "json_schema": {"name": "person", "schema": SCHEMA}}
    for seed in range(3):
        options = {"do_sample": True, "seed": seed, "max_new_tokens": 250}
        for text in answers(name, response_format=wanted, **options):
            value = json.loads(text)
            assert value.keys() == {"name", "age"}
            assert isinstance(value["name"], str)
            assert len(value["name"]) <= 6
            assert type(value["age"]) is int
            assert 0 <= value["age"] <= 150


def test_letters_that_a_vocabulary_lacks() -> None:
    pytest.importorskip("llguidance", reason=INSTALL)
    with pytest.raises(GuidedGenerationError, match="the vocabulary cannot spell what must come"):
        answers("t5", guided={"type": "json_object"})


def test_rows_alone_are_as_in_a_batch() -> None:
    pytest.importorskip("llguidance", reason=INSTALL)
    model, tokenizer = load("qwen2")
    options = {"guided": SCHEMA, "tokenizer": tokenizer, "max_new_tokens": 200}
    together = answers("qwen2", guided=SCHEMA, max_new_tokens=200)
    for prompt, text in zip(["The city of", "The"], together, strict=True):
        inputs = tokenizer(prompt)
        row = model.generate(**inputs, **options)[0, inputs["input_ids"].shape[1] :]
        assert tokenizer.decode(row[row != tokenizer.eos_token_id]) == text
    assert np.size(together) == 2


@pytest.mark.usefixtures("choice_engine")
def test_pipelines_answer_in_the_form_too() -> None:
    with pipeline("text-generation", str(MODELS / "qwen2")) as write:
        chat = [{"role": "user", "content": "Is it?"}]
        for answer in write([chat, chat], guided=["yes .", "no ."], return_full_text=False):
            # Spaces before punctuation are taken out of other answers.
            assert answer[0]["generated_text"] in ("yes .", "no .")
    with pipeline("text2text-generation", str(MODELS / "t5")) as write:
        (answer,) = write("Is it?", guided=CHOICES)
        assert answer["generated_text"] in CHOICES
