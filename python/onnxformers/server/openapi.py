"""What can be asked, as OpenAPI: written from the routes and the types of their bodies."""

from __future__ import annotations

from typing import Any

import msgspec

from onnxformers.server import audio_routes, openai_routes, transcripts
from onnxformers.settings import env

_INFERENCE = {
    "type": "object",
    "required": ["inputs"],
    "properties": {
        "inputs": {"description": "a text, a list of texts, or an object, as the task has it"},
        "parameters": {"type": "object"},
        "stream": {"type": "boolean"},
    },
}
_PENALTY = {"type": "number", "minimum": -2, "maximum": 2}
_WRITING = {
    "stream": {"type": "boolean"},
    "stream_options": {"type": "object"},
    "max_tokens": {"type": "integer", "minimum": 1},
    "n": {"type": "integer", "minimum": 1},
    "seed": {"type": "integer"},
    "stop": {"type": ["string", "array"], "items": {"type": "string"}},
    "temperature": {"type": "number", "minimum": 0},
    "top_p": {"type": "number", "minimum": 0, "maximum": 1},
    "frequency_penalty": _PENALTY,
    "presence_penalty": _PENALTY,
    "logit_bias": {"type": "object", "additionalProperties": {"type": "number"}},
}
_CHAT = {
    "type": "object",
    "required": ["messages"],
    "properties": {
        "model": {"type": "string"},
        "messages": {"type": "array", "minItems": 1, "items": {"type": "object"}},
        **_WRITING,
        "logprobs": {"type": "boolean"},
        "top_logprobs": {"type": "integer", "minimum": 0, "maximum": 20},
        "tools": {"type": "array", "items": {"type": "object"}},
        "tool_choice": {"type": ["string", "object"]},
        "response_format": {"type": "object"},
    },
}
_FORM: dict[str, Any] = {
    "type": "object",
    "required": ["file"],
    "properties": {
        "file": {"type": "string", "format": "binary"},
        "model": {"type": "string"},
        "language": {"type": "string"},
        "prompt": {"type": "string"},
        "response_format": {"enum": list(transcripts.FORMATS)},
        "stream": {"type": "boolean"},
        "temperature": {"type": "number", "minimum": 0, "maximum": 1},
        "timestamp_granularities[]": {"type": "array", "items": {"enum": ["segment", "word"]}},
    },
}
_ENGLISH = {
    **_FORM,
    "properties": {n: s for n, s in _FORM["properties"].items() if n != "language"},
}
_FORMS = (_FORM, _ENGLISH)
_COMPLETION = {
    "type": "object",
    "required": ["prompt"],
    "properties": {
        "model": {"type": "string"},
        "prompt": {"type": ["string", "array"], "items": {"type": ["string", "integer", "array"]}},
        **_WRITING,
        "echo": {"type": "boolean"},
        "logprobs": {"type": "integer", "minimum": 0, "maximum": 20},
    },
}
#: Path -> method, summary, schema of the body.
_PATHS: dict[str, tuple[str, str, Any]] = {
    "/": ("post", "what the first model does", _INFERENCE),
    "/models/{model}": ("post", "what a model does", _INFERENCE),
    "/models/{model}/pipeline/{task}": ("post", "a task by a model", _INFERENCE),
    "/models/{model}/v1/chat/completions": ("post", "a chat with a model", _CHAT),
    "/pipeline/{task}/{model}": ("post", "a task by a model", _INFERENCE),
    "/v1/audio/speech": ("post", "a text spoken", audio_routes.SpeechRequest),
    "/v1/audio/transcriptions": ("post", "what is said in a recording", _FORM),
    "/v1/audio/translations": ("post", "what is said, in English", _ENGLISH),
    "/v1/chat/completions": ("post", "a chat", _CHAT),
    "/v1/completions": ("post", "texts that go on", _COMPLETION),
    "/v1/embeddings": ("post", "vectors of texts", openai_routes.EmbeddingRequest),
    "/v1/models": ("get", "the models", None),
    "/v1/models/{model}": ("get", "one of the models", None),
    "/v1/rerank": ("post", "documents ranked for a query", openai_routes.RerankRequest),
    "/v2/rerank": ("post", "documents ranked for a query", openai_routes.RerankRequest),
    "/rerank": ("post", "documents ranked for a query", openai_routes.RerankRequest),
    "/health": ("get", "the process answers", None),
    "/ready": ("get", "the server wants requests", None),
    "/metrics": ("get", "counters for Prometheus", None),
    "/openapi.json": ("get", "this page", None),
}
_REFUSALS = {
    "400": "the body cannot be read",
    "401": "an API key is wanted",
    "404": "the model is not served, or does something else",
    "413": "the body or the inputs are too large",
    "422": "the request cannot be answered as it is",
    "429": "the server is busy; Retry-After says when to come again",
}


def description() -> dict[str, Any]:
    """The document."""
    structs = [row[2] for row in _PATHS.values() if isinstance(row[2], type)]
    _, components = msgspec.json.schema_components(
        structs, ref_template="#/components/schemas/{name}"
    )
    return {
        "openapi": "3.1.0",
        "info": {"title": "onnxformers", "version": env.version},
        "paths": {path: {row[0]: _operation(path, *row[1:])} for path, row in _PATHS.items()},
        "components": {
            "schemas": components,
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{}, {"key": []}],
    }


def _operation(path: str, summary: str, body: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"summary": summary, "responses": {"200": {"description": "done"}}}
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    found["parameters"] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in names
    ]
    if body is not None:
        is_struct = isinstance(body, type)
        schema = {"$ref": f"#/components/schemas/{body.__name__}"} if is_struct else body
        kind = "multipart/form-data" if body in _FORMS else "application/json"
        found["requestBody"] = {"required": True, "content": {kind: {"schema": schema}}}
        found["responses"] |= {status: {"description": text} for status, text in _REFUSALS.items()}
    return found
