from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from onnxformers import AutoTokenizer, pipeline
from onnxformers.errors import FileFormatError, InvalidArgumentError, InvalidTypeError
from onnxformers.pipelines import FillMaskPipeline

MODELS = Path(__file__).parents[2] / "conformance" / "models"
PATH = MODELS / "bert-uncased-mlm"
TEXTS = [
    "The film was [MASK].",
    "[MASK]",
    "In [MASK], Eleanor repaired a [MASK] boat.",
    "A young doctor watched the quiet [MASK] near the river and the old mill.",
]


@pytest.fixture(scope="module")
def fill() -> FillMaskPipeline:
    pipe = pipeline("fill-mask", PATH)
    assert isinstance(pipe, FillMaskPipeline)
    return pipe


@pytest.fixture
def stub(function_model: Any) -> FillMaskPipeline:
    """A pipeline whose model looks at ids alone, not at where they stand."""
    tokenizer = AutoTokenizer.from_pretrained(PATH)
    model = function_model(len(tokenizer), {"model_type": "bert"})
    return FillMaskPipeline(task="fill-mask", model=model, tokenizer=tokenizer)


def test_the_likeliest_come_first(fill: FillMaskPipeline) -> None:
    found: Any = fill(TEXTS[0])
    assert len(found) == 5
    scores = [filling["score"] for filling in found]
    assert scores == sorted(scores, reverse=True)
    for filling in found:
        assert list(filling) == ["score", "token", "token_str", "sequence"]
        assert type(filling["score"]) is float
        assert type(filling["token"]) is int
        assert filling["token_str"] == fill.tokenizer.decode([filling["token"]])
        assert filling["sequence"].startswith("the film was")
    everything: Any = fill(TEXTS[0], top_k=10**9)
    assert sorted(filling["token"] for filling in everything) == list(range(len(fill.tokenizer)))
    assert sum(filling["score"] for filling in everything) == pytest.approx(1, abs=1e-5)
    assert everything[:5] == found


def test_lists_and_streams_give_what_each_text_gives(fill: FillMaskPipeline) -> None:
    alone = [fill(text) for text in TEXTS]
    assert fill(TEXTS) == alone
    assert fill(TEXTS[:1]) == alone[:1]
    assert fill(TEXTS, batch_size=2) == alone
    assert list(fill(iter(TEXTS), batch_size=3)) == alone


def test_several_masks_give_a_list_for_each(fill: FillMaskPipeline) -> None:
    found: Any = fill(TEXTS[2], top_k=2)
    assert [len(fillings) for fillings in found] == [2, 2]
    for fillings in found:
        for filling in fillings:
            assert filling["sequence"].startswith("[CLS]")
            assert filling["sequence"].count("[MASK]") == 1


def test_equals_come_in_the_order_of_ids(stub: FillMaskPipeline) -> None:
    stub.model.table[:] = 0
    stub.model.table[:, [7, 300, 12]] = 1
    found: Any = stub("a [MASK]", top_k=5)
    assert [filling["token"] for filling in found][:3] == [7, 12, 300]


def test_padding_on_the_left_does_not_count(stub: FillMaskPipeline) -> None:
    expected = stub(TEXTS)
    stub.tokenizer.padding_side = "left"
    assert stub(TEXTS) == expected


def test_targets_are_ranked_by_their_share_of_all_tokens(fill: FillMaskPipeline) -> None:
    everything: Any = fill(TEXTS[0], top_k=10**9)
    wanted = {"dog", "the", "window"}
    expected = [filling for filling in everything if filling["token_str"] in wanted]
    assert fill(TEXTS[0], targets=["dog", "the", "window", "dog"]) == expected
    assert fill(TEXTS[0], targets={"dog", "the", "window"}, top_k=1) == expected[:1]
    one: Any = fill(TEXTS[0], targets="dog")
    assert [filling["token_str"] for filling in one] == ["dog"]
    several: Any = fill(TEXTS[2], targets=("dog", "the"))
    assert [{filling["token_str"] for filling in mask} for mask in several] == [{"dog", "the"}] * 2


def test_a_target_that_is_no_token_gives_its_first_one(
    fill: FillMaskPipeline, caplog: pytest.LogCaptureFixture
) -> None:
    target = "windowdog"
    first = fill.tokenizer.tokenize(target)[0]
    found: Any = fill(TEXTS[0], targets=[target, "", "dog"])
    tokens = fill.tokenizer.convert_ids_to_tokens([filling["token"] for filling in found])
    assert set(tokens) == {first, "dog"}
    assert (
        f"the target 'windowdog' is no token of the vocabulary: {first!r} is taken" in caplog.text
    )
    assert "the target '' has no token: left out" in caplog.text


def test_padding_tokens_are_left_out_of_the_sequence(stub: FillMaskPipeline) -> None:
    pad = stub.tokenizer.pad_token
    found: Any = stub("a [MASK] boat [MASK]", targets=pad)
    assert pad not in found[0][0]["sequence"]


def test_what_is_cut_is_said(fill: FillMaskPipeline, caplog: pytest.LogCaptureFixture) -> None:
    short, long = fill([TEXTS[0], TEXTS[3] + " the quiet river" * 30], max_length=32)
    assert caplog.text.count("1 of 2 texts were cut to 32 tokens") == 1
    assert all("truncated" not in filling for filling in short)
    assert all(filling["truncated"] is True for filling in long)


@pytest.mark.parametrize(
    ("inputs", "options", "error", "message"),
    [
        ([], {}, InvalidArgumentError, r"\[fill-mask\] the list of inputs is empty"),
        (None, {}, InvalidTypeError, "expected a str, a list or a generator of them, got NoneType"),
        (["[MASK]", 7], {}, InvalidTypeError, r"texts\[1\] must be a str, got int"),
        ("[MASK] \ud800", {}, InvalidArgumentError, "surrogate"),
        ("", {}, InvalidArgumentError, r"text 0 has no mask token '\[MASK\]'; put it where"),
        (["[MASK]", "<mask>"], {}, InvalidArgumentError, r"text 1 has no mask token '\[MASK\]'"),
        (
            "the old mill " * 9 + "[MASK]",
            {"max_length": 8},
            InvalidArgumentError,
            "no mask token .*; it lies in what was cut",
        ),
        ("[MASK]", {"target": "dog"}, InvalidArgumentError, "did you mean 'targets'"),
        ("[MASK]", {"top_k": 0}, InvalidArgumentError, "top_k must be a positive int"),
        ("[MASK]", {"top_k": None}, InvalidArgumentError, "top_k must be a positive int, got None"),
        ("[MASK]", {"targets": []}, InvalidArgumentError, "the list of targets is empty"),
        ("[MASK]", {"targets": [3]}, InvalidArgumentError, "targets must be a str or a list of"),
        ("[MASK]", {"targets": 3}, InvalidArgumentError, "targets must be a str or a list of"),
        ("[MASK]", {"targets": ["", ""]}, InvalidArgumentError, "none of the targets has a token"),
        (
            "[MASK]",
            {"tokenizer_kwargs": {"truncation": True}},
            InvalidArgumentError,
            "there is no option 'tokenizer_kwargs'; pass truncation and max_length",
        ),
    ],
)
def test_bad_input_is_refused_and_the_pipeline_goes_on(
    fill: FillMaskPipeline,
    inputs: Any,
    options: dict[str, Any],
    error: type[Exception],
    message: str,
) -> None:
    with pytest.raises(error, match=message):
        fill(inputs, **options)
    assert len(fill("[MASK]")) == 5


def test_texts_are_looked_at_before_the_model_runs(stub: FillMaskPipeline) -> None:
    with pytest.raises(InvalidArgumentError, match="text 1 has no mask token"):
        stub(["a [MASK]", "a boat"])
    assert stub.model.calls == 0


def test_a_tokenizer_needs_a_mask_token() -> None:
    with pytest.raises(InvalidArgumentError, match="has no mask token; choose a model trained"):
        pipeline("fill-mask", PATH, tokenizer=MODELS / "gpt2")


def test_a_target_that_the_model_does_not_score_is_refused(function_model: Any) -> None:
    tokenizer = AutoTokenizer.from_pretrained(PATH)
    model = function_model(100, {"model_type": "bert"})
    fill = FillMaskPipeline(task="fill-mask", model=model, tokenizer=tokenizer)
    with pytest.raises(InvalidArgumentError, match="the model scores 100 tokens, and a target is"):
        fill("a [MASK]", targets="window")


def test_a_model_of_another_task_is_refused() -> None:
    with pytest.raises(FileFormatError, match=r"\(rows, tokens, vocabulary\), got logits"):
        pipeline("fill-mask", MODELS / "bert-uncased-sst")("a [MASK]")


def test_a_large_vocabulary_makes_small_batches(function_model: Any) -> None:
    tokenizer = AutoTokenizer.from_pretrained(PATH)
    model = function_model(len(tokenizer), {"model_type": "bert"})
    model.device = ("CUDAExecutionProvider", 0)
    fill = FillMaskPipeline(task="fill-mask", model=model, tokenizer=tokenizer)
    fill._token_budget = 64
    assert fill(TEXTS * 20) == [fill(text) for text in TEXTS] * 20
    assert model.calls > 20
    np.testing.assert_array_less(0, fill._token_budget)
