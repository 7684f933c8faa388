"""Fields of OpenAI's interface that bend, tell or form what is written, through OpenAI's client."""

from __future__ import annotations

import json
import math
import sys
import weakref
from collections.abc import Iterator
from typing import Any

import httpx
import numpy as np
import pytest
from huggingface_hub import InferenceClient

from onnxformers import HfInference
from onnxformers.errors import InferenceError, InvalidArgumentError
from onnxformers.generation import guided
from onnxformers.pipelines.hosted.meter import Bend, Meter
from serving import Running

SAID = [{"role": "user", "content": "Hello"}]
PLACE = {
    "type": "function",
    "function": {
        "name": "find",
        "parameters": {
            "type": "object",
            "properties": {"place": {"enum": ["home", "away"]}},
            "required": ["place"],
            "additionalProperties": False,
        },
    },
}


@pytest.fixture
def openai(server: Running) -> Iterator[Any]:
    module = pytest.importorskip("openai", reason="OpenAI's client: pip install openai")
    with module.OpenAI(base_url=f"{server.address}/v1", api_key="none", max_retries=0) as found:
        yield found


@pytest.fixture
def engine() -> None:
    pytest.importorskip("llguidance", reason="forms need an engine: pip install llguidance")


def ids_of(server: Running, text: str, model: str = "qwen2") -> list[int]:
    served = server.state.models[model]
    return list(served.pipelines[served.task].tokenizer.encode(text))


@pytest.mark.oracle
def test_logprobs_of_chats(openai: Any) -> None:
    asked = {"model": "qwen2", "messages": SAID, "max_tokens": 5, "logprobs": True}
    whole = openai.chat.completions.create(**asked, top_logprobs=3).choices[0]
    told = whole.logprobs.content
    assert len(told) == 5
    for one in told:
        logprobs = [other.logprob for other in one.top_logprobs]
        assert logprobs == sorted(logprobs, reverse=True)
        # Without a draw the likeliest is what is written.
        assert (one.logprob, one.token) == (logprobs[0], one.top_logprobs[0].token)
        assert sum(map(math.exp, logprobs)) < 1
    spelt = b"".join(bytes(one.bytes) for one in told)
    assert spelt.decode(errors="replace") == whole.message.content
    chunks = list(openai.chat.completions.create(**asked, top_logprobs=3, stream=True))
    pieces = [c.choices[0].logprobs for c in chunks if c.choices[0].logprobs]
    assert [one.bytes for piece in pieces for one in piece.content] == [one.bytes for one in told]


@pytest.mark.oracle
def test_logprobs_of_completions(openai: Any) -> None:
    asked = {"model": "qwen2", "prompt": "The railway", "max_tokens": 4, "logprobs": 2}
    choice = openai.completions.create(**asked).choices[0]
    told = choice.logprobs
    assert [len(top) for top in told.top_logprobs] == [2] * 4
    assert told.text_offset[0] == 0
    assert told.text_offset == sorted(told.text_offset)
    for token, logprob, top in zip(
        told.tokens, told.token_logprobs, told.top_logprobs, strict=True
    ):
        assert top[token] == logprob == max(top.values())
    chunks = list(openai.completions.create(**asked, stream=True))
    found = [value for c in chunks if (p := c.choices[0].logprobs) for value in p.token_logprobs]
    assert found == pytest.approx(told.token_logprobs, abs=1e-4)


def test_logprobs_are_those_of_the_model() -> None:
    scores = np.array([[0.0, 1.0, 2.0, -np.inf]], np.float32)
    meter = Meter(Bend(bias={0: 50.0}, top=4))
    bent = meter(np.array([[7, 7]]), scores)
    assert bent.tolist() == [[50.0, 1.0, 2.0, -np.inf]]
    (likely,) = meter.likely(0, [0])
    total = 1 + math.e + math.e**2
    assert likely.logprob == pytest.approx(math.log(1 / total), abs=1e-6)
    assert [token for token, _ in likely.others] == [2, 1, 0, 3]
    assert likely.others[3][1] == -9999


def test_penalties_count_what_was_written() -> None:
    meter = Meter(Bend(frequency=0.5, presence=0.25))
    scores = np.zeros((1, 4), np.float32)
    assert not meter(np.array([[1, 2]]), scores).any()  # the prompt does not count
    bent = meter(np.array([[1, 2, 3, 3, 0]]), scores)
    assert bent.tolist() == [[-0.75, 0, 0, -1.25]]
    assert not scores.any()


@pytest.mark.oracle
def test_bias_and_penalties(openai: Any, server: Running) -> None:
    asked = {"model": "qwen2", "prompt": "The railway", "max_tokens": 6}
    (token,) = ids_of(server, "&")
    text = openai.completions.create(**asked, logit_bias={str(token): 100}).choices[0].text
    assert text == "&&&&&&"
    text = (
        openai.completions.create(
            **asked, logit_bias={str(token): 2}, frequency_penalty=2, presence_penalty=2
        )
        .choices[0]
        .text
    )
    assert text.count("&") <= 1
    banned = ids_of(server, openai.completions.create(**asked).choices[0].text)[0]
    other = openai.completions.create(**asked, logit_bias={str(banned): -100}).choices[0].text
    assert ids_of(server, other)[0] != banned


@pytest.mark.oracle
def test_several_answers(openai: Any) -> None:
    asked = {"model": "qwen2", "max_tokens": 4, "seed": 3, "temperature": 1.5, "n": 3}
    one, two = (openai.chat.completions.create(**asked, messages=SAID) for _ in range(2))
    texts = [choice.message.content for choice in one.choices]
    assert texts == [choice.message.content for choice in two.choices]
    assert len(set(texts)) > 1
    assert one.usage.completion_tokens == 12
    assert [choice.finish_reason for choice in one.choices] == ["length"] * 3
    asked.pop("temperature")  # several are drawn also without it
    found = openai.completions.create(**asked, prompt=["a", "b"], logprobs=1)
    assert [choice.index for choice in found.choices] == list(range(6))
    for choice in found.choices:
        assert len(choice.logprobs.tokens) == 4


@pytest.mark.oracle
def test_ids_in_place_of_texts(openai: Any, server: Running) -> None:
    ids = ids_of(server, "The railway")
    asked = {"model": "qwen2", "max_tokens": 4, "prompt": "The railway"}
    wanted = openai.completions.create(**asked)
    for prompt in (ids, [ids]):
        found = openai.completions.create(**{**asked, "prompt": prompt})
        assert found.choices[0].text == wanted.choices[0].text
        assert found.usage == wanted.usage
    name = "bert-uncased-embed"
    text = "A small boat's sail, torn."
    embed = openai.embeddings.create
    wanted = embed(model=name, input=text).data[0].embedding
    ids = ids_of(server, text, name)
    for given in (ids, [ids], [ids[1:-1]]):
        assert embed(model=name, input=given).data[0].embedding == pytest.approx(wanted, abs=1e-6)


@pytest.mark.oracle
def test_stop_echo_and_usage(openai: Any) -> None:
    asked = {"model": "qwen2", "prompt": "The railway", "max_tokens": 6}
    whole = openai.completions.create(**asked).choices[0].text
    asked |= {"stop": whole[2:5], "echo": True}
    stopped = openai.completions.create(**asked).choices[0]
    assert stopped.text == f"The railway{whole[:2]}"
    assert stopped.finish_reason == "stop"
    *chunks, last = openai.completions.create(**asked, stream=True)
    assert "".join(c.choices[0].text for c in [*chunks, last]) == stopped.text
    assert last.choices[0].finish_reason == "stop"
    del asked["stop"]
    chunks = list(
        openai.completions.create(**asked, stream=True, stream_options={"include_usage": True})
    )
    assert [chunk.usage for chunk in chunks[:-1]] == [None] * (len(chunks) - 1)
    assert chunks[-1].choices == []
    assert chunks[-1].usage.completion_tokens == 6


@pytest.fixture
def roomy(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tools make prompts of more tokens than the small model was made for."""
    pipe: Any = server.state.models["qwen2"].pipelines["text-generation"]
    monkeypatch.setattr(pipe, "_model_limit", None)


@pytest.mark.oracle
@pytest.mark.usefixtures("engine", "roomy")
def test_a_function_that_must_be_called(openai: Any, server: Running) -> None:
    asked = {"model": "qwen2", "messages": SAID, "tools": [PLACE], "max_tokens": 200}
    named = {"type": "function", "function": {"name": "find"}}
    choice = openai.chat.completions.create(**asked, tool_choice=named).choices[0]
    (call,) = choice.message.tool_calls
    assert call.function.name == "find"
    assert json.loads(call.function.arguments)["place"] in ("home", "away")
    assert choice.message.content is None
    assert choice.finish_reason == "stop"
    choice = openai.chat.completions.create(
        **asked, tool_choice="required", parallel_tool_calls=False
    ).choices[0]
    (call,) = choice.message.tool_calls
    assert json.loads(call.function.arguments)["place"] in ("home", "away")
    assert choice.finish_reason == "tool_calls"
    chunks = list(openai.chat.completions.create(**asked, tool_choice=named, stream=True))
    (call,) = next(c.choices[0].delta.tool_calls for c in chunks if c.choices[0].delta.tool_calls)
    assert (call.index, call.function.name) == (0, "find")
    hub = InferenceClient(base_url=server.address, token="none")
    tools: Any = [PLACE]
    found = hub.chat_completion(SAID, model="qwen2", tools=tools, tool_choice="required")
    assert found.choices[0].message.tool_calls[0].function.name == "find"


@pytest.mark.oracle
@pytest.mark.usefixtures("engine")
def test_answers_of_a_form(openai: Any) -> None:
    schema = {"type": "object", "properties": {"a": {"enum": ["x", "y"]}}, "required": ["a"]}
    wanted = {
        "type": "json_schema",
        "json_schema": {
            "name": "it",
            "strict": True,
            "schema": {**schema, "additionalProperties": False},
        },
    }
    asked = {"model": "qwen2", "messages": SAID, "max_tokens": 80, "response_format": wanted}
    choice = openai.chat.completions.create(**asked).choices[0]
    assert json.loads(choice.message.content)["a"] in ("x", "y")
    assert choice.finish_reason == "stop"
    # What is cut off is given as far as it goes.
    asked |= {"max_tokens": 2, "response_format": {"type": "json_object"}}
    choice = openai.chat.completions.create(**asked).choices[0]
    assert choice.message.content.startswith("{")
    assert choice.finish_reason == "length"
    *chunks, last = openai.chat.completions.create(**asked, stream=True)
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert text == choice.message.content
    assert last.choices[0].finish_reason == "length"
    several = openai.chat.completions.create(**asked, n=2, seed=1)
    assert [one.finish_reason for one in several.choices] == ["length"] * 2


@pytest.mark.usefixtures("roomy")
def test_forms_without_the_engine(http: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "llguidance", None)
    monkeypatch.setattr(guided, "_engines", weakref.WeakKeyDictionary())
    for more in (
        {"response_format": {"type": "json_object"}},
        {"tools": [PLACE], "tool_choice": "required"},
        {"response_format": {"type": "json_object"}, "stream": True},
    ):
        body = {"messages": SAID, "max_tokens": 5, **more}
        answer = http.post("/v1/chat/completions", json=body)
        assert answer.status_code == 422
        assert "onnxformers[guided]" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"tools": [PLACE], "tool_choice": "x"}, "tool_choice must be"),
        (
            {"tools": [PLACE], "tool_choice": {"type": "function", "function": {"name": "x"}}},
            "of find",
        ),
        ({"tools": {"a": 1}}, "tools must be a list"),
        ({"tools": [3]}, "each tool"),
        (
            {"tools": [PLACE], "tool_choice": "required", "response_format": {"type": "text"}},
            "does not go with",
        ),
        ({"logprobs": True, "top_logprobs": 21}, "from 0 to 20"),
        ({"logprobs": True, "num_beams": 2}, "num_beams"),
        ({"stream": True, "stream_options": {"usage": True}}, "include_usage"),
        ({"stream": True, "stream_options": "x"}, "must be an object"),
        ({"modalities": ["audio"]}, "modalities"),
        ({"functions": []}, "functions"),
    ],
)
def test_refused_fields(http: httpx.Client, fields: dict[str, Any], text: str) -> None:
    answer = http.post("/v1/chat/completions", json={"messages": SAID, "max_tokens": 1, **fields})
    assert answer.status_code == 422
    assert text in answer.json()["error"]["message"]


def failing(*_: Any, **__: Any) -> Iterator[dict[str, Any]]:
    choice = {"index": 0, "delta": {"content": "a"}, "finish_reason": None}
    yield {"id": "x", "created": 1, "model": "qwen2", "choices": [choice]}
    raise InvalidArgumentError("[chat] nothing more comes")


@pytest.mark.oracle
def test_streams_that_fail_on_their_way(openai: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    module = pytest.importorskip("openai", reason="OpenAI's client: pip install openai")
    monkeypatch.setattr("onnxformers.pipelines.hosted.chats.stream", failing)
    chunks = openai.chat.completions.create(model="qwen2", messages=SAID, stream=True)
    assert next(chunks).choices[0].delta.content == "a"
    with pytest.raises(module.APIError, match="nothing more comes"):
        next(chunks)


def test_our_client_hears_of_them_too(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("onnxformers.pipelines.hosted.chats.stream", failing)
    with HfInference(False, base_url=server.address) as hf:
        chunks = hf.chat_completion_stream(SAID, model="qwen2")
        assert next(chunks)["choices"][0]["delta"] == {"content": "a"}
        with pytest.raises(InferenceError, match="nothing more comes"):
            next(chunks)
