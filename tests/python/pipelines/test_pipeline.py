"""What every pipeline does: inputs of all shapes, options, closing, pickling, async."""

from __future__ import annotations

import asyncio
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from onnxformers import CancelToken, pipeline
from onnxformers.errors import (
    ClosedError,
    InvalidArgumentError,
    InvalidTypeError,
    MissingFileError,
    OnnxformersError,
    RunCancelledError,
    UnsupportedTaskError,
)
from onnxformers.pipelines.base import Pipeline

MODELS = Path(__file__).parents[2] / "conformance" / "models"
TEXTS = [
    "A small dog.",
    "Why did the committee not come back from Vienna?",
    "tea",
    "Alice said that the film was slow and brilliant. " * 3,
    "a wooden boat",
]


@pytest.fixture(scope="module")
def classify() -> Pipeline[Any]:
    return pipeline("sentiment-analysis", MODELS / "bert-uncased-sst")


@pytest.fixture(scope="module")
def embed() -> Pipeline[Any]:
    return pipeline("feature-extraction", MODELS / "bert-uncased-embed", pooling="mean")


def test_list_results_keep_the_order_of_the_texts(classify: Pipeline[Any]) -> None:
    assert classify(TEXTS) == [classify(text)[0] for text in TEXTS]
    assert classify(TEXTS, batch_size=2) == classify(TEXTS)
    assert classify(tuple(TEXTS)) == classify(TEXTS)


def test_a_generator_gives_a_lazy_generator(classify: Pipeline[Any]) -> None:
    taken = []

    def source() -> Any:
        for i, text in enumerate(TEXTS * 20):
            taken.append(i)
            yield text

    stream = classify(source(), batch_size=4)
    assert taken == []
    first = next(stream)
    assert first == classify(TEXTS[0])[0]
    assert len(taken) == 4
    assert [first, *stream] == classify(TEXTS * 20)


def test_embeddings_of_a_stream_lose_the_first_axis(embed: Pipeline[Any]) -> None:
    many = embed(TEXTS)
    assert many.shape == (len(TEXTS), 32)
    np.testing.assert_array_equal(np.stack(list(embed(iter(TEXTS)))), many)


def test_token_vectors_of_a_stream_come_without_padding(embed: Pipeline[Any]) -> None:
    single = [embed(text, pooling="none")[0] for text in TEXTS]
    for got, want in zip(embed(iter(TEXTS), pooling="none"), single, strict=True):
        np.testing.assert_array_equal(got, want)
    padded = embed(TEXTS, pooling="none")
    assert padded.shape == (len(TEXTS), max(map(len, single)), 32)
    for row, want in zip(padded, single, strict=True):
        np.testing.assert_array_equal(row[: len(want)], want)
        assert not row[len(want) :].any()


@pytest.mark.parametrize(
    ("inputs", "options", "error", "message"),
    [
        ([], {}, InvalidArgumentError, r"\[sentiment-analysis\] the list of inputs is empty"),
        (None, {}, InvalidTypeError, "expected a str, a list or a generator of them, got NoneType"),
        (b"bytes", {}, InvalidTypeError, "got bytes"),
        (7, {}, InvalidTypeError, "got int"),
        ({"texts": "x"}, {}, InvalidArgumentError, "with text and text_pair, got keys texts"),
        (["ok", None], {}, InvalidTypeError, r"texts\[1\] must be a str, got NoneType"),
        (["ok", "\ud800"], {}, InvalidArgumentError, "surrogate"),
        ("ok", {"topk": 1}, InvalidArgumentError, "unknown option 'topk'; did you mean 'top_k'?"),
        ("ok", {"top_k": 0}, InvalidArgumentError, "top_k must be a positive int or None, got 0"),
        (
            "ok",
            {"batch_size": 0},
            InvalidArgumentError,
            "batch_size must be a positive int or None, got 0",
        ),
        ("ok", {"max_length": -1}, InvalidArgumentError, "max_length must be a positive int"),
        ("ok", {"truncation": "yes"}, InvalidArgumentError, "truncation must be True, False or"),
        (
            "ok",
            {"function_to_apply": "tanh"},
            InvalidArgumentError,
            "must be one of sigmoid, softmax, none",
        ),
    ],
)
def test_bad_input_is_refused_and_the_pipeline_goes_on(
    classify: Pipeline[Any],
    inputs: Any,
    options: dict[str, Any],
    error: type[Exception],
    message: str,
) -> None:
    with pytest.raises(error, match=message) as info:
        classify(inputs, **options)
    assert isinstance(info.value, OnnxformersError)
    assert classify("a wooden boat")[0]["label"] in ("POSITIVE", "NEGATIVE")


def test_the_empty_text_is_a_text(classify: Pipeline[Any], embed: Pipeline[Any]) -> None:
    assert len(classify("")) == 1
    assert embed("").shape == (1, 32)


def test_a_text_of_ten_megabytes_is_cut_and_said(
    classify: Pipeline[Any], caplog: pytest.LogCaptureFixture
) -> None:
    result = classify("The dog and the film. " * 500_000)
    assert result[0]["truncated"] is True
    assert "1 of 1 texts were cut to 128 tokens" in caplog.text


def test_what_fits_is_not_called_truncated(
    classify: Pipeline[Any], caplog: pytest.LogCaptureFixture
) -> None:
    mixed = classify(["short", "a long text " * 200])
    assert "truncated" not in mixed[0]
    assert mixed[1]["truncated"] is True
    assert caplog.text.count("1 of 2 texts were cut") == 1


def test_what_is_too_long_is_refused_when_told_so(
    classify: Pipeline[Any], embed: Pipeline[Any]
) -> None:
    long = "a long text " * 200
    with pytest.raises(InvalidArgumentError, match=r"text 1 has [0-9]+ tokens, more than 128"):
        classify(["short", long], truncation="error")
    with pytest.raises(InvalidArgumentError, match=r"text 0 has [0-9]+ tokens, more than 9"):
        embed("a long text " * 20, truncation="error", max_length=9)
    assert classify("short", truncation="error") == classify("short")
    assert embed("short", truncation="error").tolist() == embed("short").tolist()


def test_a_changed_tokenizer_counts_for_one_text_and_for_many() -> None:
    """One text goes another way than a list, straight from the core's tokenizer to the vector."""
    pipe = pipeline("feature-extraction", MODELS / "bert-uncased-embed", pooling="mean")
    text = "an [SEP] unexpected letter"
    before = pipe(text)
    pipe.tokenizer.split_special_tokens = True
    split = pipe(text)
    np.testing.assert_array_equal(split, pipe([text]))
    assert not np.array_equal(before, split)
    pipe.tokenizer.split_special_tokens = False
    np.testing.assert_array_equal(before, pipe(text))


def test_defaults_given_at_loading_hold_for_every_call() -> None:
    pipe = pipeline("text-classification", MODELS / "bert-uncased-sst", top_k=None)
    assert len(pipe("a wooden boat")) == 2
    assert len(pipe("a wooden boat", top_k=1)) == 1


def test_acall_gives_the_same(classify: Pipeline[Any]) -> None:
    async def both() -> list[Any]:
        return await asyncio.gather(*(classify.acall(text, top_k=None) for text in TEXTS))

    assert asyncio.run(both()) == [classify(text, top_k=None) for text in TEXTS]


def test_acall_refuses_a_stream(classify: Pipeline[Any]) -> None:
    with pytest.raises(InvalidTypeError, match="not a generator"):
        asyncio.run(classify.acall(iter(TEXTS)))


def test_a_cancelled_token_stops_the_call(classify: Pipeline[Any]) -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(RunCancelledError):
        classify("a wooden boat", cancel=token)
    assert classify("a wooden boat")


def test_pickling_loads_the_pipeline_again() -> None:
    with pipeline("feature-extraction", MODELS / "bert-uncased-embed", pooling="cls") as pipe:
        copy = pickle.loads(pickle.dumps(pipe))
        np.testing.assert_array_equal(copy("a wooden boat"), pipe("a wooden boat"))
        copy.close()
        assert pipe("a wooden boat").shape == (1, 32)


def test_a_pickle_holds_no_token() -> None:
    with pipeline("feature-extraction", MODELS / "bert-uncased-embed", token="hf_secret") as pipe:
        assert b"hf_secret" not in pickle.dumps(pipe)
        assert "hf_secret" not in repr(pipe) + repr(pipe.model.options)


def test_repeated_options_are_checked_every_time(classify: Pipeline[Any]) -> None:
    assert len(classify("a wooden boat", top_k=1)) == 1
    for _ in range(2):
        with pytest.raises(InvalidArgumentError, match="top_k must be a positive int"):
            classify("a wooden boat", top_k=True)
        with pytest.raises(InvalidArgumentError, match="function_to_apply must be one of"):
            classify("a wooden boat", function_to_apply=["softmax"])


def test_closing() -> None:
    with pipeline("feature-extraction", MODELS / "bert-uncased-embed") as pipe:
        pipe("a wooden boat")
    pipe.close()
    with pytest.raises(ClosedError):
        pipe("a wooden boat")
    with pytest.raises(ClosedError), pipe:
        pass


@pytest.mark.parametrize(
    ("task", "message"),
    [
        ("poetry", "unknown task 'poetry'; there are audio-classification, audio-to-audio"),
        ("text-to-image", "'text-to-image' is not available yet"),
        ("translation_en", "unknown task 'translation_en'"),
    ],
)
def test_unknown_tasks(task: str, message: str) -> None:
    with pytest.raises(UnsupportedTaskError) as info:
        pipeline(task)
    assert message in str(info.value)
    assert isinstance(info.value, KeyError)


@pytest.mark.parametrize(
    ("model", "options", "error", "message"),
    [
        (MODELS / "nowhere", {}, OnnxformersError, "nowhere"),
        (7, {}, InvalidTypeError, "model must be a name, a path or a loaded model, got int"),
        (
            MODELS / "bert-uncased-sst",
            {"dtyp": "q8"},
            InvalidArgumentError,
            "did you mean 'dtype'?",
        ),
        (MODELS / "bert-uncased-sst", {"dtype": "q8"}, MissingFileError, "model_quantized.onnx"),
        (MODELS / "bert-uncased-sst", {"dtype": "q3"}, InvalidArgumentError, "q3"),
        (MODELS / "bert-uncased-sst", {"device": "npu-9000"}, OnnxformersError, "npu-9000"),
        (
            MODELS / "bert-uncased-sst",
            {"dtype": "q8", "quantized": True},
            InvalidArgumentError,
            "give dtype or quantized",
        ),
    ],
)
def test_loading_refuses(
    model: Any, options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as info:
        pipeline("text-classification", model, **options)
    assert message in str(info.value)


def test_a_loaded_model_and_tokenizer_are_taken() -> None:
    from onnxformers import AutoModelForSequenceClassification, AutoTokenizer

    path = MODELS / "bert-uncased-sst"
    model = AutoModelForSequenceClassification.from_pretrained(path)
    tokenizer = AutoTokenizer.from_pretrained(path)
    pipe = pipeline("text-classification", model, tokenizer=tokenizer)
    assert pipe.model is model
    assert pipe.tokenizer is tokenizer
    assert type(model).__name__ == "BertForSequenceClassification"
    assert repr(pipe).startswith("TextClassificationPipeline('text-classification', ")


def test_a_task_over_text_takes_no_processor() -> None:
    with pytest.raises(InvalidArgumentError, match="text-classification has no processor"):
        pipeline("text-classification", MODELS / "bert-uncased-sst", processor="elsewhere")
