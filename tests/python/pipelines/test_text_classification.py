from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from onnxformers import AutoConfig, AutoModelForSequenceClassification, AutoTokenizer, ops, pipeline
from onnxformers.configs import PretrainedConfig
from onnxformers.errors import InvalidArgumentError, InvalidTypeError
from onnxformers.pipelines.base import Pipeline

PATH = Path(__file__).parents[2] / "conformance" / "models" / "bert-uncased-sst"


def with_config(**changes: object) -> PretrainedConfig:
    return PretrainedConfig({**AutoConfig.from_pretrained(PATH), **changes})


def test_all_labels_come_best_first() -> None:
    labels = pipeline("text-classification", PATH)("a wooden boat", top_k=None)
    assert [set(label) for label in labels] == [{"label", "score"}] * 2
    assert labels[0]["score"] >= labels[1]["score"]
    assert sum(label["score"] for label in labels) == pytest.approx(1, abs=1e-6)
    assert all(type(label["score"]) is float for label in labels)


@pytest.mark.parametrize(
    ("problem_type", "function"),
    [
        ("single_label_classification", "softmax"),
        ("multi_label_classification", "sigmoid"),
        ("regression", "none"),
        (None, "softmax"),
    ],
)
def test_the_problem_type_chooses_the_function(problem_type: str | None, function: str) -> None:
    pipe = pipeline(
        "text-classification", PATH, config=with_config(problem_type=problem_type), top_k=None
    )
    assert pipe("a wooden boat") == pipe("a wooden boat", function_to_apply=function)


def test_labels_that_the_config_lacks_are_numbered() -> None:
    pipe = pipeline(
        "text-classification", PATH, config=with_config(id2label={"0": "BAD"}), top_k=None
    )
    assert {label["label"] for label in pipe("a wooden boat")} == {"BAD", "LABEL_1"}


FIRST = "Her brother finished two silver coins."
SECOND = "It is finished."
PAIR = {"text": FIRST, "text_pair": SECOND}


@pytest.fixture(scope="module")
def entails() -> Pipeline[Any]:
    return pipeline("text-classification", PATH.parent / "deberta-nli")


def test_a_pair_is_read_as_one_input(entails: Pipeline[Any]) -> None:
    path = PATH.parent / "deberta-nli"
    model = AutoModelForSequenceClassification.from_pretrained(path)
    inputs = AutoTokenizer.from_pretrained(path)(FIRST, SECOND)
    scores = ops.softmax(model(inputs).logits)[0]
    labels = entails(PAIR, top_k=None)
    assert {label["label"]: label["score"] for label in labels} == {
        model.config.id2label[i]: pytest.approx(score) for i, score in enumerate(scores.tolist())
    }


def test_all_ways_to_give_a_pair_are_one(entails: Pipeline[Any]) -> None:
    label = entails(PAIR)
    assert set(label) == {"label", "score"}
    assert entails(FIRST, text_pair=SECOND) == [label]
    assert entails([PAIR, PAIR]) == [label, label]
    assert entails([FIRST, FIRST], text_pair=[SECOND, SECOND]) == [label, label]
    assert entails([FIRST], text_pair=SECOND) == [label]
    assert [*entails(iter([PAIR]))] == [label]
    assert entails(FIRST, text_pair=None) == entails(FIRST) == [entails({"text": FIRST})]


def test_pairs_and_texts_may_be_mixed(entails: Pipeline[Any]) -> None:
    items = [FIRST, PAIR, {"text": SECOND}, {"text": SECOND, "text_pair": ""}]
    alone = [entails([item], top_k=None)[0] for item in items]
    assert entails(items, top_k=None) == alone
    assert alone[2] != alone[3]
    assert alone[0] == entails(FIRST, top_k=None)


def test_a_long_pair_is_cut_and_that_is_said(
    entails: Pipeline[Any], caplog: pytest.LogCaptureFixture
) -> None:
    assert entails({"text": FIRST, "text_pair": SECOND * 90})["truncated"] is True
    assert "1 of 1 texts were cut" in caplog.text


@pytest.mark.parametrize(
    ("args", "options", "error", "message"),
    [
        (({"text_pair": SECOND},), {}, InvalidArgumentError, "with text and text_pair, got keys"),
        (({"text": 7},), {}, InvalidTypeError, "text of input 0 must be a str, got int"),
        (({**PAIR, "text_pair": [SECOND]},), {}, InvalidTypeError, "text_pair of input 0 must be"),
        (([[FIRST, SECOND]],), {}, InvalidTypeError, "for a pair, a dict with text and text_pair"),
        (([FIRST],), {"text_pair": [SECOND] * 2}, InvalidArgumentError, "must be of equal length"),
        ((), {"text_pair": SECOND}, InvalidTypeError, "inputs is missing"),
        ((FIRST,), {"text_pairs": SECOND}, InvalidArgumentError, "unknown option 'text_pairs'"),
    ],
)
def test_bad_pairs_are_refused_and_the_pipeline_goes_on(
    entails: Pipeline[Any],
    args: tuple[Any, ...],
    options: dict[str, Any],
    error: type[Exception],
    message: str,
) -> None:
    with pytest.raises(error, match=message):
        entails(*args, **options)
    assert entails(PAIR)["label"]
