"""Fixtures: one server with a model for each task, and clients of it."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from serving import SERVED, Running, settings_of


@pytest.fixture(scope="session")
def server() -> Iterator[Running]:
    running = Running(settings_of(SERVED))
    yield running
    running.close()


@pytest.fixture
def http(server: Running) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.address) as client:
        yield client
