"""From a request to its reply: keys, limits, bodies, errors, clients that leave.

These are plain ASGI applications: most requests are small, and every layer between would cost as
much as a short text does in the model.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from onnxformers.server.problems import Problem, as_problem, problem_body, too_busy
from onnxformers.server.replies import Events, Reply, event

if TYPE_CHECKING:
    from onnxformers.server.state import State

    Scope = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
    Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_LATE = Problem(504, "the request took too long")
_OVER = Problem(503, "the server ends", {"retry-after": "1"})
_DONE = b"data: [DONE]\n\n"
#: Seconds after which the server begins to look whether the client is still there: most requests
#: are over before, and looking costs a task.
_PATIENCE_S = 0.05


@dataclass(slots=True)
class Call:
    """A request as handlers see it.

    Attributes:
        state: Of the server.
        path: Parts of the path by name.
        content_type: Of the body, with its parameters.
        agent: What the client says it is.
        body: All of it.
    """

    state: State
    path: Mapping[str, str]
    content_type: str
    agent: str
    body: bytes

    @property
    def kind(self) -> str:
        """The content type without its parameters."""
        return self.content_type.partition(";")[0].strip().lower()

    @property
    def is_json(self) -> bool:
        """Whether the body is JSON; clients that do not say send nothing else as JSON looks."""
        return self.kind == "application/json" or (
            self.kind in ("", "application/octet-stream") and self.body[:1] in (b"{", b"[")
        )

    def fields(self) -> dict[str, Any]:
        """The body as an object.

        Raises:
            Problem: It is none.
        """
        value = msgspec.json.decode(self.body)
        if not isinstance(value, dict):
            raise Problem(422, "the body must be a JSON object")
        return value


Handler = Callable[[Call], Awaitable["Reply | Events"]]


class Endpoint:
    """An ASGI application that answers one route.

    Args:
        state: Of the server.
        route: Its name in the metrics.
        handler: Makes the reply.
        is_openai: Whether errors are in the words of OpenAI's interface.
        is_open: Whether it needs no key, and is answered however busy the server is.
    """

    def __init__(
        self,
        state: State,
        route: str,
        handler: Handler,
        *,
        is_openai: bool = False,
        is_open: bool = False,
    ) -> None:
        self._state, self._route, self._handler = state, route, handler
        self._is_openai, self._is_open = is_openai, is_open

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        exchange = _Exchange(self._state, scope, receive, send)
        began = time.perf_counter()
        state = self._state
        state.in_flight += 1
        try:
            await exchange.run(self._handler, is_open=self._is_open)
        except asyncio.CancelledError:
            if not exchange.is_late and not state.is_over:
                exchange.status = 499  # the client left
                return
            await exchange.fail(_LATE if exchange.is_late else _OVER, self._is_openai)
        except Exception as error:
            await exchange.fail(as_problem(error), self._is_openai)
        finally:
            exchange.end()
            state.in_flight -= 1
            state.metrics.requests.add(route=self._route, status=str(exchange.status))
            if not self._is_open:
                state.metrics.seconds.see(time.perf_counter() - began, stage="total")


class _Exchange:
    """One request and its reply."""

    def __init__(self, state: State, scope: Scope, receive: Receive, send: Send) -> None:
        self._state, self._scope = state, scope
        self._receive, self._send = receive, send
        self._headers = dict(scope["headers"])
        self._watcher: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._is_begun = self._is_over = False
        self.is_late = False
        self.status = 200

    async def run(self, handler: Handler, *, is_open: bool) -> None:
        """Read the body, make the reply, send it."""
        if not is_open:
            self._admit()
        body = await self._read()
        self._watch()
        kind = self._headers.get(b"content-type", b"").decode("latin-1")
        agent = self._headers.get(b"user-agent", b"").decode("latin-1")
        path = self._scope.get("path_params") or {}
        call = Call(self._state, path, kind, agent, body)
        reply = await handler(call)
        if isinstance(reply, Events):
            await self._send_events(reply)
        else:
            await self._reply(reply)

    def _admit(self) -> None:
        """Look at the key, and at how many are being answered."""
        state = self._state
        if state.key_digests:
            scheme, _, given = self._headers.get(b"authorization", b"").partition(b" ")
            digest = hashlib.sha256(given.strip()).digest()
            # All of them, each in constant time.
            found = [hmac.compare_digest(digest, known) for known in state.key_digests]
            if scheme.lower() != b"bearer" or not any(found):
                raise Problem(401, "this server wants an API key", {"www-authenticate": "Bearer"})
        if state.in_flight > state.limits.requests:
            raise too_busy(f"{state.limits.requests} requests are in flight; try again later")

    async def _read(self) -> bytes:
        limits = self._state.limits
        is_json = self._headers.get(b"content-type", b"").startswith(b"application/json")
        limit = limits.json_bytes if is_json else limits.media_bytes
        length = self._headers.get(b"content-length", b"")
        if length.isdigit() and int(length) > limit:
            raise Problem(413, f"the body may have {limit} bytes, got {int(length)}")
        parts, size = [], 0
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise asyncio.CancelledError
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > limit:
                raise Problem(413, f"the body may have {limit} bytes")
            if not message.get("more_body"):
                return parts[0] if len(parts) == 1 else b"".join(parts)

    def _watch(self) -> None:
        """Stop the work when the client leaves, or when it takes too long."""
        me = asyncio.current_task()
        assert me is not None
        delay = min(_PATIENCE_S, self._state.limits.time_s)
        self._timer = asyncio.get_running_loop().call_later(delay, self._look, me, delay)

    def _look(self, work: asyncio.Task[Any], waited_s: float) -> None:
        loop = asyncio.get_running_loop()
        self._watcher = loop.create_task(self._wait_for_end(work))
        left_s = max(0.0, self._state.limits.time_s - waited_s)
        self._timer = loop.call_later(left_s, self._be_late, work)

    async def _wait_for_end(self, work: asyncio.Task[Any]) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        if not self._is_over:
            work.cancel()

    def _be_late(self, work: asyncio.Task[Any]) -> None:
        if not self._is_over:
            self.is_late = True
            work.cancel()

    async def _reply(self, reply: Reply) -> None:
        self._is_over = True
        self.status = reply.status
        headers = [
            (b"content-type", reply.content_type.encode("latin-1")),
            (b"content-length", str(len(reply.body)).encode()),
            *((name.encode(), value.encode("latin-1")) for name, value in reply.headers.items()),
        ]
        await self._start(reply.status, headers)
        await self._send({"type": "http.response.body", "body": reply.body})

    async def _start(self, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        if self._state.is_draining:
            headers.append((b"connection", b"close"))
        self._is_begun = True
        await self._send({"type": "http.response.start", "status": status, "headers": headers})

    async def _send_events(self, events: Events) -> None:
        headers = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-cache")]
        async with contextlib.aclosing(events.values) as values:
            # Before the first value nothing is sent, so that a refusal has its status.
            first = await anext(values)
            await self._start(200, headers)
            await self._part(event(first))
            try:
                async for value in values:
                    await self._part(event(value))
            except Exception as error:
                problem = as_problem(error)
                self.status = problem.status
                # What ends with [DONE] is in the words of OpenAI's interface.
                body = problem_body(problem, is_openai=events.ends_with_done)
                await self._part(b"data: " + body + b"\n\n")
        if events.ends_with_done:
            await self._part(_DONE)
        self._is_over = True
        await self._send({"type": "http.response.body", "body": b""})

    async def _part(self, body: bytes) -> None:
        await self._send({"type": "http.response.body", "body": body, "more_body": True})

    async def fail(self, problem: Problem, is_openai: bool) -> None:
        """Send an error, unless a reply is on its way."""
        self.status = problem.status
        if self._is_begun:
            return
        body = problem_body(problem, is_openai)
        await self._reply(Reply(body, status=problem.status, headers=problem.headers))

    def end(self) -> None:
        """Stop watching."""
        if self._timer is not None:
            self._timer.cancel()
        if self._watcher is not None:
            self._watcher.cancel()
