from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import Any

import pytest

from onnxformers import AutoConfig, AutoTokenizer, pipeline
from onnxformers.configs import PretrainedConfig
from onnxformers.errors import FileFormatError, InvalidArgumentError, InvalidTypeError
from onnxformers.pipelines import TokenClassificationPipeline

MODELS = Path(__file__).parents[2] / "conformance" / "models"
PATH = MODELS / "bert-cased-ner"
TEXTS = [
    "Hiroshi met Dimitri in Vienna.",
    "",
    "naïve 狐 of Seville",
    "Eleanor of the United Nations met in Quito. " * 3,
]
AGGREGATIONS = ["simple", "first", "average", "max"]
LABELS = {0: "O", 1: "B-PER", 2: "I-PER", 3: "B-LOC", 4: "I-LOC"}


@pytest.fixture(scope="module")
def ner() -> TokenClassificationPipeline:
    pipe = pipeline("ner", PATH, ignore_labels=[])
    assert isinstance(pipe, TokenClassificationPipeline)
    return pipe


@pytest.fixture
def stub(function_model: Any) -> TokenClassificationPipeline:
    """A pipeline whose model looks at ids alone, not at where they stand."""
    return TokenClassificationPipeline(
        task="ner",
        model=function_model(len(LABELS), {"id2label": LABELS}),
        tokenizer=AutoTokenizer.from_pretrained(PATH),
    )


@pytest.mark.parametrize("strategy", ["none", *AGGREGATIONS])
def test_entities_say_where_they_stand(ner: TokenClassificationPipeline, strategy: str) -> None:
    text = TEXTS[0]
    entities = ner(text, aggregation_strategy=strategy)
    assert entities
    for entity in entities:
        assert type(entity["score"]) is float
        assert 0 < entity["score"] <= 1
        assert type(entity["start"]) is type(entity["end"]) is int
        cut = text[entity["start"] : entity["end"]].replace(" ", "")
        assert cut == re.sub("^##| ", "", entity["word"])
    kind = {"entity", "index"} if strategy == "none" else {"entity_group"}
    assert {frozenset(entity) for entity in entities} == {
        frozenset({"score", "word", "start", "end"} | kind)
    }


@pytest.mark.parametrize("strategy", ["none", *AGGREGATIONS])
def test_lists_and_streams_give_what_each_text_gives(
    ner: TokenClassificationPipeline, strategy: str
) -> None:
    alone = [ner(text, aggregation_strategy=strategy) for text in TEXTS]
    assert alone[1] == []
    assert ner(TEXTS, aggregation_strategy=strategy) == alone
    assert ner(TEXTS, aggregation_strategy=strategy, batch_size=1) == alone
    assert list(ner(iter(TEXTS), aggregation_strategy=strategy, batch_size=3)) == alone


def test_labels_are_ignored_after_grouping(stub: TokenClassificationPipeline) -> None:
    every = stub(TEXTS[3], aggregation_strategy="simple", ignore_labels=[])
    assert {entity["entity_group"] for entity in every} == {"O", "PER", "LOC"}
    kept = stub(TEXTS[3], aggregation_strategy="simple", ignore_labels={"O", "PER", "B-LOC"})
    assert kept == [entity for entity in every if entity["entity_group"] == "LOC"]
    tokens = stub(TEXTS[3], ignore_labels=("O", "B-LOC"))
    assert {entity["entity"] for entity in tokens} == {"B-PER", "I-PER", "I-LOC"}


def test_words_have_one_label(stub: TokenClassificationPipeline) -> None:
    text = "Hiroshi protected unexpectedly"
    for strategy in AGGREGATIONS[1:]:
        for entity in stub(text, aggregation_strategy=strategy, ignore_labels=[]):
            assert f" {text} "[entity["start"]] == " "
            assert f" {text} "[entity["end"] + 1] == " "


def test_padding_on_the_left_does_not_count(stub: TokenClassificationPipeline) -> None:
    expected = stub(TEXTS), stub(TEXTS, aggregation_strategy="max")
    stub.tokenizer.padding_side = "left"
    assert (stub(TEXTS), stub(TEXTS, aggregation_strategy="max")) == expected


def test_an_unknown_token_shows_the_text(ner: TokenClassificationPipeline) -> None:
    words = {entity["word"] for entity in ner("a 狐狸 boat")}
    assert "狐" in words
    assert "[UNK]" not in words


def test_a_tokenizer_without_marks_tells_words_by_spaces(caplog: pytest.LogCaptureFixture) -> None:
    ner = pipeline("ner", MODELS / "roberta-ner", ignore_labels=[], aggregation_strategy="first")
    text = "Hiroshi watched the unexpected letter"
    for _ in range(2):
        for entity in ner(text):
            assert f"{text} "[entity["end"]] == " "
    assert caplog.text.count("words are told by spaces") == 1


def test_what_is_cut_is_said(
    ner: TokenClassificationPipeline, caplog: pytest.LogCaptureFixture
) -> None:
    short, long = ner(["a boat", TEXTS[3]], max_length=12)
    assert caplog.text.count("1 of 2 texts were cut to 12 tokens") == 1
    assert all("truncated" not in entity for entity in short)
    assert all(entity["truncated"] is True for entity in long)
    with pytest.raises(InvalidArgumentError, match=r"text 1 has \d+ tokens, more than 12"):
        ner(["a boat", TEXTS[3]], max_length=12, truncation="error")


def test_windows_reach_the_end_of_a_long_text(
    stub: TokenClassificationPipeline, caplog: pytest.LogCaptureFixture
) -> None:
    options = {"aggregation_strategy": "simple", "ignore_labels": []}
    long = TEXTS[3] * 5
    whole = stub(long, truncation=False, **options)
    short, found = stub(["a boat", long], max_length=20, stride=8, **options)
    assert short == stub("a boat", **options)
    assert "cut" not in caplog.text
    assert all("truncated" not in entity for entity in found)
    assert found[0]["start"] == 0
    assert found[-1]["end"] == len(long.rstrip())
    assert all(a["end"] <= b["start"] for a, b in itertools.pairwise(found))
    # The model looks back three tokens, and windows share eight: only edges of windows differ.
    spans = {(entity["start"], entity["end"]) for entity in whole}
    assert len(spans & {(e["start"], e["end"]) for e in found}) > 0.6 * len(spans)
    assert stub(long, truncation=False, max_length=20, stride=8, **options) == whole


def test_of_overlapping_entities_the_longest_then_the_likeliest_stays() -> None:
    from onnxformers.pipelines.entities import merge_windows
    from onnxformers.pipelines.results import Entity

    def entity(start: int, end: int, score: float) -> Entity:
        return {"entity_group": "X", "score": score, "word": "", "start": start, "end": end}

    kept = [entity(0, 4, 0.1), entity(5, 9, 0.6), entity(12, 12, 0.5), entity(12, 13, 0.2)]
    lost = [entity(1, 3, 0.9), entity(6, 10, 0.5), entity(12, 13, 0.2)]
    assert merge_windows([*kept, *lost]) == kept
    assert merge_windows([]) == []


def test_labels_that_the_config_lacks_are_numbered() -> None:
    config = PretrainedConfig({**AutoConfig.from_pretrained(PATH), "id2label": {"0": "O"}})
    ner = pipeline("ner", PATH, config=config)
    assert {entity["entity"][:6] for entity in ner(TEXTS[0])} == {"LABEL_"}


def test_a_model_of_another_task_is_refused() -> None:
    with pytest.raises(FileFormatError, match=r"logits of shape \(rows, tokens, labels\), got"):
        pipeline("ner", MODELS / "bert-uncased-sst")("a boat")


@pytest.mark.parametrize(
    ("inputs", "options", "error", "message"),
    [
        ([], {}, InvalidArgumentError, r"\[ner\] the list of inputs is empty"),
        (None, {}, InvalidTypeError, "expected a str, a list or a generator of them, got NoneType"),
        (["ok", None], {}, InvalidTypeError, r"texts\[1\] must be a str, got NoneType"),
        ([["split", "words"]], {}, InvalidTypeError, r"texts\[0\] must be a str, got list"),
        ("\ud800", {}, InvalidArgumentError, "surrogate"),
        ("ok", {"aggregation": "max"}, InvalidArgumentError, "mean 'aggregation_strategy'"),
        ("ok", {"aggregation_strategy": "best"}, InvalidArgumentError, "one of none, simple, fir"),
        ("ok", {"ignore_labels": "O"}, InvalidArgumentError, r'such as \["O"\], got \'O\''),
        ("ok", {"ignore_labels": [0]}, InvalidArgumentError, "must be a list of str"),
        ("ok", {"stride": 2}, InvalidArgumentError, "needs an aggregation strategy, got 'none'"),
        (
            "ok",
            {"stride": -1, "aggregation_strategy": "max"},
            InvalidArgumentError,
            "stride must be an int from 0 up or None, got -1",
        ),
        (
            "ok",
            {"stride": 18, "aggregation_strategy": "max", "max_length": 20},
            InvalidArgumentError,
            "stride must be less than the tokens of a window, got 18; rows of 20 tokens have room",
        ),
        (
            "ok",
            {"grouped_entities": True},
            InvalidArgumentError,
            "there is no option 'grouped_entities'; pass aggregation_strategy=",
        ),
        ("ok", {"ignore_subwords": True}, InvalidArgumentError, "pass aggregation_strategy="),
    ],
)
def test_bad_input_is_refused_and_the_pipeline_goes_on(
    ner: TokenClassificationPipeline,
    inputs: Any,
    options: dict[str, Any],
    error: type[Exception],
    message: str,
) -> None:
    before = ner("a wooden boat")
    with pytest.raises(error, match=message):
        ner(inputs, **options)
    assert ner("a wooden boat") == before


def test_options_of_older_versions_are_refused_when_loading() -> None:
    with pytest.raises(InvalidArgumentError, match="there is no option 'grouped_entities'; pass"):
        pipeline("ner", PATH, grouped_entities=True)
