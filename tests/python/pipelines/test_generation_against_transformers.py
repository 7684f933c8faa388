"""Prompts and results of the pipelines that write, against an installed transformers (4.46.3)."""

from __future__ import annotations

import functools
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from fake_writer import FakeWriter
from hypothesis import given, settings
from hypothesis import strategies as st

from onnxformers import AutoTokenizer
from onnxformers.pipelines import (
    SummarizationPipeline,
    TextGenerationPipeline,
    TranslationPipeline,
)

transformers = pytest.importorskip(
    "transformers", reason="the reference: pip install transformers==4.46.3"
)
text2text = pytest.importorskip(
    "transformers.pipelines.text2text_generation",
    reason="transformers 5 has it no more: pip install transformers==4.46.3",
)
text_generation = pytest.importorskip(
    "transformers.pipelines.text_generation",
    reason="the reference: pip install transformers==4.46.3",
)

pytestmark = [
    pytest.mark.oracle,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
]

MODELS = Path(__file__).parents[2] / "conformance" / "models"
WORDS = [
    "the",
    "slow",
    "committee",
    "1997!",
    "北京",
    "é",
    "isn't",
    ",",
    ".",
    " ",
    "\n",
    "“so”",
    "🦁",
]
TEXTS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=9).map(" ".join)
ANSWERS = st.lists(st.integers(5, 300), min_size=1, max_size=6)
NEW = 8


class Array(np.ndarray):
    """What the reference takes for a tensor."""

    def numpy(self) -> np.ndarray:
        return np.asarray(self)


@functools.cache
def tokenizers(name: str) -> tuple[Any, Any]:
    path = MODELS / name
    reference = transformers.AutoTokenizer.from_pretrained(path)
    return AutoTokenizer.from_pretrained(path), reference


def writer(answer: list[int], start: int | None = None) -> FakeWriter:
    return FakeWriter(answer, generation={"eos_token_id": -1, "pad_token_id": 0}, start=start)


def reference_text_generation(
    tokenizer: Any, prompt: Any, answer: list[int], options: dict[str, Any]
) -> tuple[list[int], Any]:
    """The ids that the model gets, and the result."""
    kind = text_generation.TextGenerationPipeline
    pipe: Any = SimpleNamespace(tokenizer=tokenizer, framework="np")
    before, _, after = kind._sanitize_parameters(pipe, max_new_tokens=NEW, **options)
    given_prompt = prompt if isinstance(prompt, str) else text_generation.Chat(prompt)
    inputs = kind.preprocess(pipe, given_prompt, **before)
    ids = inputs["input_ids"]
    rows = np.concatenate([ids, [answer]], axis=1)
    outputs = {
        "generated_sequence": [rows.view(Array)],
        "input_ids": ids,
        "prompt_text": given_prompt,
    }
    return ids[0].tolist(), kind.postprocess(pipe, outputs, **after)


OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "return_full_text": st.booleans(),
        "clean_up_tokenization_spaces": st.booleans(),
        "add_special_tokens": st.booleans(),
        "prefix": st.sampled_from(["", "Once. "]),
        "handle_long_generation": st.just("hole"),
    },
)


@settings(max_examples=150, deadline=None)
@given(
    name=st.sampled_from(["gpt2", "llama2", "llama3", "qwen2", "bloom"]),
    text=TEXTS,
    answer=ANSWERS,
    options=OPTIONS,
)
def test_texts(name: str, text: str, answer: list[int], options: dict[str, Any]) -> None:
    ours, theirs = tokenizers(name)
    write: Any = TextGenerationPipeline(
        task="text-generation", model=writer(answer), tokenizer=ours
    )
    ids, expected = reference_text_generation(theirs, text, answer, options)
    assert write(text, max_new_tokens=NEW, **options) == expected
    assert write.model.calls[0]["ids"] == [ids]


@settings(max_examples=100, deadline=None)
@given(
    name=st.sampled_from(["llama2", "llama3", "qwen2", "phi3"]),
    texts=st.lists(TEXTS, min_size=1, max_size=4),
    answer=ANSWERS,
    options=st.fixed_dictionaries({}, optional={"return_full_text": st.booleans()}),
)
def test_chats(name: str, texts: list[str], answer: list[int], options: dict[str, Any]) -> None:
    ours, theirs = tokenizers(name)
    roles = ["user", "assistant"] * 2
    # Where a message ends is found by its text, which must not be blank.
    chat = [
        {"role": role, "content": f"{text} so"} for role, text in zip(roles, texts, strict=False)
    ]
    write: Any = TextGenerationPipeline(
        task="text-generation", model=writer(answer), tokenizer=ours
    )
    ids, expected = reference_text_generation(theirs, chat, answer, options)
    assert write(chat, max_new_tokens=NEW, **options) == expected
    assert write.model.calls[0]["ids"] == [ids]


@settings(max_examples=80, deadline=None)
@given(
    text=TEXTS,
    prefix=st.sampled_from(["", "summarize: "]),
    answer=ANSWERS,
    options=st.fixed_dictionaries({}, optional={"clean_up_tokenization_spaces": st.booleans()}),
)
def test_summaries(text: str, prefix: str, answer: list[int], options: dict[str, Any]) -> None:
    ours, theirs = tokenizers("t5")
    model = writer(answer, start=0)
    model.config = type(model.config)({"prefix": prefix})
    write: Any = SummarizationPipeline(task="summarization", model=model, tokenizer=ours)
    kind = text2text.SummarizationPipeline
    pipe: Any = SimpleNamespace(
        tokenizer=theirs, framework="np", prefix=prefix, return_name=kind.return_name
    )
    inputs = kind._parse_and_tokenize(pipe, text, truncation=True)
    expected = kind.postprocess(pipe, {"output_ids": [[[0, *answer]]]}, **options)
    assert write(text, **options) == expected
    assert write.model.calls[0]["ids"] == inputs["input_ids"].tolist()


@settings(max_examples=60, deadline=None)
@given(
    case=st.sampled_from([("nllb", "deu_Latn", "zho_Hans"), ("mbart50", "de_DE", "zh_CN")]),
    text=TEXTS,
    answer=ANSWERS,
)
def test_translations(case: tuple[str, str, str], text: str, answer: list[int]) -> None:
    name, source, target = case
    ours, theirs = tokenizers(name)
    translate: Any = TranslationPipeline(
        task="translation", model=writer(answer, start=2), tokenizer=ours
    )
    found = translate(text, src_lang=source, tgt_lang=target)
    inputs = theirs._build_translation_inputs(
        text, return_tensors="np", src_lang=source, tgt_lang=target
    )
    (call,) = translate.model.calls
    assert call["ids"] == inputs["input_ids"].tolist()
    assert call["forced_bos_token_id"] == inputs["forced_bos_token_id"]
    expected = theirs.decode(
        [2, *answer], skip_special_tokens=True, clean_up_tokenization_spaces=False
    )
    assert found == [{"translation_text": expected}]
