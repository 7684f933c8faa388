"""Fixtures: the hosted API on the loopback, and both clients behind one face."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from hosted_api import HostedApi
from onnxformers import AsyncHfInference, HfInference

Call = Callable[..., Any]


@pytest.fixture
def api() -> Iterator[HostedApi]:
    server = HostedApi()
    yield server
    server.close()


def call_blocking(client: dict[str, Any], method: str, *args: Any, **options: Any) -> Any:
    endpoint = client.pop("endpoint", None)
    with HfInference(**client) as hf:
        one = hf.endpoint(endpoint) if endpoint else hf
        with one:
            found = getattr(one, method)(*args, **options)
            return list(found) if hasattr(found, "__next__") else found


def call_async(client: dict[str, Any], method: str, *args: Any, **options: Any) -> Any:
    async def run() -> Any:
        endpoint = client.pop("endpoint", None)
        async with AsyncHfInference(**client) as hf:
            one = hf.endpoint(endpoint) if endpoint else hf
            async with one:
                found = getattr(one, method)(*args, **options)
                return [x async for x in found] if hasattr(found, "__anext__") else await found

    return asyncio.run(run())


@pytest.fixture(params=[call_blocking, call_async], ids=["blocking", "async"])
def call(request: pytest.FixtureRequest) -> Call:
    """Calls a method of a client made with the given arguments; a stream becomes a list."""
    found: Call = request.param
    return found
