"""Fixtures: one server with a model for each task, and clients of it."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from huggingface_hub import InferenceClient

from onnxformers import HfInference
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


@pytest.fixture
def hf(running: Running) -> Iterator[HfInference]:
    """Our client of the server that a module runs."""
    with HfInference(False, base_url=running.address) as client:
        yield client


@pytest.fixture
def hub() -> InferenceClient:
    """The Hub's client; each call names its address."""
    return InferenceClient(token="none")
