from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from onnxformers import ops, pipeline
from onnxformers.errors import InvalidArgumentError, InvalidTypeError
from onnxformers.pipelines import FeatureExtractionPipeline, SentenceSimilarityPipeline

MODEL = Path(__file__).parents[2] / "conformance" / "models" / "bert-uncased-embed"
SOURCE = "a wooden boat"
OTHERS = ["a wooden boat", "Why did the committee not come back from Vienna?", "tea", "tea"]


@pytest.fixture(scope="module")
def compare() -> Iterator[Any]:
    with pipeline("sentence-similarity", MODEL) as pipe:
        assert isinstance(pipe, SentenceSimilarityPipeline)
        yield pipe


def test_the_similarity_is_the_cosine_of_the_embeddings(compare: Any) -> None:
    embed = FeatureExtractionPipeline(
        task="feature-extraction", model=compare.model, tokenizer=compare.tokenizer
    )
    vectors = embed([SOURCE, *OTHERS], pooling="mean")
    got = compare(SOURCE, OTHERS)
    np.testing.assert_allclose(got, ops.cos_sim(vectors[0], vectors[1:])[0], atol=1e-6)
    assert got[0] == pytest.approx(1)
    assert got[2] == got[3]
    assert all(type(value) is float for value in got)


def test_all_ways_to_call_are_one(compare: Any) -> None:
    got = compare(SOURCE, OTHERS)
    item = {"source_sentence": SOURCE, "sentences": OTHERS}
    other = {"source_sentence": "tea", "sentences": (SOURCE,)}
    assert compare(source_sentence=SOURCE, sentences=OTHERS) == got
    assert compare(item) == got
    assert compare([item, other]) == [got, compare(other)]
    assert [*compare(iter([item, other]))] == [got, compare(other)]


def test_the_embedding_is_as_asked_for(compare: Any) -> None:
    assert compare(SOURCE, OTHERS, pooling="cls") != compare(SOURCE, OTHERS)
    assert compare(SOURCE, OTHERS, truncate_dim=4) != compare(SOURCE, OTHERS)
    assert compare(SOURCE, OTHERS, prompt="query: ") != compare(SOURCE, OTHERS)


@pytest.mark.parametrize(
    ("args", "options", "error", "message"),
    [
        ((SOURCE, []), {}, InvalidArgumentError, "sentences of input 0 is an empty list"),
        ((SOURCE, "tea"), {}, InvalidTypeError, "sentences of input 0 must be a list of str"),
        ((SOURCE, [None]), {}, InvalidTypeError, "sentences of input 0 must be a str"),
        ((None, ["tea"]), {}, InvalidTypeError, "source_sentence of input 0 must be a str"),
        ((SOURCE,), {}, InvalidTypeError, "expected a sentence and a list of others"),
        (({"source": SOURCE, "sentences": OTHERS},), {}, InvalidArgumentError, "got keys source"),
        ((SOURCE, OTHERS), {"pooling": "none"}, InvalidArgumentError, "gives no vector for a"),
        ((SOURCE, OTHERS), {"poolin": "cls"}, InvalidArgumentError, "did you mean 'pooling'?"),
        ((SOURCE, OTHERS), {"quantize": True}, InvalidArgumentError, "unknown option 'quantize'"),
    ],
)
def test_bad_input_is_refused_and_the_pipeline_goes_on(
    compare: Any,
    args: tuple[Any, ...],
    options: dict[str, Any],
    error: type[Exception],
    message: str,
) -> None:
    with pytest.raises(error, match=message):
        compare(*args, **options)
    assert len(compare(SOURCE, OTHERS)) == 4
