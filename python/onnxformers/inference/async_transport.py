"""The asynchronous way to a remote model: connections, retries, streams.

Written by tools/make_async_client.py from transport.py.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from onnxformers.inference import answers, defaults
from onnxformers.inference.answers import Answer
from onnxformers.inference.connections import certificates, judged, timeouts
from onnxformers.inference.events import Event, EventReader
from onnxformers.inference.requests import Request, make_request
from onnxformers.inference.setup import Setup
from onnxformers.inference.threads import each_in_thread, in_thread

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


class AsyncTransport(Setup):
    """Asks, and waits for the answer."""

    async def close(self) -> None:
        """Close the connections, and the models of ``provider="local"``. Idempotent."""
        http, backend = self._let_go()
        if http is not None:
            await http.aclose()
        if backend is not None:
            await in_thread(backend.close)

    async def __aenter__(self) -> Self:
        self._refuse_closed()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    @property
    def _http(self) -> httpx.AsyncClient:
        import httpx

        http: httpx.AsyncClient = self._given_or_made(
            lambda: httpx.AsyncClient(verify=certificates())
        )
        return http

    async def _ask(self, task: Task[T], question: Question, options: Mapping[str, Any]) -> T:
        return task.read(await self._fetch(question, self._settings(options, task.name)))

    async def _fetch(self, question: Question, settings: InferenceOptions) -> Any:
        """The value of the answer, of any shape."""
        self._refuse_closed()
        if self._backend is not None:
            return await in_thread(self._backend.ask, question, settings.timeout_s)
        question = await self._with_model(question)
        answer = await self._send(question, settings)
        if answer.status == answers.STARTING and settings.asks_again:
            answer = await self._send(question, settings.waiting())
        return answers.read_value(answer, question)

    async def _stream(
        self, task: Task[T] | None, question: Question, settings: InferenceOptions
    ) -> AsyncGenerator[T, None]:
        """The values of the events; closing it closes the connection."""
        self._refuse_closed()
        if self._backend is not None:
            async for value in each_in_thread(self._backend.stream(question, settings.timeout_s)):
                yield task.read(value) if task else value
            return
        question = await self._with_model(question)
        async with aclosing(self._events(question, settings)) as events:
            async for event in events:
                content = answers.read_event(event, question)
                if content is not None:
                    yield task.read(content) if task else content

    async def _with_model(self, question: Question) -> Question:
        """The question, put to the default model when it names none."""
        self._refuse_offline(question)
        if question.model is not None or self._place.endpoint_url is not None:
            return question
        found = defaults.known(question.task) or await self._default_model(question.task)
        return replace(question, model=found)

    async def _default_model(self, task: str) -> str:
        url = defaults.address()
        defaults.refuse_offline(url, task)
        return defaults.learn(await self._call(Request(url, {}, b""), 30.0, task, "GET"), task)

    async def _send(self, question: Question, settings: InferenceOptions) -> Answer:
        request = make_request(question, self._place, settings)
        return await self._call(request, settings.timeout_s, question.task)

    async def _call(
        self, request: Request, timeout_s: float | None, task: str, method: str = "POST"
    ) -> Answer:
        import httpx

        try:
            return await self._exchange(request, timeout_s, method)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            failed = judged(error, task)
        # Raised out here: the error of httpx, with its request and headers, stays behind.
        raise failed

    async def _exchange(self, request: Request, timeout_s: float | None, method: str) -> Answer:
        import httpx

        ends = None if timeout_s is None else time.monotonic() + timeout_s
        body = bytearray()
        async with self._open(request, timeout_s, method) as response:
            async for chunk in response.aiter_bytes():
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

    async def _events(
        self, question: Question, settings: InferenceOptions
    ) -> AsyncGenerator[Event, None]:
        """The events of an answer, asked for a second time while the model is not loaded."""
        import httpx

        try:
            async with aclosing(self._try_events(question, settings)) as events:
                async for event in events:
                    yield event
            return
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            failed = judged(error, question.task)
        except _StartingError:
            failed = None
        if failed is not None:
            raise failed
        async with aclosing(self._events(question, settings.waiting())) as events:
            async for event in events:
                yield event

    async def _try_events(
        self, question: Question, settings: InferenceOptions
    ) -> AsyncGenerator[Event, None]:
        request = make_request(question, self._place, settings)
        async with self._open(request, settings.timeout_s) as response:
            if settings.asks_again and response.status_code == answers.STARTING:
                raise _StartingError
            body = b"" if response.is_success else await response.aread()
            answer = Answer(response.status_code, response.headers, body)
            answers.refuse_failure(answer, question)
            answers.refuse_no_events(answer, question)
            reader = EventReader()
            async for chunk in response.aiter_bytes():
                for one in reader.feed(chunk):
                    if one.is_last:
                        return
                    yield one
            for one in reader.close():
                if not one.is_last:
                    yield one
