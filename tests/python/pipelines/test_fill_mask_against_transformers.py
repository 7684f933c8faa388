"""Fill-mask against an installed transformers with PyTorch (4.46.3 is what we hold to)."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onnxformers import AutoTokenizer
from onnxformers.pipelines import FillMaskPipeline

transformers = pytest.importorskip(
    "transformers", reason="the reference: pip install transformers==4.46.3"
)
torch = pytest.importorskip("torch", reason="the reference's framework: pip install torch")

pytestmark = [
    pytest.mark.oracle,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
]

MODELS = Path(__file__).parents[2] / "conformance" / "models"
# Those that have a fast tokenizer in the reference too.
NAMES = ("bert-uncased-mlm", "roberta-mlm", "albert-mlm")
PARTS = ("Eleanor", "watched", "the", "river", ",", "naïve", "狐", "🙂", "e\u0301", "MASK", "MASK")
TEXTS = st.lists(st.sampled_from(PARTS), max_size=12).map(" ".join)
TARGETS = st.one_of(
    st.none(),
    st.sampled_from(["the", "riverdog", "狐"]),
    st.lists(st.sampled_from(["the", "a", "riverdog", " the", "e", "river"]), min_size=1),
)


class Pair:
    """Our pipeline and the reference's, over one tokenizer and one function for a model."""

    def __init__(self, name: str, function_model: Any) -> None:
        tokenizer = AutoTokenizer.from_pretrained(MODELS / name)
        self.model = function_model(len(tokenizer), {"model_type": "bert"})
        self.ours = FillMaskPipeline(task="fill-mask", model=self.model, tokenizer=tokenizer)
        self.theirs = object.__new__(transformers.FillMaskPipeline)
        self.theirs.framework = "pt"
        self.theirs.tokenizer = transformers.AutoTokenizer.from_pretrained(MODELS / name)
        self.theirs.model = SimpleNamespace(base_model_prefix="bert")

    def expected(self, text: str, top_k: int, targets: Any) -> Any:
        """What the reference makes of our logits."""
        target_ids = None if targets is None else self.theirs.get_target_ids(targets)
        ids = self.theirs.tokenizer([text])["input_ids"]
        logits = torch.from_numpy(self.model.logits(torch.tensor(ids).numpy()))
        outputs = {"logits": logits, "input_ids": torch.tensor(ids)}
        return self.theirs.postprocess(outputs, top_k=top_k, target_ids=target_ids)


@pytest.fixture(scope="module")
def pairs(function_model: Any) -> dict[str, Pair]:
    return {name: Pair(name, function_model) for name in NAMES}


@given(
    st.sampled_from(NAMES),
    st.lists(TEXTS, min_size=1, max_size=3),
    st.integers(1, 30),
    TARGETS,
)
def test_fillings_are_those_of_the_reference(
    pairs: dict[str, Pair], name: str, texts: list[str], top_k: int, targets: Any
) -> None:
    pair = pairs[name]
    mask = str(pair.ours.tokenizer.mask_token)
    texts = [f"{text} MASK".replace("MASK", mask) for text in texts]
    found = pair.ours(texts, top_k=top_k, targets=targets)
    for text, fillings in zip(texts, found, strict=True):
        assert fillings == pair.ours(text, top_k=top_k, targets=targets)
        expected = pair.expected(text, top_k, targets)
        _compare(fillings, expected)


def _compare(got: Any, want: Any) -> None:
    assert len(got) == len(want)
    for one, other in zip(got, want, strict=True):
        if isinstance(other, list):
            _compare(one, other)
        else:
            assert one["score"] == pytest.approx(other["score"], rel=1e-5, abs=1e-9)
            assert {**one, "score": 0} == {**other, "score": 0}
