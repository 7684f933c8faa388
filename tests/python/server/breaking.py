"""Requests that are broken anywhere: in their JSON, their files, their forms, their heads."""

from __future__ import annotations

import base64
import io
import json
import random
from typing import Any, NamedTuple

import numpy as np

from onnxformers.audio.writing import encode_wav


class Asked(NamedTuple):
    """A request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


SHORT = {"max_new_tokens": 1}
#: Path -> a body that is answered; the tests' server has these models.
TEXTS: dict[str, Any] = {
    "/v1/embeddings": {"input": ["a", "b"], "dimensions": 4, "encoding_format": "base64"},
    "/v1/chat/completions": {
        "messages": [{"role": "user", "content": [{"type": "text", "text": "x"}]}],
        "max_tokens": 1,
        "logprobs": True,
        "top_logprobs": 2,
        "stream_options": {"include_usage": True},
        "stream": True,
    },
    "/v1/completions": {"prompt": "x", "max_tokens": 1, "stop": ["a"], "logit_bias": {"5": 1}},
    "/rerank": {"query": "a", "texts": ["b"]},
    "/v1/rerank": {"query": "a", "documents": ["b", "c"], "top_n": 1, "return_documents": True},
    "/models/bert-uncased-sst": {"inputs": ["x"], "parameters": {"top_k": 1}},
    "/models/bert-cased-qa": {"inputs": {"question": "a", "context": "b"}},
    "/models/bart-nli": {"inputs": "a", "parameters": {"candidate_labels": ["b"]}},
    "/models/bert-cased-ner": {"inputs": "a", "parameters": {"aggregation_strategy": "max"}},
    "/models/bert-uncased-mlm": {"inputs": "a [MASK]", "parameters": {"top_k": 1}},
    "/models/bart-cnn": {"inputs": "x", "parameters": {**SHORT, "truncation": "only_first"}},
    "/models/qwen2": {"inputs": "x", "parameters": {**SHORT, "top_p": 0.5}, "stream": True},
    "/models/qwen2/v1/chat/completions": {
        "messages": [{"role": "user", "content": "x"}],
        "max_tokens": 1,
        "tools": [{"type": "function", "function": {"name": "f", "parameters": {}}}],
        "tool_choice": "auto",
        "response_format": {"type": "text"},
    },
    "/models/marian": {"inputs": "x", "parameters": {**SHORT, "num_beams": 2}},
    "/pipeline/sentence-similarity/bert-uncased-embed": {
        "inputs": {"source_sentence": "a", "sentences": ["b"]}
    },
    "/pipeline/feature-extraction/bert-uncased-embed": {
        "inputs": ["a"],
        "parameters": {"normalize": True, "truncation": True},
    },
    "/pipeline/conversational/qwen2": {
        "inputs": {"text": "x", "past_user_inputs": ["a"], "generated_responses": ["b"]},
        "parameters": SHORT,
    },
    "/v1/audio/speech": {"input": "a", "voice": "b", "response_format": "wav", "speed": 1},
}
#: Models that read a file, and how it may be asked for in JSON.
FILES: dict[str, Any] = {
    "/models/vit-cls": {"top_k": 1},
    "/models/segformer-seg": {"threshold": 0.5},
    "/models/clip": {"candidate_labels": ["a", "b"]},
    "/models/hubert-ctc": {"chunk_length_s": 1},
}
ANSWERED = {"/models/donut": {"question": "a"}}
FORM = "/v1/audio/transcriptions"
OTHERS = ("/health", "/ready", "/metrics", "/openapi.json", "/v1/models", "/v1/models/x", "/x", "/")

VALUES: tuple[Any, ...] = (
    *(None, True, -1, 0, 1.5, 10**30, -(2**63), 2**64, 1e308, "", "x", "\0", "\ud800", "NaN"),
    *([], [[]], {}, {"a": 1}, "é" * 500, [None], "x" * 5000, ["a"] * 100, [[[["a"]]]], {"": {}}),
    *({"type": "json_schema", "json_schema": {"schema": {"type": "x"}}}, {"url": "http://[::1]/"}),
    *("data:image/png;base64,AAAA", "http://127.0.0.1/", "file:///etc/passwd", "auto", "-inf"),
)
NAMES = ("model", "inputs", "parameters", "options", "stream", "cancel", "timeout_s", "n", "stop")
NAMES += ("logits_processor", "streamer", "generation_config", "assistant_model", "guided", "seed")
NAMES += ("num_beams", "penalty_alpha", "max_new_tokens", "min_length", "user", "top_logprobs")
NUMBERS = (b"NaN", b"Infinity", b"-Infinity", b"1e999", b"-1e999", b"9" * 400, b"-0", b"01", b"1.")
SCRAPS = (b"", b"{", b'"', b"\xff", b"\\ud800", b"\0", b"\xed\xa0\x80", b"//", b"]", b",", b"\\u")
KINDS = ("application/json", "text/plain", "image/png", "audio/wav", "application/x-ndjson", "x")
KINDS += ("application/octet-stream", "application/x-www-form-urlencoded", "multipart/form-data")
KINDS += ("", ";", "application/json; charset=utf-16", "text/plain; charset=nonsense", "\xe9")
KINDS += ("multipart/form-data; boundary=", "multipart/mixed; boundary=x", "application/msgpack")
METHODS = ("GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "CONNECT", "FOO", "post")


def changed(value: Any, rng: random.Random) -> Any:
    """A value with one part of it replaced, added or taken out, anywhere."""
    roll = rng.random()
    if isinstance(value, dict) and value and roll < 0.8:
        key = rng.choice(list(value))
        if roll < 0.1:
            return {**value, rng.choice(NAMES): rng.choice(VALUES)}
        if roll < 0.15:
            return {name: inner for name, inner in value.items() if name != key}
        return {**value, key: changed(value[key], rng)}
    if isinstance(value, list) and value and roll < 0.7:
        return [changed(value[0], rng), *value[1:]]
    return rng.choice(VALUES)


def scrapped(body: bytes, rng: random.Random) -> bytes:
    """Bytes with some replaced, taken out or put in, or cut."""
    made = bytearray(body)
    for _ in range(rng.randrange(1, 4)):
        place = rng.randrange(len(made) + 1)
        made[place : place + rng.randrange(3)] = rng.choice(SCRAPS)
    return bytes(made[: rng.randrange(len(made) + 1)]) if rng.random() < 0.2 else bytes(made)


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


def _as_json(path: str, body: bytes) -> Asked:
    return Asked("POST", path, {"content-type": "application/json"}, body)


def other_values(rng: random.Random) -> Asked:
    path = rng.choice(list(TEXTS))
    made = changed(TEXTS[path], rng)
    return _as_json(path, _json(changed(made, rng) if rng.random() < 0.3 else made))


def other_bytes(rng: random.Random) -> Asked:
    path = rng.choice(list(TEXTS))
    return _as_json(path, scrapped(_json(TEXTS[path]), rng))


def deep(rng: random.Random) -> Asked:
    path = rng.choice(list(TEXTS))
    depth = rng.choice((50, 900, 1100, 20_000))
    begin, end = rng.choice(((b"[", b"]"), (b'{"a":', b"}")))
    middle = begin * depth + b"1" + end * (depth if rng.random() < 0.8 else 0)
    key = rng.choice([*TEXTS[path], "parameters", "options"])
    rest = _json({name: value for name, value in TEXTS[path].items() if name != key})[1:]
    return _as_json(path, b'{"%b": %b, %b' % (key.encode(), middle, rest))


def odd_numbers(rng: random.Random) -> Asked:
    path = rng.choice(list(TEXTS))
    text = _json(changed(TEXTS[path], rng))
    number = rng.choice(NUMBERS)
    for place in rng.sample((b"1", b"true", b"null", b'"x"', b'"a"', b"0.5"), 6):
        if place in text:
            return _as_json(path, text.replace(place, number, 1))
    return _as_json(path, number)


def other_kinds(rng: random.Random) -> Asked:
    path = rng.choice([*TEXTS, *FILES, FORM])
    body = _json(TEXTS.get(path, {"inputs": "x"})) if rng.random() < 0.7 else rng.randbytes(50)
    return Asked("POST", path, {"content-type": rng.choice(KINDS)}, body)


def other_heads(rng: random.Random) -> Asked:
    path = rng.choice(list(TEXTS))
    odd = ("-1", "x", "9" * 30, "0", "1, 2", "", "1_0", "\xb2")
    names = ("content-length", "authorization", "accept", "user-agent", "transfer-encoding", "host")
    headers = {"content-type": "application/json", rng.choice(names): rng.choice(odd)}
    return Asked("POST", path, headers, _json(TEXTS[path]))


def other_places(rng: random.Random) -> Asked:
    path = rng.choice([*TEXTS, *FILES, *OTHERS, FORM])
    if rng.random() < 0.5:
        odd = ("..", "%00", "%2e%2e", "\ud7ff", "x" * 3000, "//", "?a=b", "%ff", "models", " ", "*")
        path = path.replace(rng.choice(path), rng.choice(odd), 1)
        task = rng.choice(("fill-mask", "nonsense", "text-to-image", "tabular-regression", "a/b"))
        path = rng.choice((path, f"/pipeline/{task}/qwen2", f"/models/qwen2/pipeline/{task}"))
    method = rng.choice(METHODS) if rng.random() < 0.6 else "POST"
    return Asked(method, path, {"content-type": "application/json"}, _json({"inputs": "x"}))


def picture(size: tuple[int, int] = (24, 16), kind: str = "PNG") -> bytes:
    from PIL import Image

    values = np.random.default_rng(1).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(values).save(file, kind)
    return file.getvalue()


SOUND = encode_wav(np.sin(np.arange(1600, dtype=np.float32) * 0.05) * 0.3, 16000)
_HEADS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"GIF89a", b"RIFF\0\0\0\0WEBP", b"II*\0")
_HEADS += (b"RIFF\xff\xff\xff\xffWAVEfmt ", b"fLaC", b"OggS", b"ID3", b"\xff\xfb\x90", b"BM")
_HEADS += (b"\0\0\0\x18ftypmp42", b"\x1aE\xdf\xa3", b"", b"FORM\0\0\0\0AIFF", b"qoif", b"8BPS")


def file_of(path: str, rng: random.Random) -> bytes:
    """A broken file for a model: nonsense behind a good beginning, or a good file with scraps."""
    if rng.random() < 0.4:
        return rng.choice(_HEADS) + rng.randbytes(rng.randrange(200))
    whole = SOUND if path in ("/models/hubert-ctc", FORM) else rng.choice(_PICTURES)
    made = bytearray(whole)
    for _ in range(rng.randrange(1, 6)):
        made[rng.randrange(min(len(made), rng.choice((64, len(made)))))] = rng.randrange(256)
    return bytes(made if rng.random() < 0.6 else made[: rng.randrange(len(made))])


_PICTURES = tuple(picture(kind=kind) for kind in ("PNG", "JPEG", "GIF", "BMP"))


def broken_files(rng: random.Random) -> Asked:
    path = rng.choice(list(FILES))
    kind = rng.choice(("image/png", "audio/wav", "application/octet-stream", ""))
    return Asked("POST", path, {"content-type": kind} if kind else {}, file_of(path, rng))


def files_in_json(rng: random.Random) -> Asked:
    path = rng.choice([*FILES, *ANSWERED])
    text = base64.b64encode(file_of(path, rng)).decode()
    if rng.random() < 0.4:
        place = rng.randrange(len(text) + 1)
        text = text[:place] + rng.choice(("=", "!", " ", "\n", "é", "", "====")) + text[place + 1 :]
    if rng.random() < 0.2:
        text = rng.choice(("data:image/png;base64,", "data:,", "data:x;base64,")) + text
    inputs: Any = {"image": text, **ANSWERED[path]} if path in ANSWERED else text
    body = {"inputs": inputs, "parameters": FILES.get(path, SHORT)}
    return _as_json(path, _json(changed(body, rng) if rng.random() < 0.5 else body))


def broken_forms(rng: random.Random) -> Asked:
    parts = {
        "file": file_of(FORM, rng) if rng.random() < 0.7 else SOUND,
        "model": rng.choice((b"hubert-ctc", b"hubert-ctc", b"x", b"\xff", b"")),
        "response_format": rng.choice((b"json", b"text", b"srt", b"vtt", b"verbose_json", b"x")),
        "temperature": rng.choice((b"0", b"nan", b"-1", b"x", b"")),
        rng.choice(NAMES): rng.choice((b"", b"x", b"\xff\xfe")),
    }
    body = b""
    for name in rng.sample(list(parts), rng.randrange(1, len(parts) + 1)):
        head = b'--xyz\r\nContent-Disposition: form-data; name="%b"; filename="a"\r\n\r\n'
        body += head % name.encode() + parts[name] + b"\r\n"
    body += b"--xyz--\r\n"
    roll = rng.random()
    if roll < 0.3:
        body = scrapped(body, rng)
    elif roll < 0.5:
        body = body[: rng.randrange(len(body))]
    kind = "multipart/form-data; boundary=" + rng.choice(
        ("xyz", "xyz", "xyz", '"xyz"', "x", "\xe9")
    )
    return Asked("POST", FORM, {"content-type": kind}, body)


WAYS = (
    *(other_values,) * 6,
    *(other_bytes, odd_numbers, other_kinds, other_heads, other_places),
    *(broken_files, broken_files, files_in_json, files_in_json, broken_forms, broken_forms),
)


def broken(rng: random.Random) -> Asked:
    """A request; few of them are fit to be answered."""
    return deep(rng) if rng.random() < 0.005 else rng.choice(WAYS)(rng)
