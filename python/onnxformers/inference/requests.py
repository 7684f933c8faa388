"""What is sent: the address, the headers and the body of a request, without sending it.

Source: spec/inference/modules.md, BaseArgs, RequestArgs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from onnxformers.errors import InvalidArgumentError, InvalidTypeError
from onnxformers.inference.files import content_type, to_base64

if TYPE_CHECKING:
    from onnxformers.inference.options import InferenceOptions

#: Where models of the Hub run.
HOSTED = "https://router.huggingface.co/hf-inference"
_CHAT_PATH = "/v1/chat/completions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where requests go.

    Attributes:
        base_url: Of an Inference API, which has models by name below it.
        endpoint_url: Of one model; it takes the place of the former.
        token: Sent to that place and to no other.
        is_found: Whether nobody gave the token: then it is sent to the Hub's own hosts alone.
    """

    base_url: str = HOSTED
    endpoint_url: str | None = None
    token: str | None = field(default=None, repr=False)
    is_found: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a method asks.

    Attributes:
        task: The task's name on the Hub.
        in_path: Whether the address names it.
        model: On the Hub, or an address; None for the task's default.
        fields: Of the JSON, beside the model.
        data: A file, which is the body itself unless there are fields too.
        is_chat: Whether the address is that of a chat.
    """

    task: str
    in_path: bool = False
    model: str | None = None
    fields: Mapping[str, Any]
    data: bytes | None = None
    is_chat: bool = False

    def __post_init__(self) -> None:
        model: Any = self.model
        if model is not None and not (isinstance(model, str) and model):
            raise InvalidTypeError(f"[{self.task}] model must be a name on the Hub, got {model!r}")

    def streamed(self) -> Question:
        """The same, answered by events."""
        return replace(self, fields={**self.fields, "stream": True})


@dataclass(frozen=True, slots=True)
class Request:
    """A POST."""

    url: str
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)


def is_url(model: str) -> bool:
    """Whether a model is given by its address."""
    return model.startswith(("http://", "https://"))


def make_request(question: Question, place: Place, options: InferenceOptions) -> Request:
    """What to send.

    Raises:
        InvalidArgumentError: The model is no address and no name, or both an address and an
            endpoint are given.
        InvalidTypeError: The fields hold what JSON cannot carry.
    """
    url = _url(question, place)
    headers = {"accept": "text/event-stream" if question.fields.get("stream") else "*/*"}
    headers |= options.headers()
    if place.token and (not place.is_found or is_of_hub(url)):
        headers["authorization"] = f"Bearer {place.token}"
    if question.data is not None and not question.fields:
        headers["content-type"] = content_type(question.data)
        return Request(url, headers, question.data)
    headers["content-type"] = "application/json"
    return Request(url, headers, _json(question))


def is_of_hub(url: str) -> bool:
    """Whether an address belongs to the Hub, which may have a token that was found."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    return parts.scheme == "https" and (
        host == "huggingface.co" or host.endswith((".huggingface.co", ".huggingface.cloud"))
    )


def _url(question: Question, place: Place) -> str:
    model, endpoint = question.model, place.endpoint_url
    if model is not None and is_url(model):
        if endpoint is not None:
            raise InvalidArgumentError(
                f"[{question.task}] model is an address, and so is the endpoint; give one of them"
            )
        endpoint = model
    url = endpoint or _model_url(question, place.base_url)
    return _chat_url(url) if question.is_chat else url


def _model_url(question: Question, base_url: str) -> str:
    assert question.model is not None, "the caller looks a default model up"
    model = quote(question.model, safe="/@:.")
    if any(part in ("", ".", "..") for part in model.split("/")):
        raise InvalidArgumentError(
            f"[{question.task}] model must be a name on the Hub, got {question.model!r}"
        )
    if not question.in_path:
        return f"{base_url}/models/{model}"
    # The Hub's router names the task last, the API before it, and our server, first.
    if base_url == HOSTED:
        return f"{base_url}/models/{model}/pipeline/{question.task}"
    return f"{base_url}/pipeline/{question.task}/{model}"


def _chat_url(url: str) -> str:
    url = url.rstrip("/")
    if url.endswith("/chat/completions"):
        return url
    return url.removesuffix("/v1") + _CHAT_PATH


def _json(question: Question) -> bytes:
    fields = dict(question.fields)
    if question.data is not None:
        fields["inputs"] = to_base64(question.data)
    if question.model is not None and not is_url(question.model):
        fields = {"model": question.model, **fields}
    try:
        return json.dumps(fields, allow_nan=False, ensure_ascii=False).encode()
    except (TypeError, ValueError) as error:
        raise InvalidTypeError(
            f"[{question.task}] inputs and parameters must be what JSON can carry: {error}"
        ) from None
