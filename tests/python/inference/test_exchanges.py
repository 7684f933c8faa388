"""Every method against recorded exchanges of the hosted API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import exchanges
from exchanges import EXCHANGES, Exchange
from hosted_api import HostedApi, Reply
from onnxformers import HfInference, InferenceOutputError
from onnxformers.inference.client import _Tasks
from onnxformers.inference.types import Blob

Call = Callable[..., Any]
MODEL = "org/model"
STREAMS = ("text_generation_stream", "chat_completion_stream", "streaming_request")
OTHERS = ("request", "chat_completion", "close", "endpoint")


def ids(exchange: Exchange) -> str:
    return exchange.method


@pytest.mark.parametrize("exchange", EXCHANGES, ids=ids)
def test_exchange(api: HostedApi, call: Call, exchange: Exchange) -> None:
    api.says(Reply(exchange.answer))
    client = {"access_token": "hf_secret", "base_url": api.address}
    assert call(client, exchange.method, model=MODEL, **exchange.given) == exchange.expected
    asked = api.asked[0]
    assert (asked.method, asked.path) == ("POST", f"{exchange.path}/{MODEL}")
    assert asked.headers["authorization"] == "Bearer hf_secret"
    if isinstance(exchange.sent, bytes):
        assert asked.body == exchange.sent
        kind = "image/png" if exchange.sent == exchanges.PNG else "audio/flac"
        assert asked.headers["content-type"] == kind
    else:
        assert asked.json == {"model": MODEL, **exchange.sent}
        assert asked.headers["content-type"] == "application/json"


def test_every_method_has_an_exchange() -> None:
    methods = {name for name in dir(_Tasks) if not name.startswith("_")}
    assert {exchange.method for exchange in EXCHANGES} == methods - {*STREAMS, *OTHERS}


def test_methods_of_both_clients_are_the_same() -> None:
    from onnxformers import AsyncHfInference

    assert set(dir(AsyncHfInference)) - set(dir(HfInference)) == {"__aenter__", "__aexit__"}


@pytest.mark.parametrize(("method", "given", "answer", "message"), exchanges.WRONG_ANSWERS)
def test_wrong_answers(
    api: HostedApi, call: Call, method: str, given: dict[str, Any], answer: Any, message: str
) -> None:
    api.says(Reply(answer))
    with pytest.raises(InferenceOutputError, match=message) as raised:
        call({"base_url": api.address}, method, model=MODEL, **given)
    assert isinstance(raised.value, TypeError)


def test_a_file_says_what_it_is(api: HostedApi, call: Call) -> None:
    api.says(Reply(b"abc", headers={"content-type": "audio/flac; rate=1"}))
    found = call({"base_url": api.address}, "text_to_speech", "hello", model=MODEL)
    assert isinstance(found, Blob)
    assert (found, found.content_type) == (b"abc", "audio/flac")


def test_file_with_parameters_goes_as_json(api: HostedApi, call: Call) -> None:
    api.says(Reply([{"label": "cat", "score": 1}]))
    call(
        {"base_url": api.address},
        "image_classification",
        exchanges.PNG,
        model=MODEL,
        parameters={"top_k": 1},
    )
    assert api.asked[0].json == {
        "model": MODEL,
        "inputs": exchanges.PNG_TEXT,
        "parameters": {"top_k": 1},
    }


def test_text_generation_stream(api: HostedApi, call: Call) -> None:
    api.streams(exchanges.events(exchanges.TOKENS))
    client = {"base_url": api.address}
    found = call(client, "text_generation_stream", "one", model=MODEL)
    assert found == exchanges.TOKENS
    assert api.asked[0].json == {"model": MODEL, "inputs": "one", "stream": True}
    assert api.asked[0].headers["accept"] == "text/event-stream"


def test_chat_completion(api: HostedApi, call: Call) -> None:
    api.says(Reply(exchanges.CHAT))
    tools = [{"type": "function", "function": {"name": "now"}}]
    fields = {"max_tokens": 10, "temperature": 0.5, "tools": tools}
    client = {"base_url": api.address}
    found = call(client, "chat_completion", exchanges.MESSAGES, model=MODEL, **fields)
    assert found == exchanges.CHAT
    assert api.asked[0].path == f"/models/{MODEL}/v1/chat/completions"
    assert api.asked[0].json == {"model": MODEL, "messages": exchanges.MESSAGES, **fields}


def test_chat_completion_stream(api: HostedApi, call: Call) -> None:
    api.streams(exchanges.events(exchanges.PIECES), b"data: [DONE]\n\n", b"data: {never read\n\n")
    client = {"base_url": api.address}
    found = call(client, "chat_completion_stream", messages=exchanges.MESSAGES, model=MODEL)
    assert found == exchanges.PIECES
    assert api.asked[0].json["stream"] is True


@pytest.mark.parametrize(
    ("endpoint", "path"),
    [
        ("", "/v1/chat/completions"),
        ("/", "/v1/chat/completions"),
        ("/v1", "/v1/chat/completions"),
        ("/a/v1/chat/completions", "/a/v1/chat/completions"),
    ],
)
def test_where_the_chats_of_an_endpoint_are(
    api: HostedApi, call: Call, endpoint: str, path: str
) -> None:
    api.says(Reply(exchanges.CHAT))
    call({"endpoint": api.address + endpoint}, "chat_completion", exchanges.MESSAGES)
    assert api.asked[0].path == path
    assert "model" not in api.asked[0].json


def test_request(api: HostedApi, call: Call) -> None:
    api.says(Reply({"anything": True}), Reply(b"file"))
    client = {"base_url": api.address}
    given = {"inputs": [1, {"a": None}], "parameters": {"x": 1}}
    assert call(dict(client), "request", model=MODEL, **given) == {"anything": True}
    assert api.asked[0].path == f"/models/{MODEL}"
    assert api.asked[0].json == {"model": MODEL, **given}
    assert call(client, "request", model=MODEL, data=b"x", task="my-task") == b"file"
    assert api.asked[1].path == f"/pipeline/my-task/{MODEL}"


def test_streaming_request(api: HostedApi, call: Call) -> None:
    api.streams(b"data: 1\n\ndata: [2]\n\n")
    client = {"base_url": api.address}
    assert call(client, "streaming_request", model=MODEL, inputs="x") == [1, [2]]


def test_events_of_a_wrong_shape(api: HostedApi, call: Call) -> None:
    api.streams(b'data: {"token": "x"}\n\n')
    with pytest.raises(InferenceOutputError, match=r"answer\.token must be an object"):
        call({"base_url": api.address}, "text_generation_stream", "x", model=MODEL)
