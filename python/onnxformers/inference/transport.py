"""The blocking way to a remote model: connections, retries, streams.

tools/make_async_client.py writes async_transport.py from this file.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Mapping
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from onnxformers.inference import answers, defaults
from onnxformers.inference.answers import Answer
from onnxformers.inference.connections import certificates, judged, timeouts
from onnxformers.inference.events import Event, EventReader
from onnxformers.inference.requests import Request, make_request
from onnxformers.inference.setup import Setup
from onnxformers.inference.threads import blocking, each

if TYPE_CHECKING:
    from types import TracebackType

    import httpx
    from typing_extensions import Self

    from onnxformers.inference.options import InferenceOptions
    from onnxformers.inference.requests import Question
    from onnxformers.inference.tasks import Task

T = TypeVar("T")


class _StartingError(Exception):
    """The model is not loaded yet, and may be waited for."""


class Transport(Setup):
    """Asks, and waits for the answer."""

    def close(self) -> None:
        """Close the connections, and the models of ``provider="local"``. Idempotent."""
        http, backend = self._let_go()
        if http is not None:
            http.close()
        if backend is not None:
            blocking(backend.close)

    def __enter__(self) -> Self:
        self._refuse_closed()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def _http(self) -> httpx.Client:
        import httpx

        http: httpx.Client = self._given_or_made(lambda: httpx.Client(verify=certificates()))
        return http

    def _ask(self, task: Task[T], question: Question, options: Mapping[str, Any]) -> T:
        return task.read(self._fetch(question, self._settings(options, task.name)))

    def _fetch(self, question: Question, settings: InferenceOptions) -> Any:
        """The value of the answer, of any shape."""
        self._refuse_closed()
        if self._backend is not None:
            return blocking(self._backend.ask, question, settings.timeout_s)
        question = self._with_model(question)
        answer = self._send(question, settings)
        if answer.status == answers.STARTING and settings.asks_again:
            answer = self._send(question, settings.waiting())
        return answers.read_value(answer, question)

    def _stream(
        self, task: Task[T] | None, question: Question, settings: InferenceOptions
    ) -> Generator[T, None, None]:
        """The values of the events; closing it closes the connection."""
        self._refuse_closed()
        if self._backend is not None:
            for value in each(self._backend.stream(question, settings.timeout_s)):
                yield task.read(value) if task else value
            return
        question = self._with_model(question)
        with closing(self._events(question, settings)) as events:
            for event in events:
                content = answers.read_event(event, question)
                if content is not None:
                    yield task.read(content) if task else content

    def _with_model(self, question: Question) -> Question:
        """The question, put to the default model when it names none."""
        self._refuse_offline(question)
        if question.model is not None or self._place.endpoint_url is not None:
            return question
        found = defaults.known(question.task) or self._default_model(question.task)
        return replace(question, model=found)

    def _default_model(self, task: str) -> str:
        url = defaults.address()
        defaults.refuse_offline(url, task)
        return defaults.learn(self._call(Request(url, {}, b""), 30.0, task, "GET"), task)

    def _send(self, question: Question, settings: InferenceOptions) -> Answer:
        request = make_request(question, self._place, settings)
        return self._call(request, settings.timeout_s, question.task)

    def _call(
        self, request: Request, timeout_s: float | None, task: str, method: str = "POST"
    ) -> Answer:
        import httpx

        try:
            return self._exchange(request, timeout_s, method)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            failed = judged(error, task)
        # Raised out here: the error of httpx, with its request and headers, stays behind.
        raise failed

    def _exchange(self, request: Request, timeout_s: float | None, method: str) -> Answer:
        import httpx

        ends = None if timeout_s is None else time.monotonic() + timeout_s
        body = bytearray()
        with self._open(request, timeout_s, method) as response:
            for chunk in response.iter_bytes():
                body += chunk
                if ends is not None and time.monotonic() > ends:
                    raise httpx.ReadTimeout("the answer is slow", request=response.request)
            return Answer(response.status_code, response.headers, bytes(body))

    def _open(self, request: Request, timeout_s: float | None, method: str = "POST") -> Any:
        # httpx drops the authorization when a redirect leads to another origin.
        return self._http.stream(
            method,
            request.url,
            headers=request.headers,
            content=request.body,
            timeout=timeouts(timeout_s),
            follow_redirects=True,
        )

    def _events(
        self, question: Question, settings: InferenceOptions
    ) -> Generator[Event, None, None]:
        """The events of an answer, asked for a second time while the model is not loaded."""
        import httpx

        try:
            with closing(self._try_events(question, settings)) as events:
                yield from events
            return
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            failed = judged(error, question.task)
        except _StartingError:
            failed = None
        if failed is not None:
            raise failed
        with closing(self._events(question, settings.waiting())) as events:
            yield from events

    def _try_events(
        self, question: Question, settings: InferenceOptions
    ) -> Generator[Event, None, None]:
        request = make_request(question, self._place, settings)
        with self._open(request, settings.timeout_s) as response:
            if settings.asks_again and response.status_code == answers.STARTING:
                raise _StartingError
            body = b"" if response.is_success else response.read()
            answer = Answer(response.status_code, response.headers, body)
            answers.refuse_failure(answer, question)
            answers.refuse_no_events(answer, question)
            reader = EventReader()
            for chunk in response.iter_bytes():
                for one in reader.feed(chunk):
                    if one.is_last:
                        return
                    yield one
            for one in reader.close():
                if not one.is_last:
                    yield one
