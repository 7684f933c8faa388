"""Routes, errors, limits, keys: what no client of others shows."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Iterator
from typing import Any

import httpx
import numpy as np
import pytest

from onnxformers import AsyncHfInference, HfInference, pipeline
from onnxformers.errors import InferenceError
from serving import LONG, MODELS, Running, endless, load_ranker, settings_of

EMBED = {"feature-extraction": "bert-uncased-embed"}


@pytest.fixture(scope="module")
def guarded() -> Iterator[Running]:
    limits = {"inputs": 2, "tokens": 20, "json_bytes": 1000, "media_bytes": 2000, "new_tokens": 5}
    models = {**EMBED, "text-generation": "qwen2"}
    running = Running(settings_of(models, api_keys=["one", "two"], limits=limits))
    yield running
    running.close()


@pytest.fixture
def asked(guarded: Running) -> Iterator[httpx.Client]:
    headers = {"authorization": "Bearer two"}
    with httpx.Client(base_url=guarded.address, headers=headers) as client:
        yield client


def test_our_client_whole_and_in_pieces(server: Running) -> None:
    with HfInference(False, base_url=server.address) as hf:
        found = hf.text_classification("x", model="bert-uncased-sst")
        with pipeline("text-classification", MODELS / "bert-uncased-sst") as pipe:
            assert found == pipe("x", top_k=None)
        short: Any = {"max_new_tokens": 3}
        whole = hf.text_generation("One", model="qwen2", parameters=short)
        events = list(hf.text_generation_stream("One", model="qwen2", parameters=short))
        assert whole["generated_text"] == f"One{events[-1]['generated_text']}"
        talk = hf.conversational({"text": "Hi"}, model="qwen2", parameters=short)
        assert talk["conversation"]["past_user_inputs"] == ["Hi"]
        with pytest.raises(InferenceError, match="not served") as raised:
            hf.fill_mask("x", model="nothing")
        assert raised.value.status == 404


def test_remote_and_local_say_the_same(server: Running) -> None:
    def ask(hf: HfInference, folder: str) -> list[Any]:
        short: Any = {"max_new_tokens": 3}
        labels: Any = {"candidate_labels": ["a", "b"]}
        sentences = {"source_sentence": "x", "sentences": ["y", "z"]}
        question = {"question": "Who?", "context": "It was Alice."}
        return [
            hf.fill_mask("the [MASK].", model=f"{folder}bert-uncased-mlm"),
            hf.question_answering(question, model=f"{folder}bert-cased-qa"),
            hf.summarization("A text.", model=f"{folder}bart-cnn", parameters=short),
            hf.translation(["A", "B"], model=f"{folder}marian", parameters=short),
            hf.token_classification("Alice", model=f"{folder}bert-cased-ner"),
            hf.zero_shot_classification("A", model=f"{folder}bart-nli", parameters=labels),
            hf.sentence_similarity(sentences, model=f"{folder}bert-uncased-embed"),
            hf.feature_extraction(["A", "B c"], model=f"{folder}bert-uncased-embed"),
            hf.chat_completion(
                [{"role": "user", "content": "x"}], model=f"{folder}qwen2", max_tokens=3
            )["choices"],
        ]

    with HfInference(False, base_url=server.address) as remote:
        there = ask(remote, "")
    with HfInference(provider="local") as local:
        assert ask(local, f"{MODELS}/") == there


def test_many_at_once_get_their_own(server: Running) -> None:
    import asyncio

    texts = [f"sentence number {number}" + " more" * (number % 7) for number in range(60)]

    async def ask_all() -> list[Any]:
        async with AsyncHfInference(False, base_url=server.address) as hf:
            calls = [hf.feature_extraction(text, model="bert-uncased-embed") for text in texts]
            return await asyncio.gather(*calls)

    found = asyncio.run(ask_all())
    with pipeline("feature-extraction", MODELS / "bert-uncased-embed") as pipe:
        assert np.allclose(found, pipe(texts, pooling="auto"), atol=1e-5)


@pytest.mark.parametrize(
    ("path", "body", "status", "text"),
    [
        ("/models/bert-uncased-sst", b"{", 400, "truncated"),
        ("/models/bert-uncased-sst", b"\xff", 400, ""),
        ("/models/bert-uncased-sst", b"[]", 422, "must be a JSON object"),
        ("/models/bert-uncased-sst", b"{}", 422, "must be texts"),
        ("/models/bert-uncased-sst", b'{"inputs": []}', 422, "empty"),
        ("/models/bert-uncased-sst", b'{"inputs": ["a", 1]}', 422, "must be texts, got int"),
        ("/models/bert-uncased-sst", b'{"inputs": "a", "top_k": "x"}', 422, "top_k"),
        ("/models/bert-uncased-sst", b'{"inputs": "a", "parameters": 3}', 422, "an object"),
        ("/models/bert-uncased-sst", b'{"inputs": "a", "cancel": 3}', 422, "unknown option"),
        ("/models/bert-uncased-sst", b'{"inputs": "\\ud800"}', 400, ""),
        ("/models/bert-uncased-sst", b'{"inputs": "a", "stream": true}', 422, "not stream"),
        ("/models/bert-cased-qa", b'{"inputs": {"question": "x"}}', 422, "context"),
        ("/pipeline/fill-mask/bert-uncased-sst", b'{"inputs": "a"}', 404, "does not do"),
        ("/pipeline/nonsense/bert-uncased-sst", b'{"inputs": "a"}', 404, "unknown task"),
        ("/models/qwen2", b'{"inputs": "a", "parameters": {"logits_processor": 1}}', 422, ""),
        ("/v1/embeddings", b'{"input": 3}', 422, "input"),
        ("/v1/embeddings", b'{"input": [1, 99999]}', 422, "no token of the model"),
        ("/v1/embeddings", b'{"input": [[5], "a"]}', 422, "input"),
        ("/v1/embeddings", b'{"input": [true]}', 422, "input"),
        ("/v1/embeddings", b'{"input": ""}', 422, "empty"),
        ("/v1/embeddings", b'{"input": "a", "encoding_format": "x"}', 422, "encoding_format"),
        ("/v1/embeddings", b'{"input": "a", "model": "bert-uncased-sst"}', 404, "does not do"),
        ("/v1/chat/completions", b'{"messages": []}', 422, "messages"),
        (
            "/v1/chat/completions",
            b'{"messages": [{"role": "x"}], "logprobs": 1.5}',
            422,
            "logprobs",
        ),
        ("/v1/completions", b'{"prompt": [-1]}', 422, "no token of the model"),
        ("/v1/completions", b'{"prompt": [[]]}', 422, "prompt"),
        ("/v1/completions", b'{"prompt": "a", "logprobs": 1, "echo": true}', 422, "echo"),
        ("/v1/completions", b'{"prompt": "a", "logit_bias": {"a": 1}}', 422, "logit_bias"),
        ("/v1/completions", b'{"prompt": "a", "logit_bias": {"9999999": 1}}', 422, "no token"),
        ("/v1/completions", b'{"prompt": "a", "presence_penalty": "x"}', 422, "presence_penalty"),
        ("/v1/completions", b'{"prompt": "a", "stream_options": {}}', 422, "stream=true"),
        ("/v1/chat/completions", b'{"messages": [{"role": "x", "content": 3}]}', 422, "content"),
        (
            "/v1/chat/completions",
            b'{"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}',
            422,
            "reads text alone; leave out image_url",
        ),
        ("/v1/completions", b'{"prompt": "a", "best_of": 4}', 422, "best_of"),
        ("/rerank", b'{"query": "a", "texts": []}', 422, "texts"),
        ("/rerank", b'{"query": "a", "texts": ["b"]}', 404, "text-ranking"),
        ("/nothing", b"{}", 404, "Not Found"),
        ("/health", b"{}", 405, "Method Not Allowed"),
    ],
)
def test_refusals(http: httpx.Client, path: str, body: bytes, status: int, text: str) -> None:
    answer = http.post(path, content=body, headers={"content-type": "application/json"})
    assert answer.status_code == status, answer.text
    error = answer.json()["error"]
    if path.startswith("/v1/"):
        assert error["type"].endswith("_error")
        error = error["message"]
    assert text in error


def test_deep_json(http: httpx.Client) -> None:
    body = b'{"inputs": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    answer = http.post("/models/qwen2", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400


def test_a_body_of_text(http: httpx.Client) -> None:
    answer = http.post(
        "/models/bert-uncased-sst", content=b"hi", headers={"content-type": "text/plain"}
    )
    assert answer.json() == http.post("/models/bert-uncased-sst", json={"inputs": "hi"}).json()


def test_json_of_clients_that_do_not_say(http: httpx.Client) -> None:
    answer = http.post("/models/bert-uncased-sst", content=b'{"inputs": "hi"}')
    assert answer.status_code == 200


def test_the_first_model_answers_at_the_root(http: httpx.Client, server: Running) -> None:
    one = http.post("/", json={"inputs": "hi"}).json()
    assert one == http.post("/models/bert-uncased-embed", json={"inputs": "hi"}).json()


def test_streams_that_fail_before_they_begin(http: httpx.Client) -> None:
    body = {"messages": [{"role": "user", "content": "x"}], "stream": True, "n": 2}
    answer = http.post("/v1/chat/completions", json=body)
    assert answer.status_code == 422
    assert "one answer" in answer.json()["error"]["message"]


def test_keys(guarded: Running) -> None:
    for headers in ({}, {"authorization": "Bearer three"}, {"authorization": "Basic one"}):
        answer = httpx.post(f"{guarded.address}/", json={"inputs": "x"}, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
    for key in ("one", "two"):
        headers = {"authorization": f"bearer {key}"}
        answer = httpx.post(f"{guarded.address}/", json={"inputs": "x"}, headers=headers)
        assert answer.status_code == 200
    assert httpx.get(f"{guarded.address}/health").status_code == 200
    assert httpx.get(f"{guarded.address}/metrics").status_code == 401
    assert "two" not in repr(guarded.state.settings)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"inputs": ["a", "b"]}, 200),
        ({"inputs": ["a", "b", "c"]}, 422),
        ({"inputs": "word " * 30}, 413),
        ({"inputs": "x" * 1000}, 413),
    ],
)
def test_limits(asked: httpx.Client, body: dict[str, Any], status: int) -> None:
    assert asked.post("/", json=body).status_code == status


def test_limits_of_bodies_without_a_length(asked: httpx.Client) -> None:
    def body() -> Iterator[bytes]:
        for _ in range(30):
            yield b" " * 100

    answer = asked.post("/", content=body(), headers={"content-type": "application/json"})
    assert answer.status_code == 413
    answer = asked.post("/", content=body(), headers={"content-type": "image/png"})
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("parameters", "status"),
    [
        ({}, 200),
        ({"max_new_tokens": 5}, 200),
        ({"max_new_tokens": 6}, 422),
        ({"num_beams": 3}, 422),
        ({"num_return_sequences": 3}, 422),
        ({"max_length": 50}, 422),
    ],
)
def test_limits_of_writing(asked: httpx.Client, parameters: dict[str, int], status: int) -> None:
    given = {"max_new_tokens": 2, **parameters}
    answer = asked.post("/models/qwen2", json={"inputs": "a", "parameters": given})
    assert answer.status_code == status
    body = {"messages": [{"role": "user", "content": "word " * 50}]}
    assert asked.post("/v1/chat/completions", json=body).status_code == 413


def test_prompt_and_answer_must_fit_the_model() -> None:
    running = Running(settings_of({"text-generation": "gpt2"}))
    try:
        limit = running.state.models["gpt2"].pipelines["text-generation"].model_limit
        asked = {"inputs": "The railway", "parameters": {"max_new_tokens": limit}}
        answer = httpx.post(f"{running.address}/", json=asked)
        assert answer.status_code == 422
        assert f"more than the {limit} that the model takes" in answer.json()["error"]
        answer = httpx.post(f"{running.address}/", json={"inputs": "The railway"}, timeout=60)
        assert answer.status_code == 200
        long = {"prompt": "word " * limit, "max_tokens": 1}
        assert httpx.post(f"{running.address}/v1/completions", json=long).status_code == 422
    finally:
        running.close()


def test_time_is_limited() -> None:
    running = endless(time_s=0.05)
    try:
        answer = httpx.post(f"{running.address}/", json=LONG)
        assert (answer.status_code, answer.json()["error"]) == (504, "the request took too long")
    finally:
        running.close()


def test_small_answers_are_sent_at_once(http: httpx.Client) -> None:
    """Head and body are written one after the other; waiting for the client's nod takes 40 ms."""
    times = []
    for _ in range(15):
        begin = time.perf_counter()
        http.get("/health")
        times.append(time.perf_counter() - begin)
    assert statistics.median(times) < 0.03


def test_health_metrics_and_openapi(http: httpx.Client) -> None:
    assert http.get("/health").json() == {"status": "ok"}
    assert "qwen2" in http.get("/ready").json()["models"]
    http.post("/v1/embeddings", json={"input": ["a", "b c d e f g"]})
    lines = http.get("/metrics").text.splitlines()
    values = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    assert float(values['onnxformers_requests_total{route="/v1/embeddings",status="200"}']) >= 1
    assert float(values['onnxformers_tokens_total{kind="read"}']) > 0
    assert float(values["onnxformers_requests_in_flight"]) == 1
    for name in ("wait", "run", "total"):
        assert float(values[f'onnxformers_seconds_count{{stage="{name}"}}']) >= 1
    description = http.get("/openapi.json").json()
    paths = {route.path.replace(":path", "") for route in _routes()}
    assert set(description["paths"]) == paths
    assert "EmbeddingRequest" in json.dumps(description)


def _routes() -> list[Any]:
    from onnxformers.server.app import create_app

    return list(create_app(settings_of(EMBED)).routes)


@pytest.fixture(scope="module")
def ranking() -> Iterator[Running]:
    """A server of a model that ranks by a rule."""
    running = Running(settings_of(EMBED))
    load_ranker(running.app)
    yield running
    running.close()


def test_rerank_in_both_forms(ranking: Running) -> None:
    query, texts = "Who painted the window?", ["a boat", "The committee did.", "It rained."]
    pipe = ranking.state.models["ranker"].pipelines["text-ranking"]
    wanted = pipe(query, texts)
    with httpx.Client(base_url=ranking.address) as http:
        found = http.post("/rerank", json={"query": query, "texts": texts}).json()
        assert found == wanted
        body: dict[str, Any] = {"query": query, "texts": texts, "raw_scores": True}
        raw = http.post("/rerank", json={**body, "return_text": True}).json()
        assert [one["text"] for one in raw] == [texts[one["index"]] for one in wanted]
        assert [one["score"] for one in raw] != [one["score"] for one in wanted]
        body = {"query": query, "documents": texts, "top_n": 2, "return_documents": True}
        found = http.post("/v1/rerank", json=body).json()
        assert [(one["index"], one["relevance_score"]) for one in found["results"]] == [
            (one["index"], one["score"]) for one in wanted[:2]
        ]
        assert found["results"][0]["document"]["text"] == texts[wanted[0]["index"]]
        long = {"query": query, "texts": ["word " * 600], "truncate": False}
        assert http.post("/rerank", json=long).status_code == 422


@pytest.mark.oracle
@pytest.mark.parametrize("name", ["Client", "ClientV2"])
def test_the_client_of_cohere(ranking: Running, name: str) -> None:
    cohere = pytest.importorskip("cohere", reason="Cohere's client: pip install cohere")
    pipe = ranking.state.models["ranker"].pipelines["text-ranking"]
    query, texts = "Who painted the window?", ["a boat", "The committee did.", "It rained."]
    wanted = [(one["index"], one["score"]) for one in pipe(query, texts)]
    with httpx.Client(timeout=60) as http:
        make = getattr(cohere, name)
        client = make(api_key="none", base_url=ranking.address, httpx_client=http)
        found = client.rerank(model="ranker", query=query, documents=texts)
        assert [(one.index, one.relevance_score) for one in found.results] == wanted
        assert found.id.startswith("rerank-")
        found = client.rerank(model="ranker", query=query, documents=texts, top_n=1)
        assert [one.index for one in found.results] == [wanted[0][0]]
        with pytest.raises(cohere.core.ApiError) as raised:
            client.rerank(model="nothing", query=query, documents=texts)
        assert raised.value.status_code == 404


def test_documents_that_are_objects(ranking: Running) -> None:
    body = {"query": "a", "documents": [{"text": "b"}, "c"], "return_documents": True}
    found = httpx.post(f"{ranking.address}/v2/rerank", json=body).json()
    assert {one["document"]["text"] for one in found["results"]} == {"b", "c"}
