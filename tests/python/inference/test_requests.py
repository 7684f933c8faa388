"""Options, headers, retries, tokens, redirects, failures, default models."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from exchanges import FLAC, LABELS, PNG
from hosted_api import HostedApi, Reply
from onnxformers import HfInference, HfInferenceEndpoint
from onnxformers.errors import (
    ClosedError,
    InferenceError,
    InferenceTimeoutError,
    InvalidArgumentError,
    InvalidTypeError,
    OfflineError,
)
from onnxformers.inference import defaults
from onnxformers.inference.options import InferenceOptions
from onnxformers.inference.requests import Place, Question, make_request

Call = Callable[..., Any]
OK = Reply([LABELS])
STARTING = Reply({"error": "Model org/m is currently loading", "estimated_time": 20.0}, 503)


@pytest.fixture
def elsewhere() -> Iterator[HostedApi]:
    server = HostedApi()
    yield server
    server.close()


@pytest.mark.parametrize(
    ("options", "headers"),
    [
        ({}, {}),
        ({"use_cache": False}, {"x-use-cache": "false"}),
        ({"wait_for_model": True}, {"x-wait-for-model": "true"}),
        ({"dont_load_model": True}, {"x-load-model": "0"}),
        ({"use_gpu": True}, {"x-compute-type": "gpu"}),
    ],
)
@pytest.mark.parametrize("is_default", [True, False])
def test_options_are_headers(
    api: HostedApi, call: Call, options: dict[str, Any], headers: dict[str, str], is_default: bool
) -> None:
    api.says(OK)
    of_client, of_call = (options, {}) if is_default else ({}, options)
    client = {"base_url": api.address, **of_client}
    call(client, "text_classification", "x", model="m", **of_call)
    sent = api.asked[0].headers
    assert {name: sent[name] for name in sent if name.startswith("x-")} == headers


def test_options_of_the_call_win(api: HostedApi, call: Call) -> None:
    api.says(OK)
    client = {"base_url": api.address, "use_cache": False}
    call(client, "text_classification", "x", model="m", use_cache=True)
    assert "x-use-cache" not in api.asked[0].headers


@pytest.mark.parametrize("method", ["text_classification", "streaming_request"])
def test_a_model_that_starts_is_waited_for(api: HostedApi, call: Call, method: str) -> None:
    api.says(STARTING)
    if method == "streaming_request":
        api.streams(b"data: 1\n\n")
    else:
        api.says(OK)
    call({"base_url": api.address}, method, inputs="x", model="m")
    assert [asked.headers.get("x-wait-for-model") for asked in api.asked] == [None, "true"]
    assert api.asked[0].body == api.asked[1].body


@pytest.mark.parametrize("options", [{"retry_on_error": False}, {"wait_for_model": True}])
@pytest.mark.parametrize("method", ["text_classification", "streaming_request"])
def test_503_without_a_second_time(
    api: HostedApi, call: Call, method: str, options: dict[str, Any]
) -> None:
    api.says(STARTING)
    with pytest.raises(InferenceError, match="503: Model org/m is currently loading"):
        call({"base_url": api.address}, method, inputs="x", model="m", **options)
    assert len(api.asked) == 1


@pytest.mark.parametrize("method", ["text_classification", "streaming_request"])
def test_503_twice(api: HostedApi, call: Call, method: str) -> None:
    api.says(STARTING, STARTING)
    with pytest.raises(InferenceError, match="503"):
        call({"base_url": api.address}, method, inputs="x", model="m")
    assert len(api.asked) == 2


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (Reply({"error": "no such model"}, 404), "404: no such model"),
        (Reply({"error": ["a", {"b": 1}]}, 400), r'400: \["a", {"b": 1}\]'),
        (Reply({"error": {"message": "too long", "type": "x"}}, 422), "422: too long"),
        (Reply({"detail": "nope"}, 500), "500: nope"),
        (Reply(b"plain words", 500), "500: plain words"),
        (Reply(b"<html>", 502, {"content-type": "text/html"}), "502: no reason given"),
        (Reply(b"", 500), "500: no reason given"),
        (Reply({"error": "Invalid token"}, 401), "401: Invalid token; check access_token"),
        (Reply(b"{", 500, {"content-type": "application/json"}), "500: {"),
    ],
)
@pytest.mark.parametrize("method", ["text_classification", "streaming_request"])
def test_refusals(api: HostedApi, call: Call, method: str, reply: Reply, message: str) -> None:
    api.says(reply)
    client = {"base_url": api.address, "access_token": "hf_secret"}
    with pytest.raises(InferenceError, match=message) as raised:
        call(client, method, inputs="x", model="m")
    assert raised.value.status == reply.status
    assert "hf_secret" not in repr(raised.value)


def test_retry_after_is_told(api: HostedApi, call: Call) -> None:
    api.says(Reply({"error": "busy"}, 429, {"retry-after": "7"}))
    with pytest.raises(InferenceError, match="busy") as raised:
        call({"base_url": api.address}, "text_classification", "x", model="m")
    assert (raised.value.status, raised.value.retry_after_s) == (429, 7.0)


def test_servers_without_chats(api: HostedApi, call: Call) -> None:
    api.says(Reply({"error": "unknown field messages"}, 422))
    with pytest.raises(InferenceError, match="may not support chat completion"):
        call({"base_url": api.address}, "chat_completion", [], model="m")


def test_broken_json(api: HostedApi, call: Call) -> None:
    api.says(Reply(b'[{"lab', headers={"content-type": "application/json"}))
    with pytest.raises(InferenceError, match="no JSON"):
        call({"base_url": api.address}, "text_classification", "x", model="m")


@pytest.mark.parametrize("method", ["text_classification", "streaming_request"])
def test_time_is_limited(api: HostedApi, call: Call, method: str) -> None:
    api.says(Reply([LABELS], pause_s=1.0))
    with pytest.raises(InferenceTimeoutError, match="raise timeout_s"):
        call({"base_url": api.address}, method, inputs="x", model="m", timeout_s=0.1)


def test_time_is_limited_for_answers_in_drops(api: HostedApi, call: Call) -> None:
    api.says(Reply(chunks=[b"["] * 50, pause_s=0.05))
    with pytest.raises(TimeoutError):
        call({"base_url": api.address}, "text_classification", "x", model="m", timeout_s=0.2)


@pytest.mark.parametrize("method", ["text_classification", "streaming_request"])
def test_servers_out_of_reach(call: Call, method: str) -> None:
    with pytest.raises(InferenceError, match="cannot be reached"):
        call({"base_url": "http://127.0.0.1:9"}, method, inputs="x", model="m")


def test_connections_are_kept(api: HostedApi) -> None:
    api.says(OK, OK, Reply({"error": "x"}, 400), OK)
    with HfInference(base_url=api.address) as hf:
        for is_good in (True, True, False, True):
            if is_good:
                hf.text_classification("x", model="m")
            else:
                with pytest.raises(InferenceError):
                    hf.text_classification("x", model="m")
    assert len({asked.connection for asked in api.asked}) == 1


@pytest.mark.parametrize("status", [307, 308])
def test_tokens_do_not_follow_to_another_host(
    api: HostedApi, elsewhere: HostedApi, call: Call, status: int
) -> None:
    api.says(Reply(status=status, headers={"location": f"{elsewhere.address}/models/m"}))
    elsewhere.says(OK)
    call(
        {"base_url": api.address, "access_token": "hf_secret"},
        "text_classification",
        "x",
        model="m",
    )
    assert api.asked[0].headers["authorization"] == "Bearer hf_secret"
    assert "hf_secret" not in str(elsewhere.asked[0].headers)
    assert elsewhere.asked[0].body == api.asked[0].body


def test_redirects_in_a_circle(api: HostedApi, call: Call) -> None:
    api.says(*[Reply(status=307, headers={"location": "/again"})] * 40)
    with pytest.raises(InferenceError, match="circle"):
        call({"base_url": api.address}, "text_classification", "x", model="m")


@pytest.mark.parametrize(
    ("url", "is_sent"),
    [
        ("https://router.huggingface.co/hf-inference", True),
        ("https://abc.us-east-1.aws.endpoints.huggingface.cloud", True),
        ("http://router.huggingface.co/x", False),
        ("https://huggingface.co.evil.org", False),
        ("https://evilhuggingface.co", False),
        ("http://localhost:8000", False),
    ],
)
def test_found_tokens_go_to_the_hub_alone(url: str, is_sent: bool) -> None:
    question = Question(task="text-generation", model="m", fields={"inputs": "x"})
    for place in (
        Place(base_url=url, token="hf_found", is_found=True),
        Place(endpoint_url=url, token="hf_found", is_found=True),
    ):
        headers = make_request(question, place, InferenceOptions()).headers
        assert headers.get("authorization") == ("Bearer hf_found" if is_sent else None)


def test_found_tokens_stay_here(
    api: HostedApi, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_found")
    api.says(OK)
    call({"base_url": api.address}, "text_classification", "x", model="m")
    assert "authorization" not in api.asked[0].headers


def test_tokens_are_not_shown() -> None:
    hf = HfInference("hf_secret")
    assert repr(hf) == "HfInference('https://router.huggingface.co/hf-inference')"
    assert "hf_secret" not in repr(hf._place)
    assert repr(hf.endpoint("https://a.b/c")) == "HfInferenceEndpoint('https://a.b/c')"


def test_endpoints_keep_token_and_options(api: HostedApi, call: Call) -> None:
    api.says(OK)
    client = {"endpoint": f"{api.address}/here", "access_token": "hf_s", "use_cache": False}
    call(client, "text_classification", "x")
    assert api.asked[0].path == "/here"
    assert api.asked[0].json == {"inputs": "x"}
    assert api.asked[0].headers["authorization"] == "Bearer hf_s"
    assert api.asked[0].headers["x-use-cache"] == "false"


def test_models_by_address(api: HostedApi, call: Call) -> None:
    api.says(OK)
    call({}, "text_classification", "x", model=f"{api.address}/my/model")
    assert api.asked[0].path == "/my/model"
    assert api.asked[0].json == {"inputs": "x"}
    with pytest.raises(InvalidArgumentError, match="give one of them"):
        call({"endpoint": api.address}, "text_classification", "x", model="https://a.b")


@pytest.mark.parametrize("model", ["../x", "a/../../b", "a//b", "", 3, "."])
def test_names_that_are_none(model: Any) -> None:
    with pytest.raises((InvalidArgumentError, InvalidTypeError), match="model must be a name"):
        HfInference(access_token=False).fill_mask("x", model=model)


def test_names_are_quoted(api: HostedApi, call: Call) -> None:
    api.says(OK)
    call({"base_url": api.address}, "text_classification", "x", model="a/b c?d#e")
    assert api.asked[0].path == "/models/a/b%20c%3Fd%23e"


def test_the_router_names_tasks_last() -> None:
    question = Question(task="feature-extraction", in_path=True, model="a/b", fields={})
    url = make_request(question, Place(), InferenceOptions()).url
    assert url.endswith("/hf-inference/models/a/b/pipeline/feature-extraction")


def test_default_models(api: HostedApi, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(defaults, "_learned", {})
    monkeypatch.setenv("HF_ENDPOINT", api.address)
    tasks = {"text-classification": {"models": [{"id": "org/best"}, {"id": "org/other"}]}}
    api.says(Reply({**tasks, "fill-mask": {"models": []}}), OK, OK)
    client = {"base_url": api.address, "access_token": "hf_secret"}
    call(dict(client), "text_classification", "x")
    call(dict(client), "text_classification", "x")
    paths = [asked.path for asked in api.asked]
    assert paths == ["/api/tasks", "/models/org/best", "/models/org/best"]
    assert "authorization" not in api.asked[0].headers
    api.says(Reply(tasks), Reply(status=500))
    with pytest.raises(InvalidArgumentError, match="no default model; give model"):
        call(dict(client), "fill_mask", "x")
    with pytest.raises(InferenceError, match=r"status 500\); give model"):
        call(dict(client), "fill_mask", "x")


def test_offline(call: Call, monkeypatch: pytest.MonkeyPatch, api: HostedApi) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr(defaults, "_learned", {})
    for client in ({}, {"base_url": api.address}):
        model = None if client else "m"
        with pytest.raises(OfflineError, match="HF_HUB_OFFLINE"):
            call(dict(client), "text_classification", "x", model=model)
    api.says(OK)
    call({"base_url": api.address}, "text_classification", "x", model="m")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"use_cash": True}, "did you mean 'use_cache'"),
        ({"timeout": 3}, "give timeout_s"),
        ({"use_cache": 1}, "use_cache must be True or False"),
        ({"timeout_s": 0}, "above 0"),
        ({"timeout_s": True}, "above 0"),
    ],
)
def test_options_are_checked(options: dict[str, Any], message: str) -> None:
    with pytest.raises((InvalidArgumentError, InvalidTypeError), match=message):
        HfInference(**options)
    with pytest.raises((InvalidArgumentError, InvalidTypeError), match=message):
        HfInference(False).fill_mask("x", model="m", **options)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: HfInference("a b"), "no token has"),
        (lambda: HfInference("ä"), "no token has"),
        (lambda: HfInference(True), "must be a str"),
        (lambda: HfInference(base_url="x.org"), "base_url must be an http"),
        (lambda: HfInferenceEndpoint("x.org"), "endpoint_url must be an http"),
        (lambda: HfInference(provider="x"), "provider must be one of hf-inference, local"),
    ],
)
def test_clients_are_checked(make: Call, message: str) -> None:
    with pytest.raises((InvalidArgumentError, InvalidTypeError), match=message):
        make()


@pytest.mark.parametrize(
    ("method", "given", "message"),
    [
        ("fill_mask", {"inputs": None}, "inputs are missing"),
        ("image_to_text", {"data": "cat.png"}, r"expected bytes, a pathlib\.Path"),
        ("visual_question_answering", {"inputs": {"question": "x"}}, "holds an image"),
        ("visual_question_answering", {"inputs": {"image": "x"}}, "inputs, image"),
        ("fill_mask", {"inputs": {1, 2}}, "JSON can carry"),
        ("fill_mask", {"inputs": float("nan")}, "JSON can carry"),
        ("request", {}, "either inputs or data"),
        ("chat_completion", {"messages": [], "max_token": 3}, "did you mean 'max_tokens'"),
    ],
)
def test_arguments_are_checked(
    api: HostedApi, call: Call, method: str, given: dict[str, Any], message: str
) -> None:
    with pytest.raises((InvalidArgumentError, InvalidTypeError), match=message):
        call({"base_url": api.address}, method, model="m", **given)
    assert api.asked == []


@pytest.mark.parametrize("kind", ["path", "file", "memoryview"])
def test_files(api: HostedApi, call: Call, kind: str, tmp_path: Path) -> None:
    api.says(Reply({"text": "A"}))
    path = tmp_path / "a"
    path.write_bytes(FLAC)
    with path.open("rb") as file:
        data = {"path": path, "file": file, "memoryview": memoryview(FLAC)}[kind]
        call({"base_url": api.address}, "automatic_speech_recognition", data, model="m")
    assert api.asked[0].body == FLAC


def test_files_opened_as_text(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("x")
    with path.open() as file, pytest.raises(InvalidTypeError, match="mode 'rb'"):
        HfInference(False).image_to_text(file, model="m")  # type: ignore[arg-type]


def test_a_client_of_httpx(api: HostedApi) -> None:
    api.says(OK)
    with httpx.Client(headers={"x-mine": "1"}) as http:
        with HfInference(base_url=api.address, http_client=http) as hf:
            hf.text_classification("x", model="m")
        assert not http.is_closed
    assert api.asked[0].headers["x-mine"] == "1"


def test_closed_clients(call: Call) -> None:
    hf = HfInference(False)
    hf.close()
    hf.close()
    with pytest.raises(ClosedError):
        hf.fill_mask("x", model="m")
    with pytest.raises(ClosedError):
        next(hf.text_generation_stream("x", model="m"))
    with pytest.raises(ClosedError), hf:
        pass


WITHOUT_NATIVE = """
import sys
sys.modules["onnxformers._native"] = None
sys.modules["onnxformers.hub"] = None
from onnxformers import AsyncHfInference, HfInference
hf = HfInference(False, base_url=sys.argv[1])
print(hf.text_classification("x", model="m")[0]["label"], "numpy" in sys.modules)
"""


def test_it_works_without_the_native_module(api: HostedApi) -> None:
    api.says(OK)
    command = [sys.executable, "-c", WITHOUT_NATIVE, api.address]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["POSITIVE", "False"]


def test_pictures_of_every_kind_are_known() -> None:
    from onnxformers.inference.files import content_type

    assert content_type(PNG) == "image/png"
    assert content_type(b"RIFF\x00\x00\x00\x00WAVEfmt ") == "audio/wav"
    assert content_type(b"RIFF\x00\x00\x00\x00WEBP") == "image/webp"
    assert content_type(b"\x00\x00\x00\x20ftypM4A ") == "audio/mp4"
    assert content_type(b"RIFF") == "application/octet-stream"
    assert content_type(b"") == "application/octet-stream"
