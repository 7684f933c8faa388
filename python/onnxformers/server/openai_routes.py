"""OpenAI's interface: embeddings, completions, chats, models; and ranking as others have it.

Source: OpenAI's API reference; text-embeddings-inference and Cohere for /rerank.
"""

from __future__ import annotations

import base64
import time
import uuid
from dataclasses import replace
from functools import partial
from typing import Any, Literal

import msgspec
import numpy as np

from onnxformers.pipelines.hosted import completions, ids
from onnxformers.server import hosted_routes, writing
from onnxformers.server.endpoint import Call
from onnxformers.server.problems import Problem
from onnxformers.server.replies import Events, Reply, of_json
from onnxformers.server.served import check_count

_STARTED = int(time.time())


class EmbeddingRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Body of /v1/embeddings.

    Attributes:
        input: One text or several; or the ids of the tokens of one or several.
        model: Which model; None for the first that embeds.
        encoding_format: Lists of numbers, or little-endian float32 in base64.
        dimensions: Keep this many.
        user: Without effect.
    """

    input: str | list[str | int | list[int]]
    model: str | None = None
    encoding_format: Literal["float", "base64"] = "float"
    dimensions: int | None = None
    user: str | None = None


class Document(msgspec.Struct, forbid_unknown_fields=True):
    """A document that is an object.

    Attributes:
        text: What it says.
    """

    text: str


class RerankRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Body of /rerank, in the fields of text-embeddings-inference or of Cohere.

    Attributes:
        query: What is asked.
        texts: The documents.
        documents: Another name, as texts or as objects of a text.
        model: Which model; None for the first that ranks.
        raw_scores: Scores as the model gives them, rather than between 0 and 1.
        return_text: Give the documents too; `return_documents` is another name.
        top_n: How many; None for all.
        truncate: Cut what is too long, rather than refusing it.
    """

    query: str
    texts: list[str] | None = None
    documents: list[str | Document] | None = None
    model: str | None = None
    raw_scores: bool = False
    return_text: bool = False
    return_documents: bool = False
    top_n: int | None = None
    truncate: bool = True


_embedding_decoder = msgspec.json.Decoder(EmbeddingRequest)
_rerank_decoder = msgspec.json.Decoder(RerankRequest)


async def embeddings(call: Call) -> Reply | Events:
    """`POST /v1/embeddings`."""
    asked = _embedding_decoder.decode(call.body)
    served = call.state.find(asked.model, "feature-extraction")
    _, pipe = served.pipeline_of("feature-extraction")
    texts = _texts_of(asked.input, pipe.tokenizer)
    options: dict[str, Any] = {"pooling": "auto"}
    if asked.dimensions is not None:
        options["truncate_dim"] = asked.dimensions
    vectors, tokens = await served.results("feature-extraction", texts, options)
    encode = _in_base64 if asked.encoding_format == "base64" else np.ndarray.tolist
    data = [
        {"object": "embedding", "index": index, "embedding": encode(vector)}
        for index, vector in enumerate(vectors)
    ]
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return of_json({"object": "list", "data": data, "model": served.name, "usage": usage})


def _texts_of(given: Any, tokenizer: Any) -> list[str]:
    """The texts of an input; ids become the texts that have them."""
    inputs = [given] if isinstance(given, str) or ids.is_ids(given) else given
    if inputs and all(map(ids.is_ids, inputs)):
        return ids.texts_of_ids(tokenizer, inputs, has_special=True)
    if not inputs or not all(isinstance(text, str) and text for text in inputs):
        raise Problem(422, "input must be texts that are not empty, or the ids of their tokens")
    return list(inputs)


def _in_base64(vector: Any) -> str:
    return base64.b64encode(vector.astype("<f4", copy=False).tobytes()).decode("ascii")


async def complete(call: Call) -> Reply | Events:
    """`POST /v1/completions`."""
    fields = call.fields()
    name = fields.get("model")
    served = call.state.find(name if isinstance(name, str) else None, "text-generation")
    _, pipe = served.pipeline_of("text-generation")
    asked = completions.read_completion(fields, served.name)
    check_count(asked.prompts, served.limits)
    asked = completions.with_texts(pipe, asked)
    counts = await served.count("text-generation", asked.prompts, is_cut=False)
    options = writing.fit(pipe, asked.options, max(counts), served.limits)
    asked = replace(asked, options=options)
    if fields.get("stream"):
        pieces = writing.pieces(served, partial(completions.stream, pipe, asked))
        return Events(pieces, ends_with_done=True)
    return of_json(await writing.whole(served, partial(completions.complete, pipe, asked)))


async def chat(call: Call) -> Reply | Events:
    """`POST /v1/chat/completions`."""
    fields = call.fields()
    name = fields.get("model")
    served = call.state.find(name if isinstance(name, str) else None, "text-generation")
    return await hosted_routes.chat_with(call, served, fields)


async def models(call: Call) -> Reply | Events:
    """`GET /v1/models`, `GET /v1/models/{model}`."""
    name = call.path.get("model")
    if name:
        return of_json(_model(call.state.find(name).name))
    return of_json({"object": "list", "data": [_model(name) for name in call.state.models]})


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": _STARTED, "owned_by": "onnxformers"}


async def rerank(call: Call) -> Reply | Events:
    """`POST /rerank`, `/v1/rerank`, `/v2/rerank`."""
    asked = _rerank_decoder.decode(call.body)
    given = asked.texts if asked.texts is not None else asked.documents or ()
    texts = [one.text if isinstance(one, Document) else one for one in given]
    if not texts:
        raise Problem(422, "give texts, or documents, as a list of texts that is not empty")
    served = call.state.find(asked.model, "text-ranking")
    served.pipeline_of("text-ranking")
    options: dict[str, Any] = {
        "top_k": asked.top_n,
        "truncation": True if asked.truncate else "error",
    }
    if asked.raw_scores:
        options["function_to_apply"] = "none"
    item = {"query": asked.query, "documents": texts}
    (ranked,), tokens = await served.results("text-ranking", [item], options)
    if asked.texts is not None:
        return of_json([_as_there(entry, texts, asked.return_text) for entry in ranked])
    results = [
        {
            "index": entry["index"],
            "relevance_score": entry["score"],
            **({"document": {"text": texts[entry["index"]]}} if asked.return_documents else {}),
        }
        for entry in ranked
    ]
    usage = {"total_tokens": tokens}
    head = {"id": f"rerank-{uuid.uuid4().hex}", "model": served.name}
    return of_json({**head, "results": results, "usage": usage})


def _as_there(entry: dict[str, Any], texts: list[str], has_text: bool) -> dict[str, Any]:
    found = {"index": entry["index"], "score": entry["score"]}
    return {**found, "text": texts[entry["index"]]} if has_text else found
