from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from onnxformers import ops, pipeline
from onnxformers.errors import FileFormatError, InvalidArgumentError, InvalidTypeError
from onnxformers.pipelines import TextRankingPipeline
from onnxformers.tokenizers import AutoTokenizer
from random_logits import RandomLogits

MODELS = Path(__file__).parents[2] / "conformance" / "models"
QUERY = "Who painted the window?"
DOCUMENTS = ["a wooden boat", "The committee painted the window.", "", "In 1916, it rained."]


def ranker(**config: Any) -> TextRankingPipeline:
    return TextRankingPipeline(
        task="text-ranking",
        model=RandomLogits(3, {"logits": 1}, **config),
        tokenizer=AutoTokenizer.from_pretrained(MODELS / "bert-uncased-sst"),
    )


@pytest.fixture(scope="module")
def rank() -> TextRankingPipeline:
    return ranker()


def logits(pipe: TextRankingPipeline) -> np.ndarray:
    ids = [pipe.tokenizer.encode(QUERY, text) for text in DOCUMENTS]
    return np.array([pipe.model.row(row, "logits")[0] for row in ids])


def test_documents_come_best_first(rank: TextRankingPipeline) -> None:
    ranked = rank(QUERY, DOCUMENTS)
    scores = ops.sigmoid(logits(rank))
    assert [document["index"] for document in ranked] == np.argsort(-scores).tolist()
    for document in ranked:
        assert list(document) == ["index", "score"]
        assert document["score"] == scores[document["index"]]
        assert (type(document["index"]), type(document["score"])) == (int, float)


def test_the_best_documents_with_their_texts(rank: TextRankingPipeline) -> None:
    best = rank(QUERY, DOCUMENTS, top_k=2, return_documents=True)
    assert [{k: d[k] for k in ("index", "score")} for d in best] == rank(QUERY, DOCUMENTS)[:2]
    assert all(document["text"] == DOCUMENTS[document["index"]] for document in best)


@pytest.mark.parametrize(
    ("config", "options", "function"),
    [
        ({}, {"function_to_apply": "none"}, "none"),
        ({"sentence_transformers": {"activation_fn": "torch.nn.Identity"}}, {}, "none"),
        ({"sentence_transformers": {"version": "5"}}, {}, "sigmoid"),
        (
            {"sbert_ce_default_activation_function": "torch.nn.modules.linear.Identity"},
            {},
            "none",
        ),
        (
            {"sbert_ce_default_activation_function": "torch.nn.modules.linear.Identity"},
            {"function_to_apply": "sigmoid"},
            "sigmoid",
        ),
        (
            {"sentence_transformers": {"activation_fn": "torch.nn.modules.activation.Sigmoid"}},
            {},
            "sigmoid",
        ),
    ],
)
def test_the_config_chooses_the_function(
    config: dict[str, Any], options: dict[str, Any], function: str
) -> None:
    pipe = ranker(**config)
    values = logits(pipe) if function == "none" else ops.sigmoid(logits(pipe))
    for document in pipe(QUERY, DOCUMENTS, **options):
        assert document["score"] == values[document["index"]]


def test_all_ways_to_call_are_one(rank: TextRankingPipeline) -> None:
    ranked = rank(QUERY, DOCUMENTS)
    item = {"query": QUERY, "documents": DOCUMENTS}
    other = {"query": "tea", "documents": ("x", "a wooden boat")}
    assert rank(query=QUERY, documents=tuple(DOCUMENTS)) == ranked
    assert rank(item) == ranked
    assert rank([item, other]) == [ranked, rank(other)]
    assert rank([item, other], batch_size=1) == [ranked, rank(other)]
    stream: Iterator[Any] = rank(iter([item, other]))
    assert [*stream] == [ranked, rank(other)]


def test_what_was_cut_is_said(rank: TextRankingPipeline, caplog: pytest.LogCaptureFixture) -> None:
    ranked = rank(QUERY, ["short", "a long text " * 200])
    assert [d["index"] for d in ranked if d.get("truncated")] == [1]
    assert "1 of 2 texts were cut to 128 tokens" in caplog.text


@pytest.mark.parametrize(
    ("args", "options", "error", "message"),
    [
        ((QUERY, []), {}, InvalidArgumentError, "documents of input 0 is an empty list"),
        ((QUERY, "text"), {}, InvalidTypeError, "documents of input 0 must be a list of str"),
        ((QUERY, ["a", 7]), {}, InvalidTypeError, "documents of input 0 must be a str, got int"),
        ((7, ["a"]), {}, InvalidTypeError, "query of input 0 must be a str, got int"),
        ((QUERY,), {}, InvalidTypeError, "expected a query and a list of documents"),
        (({"query": QUERY},), {}, InvalidArgumentError, "a dict with query and documents"),
        ((), {"documents": ["a"]}, InvalidArgumentError, "got keys documents"),
        ((QUERY, ["a"]), {"topk": 1}, InvalidArgumentError, "did you mean 'top_k'?"),
        ((QUERY, ["a"]), {"function_to_apply": "softmax"}, InvalidArgumentError, "sigmoid, none"),
        ((QUERY, ["a"]), {"return_documents": 1}, InvalidTypeError, "must be True or False"),
    ],
)
def test_bad_input_is_refused_and_the_pipeline_goes_on(
    rank: TextRankingPipeline,
    args: tuple[Any, ...],
    options: dict[str, Any],
    error: type[Exception],
    message: str,
) -> None:
    with pytest.raises(error, match=message):
        rank(*args, **options)
    assert rank(QUERY, DOCUMENTS)


def test_an_unknown_activation_is_refused() -> None:
    pipe = ranker(sentence_transformers={"activation_fn": "torch.nn.Softplus"})
    with pytest.raises(FileFormatError, match=r"'torch\.nn\.Softplus', which is not supported"):
        pipe(QUERY, DOCUMENTS)
    assert pipe(QUERY, DOCUMENTS, function_to_apply="none")


def test_a_model_of_several_labels_is_refused() -> None:
    with (
        pipeline("text-ranking", MODELS / "bert-uncased-sst") as pipe,
        pytest.raises(FileFormatError, match=r"must have one label.* it has 2"),
    ):
        pipe(QUERY, DOCUMENTS)
