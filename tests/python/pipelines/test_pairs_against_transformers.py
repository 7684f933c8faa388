"""Post-processing of random logits, against an installed transformers (4.46.3 is the reference)."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onnxformers.pipelines import QuestionAnsweringPipeline, ZeroShotClassificationPipeline
from onnxformers.tokenizers import AutoTokenizer
from random_logits import RandomLogits

transformers = pytest.importorskip(
    "transformers", reason="the reference: pip install transformers==4.46.3"
)
question_answering = pytest.importorskip(
    "transformers.pipelines.question_answering",
    reason="transformers 5 has it no more: pip install transformers==4.46.3",
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
    "watched",
    "a",
    "wooden",
    "boat,",
    "1997!",
    "北京",
    "é",
    "naïve",
    "isn't",
    "Quito's",
    "“so”",
    "[SEP]",
]


class Array(np.ndarray):
    """What the reference takes for a tensor."""

    def numpy(self) -> np.ndarray:
        return np.asarray(self)


def tensor(values: Any) -> Array:
    return np.asarray(values).view(Array)


def reference_answers(
    tokenizer: Any, model: RandomLogits, question: str, context: str, options: dict[str, Any]
) -> Any:
    """As QuestionAnsweringPipeline.preprocess, a run of the model, and its postprocess."""
    limit = options["max_seq_len"]
    encoded = tokenizer(
        question,
        context,
        truncation="only_second",
        max_length=limit,
        stride=min(limit // 2, 128) if options["doc_stride"] is None else options["doc_stride"],
        return_overflowing_tokens=True,
        return_offsets_mapping=True,
    )
    outputs = []
    for row, ids in enumerate(encoded["input_ids"]):
        p_mask = [owner != 1 for owner in encoded.sequence_ids(row)]
        for place, token in enumerate(ids):
            p_mask[place] = p_mask[place] and token != tokenizer.cls_token_id
        outputs.append(
            {
                "start": model.row(ids, "start_logits")[None],
                "end": model.row(ids, "end_logits")[None],
                "p_mask": np.array(p_mask, dtype=int)[None],
                "attention_mask": tensor(np.ones((1, len(ids)), dtype=int)),
                "input_ids": np.array(ids)[None],
                "example": SimpleNamespace(context_text=context),
                "encoding": encoded.encodings[row],
            }
        )
    pipeline = SimpleNamespace(tokenizer=tokenizer)
    cls = question_answering.QuestionAnsweringPipeline
    pipeline.get_indices = lambda *args: cls.get_indices(pipeline, *args)
    names = ("top_k", "max_answer_len", "align_to_words", "handle_impossible_answer")
    return cls.postprocess(pipeline, outputs, **{name: options[name] for name in names})


TEXTS = st.lists(st.sampled_from(WORDS), min_size=3, max_size=120).map(" ".join)


@pytest.mark.parametrize("name", ["bert-cased-qa", "roberta-emotions", "xlm-roberta-mlm"])
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join), TEXTS),
        min_size=1,
        max_size=4,
    ),
    st.fixed_dictionaries(
        {
            "top_k": st.integers(1, 8),
            "max_answer_len": st.integers(1, 30),
            "align_to_words": st.booleans(),
            "handle_impossible_answer": st.booleans(),
            "max_seq_len": st.integers(90, 128),
            "doc_stride": st.sampled_from([None, 0, 1, 17]),
        }
    ),
    st.integers(0, 2**32 - 1),
)
def test_answers_are_those_of_the_reference(
    name: str, texts: list[tuple[str, str]], options: dict[str, Any], seed: int
) -> None:
    model = RandomLogits(seed, {"start_logits": None, "end_logits": None})
    pipe = QuestionAnsweringPipeline(
        task="question-answering",
        model=model,
        tokenizer=AutoTokenizer.from_pretrained(MODELS / name),
    )
    tokenizer = transformers.AutoTokenizer.from_pretrained(MODELS / name)
    questions, contexts = zip(*texts, strict=True)
    found = pipe(questions, contexts, **options, truncation=True)
    for (question, context), answers in zip(texts, found, strict=True):
        wanted = reference_answers(tokenizer, model, question, context, options)
        check_answers(wanted, answers)


def check_answers(wanted: Any, found: Any) -> None:
    """Equal but for the order of equal scores, and for scores of 0, which are no spans there."""
    wanted = [wanted] if isinstance(wanted, dict) else wanted
    found = [found] if isinstance(found, dict) else found
    wanted = [answer for answer in wanted if answer["score"] > 0]
    assert len(found) >= len(wanted)
    for want, got in zip(wanted, found, strict=False):
        assert got["score"] == pytest.approx(want["score"], rel=1e-5)
        if sum(abs(want["score"] - a["score"]) <= 1e-6 * a["score"] for a in wanted) == 1:
            assert {**got, "score": 0} == {**want, "score": 0}


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(TEXTS, min_size=1, max_size=3),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=5, unique=True),
    st.booleans(),
    st.sampled_from([0, 1, 2, -1]),
    st.integers(0, 2**32 - 1),
)
def test_labels_are_those_of_the_reference(
    texts: list[str], labels: list[str], multi_label: bool, entailment: int, seed: int
) -> None:
    label2id = {f"OTHER_{i}": i for i in range(3)}
    if entailment >= 0:
        label2id = {("Entailment" if i == entailment else key): i for key, i in label2id.items()}
    model = RandomLogits(seed, {"logits": 3}, label2id=label2id)
    tokenizer = AutoTokenizer.from_pretrained(MODELS / "bert-cased-qa")
    pipe = ZeroShotClassificationPipeline(
        task="zero-shot-classification",
        model=model,
        tokenizer=tokenizer,
    )
    zero_shot = transformers.pipelines.zero_shot_classification
    reference = SimpleNamespace(framework="np", entailment_id=entailment)
    found = pipe(texts, labels, multi_label=multi_label)
    for text, got in zip(texts, found, strict=True):
        outputs = []
        for label in labels:
            ids = tokenizer(
                text,
                f"This example is {label}.",
                truncation="only_first",
                return_tensors=None,
            )["input_ids"]
            logits = tensor(model.row(ids, "logits")[None])
            outputs.append({"candidate_label": label, "sequence": text, "logits": logits})
        want = zero_shot.ZeroShotClassificationPipeline.postprocess(reference, outputs, multi_label)
        assert got["labels"] == want["labels"]
        assert got["scores"] == pytest.approx(want["scores"], rel=1e-5, abs=1e-7)
        assert got["sequence"] == want["sequence"]
