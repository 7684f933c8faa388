from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from onnxformers import AutoModelForSequenceClassification, pipeline
from onnxformers.errors import FileFormatError, InvalidArgumentError, InvalidTypeError
from onnxformers.pipelines.base import Pipeline

MODELS = Path(__file__).parents[2] / "conformance" / "models"
QUESTION = "Who carried two silver coins?"
CONTEXT = "Hiroshi said that the film was boring. The children carried the coins for twelve euros."
LONG = " ".join(f"In {year}, Dimitri discovered seven green apples." for year in range(1900, 1960))


@pytest.fixture(scope="module")
def ask() -> Iterator[Pipeline[Any]]:
    with pipeline("question-answering", MODELS / "distilbert-qa") as pipe:
        yield pipe


def test_the_answer_is_cut_from_the_context(ask: Pipeline[Any]) -> None:
    answer = ask(QUESTION, CONTEXT)
    assert list(answer) == ["score", "start", "end", "answer"]
    assert CONTEXT[answer["start"] : answer["end"]] == answer["answer"] != ""
    assert type(answer["score"]) is float
    assert type(answer["start"]) is int


def test_all_ways_to_ask_are_one(ask: Pipeline[Any]) -> None:
    answer = ask(QUESTION, CONTEXT)
    item = {"question": QUESTION, "context": CONTEXT}
    assert ask(question=QUESTION, context=CONTEXT) == answer
    assert ask(QUESTION, context=CONTEXT) == answer
    assert ask(item) == answer
    assert ask([item, item]) == [answer, answer]
    assert ask([QUESTION], [CONTEXT]) == [answer]
    assert ask((QUESTION, "Where is Hiroshi?"), CONTEXT)[0] == answer
    assert ask(QUESTION, [CONTEXT, LONG])[0] == answer
    assert next(ask(iter([item]))) == answer


def test_a_batch_answers_as_one_by_one(ask: Pipeline[Any]) -> None:
    questions = [QUESTION, "Where?", "What was boring?", "Why did the railway not come back?"]
    contexts = [CONTEXT, LONG, "tea", LONG[:700]]
    alone = [ask(q, c, top_k=3) for q, c in zip(questions, contexts, strict=True)]
    assert ask(questions, contexts, top_k=3) == alone
    assert ask(questions, contexts, top_k=3, batch_size=2) == alone
    items = [{"question": q, "context": c} for q, c in zip(questions, contexts, strict=True)]
    assert list(ask(iter(items), top_k=3, batch_size=3)) == alone


def test_a_generator_is_read_as_needed(ask: Pipeline[Any]) -> None:
    taken = []

    def source() -> Iterator[dict[str, str]]:
        for number in range(10):
            taken.append(number)
            yield {"question": QUESTION, "context": CONTEXT}

    answers = ask(source(), batch_size=2)
    assert taken == []
    next(answers)
    assert taken == [0, 1]


def test_the_best_answer_may_lie_in_any_window(ask: Pipeline[Any]) -> None:
    whole = ask("Who?", LONG, top_k=5, align_to_words=False)
    assert [a["score"] for a in whole] == sorted((a["score"] for a in whole), reverse=True)
    for answer in whole:
        assert LONG[answer["start"] : answer["end"]] == answer["answer"]
    # A window is a context of its own, so its best answer is found in the whole too.
    narrow = ask("Who?", LONG, top_k=1000, max_seq_len=40, doc_stride=10, max_answer_len=3)
    assert max(a["start"] for a in narrow) > len(LONG) * 0.9
    assert min(a["start"] for a in narrow) < len(LONG) * 0.1


def test_answers_are_widened_to_words(ask: Pipeline[Any]) -> None:
    tokens = ask("Where is Farid?", LONG, top_k=20, align_to_words=False)
    words = ask("Where is Farid?", LONG, top_k=20)
    assert [a["score"] for a in words] == [a["score"] for a in tokens]
    assert any(w["answer"] != t["answer"] for w, t in zip(words, tokens, strict=True))
    for word, token in zip(words, tokens, strict=True):
        assert word["start"] <= token["start"]
        assert word["end"] >= token["end"]
        around = LONG[word["start"] - 1 : word["start"]] + LONG[word["end"] : word["end"] + 1]
        assert not any(letter.isalnum() for letter in around)


def test_answers_are_no_longer_than_asked(ask: Pipeline[Any]) -> None:
    short = ask(QUESTION, CONTEXT, top_k=500, max_answer_len=2, align_to_words=False)
    offsets = ask.tokenizer.encode_ragged(
        [CONTEXT], add_special_tokens=False, with_offsets=True
    ).offsets(0)
    assert len(short) == 2 * len(offsets) - 1
    for answer in short:
        assert 1 <= sum(answer["start"] <= a < answer["end"] for a, _ in offsets) <= 2


def test_no_answer_may_be_the_answer(ask: Pipeline[Any]) -> None:
    answers = ask(QUESTION, CONTEXT, top_k=10_000, handle_impossible_answer=True)
    empty = [a for a in answers if a["answer"] == ""]
    assert len(empty) == 1
    assert (empty[0]["start"], empty[0]["end"]) == (0, 0)
    assert len(answers) == 1 + len(ask(QUESTION, CONTEXT, top_k=10_000))


def test_a_context_without_tokens_has_an_empty_answer(ask: Pipeline[Any]) -> None:
    nothing = {"score": 0.0, "start": 0, "end": 0, "answer": ""}
    assert ask(QUESTION, "  \n ") == nothing
    assert ask([QUESTION, QUESTION], [CONTEXT, " "], top_k=2)[1] == [nothing]


def test_there_are_as_many_answers_as_spans(ask: Pipeline[Any]) -> None:
    assert len(ask(QUESTION, "tea.", top_k=9, max_answer_len=1, align_to_words=False)) == len(
        ask.tokenizer.tokenize("tea.")
    )


def test_a_long_question_is_cut_and_that_is_said(
    ask: Pipeline[Any], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "onnxformers"):
        answers = ask([QUESTION, "why " * 90], CONTEXT, max_question_len=20)
    assert "1 of 2 texts were cut to 20 tokens" in caplog.text
    assert "truncated" not in answers[0]
    assert answers[1]["truncated"] is True
    assert ask("why " * 20, CONTEXT)["score"] == answers[1]["score"]


def test_a_long_question_may_be_refused_or_kept(ask: Pipeline[Any]) -> None:
    question = "why " * 30
    with pytest.raises(InvalidArgumentError, match="text 0 has 30 tokens, more than 20"):
        ask(question, CONTEXT, max_question_len=20, truncation="error")
    whole = ask(question, CONTEXT, max_question_len=20, truncation=False)
    assert whole == ask(question, CONTEXT)


def test_limits_have_no_end(ask: Pipeline[Any]) -> None:
    endless = {"max_answer_len": 1 << 70, "top_k": 1 << 70, "max_seq_len": 1 << 70}
    assert ask(QUESTION, CONTEXT, **endless)[0] == ask(QUESTION, CONTEXT)


def test_a_long_context_may_be_refused(ask: Pipeline[Any]) -> None:
    with pytest.raises(InvalidArgumentError, match=r"text 0 has [0-9]+ tokens, more than 128"):
        ask(QUESTION, LONG, truncation="error")
    assert ask(QUESTION, CONTEXT, truncation="error") == ask(QUESTION, CONTEXT)


@pytest.mark.parametrize(
    ("args", "options", "error", "message"),
    [
        ((QUESTION, ""), {}, InvalidArgumentError, "context of input 0 is empty"),
        (("", CONTEXT), {}, InvalidArgumentError, "question of input 0 is empty"),
        (([QUESTION] * 2, [CONTEXT, ""]), {}, InvalidArgumentError, "context of input 1 is empty"),
        ((QUESTION, 7), {}, InvalidTypeError, "context of input 0 must be a str, got int"),
        ((QUESTION,), {}, InvalidTypeError, "expected a question and a context"),
        ((), {"context": CONTEXT}, InvalidTypeError, "question is missing"),
        ((QUESTION, None), {}, InvalidTypeError, "context is missing"),
        (([], []), {}, InvalidArgumentError, "the list of inputs is empty"),
        (([QUESTION] * 3, [CONTEXT] * 2), {}, InvalidArgumentError, "question 3 and context 2"),
        (({"question": QUESTION},), {}, InvalidArgumentError, "must be a dict with question and"),
        (([QUESTION],), {}, InvalidTypeError, "input 0 must be a dict with question and context"),
        (
            ({"question": QUESTION, "context": CONTEXT, "id": 1},),
            {},
            InvalidArgumentError,
            "got keys question, context, id",
        ),
        ((QUESTION, CONTEXT, 3), {}, InvalidTypeError, "takes question, context by position"),
        ((QUESTION, CONTEXT), {"context": "x"}, InvalidTypeError, "by position and by name"),
        (
            (QUESTION, CONTEXT),
            {"max_answer_length": 3},
            InvalidArgumentError,
            "unknown option 'max_answer_length'; did you mean 'max_answer_len'?",
        ),
        ((QUESTION, CONTEXT), {"top_k": 0}, InvalidArgumentError, "top_k must be a positive int"),
        ((QUESTION, CONTEXT), {"top_k": None}, InvalidArgumentError, "top_k must be a positive"),
        ((QUESTION, CONTEXT), {"max_answer_len": -1}, InvalidArgumentError, "max_answer_len must"),
        ((QUESTION, CONTEXT), {"doc_stride": 500}, InvalidArgumentError, "doc_stride must be None"),
        ((QUESTION, CONTEXT), {"doc_stride": 1.5}, InvalidArgumentError, "doc_stride must be None"),
        ((QUESTION, CONTEXT), {"align_to_words": "no"}, InvalidTypeError, "align_to_words must be"),
        (
            (QUESTION, LONG),
            {"max_seq_len": 9},
            InvalidArgumentError,
            r"leaves 0 of the 9 of a window .* doc_stride \(4\) must be less; change max_seq_len",
        ),
        ((QUESTION, LONG), {"doc_stride": 120}, InvalidArgumentError, r"doc_stride \(120\) must"),
        ((QUESTION, "\ud800"), {}, InvalidArgumentError, "surrogate"),
    ],
)
def test_bad_input_is_refused_and_the_pipeline_goes_on(
    ask: Pipeline[Any],
    args: tuple[Any, ...],
    options: dict[str, Any],
    error: type[Exception],
    message: str,
) -> None:
    with pytest.raises(error, match=message):
        ask(*args, **options)
    assert ask(QUESTION, CONTEXT)["answer"]


def test_a_model_that_gives_no_spans_is_refused(tmp_path: Path) -> None:
    shutil.copytree(MODELS / "distilbert-sst", tmp_path / "model")
    model = AutoModelForSequenceClassification.from_pretrained(tmp_path / "model")
    pipe = pipeline("question-answering", model)
    with pytest.raises(FileFormatError, match=r"must give start_logits of shape .*got logits"):
        pipe(QUESTION, CONTEXT)
