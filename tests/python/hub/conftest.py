"""Fixtures: the servers of loopback.py, an empty cache, a cache laid out by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from loopback import COMMIT, FILES, Hub, Server
from onnxformers.settings import env


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    """The Hub, with an empty cache."""
    server = Hub()
    monkeypatch.setenv("HF_ENDPOINT", server.address)
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    yield server
    server.close()


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A plain file server with the model org/name."""
    server = Server()
    server.files = {f"/files/org/name/resolve/main/{name}": data for name, data in FILES.items()}
    env.remote_host = f"{server.address}/files"
    env.cache_dir = tmp_path / "cache"
    yield server
    server.close()


@pytest.fixture
def hub_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Hub cache as huggingface_hub lays it out, with the model org/name; no network."""
    cache = tmp_path / "hub"
    repository = cache / "models--org--name"
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / "main").write_text(COMMIT)
    (repository / "blobs").mkdir()
    for number, (name, data) in enumerate(FILES.items()):
        (repository / "blobs" / str(number)).write_bytes(data)
        path = repository / "snapshots" / COMMIT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        up = "../" * (2 + name.count("/"))
        path.symlink_to(f"{up}blobs/{number}")
    monkeypatch.setenv("HF_HUB_CACHE", str(cache))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    return cache
