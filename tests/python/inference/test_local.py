"""The same calls answered by pipelines in this process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from exchanges import SENTENCES, TALK
from onnxformers import HfInference, pipeline
from onnxformers.errors import (
    InvalidArgumentError,
    InvalidTypeError,
    RunTimeoutError,
    UnsupportedTaskError,
)

Call = Callable[..., Any]
MODELS = Path(__file__).parents[2] / "conformance/models"
EMBEDDER = str(MODELS / "bert-uncased-embed")
LOCAL = {"provider": "local"}


def model(name: str) -> str:
    return str(MODELS / name)


def ask(call: Call, method: str, name: str, *args: Any, **options: Any) -> Any:
    return call(dict(LOCAL), method, *args, model=model(name), **options)


def test_text_classification(call: Call) -> None:
    found = ask(call, "text_classification", "bert-uncased-sst", "I like you.")
    with pipeline("text-classification", model("bert-uncased-sst")) as pipe:
        assert found == pipe("I like you.", top_k=None)


def test_token_classification(call: Call) -> None:
    found = ask(call, "token_classification", "bert-cased-ner", "Sarah lives in London.")
    with pipeline("token-classification", model("bert-cased-ner")) as pipe:
        assert found == pipe("Sarah lives in London.", aggregation_strategy="simple")


def test_question_answering(call: Call) -> None:
    inputs = {"question": "Who?", "context": "It was Alice."}
    found = ask(call, "question_answering", "bert-cased-qa", inputs)
    assert inputs["context"][found["start"] : found["end"]] == found["answer"]


def test_zero_shot_classification(call: Call) -> None:
    parameters = {"candidate_labels": ["a", "b"], "multi_label": True}
    (found,) = ask(call, "zero_shot_classification", "bart-nli", "Hi", parameters=parameters)
    assert sorted(found["labels"]) == ["a", "b"]
    both = ask(call, "zero_shot_classification", "bart-nli", ["Hi", "Ho"], parameters=parameters)
    assert [one["sequence"] for one in both] == ["Hi", "Ho"]


def test_fill_mask(call: Call) -> None:
    found = ask(call, "fill_mask", "bert-uncased-mlm", "the [MASK].", parameters={"top_k": 2})
    assert len(found) == 2


def test_feature_extraction_and_similarity(call: Call) -> None:
    one = ask(call, "feature_extraction", "bert-uncased-embed", "That is a happy person")
    several = ask(call, "feature_extraction", "bert-uncased-embed", ["That is a happy person"] * 2)
    assert several == [pytest.approx(one, abs=1e-5)] * 2
    near = ask(call, "sentence_similarity", "bert-uncased-embed", SENTENCES)
    assert ask(call, "feature_extraction", "bert-uncased-embed", SENTENCES) == near
    assert len(near) == 3


def test_summarization_and_translation(call: Call) -> None:
    parameters = {"max_new_tokens": 4}
    found = ask(call, "summarization", "bart-cnn", "A long text", parameters=parameters)
    assert set(found) == {"summary_text"}
    for inputs in ("one", ["one", "two"]):
        found = ask(call, "translation", "marian", inputs, parameters=parameters)
        assert isinstance(found, list) == isinstance(inputs, list)


def test_text_generation_whole_and_in_pieces(call: Call) -> None:
    parameters = {"max_new_tokens": 6}
    prompt = "The railway carried"
    whole = ask(call, "text_generation", "gpt2", prompt, parameters=parameters)
    events = ask(call, "text_generation_stream", "gpt2", prompt, parameters=parameters)
    text = "".join(event["token"]["text"] for event in events)
    assert whole["generated_text"] == prompt + text
    assert [event["generated_text"] for event in events] == [None] * 5 + [text]
    assert events[-1]["details"] == {
        "finish_reason": "length",
        "generated_tokens": 6,
        "seed": None,
    }
    assert [event["index"] for event in events] == [1, 2, 3, 4, 5, 6]


def test_stop_sequences(call: Call) -> None:
    given = {"max_new_tokens": 30, "stop_sequences": ["3"]}
    events = ask(call, "text_generation_stream", "gpt2", "The railway", parameters=given)
    last = events[-1]
    if last["details"]["generated_tokens"] < 30:
        assert last["details"]["finish_reason"] == "stop_sequence"
        assert last["generated_text"].endswith("3")
    assert "".join(event["token"]["text"] for event in events) == last["generated_text"]


def test_conversational(call: Call) -> None:
    found = ask(call, "conversational", "qwen2", TALK, parameters={"max_new_tokens": 3})
    assert found["conversation"]["generated_responses"] == [
        *TALK["generated_responses"],
        found["generated_text"],
    ]


def test_chat_completion_whole_and_in_pieces(call: Call) -> None:
    messages = [{"role": "user", "content": [{"type": "text", "text": "Hello"}]}]
    whole = ask(call, "chat_completion", "qwen2", messages, max_tokens=5)
    (choice,) = whole["choices"]
    assert choice["finish_reason"] == "length"
    usage = {"include_usage": True}
    events = ask(
        call, "chat_completion_stream", "qwen2", messages, max_tokens=5, stream_options=usage
    )
    pieces = [one["delta"].get("content", "") for e in events for one in e["choices"]]
    assert "".join(pieces) == choice["message"]["content"]
    assert [e["choices"][0]["finish_reason"] for e in events[-2:-1]] == ["length"]
    assert events[-1]["usage"]["completion_tokens"] == 5
    assert events[-1]["usage"]["prompt_tokens"] == whole["usage"]["prompt_tokens"] > 0


def test_a_stream_can_be_left() -> None:
    with HfInference(provider="local") as hf:
        for _ in range(3):
            stream = hf.text_generation_stream(
                "The", model=model("gpt2"), parameters={"max_new_tokens": 100}
            )
            next(stream)
            stream.close()
        found = hf.text_generation("The", model=model("gpt2"), parameters={"max_new_tokens": 1})
        assert found["generated_text"].startswith("The")


def test_request(call: Call) -> None:
    found = ask(call, "request", "bert-uncased-sst", inputs="x", task="sentiment-analysis")
    assert {one["label"] for one in found[0]} == {"NEGATIVE", "POSITIVE"}
    with pytest.raises(InvalidArgumentError, match="give task"):
        ask(call, "request", "bert-uncased-sst", inputs="x")


@pytest.mark.parametrize(
    ("method", "name", "inputs", "parameters", "message"),
    [
        ("text_classification", "bert-uncased-sst", "x", {"topk": 1}, "did you mean 'top_k'"),
        ("text_classification", "bert-uncased-sst", [], {}, "inputs are empty"),
        ("text_generation", "gpt2", "x", {"assistant_model": "y"}, "unknown option"),
        ("text_generation", "gpt2", "x", {"best_of": 3}, "best_of=3 is not supported"),
        ("text_generation_stream", "gpt2", "x", {"logits_processor": 1}, "unknown option"),
        ("conversational", "qwen2", {"text": "x", "past_user_inputs": ["y"]}, {}, "equal length"),
    ],
)
def test_refusals(
    call: Call, method: str, name: str, inputs: Any, parameters: Any, message: str
) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        ask(call, method, name, inputs, parameters=parameters)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"tool_choice": "required", "tools": [{}]}, "must hold a function with a name"),
        ({"tool_choice": "required"}, "tool_choice needs tools"),
        ({"logprobs": "yes"}, "must be true or false"),
        ({"frequency_penalty": 3}, "from -2 to 2"),
    ],
)
def test_fields_of_chats(call: Call, fields: dict[str, Any], message: str) -> None:
    with pytest.raises((InvalidArgumentError, InvalidTypeError), match=message):
        ask(call, "chat_completion", "qwen2", [{"role": "user", "content": "x"}], **fields)


def test_messages_are_checked(call: Call) -> None:
    for messages in ([], "x", [{"content": "x"}], [3]):
        with pytest.raises(InvalidTypeError, match="message"):
            ask(call, "chat_completion", "qwen2", messages)


def test_tasks_without_pipelines(call: Call) -> None:
    with pytest.raises(UnsupportedTaskError):
        ask(call, "tabular_regression", "gpt2", {"data": {}})


def test_time_is_limited(call: Call) -> None:
    with pytest.raises(RunTimeoutError):
        ask(call, "text_classification", "bert-uncased-sst", "x", timeout_s=1e-9)
