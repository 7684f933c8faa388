"""Requests that schemathesis makes from the server's own OpenAPI."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any
from urllib.parse import urlsplit

from breaking import Asked
from direct import ask


def ask_all_described(
    app: Any, count: int, loop: asyncio.AbstractEventLoop, seed: int = 1
) -> list[str]:
    """What is wrong with the answers to about `count` requests, half of them as described.

    Args:
        app: The application, which runs in `loop`.
        count: How many, shared out evenly among all routes.
        loop: Of another thread.
        seed: For other requests.
    """
    import hypothesis
    import schemathesis

    from onnxformers.server.openapi import description

    schema = schemathesis.openapi.from_dict(description())
    operations = [found.ok() for found in schema.get_all_operations()]
    complaints: list[str] = []

    def look(case: Any) -> None:
        asked = _asked(case)
        answered = asyncio.run_coroutine_threadsafe(ask(app, asked), loop).result()
        complaint = answered.complaint(asked.method)
        if complaint is not None:
            complaints.append(f"{complaint}: {str(asked)[:1500]}")

    settings = hypothesis.settings(
        max_examples=max(1, count // (2 * len(operations))),
        deadline=None,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    for operation in operations:
        for mode in schemathesis.GenerationMode:
            strategy = operation.as_strategy(generation_mode=mode)
            # Nothing can be wrong about a route without a body.
            with contextlib.suppress(hypothesis.errors.Unsatisfiable):
                hypothesis.seed(seed)(settings(hypothesis.given(strategy)(look)))()
    return complaints


def _asked(case: Any) -> Asked:
    import requests

    wanted = case.as_transport_kwargs(base_url="http://127.0.0.1")
    names = ("method", "url", "headers", "files", "data", "json", "params", "cookies")
    made = requests.Request(**{name: wanted.get(name) for name in names}).prepare()
    parts = urlsplit(made.url)
    body = made.body or b""
    headers = {
        str(name): value.decode("latin-1") if isinstance(value, bytes) else str(value)
        for name, value in made.headers.items()
    }
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return Asked(made.method, path, headers, body.encode() if isinstance(body, str) else body)
