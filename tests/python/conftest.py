"""For every Python test: default settings, empty caches, none of the developer's tokens."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import pytest

from onnxformers.settings import env

# huggingface_hub reads it once, when some test imports it first.
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"

_VARIABLES = (
    "HF_ENDPOINT",
    "HF_HUB_CACHE",
    "HF_HUB_DISABLE_PROGRESS_BARS",
    "HF_HUB_OFFLINE",
    "HF_TOKEN",
    "HUGGINGFACE_HUB_CACHE",
    "HUGGING_FACE_HUB_TOKEN",
    "TRANSFORMERS_OFFLINE",
)


@pytest.fixture(scope="session")
def empty_home(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tmp_path_factory.mktemp("home"))


@pytest.fixture(autouse=True)
def default_settings(monkeypatch: pytest.MonkeyPatch, empty_home: str) -> Iterator[None]:
    for variable in _VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HF_HOME", f"{empty_home}/huggingface")
    monkeypatch.setenv("XDG_CACHE_HOME", f"{empty_home}/cache")
    yield
    env.reset()


@pytest.fixture
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Nothing waits before it tries again; the seconds it would have waited."""
    pauses: list[float] = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    return pauses
