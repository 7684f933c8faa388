"""Requests that are broken anywhere get errors of the client's, in JSON."""

from __future__ import annotations

import json
import random

import httpx
import pytest

BODIES = {
    "/v1/embeddings": {"input": ["a", "b"], "dimensions": 4, "model": "bert-uncased-embed"},
    "/v1/chat/completions": {"messages": [{"role": "user", "content": "x"}], "max_tokens": 1},
    "/v1/completions": {"prompt": "x", "max_tokens": 1, "stop": ["a"]},
    "/rerank": {"query": "a", "texts": ["b"]},
    "/models/bert-uncased-sst": {"inputs": ["x"], "parameters": {"top_k": 1}},
    "/models/bert-cased-qa": {"inputs": {"question": "a", "context": "b"}},
    "/models/bart-nli": {"inputs": "a", "parameters": {"candidate_labels": ["b"]}},
    "/models/bert-cased-ner": {"inputs": "a", "parameters": {"aggregation_strategy": "max"}},
    "/models/qwen2": {"inputs": "x", "parameters": {"max_new_tokens": 1, "top_p": 0.5}},
    "/models/marian": {"inputs": "x", "parameters": {"max_new_tokens": 1, "num_beams": 2}},
    "/pipeline/sentence-similarity/bert-uncased-embed": {
        "inputs": {"source_sentence": "a", "sentences": ["b"]}
    },
    "/pipeline/conversational/qwen2": {
        "inputs": {"text": "x", "past_user_inputs": ["a"], "generated_responses": ["b"]},
        "parameters": {"max_new_tokens": 1},
    },
}
VALUES = [None, True, -1, 0, 1.5, 10**30, "", "x", "\0", [], [[]], {}, {"a": 1}, "é" * 500, [None]]


def changed(value: object, rng: random.Random) -> object:
    """A value with one part of it replaced, anywhere."""
    if isinstance(value, dict) and value and rng.random() < 0.8:
        key = rng.choice(list(value))
        return {**value, key: changed(value[key], rng)}
    if isinstance(value, list) and value and rng.random() < 0.7:
        return [changed(value[0], rng), *value[1:]]
    return rng.choice(VALUES)


def cut(body: bytes, rng: random.Random) -> bytes:
    """Bytes with some replaced, taken out or put in."""
    made = bytearray(body)
    for _ in range(rng.randrange(1, 4)):
        place = rng.randrange(len(made) + 1)
        made[place : place + rng.randrange(3)] = rng.choice([b"", b"{", b'"', b"\xff", b"\\ud800"])
    return bytes(made)


@pytest.mark.parametrize("path", BODIES)
def test_only_errors_of_the_client(http: httpx.Client, path: str) -> None:
    rng = random.Random(path)
    headers = {"content-type": "application/json"}
    for _ in range(40):
        body = json.dumps(changed(BODIES[path], rng)).encode()
        if rng.random() < 0.3:
            body = cut(body, rng)
        answer = http.post(path, content=body, headers=headers, timeout=60)
        assert answer.status_code < 500, (body, answer.text)
        if answer.status_code != 200:
            assert answer.json()["error"], body
