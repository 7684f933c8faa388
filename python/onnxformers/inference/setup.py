"""What a client is made of, blocking or not: its place, its options, and how a question is put."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from onnxformers.errors import ClosedError, InvalidArgumentError, InvalidTypeError
from onnxformers.inference import defaults
from onnxformers.inference.files import read_data
from onnxformers.inference.options import InferenceOptions
from onnxformers.inference.requests import HOSTED, Place, Question, is_of_hub, is_url
from onnxformers.options import refuse_unknown

if TYPE_CHECKING:
    from onnxformers.inference.tasks import Task

T = TypeVar("T")

#: Providers that are no address, and who answers for them: looked up when asked for, so that the
#: client works without what they need.
BACKENDS = {"local": ("onnxformers.pipelines.hosted.backend", "LocalBackend")}
PROVIDERS = ("hf-inference", *BACKENDS)


class Backend(Protocol):
    """Answers questions without a network."""

    def ask(self, question: Question, timeout_s: float | None) -> Any:
        """The answer, as a server would put it into JSON; a file as `Blob`."""

    def stream(self, question: Question, timeout_s: float | None) -> Iterator[Any]:
        """The values of the events that a server would send."""

    def close(self) -> None:
        """Let the models go."""


class Setup:
    """Base of the clients."""

    def __init__(
        self,
        place: Place,
        provider: str,
        http_client: Any,
        default_options: Mapping[str, Any],
    ) -> None:
        if provider not in PROVIDERS:
            raise InvalidArgumentError(
                f"[inference] provider must be one of {', '.join(PROVIDERS)}, got {provider!r}"
            )
        self._given_place = place
        self._provider = provider
        self._given_options: Any = default_options
        self._defaults = InferenceOptions().changed(default_options, type(self).__name__)
        self._given_http = http_client
        self._made_http: Any = None
        self._lock = threading.Lock()
        self._is_closed = False

    @cached_property
    def _backend(self) -> Backend | None:
        """Who answers in place of a server."""
        if self._provider not in BACKENDS:
            return None
        module, name = BACKENDS[self._provider]
        made: Backend = getattr(import_module(module), name)()
        return made

    @property
    def _given_token(self) -> str | bool | None:
        return self._given_place.token if self._given_place.token != "" else False

    @cached_property
    def _place(self) -> Place:
        """Where requests go, with a token that was found when none was given."""
        place = self._given_place
        if place.token is not None:
            return place if place.token else replace(place, token=None)
        return replace(place, token=_found_token(), is_found=True)

    def _settings(self, options: Mapping[str, Any], task: str) -> InferenceOptions:
        return self._defaults.changed(options, task)

    def _put(
        self,
        task: Task[Any],
        model: str | None,
        parameters: Mapping[str, Any] | None,
        *,
        inputs: Any = None,
        data: Any = None,
    ) -> Question:
        """A question with inputs, or with a file."""
        fields: dict[str, Any] = {} if inputs is None else {"inputs": inputs}
        if inputs is None and data is None:
            raise InvalidTypeError(f"[{task.name}] inputs are missing")
        if parameters:
            fields["parameters"] = dict(parameters)
        content = None if data is None else read_data(data, task.name)
        return Question(
            task=task.name, in_path=task.in_path, model=model, fields=fields, data=content
        )

    def _refuse_offline(self, question: Question) -> None:
        """Raise when HF_HUB_OFFLINE is set and the question would go to the Hub's hosts."""
        place = self._place
        url = question.model or ""
        url = url if is_url(url) else place.endpoint_url or place.base_url
        if is_of_hub(url):
            defaults.refuse_offline(url, question.task)

    def _given_or_made(self, make: Callable[[], Any]) -> Any:
        """The client of httpx that was given, or our own, made when first used."""
        with self._lock:
            self._refuse_closed()
            if self._given_http is not None:
                return self._given_http
            if self._made_http is None:
                self._made_http = make()
            return self._made_http

    def _let_go(self) -> tuple[Any, Backend | None]:
        """Close the client; gives what it had open of its own."""
        with self._lock:
            self._is_closed = True
            http, self._made_http = self._made_http, None
        return http, self.__dict__.pop("_backend", None)

    def __repr__(self) -> str:
        place = self._given_place
        where = place.endpoint_url or (
            place.base_url if self._provider not in BACKENDS else self._provider
        )
        return f"{type(self).__name__}({where!r})"

    def _refuse_closed(self) -> None:
        if self._is_closed:
            raise ClosedError(f"[{type(self).__name__}] this client was closed")


def checked_place(
    *,
    access_token: str | bool | None,
    base_url: str | None = None,
    endpoint_url: str | None = None,
) -> Place:
    """Where requests go, from what the caller gave.

    Raises:
        InvalidTypeError: The token is no str, False or None.
        InvalidArgumentError: The token holds characters that no token has; an address is none.
    """
    if access_token is True or not isinstance(access_token, str | bool | None):
        raise InvalidTypeError("[inference] access_token must be a str, False or None")
    token = access_token or "" if access_token is not None else None
    if token and not (token.isascii() and token.isprintable() and " " not in token):
        raise InvalidArgumentError("[inference] access_token holds characters that no token has")
    urls: dict[str, Any] = {"base_url": base_url, "endpoint_url": endpoint_url}
    for name, url in urls.items():
        if url is not None and not (isinstance(url, str) and is_url(url)):
            raise InvalidArgumentError(
                f"[inference] {name} must be an http:// or https:// address, got {url!r}"
            )
    base = base_url or os.environ.get("HF_INFERENCE_ENDPOINT") or HOSTED
    return Place(base_url=base.rstrip("/"), endpoint_url=endpoint_url, token=token)


def chat_fields(messages: Any, given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields of a chat and the options of its request, which share the keywords of a call.

    Raises:
        InvalidArgumentError: A keyword is neither.
    """
    names = InferenceOptions.names()
    refuse_unknown(given, CHAT_FIELDS | names, "chat_completion", InferenceOptions.replaced)
    options = {name: value for name, value in given.items() if name in names}
    rest = {name: value for name, value in given.items() if name not in names}
    return {"messages": messages, **rest}, options


def free_question(
    model: str | None,
    task: str | None,
    inputs: Any,
    data: Any,
    parameters: Mapping[str, Any] | None,
) -> Question:
    """A question of no task that we know, or of one that the address is to name.

    Raises:
        InvalidTypeError: There are both inputs and data, or none of them.
    """
    if (inputs is None) == (data is None):
        raise InvalidTypeError("[request] give either inputs or data")
    fields = {"inputs": inputs, "parameters": parameters and dict(parameters)}
    return Question(
        task=task or "request",
        in_path=task is not None,
        model=model,
        fields={name: value for name, value in fields.items() if value},
        data=None if data is None else read_data(data, "request"),
    )


#: Of a chat, beside model, messages and stream.
CHAT_FIELDS = frozenset(
    (
        "frequency_penalty",
        "logit_bias",
        "logprobs",
        "max_completion_tokens",
        "max_tokens",
        "n",
        "parallel_tool_calls",
        "presence_penalty",
        "response_format",
        "seed",
        "stop",
        "stream_options",
        "temperature",
        "tool_choice",
        "tool_prompt",
        "tools",
        "top_k",
        "top_logprobs",
        "top_p",
        "user",
    )
)


def _found_token() -> str | None:
    """HF_TOKEN, or what `hf auth login` keeps."""
    from huggingface_hub import get_token

    return get_token()


def one_or_all(values: list[T]) -> T | list[T]:
    """The value, where there is one alone."""
    return values[0] if len(values) == 1 else values


def with_text(values: list[T], inputs: Any) -> list[T]:
    """Classified texts, where the server does not repeat the one that was asked about."""
    for value in values:
        if isinstance(value, dict) and not value["sequence"] and isinstance(inputs, str):
            value["sequence"] = inputs
    return values
