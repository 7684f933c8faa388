from __future__ import annotations

from pathlib import Path

import pytest

from onnxformers import AutoConfig, pipeline
from onnxformers.configs import PretrainedConfig

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
