from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from onnxformers import pipeline
from onnxformers.errors import FileFormatError, InvalidArgumentError, InvalidTypeError
from onnxformers.pipelines.base import Pipeline

MODELS = Path(__file__).parents[2] / "conformance" / "models"
TEXT = "Her brother finished two silver coins in the quiet garden!"
LABELS = ["science", "cooking", "sport"]


@pytest.fixture(scope="module")
def classify() -> Iterator[Pipeline[Any]]:
    with pipeline("zero-shot-classification", MODELS / "bart-nli") as pipe:
        yield pipe


def with_labels(tmp_path: Path, labels: dict[str, int] | None) -> Path:
    folder = tmp_path / "model"
    shutil.copytree(MODELS / "bart-nli", folder)
    config = json.loads((folder / "config.json").read_text())
    config.pop("id2label"), config.pop("label2id")
    if labels is not None:
        config["label2id"] = labels
        config["id2label"] = {str(i): label for label, i in labels.items()}
    (folder / "config.json").chmod(0o644)
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def test_labels_come_best_first_with_their_scores(classify: Pipeline[Any]) -> None:
    result = classify(TEXT, LABELS)
    assert list(result) == ["sequence", "labels", "scores"]
    assert result["sequence"] == TEXT
    assert sorted(result["labels"]) == sorted(LABELS)
    assert result["scores"] == sorted(result["scores"], reverse=True)
    assert sum(result["scores"]) == pytest.approx(1)
    assert all(type(score) is float for score in result["scores"])


def test_several_labels_may_hold_at_once(classify: Pipeline[Any]) -> None:
    together = classify(TEXT, LABELS, multi_label=True)
    alone = {label: classify(TEXT, [label])["scores"][0] for label in LABELS}
    for label, score in zip(together["labels"], together["scores"], strict=True):
        assert score == pytest.approx(alone[label], abs=1e-6)


def test_all_ways_to_call_are_one(classify: Pipeline[Any]) -> None:
    result = classify(TEXT, LABELS)
    assert classify(TEXT, candidate_labels=LABELS) == result
    assert classify(sequences=TEXT, candidate_labels=tuple(LABELS)) == result
    assert classify(TEXT, " science,cooking , sport,,") == result
    assert classify([TEXT, TEXT], LABELS) == [result, result]
    assert next(classify(iter([TEXT]), LABELS)) == result
    assert pipeline(
        "zero-shot-classification", MODELS / "bart-nli", candidate_labels=LABELS
    )(TEXT) == result  # fmt: skip


def test_a_batch_classifies_as_one_by_one(classify: Pipeline[Any]) -> None:
    texts = [TEXT, "tea", "", "Why did the railway not come back from Vienna? " * 4]
    alone = [classify(text, LABELS) for text in texts]
    assert classify(texts, LABELS) == alone
    assert classify(texts, LABELS, batch_size=2) == alone


def test_the_template_says_what_is_asked(classify: Pipeline[Any]) -> None:
    other = classify(TEXT, LABELS, hypothesis_template="{0} {{is}} mentioned, {}.")
    assert sorted(other["labels"]) == sorted(LABELS)
    plain = classify(TEXT, ["science {is} mentioned, science."], hypothesis_template="{}")
    assert classify(TEXT, ["science"], hypothesis_template="{0} {{is}} mentioned, {}.")[
        "scores"
    ] == plain["scores"]  # fmt: skip


def test_a_long_text_is_cut_and_the_hypothesis_is_not(
    classify: Pipeline[Any], caplog: pytest.LogCaptureFixture
) -> None:
    short, long = classify([TEXT, TEXT * 60], LABELS)
    assert "truncated" not in short
    assert long["truncated"] is True
    assert "1 of 2 texts were cut to" in caplog.text
    assert len(set(long["scores"])) == 3
    with pytest.raises(InvalidArgumentError, match=r"text 1 has [0-9]+ tokens, more than 128"):
        classify([TEXT, TEXT * 60], LABELS, truncation="error")


def test_entailment_is_found_by_its_label(
    tmp_path: Path, classify: Pipeline[Any], caplog: pytest.LogCaptureFixture
) -> None:
    by_name = classify(TEXT, LABELS)
    assert classify.model.config.label2id["entailment"] == 2
    with pipeline("zero-shot-classification", with_labels(tmp_path, None)) as pipe:
        assert pipe(TEXT, LABELS) == by_name
        assert pipe(TEXT, LABELS) == by_name
    assert caplog.text.count("no label of the config begins with 'entail'") == 1


def test_entailment_in_front_is_weighed_against_the_last_label(tmp_path: Path) -> None:
    labels = {"ENTAILMENT": 0, "neutral": 1, "contradiction": 2}
    with pipeline("zero-shot-classification", with_labels(tmp_path, labels)) as pipe:
        (score,) = pipe(TEXT, "science")["scores"]
    with pipeline("zero-shot-classification", MODELS / "bart-nli") as pipe:
        # There the last label is entailment and the first contradiction.
        (other,) = pipe(TEXT, "science")["scores"]
    assert score == pytest.approx(1 - other, abs=1e-6)


def test_a_label_that_the_model_has_not_is_refused(tmp_path: Path) -> None:
    labels = {"contradiction": 0, "neutral": 1, "entailment": 7}
    with (
        pipeline("zero-shot-classification", with_labels(tmp_path, labels)) as pipe,
        pytest.raises(FileFormatError, match="7 for entailment, and the model has 3 classes"),
    ):
        pipe(TEXT, LABELS)


@pytest.mark.parametrize(
    ("args", "options", "error", "message"),
    [
        ((TEXT,), {}, InvalidArgumentError, "candidate_labels are missing"),
        ((TEXT, []), {}, InvalidArgumentError, "candidate_labels are empty"),
        ((TEXT, " , "), {}, InvalidArgumentError, "candidate_labels are empty"),
        ((TEXT, 7), {}, InvalidTypeError, "candidate_labels must be a str or a list of str"),
        ((TEXT, ["a", 7]), {}, InvalidTypeError, r"candidate_labels\[1\] must be a str, got int"),
        (([TEXT, None], LABELS), {}, InvalidTypeError, "text of input 1 must be a str"),
        (([], LABELS), {}, InvalidArgumentError, "the list of inputs is empty"),
        ((7, LABELS), {}, InvalidTypeError, "expected a str, a list or a generator"),
        ((), {"candidate_labels": LABELS}, InvalidTypeError, "sequences is missing"),
        (
            (TEXT, LABELS),
            {"multi_labels": True},
            InvalidArgumentError,
            "unknown option 'multi_labels'; did you mean 'multi_label'?",
        ),
        (
            (TEXT, ["a", "very " * 200]),
            {},
            InvalidArgumentError,
            "label 1 in its template takes [0-9]+ tokens, which leaves nothing of 128",
        ),
        ((TEXT, LABELS), {"multi_label": "yes"}, InvalidTypeError, "multi_label must be True or"),
        *(
            ((TEXT, LABELS), {"hypothesis_template": template}, InvalidArgumentError, "with {}")
            for template in (
                "no field",
                "{",
                "{label}",
                "{0.__class__}",
                "{:>99}",
                "{1}",
                "{!r}",
                7,
            )
        ),
    ],
)
def test_bad_input_is_refused_and_the_pipeline_goes_on(
    classify: Pipeline[Any],
    args: tuple[Any, ...],
    options: dict[str, Any],
    error: type[Exception],
    message: str,
) -> None:
    with pytest.raises(error, match=message):
        classify(*args, **options)
    assert classify(TEXT, LABELS)["labels"]
