"""Requests to the application without a socket: the quickest way to send very many."""

from __future__ import annotations

import asyncio
import json
from typing import Any, NamedTuple
from urllib.parse import unquote

from breaking import Asked


class Answered(NamedTuple):
    """An answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    def complaint(self, method: str) -> str | None:
        """What is wrong with it as the answer to a broken request; None for nothing."""
        if self.status >= 500:
            return f"status {self.status}"
        if self.status < 400 or method == "HEAD":
            return None
        try:
            error = json.loads(self.body)["error"]
        except (ValueError, KeyError, TypeError):
            return "an error that is no JSON"
        is_told = bool(error["message"] if isinstance(error, dict) else error)
        return None if is_told else "an error without words"


async def ask(app: Any, asked: Asked, timeout_s: float = 60.0) -> Answered:
    """The answer of an ASGI application.

    Raises:
        TimeoutError: There is none in time.
    """
    path, _, query = asked.path.partition("?")
    encoded = {name: value.encode("latin-1") for name, value in asked.headers.items()}
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": asked.method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode("utf-8"),
        "query_string": query.encode("utf-8"),
        "root_path": "",
        "headers": [(name.encode(), value) for name, value in encoded.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 2),
    }
    left = [{"type": "http.request", "body": asked.body, "more_body": False}]
    never = asyncio.Event()
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if not left:
            await never.wait()
        return left.pop()

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await asyncio.wait_for(app(scope, receive, send), timeout_s)
    headers = {name.decode(): value.decode("latin-1") for name, value in sent[0]["headers"]}
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return Answered(sent[0]["status"], headers, body)
