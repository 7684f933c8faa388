"""Aggregation and windows against an installed transformers (4.46.3 is what we hold to)."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onnxformers import AutoTokenizer
from onnxformers.pipelines import TokenClassificationPipeline

transformers = pytest.importorskip(
    "transformers", reason="the reference: pip install transformers==4.46.3"
)
reference = pytest.importorskip(
    "transformers.pipelines.token_classification",
    reason="the reference: pip install transformers==4.46.3",
)

pytestmark = [
    pytest.mark.oracle,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
]

MODELS = Path(__file__).parents[2] / "conformance" / "models"
NAMES = ("bert-cased-ner", "roberta-ner")
LABELS = (
    ("O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC"),
    ("O", "PER", "B-PER", "I-PER", "E-PER", "S-PER", "B-", "-", "B-a-b", "I-a-b", "a-b"),
    ("NOUN", "VERB", "PUNCT"),
    ("O",),
)
WORDS = ("Hiroshi", "met", "of", "Vienna", ".", "naïve", "don't", "狐", "🙂", "e\u0301", "x" * 20)
TEXTS = st.one_of(
    st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join),
    st.lists(st.sampled_from([*WORDS, " ", "\n", "  "]), max_size=30).map("".join),
    st.text(max_size=40),
)
IGNORED = st.lists(st.sampled_from(["O", "PER", "B-PER", "I-PER", "a-b", "b", "NOUN", ""]))


class Tensor(np.ndarray):
    """What the reference takes for a tensor of its framework."""

    def numpy(self) -> np.ndarray:
        return np.asarray(self)


class Pair:
    """Our pipeline and the reference's, over one tokenizer and one function for a model."""

    def __init__(self, name: str, labels: tuple[str, ...], model: Any) -> None:
        self.ours = TokenClassificationPipeline(
            task="ner", model=model, tokenizer=AutoTokenizer.from_pretrained(MODELS / name)
        )
        self.model = model
        self.theirs = object.__new__(reference.TokenClassificationPipeline)
        self.theirs.framework = "numpy"  # neither of theirs: nothing is converted
        self.theirs.tokenizer = transformers.AutoTokenizer.from_pretrained(MODELS / name)
        config = SimpleNamespace(id2label=dict(enumerate(labels)))
        self.theirs.model = SimpleNamespace(config=config)

    def expected(
        self, text: str, *, max_length: int, stride: int | None, **options: Any
    ) -> list[Any]:
        """What the reference makes of our logits."""
        windows = {} if stride is None else {"return_overflowing_tokens": True, "stride": stride}
        rows = self.theirs.tokenizer(
            [text],
            truncation=True,
            max_length=max_length,
            return_special_tokens_mask=True,
            return_offsets_mapping=True,
            **windows,
        )
        outputs = []
        for row in range(len(rows["input_ids"])):
            ids = np.array([rows["input_ids"][row]])
            mask = np.array([rows["special_tokens_mask"][row]])
            outputs.append(
                {
                    "logits": self.model.logits(ids).view(Tensor),
                    "input_ids": ids,
                    "offset_mapping": [rows["offset_mapping"][row]],
                    "special_tokens_mask": mask.view(Tensor),
                    "sentence": text,
                }
            )
        strategy = reference.AggregationStrategy(options["aggregation_strategy"])
        entities = self.theirs.postprocess(outputs, strategy, options["ignore_labels"])
        # Of windows it gives a first entity without characters twice.
        return entities[1:] if len(entities) > 1 and entities[0] is entities[1] else entities


@pytest.fixture(scope="module")
def pairs(function_model: Any) -> Callable[[str, tuple[str, ...]], Pair]:
    @functools.cache
    def pair(name: str, labels: tuple[str, ...]) -> Pair:
        model = function_model(len(labels), {"id2label": dict(enumerate(labels))})
        return Pair(name, labels, model)

    return pair


OPTIONS = st.fixed_dictionaries(
    {
        "aggregation_strategy": st.sampled_from(["none", "simple", "first", "average", "max"]),
        "ignore_labels": IGNORED,
        "stride": st.one_of(st.none(), st.integers(0, 4)),
        "max_length": st.sampled_from([7, 16, 100]),
    }
)


@given(
    st.sampled_from(NAMES),
    st.sampled_from(LABELS),
    st.lists(TEXTS, min_size=1, max_size=4),
    OPTIONS,
)
def test_entities_are_those_of_the_reference(
    pairs: Callable[[str, tuple[str, ...]], Pair],
    name: str,
    labels: tuple[str, ...],
    texts: list[str],
    options: dict[str, Any],
) -> None:
    pair = pairs(name, labels)
    is_none = options["aggregation_strategy"] == "none"
    if is_none:
        options["stride"] = None
    got = pair.ours(texts, **options)
    for text, entities in zip(texts, got, strict=True):
        assert entities == pair.ours(text, **options)
        expected = pair.expected(text, **options)
        assert len(entities) == len(expected)
        for entity, want in zip(entities, expected, strict=True):
            # Bits, not digits. The word of a token is decoded, as in Transformers.js.
            same = set(want) - ({"word"} if is_none else set())
            assert {key: entity[key] for key in same} == {key: want[key] for key in same}
            assert type(entity["score"]) is float
            assert type(entity["start"]) is type(entity["end"]) is int
