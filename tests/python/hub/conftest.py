"""Servers on the loopback: one that speaks the Hub's protocol, one that is a plain file server."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from onnxformers.settings import env

COMMIT = "1234567890" * 4
FILES = {
    "config.json": b'{"model_type": "bert", "id2label": {"0": "A", "1": "B"}}',
    "tokenizer.json": b"{}",
    "onnx/model.onnx": b"fp32" * 100_000,
    "onnx/model_quantized.onnx": b"q8" * 50_000,
}


@dataclass
class Answer:
    """What a server says instead of a file."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    # Bytes really sent, after which the connection is closed; None for all.
    cut_after: int | None = None


class Server:
    """A server in a thread. `answers[path]` are given before the file, one at each request."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.answers: dict[str, list[Answer]] = {}
        self.always: dict[str, Answer] = {}
        self.requests: list[tuple[str, str, str | None]] = []
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.handle_file()

            def do_HEAD(self) -> None:
                self.handle_file()

            def handle_file(self) -> None:
                path = unquote(urlsplit(self.path).path)
                owner.requests.append((self.command, path, self.headers.get("authorization")))
                answer = owner.answer(self.command, path)
                self.send_response(answer.status)
                for name, value in {
                    "content-length": str(len(answer.body)),
                    **answer.headers,
                }.items():
                    self.send_header(name, value)
                self.end_headers()
                if self.command == "GET":
                    self.wfile.write(answer.body[: answer.cut_after])
                if answer.cut_after is not None:
                    self.close_connection = True

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.01,), daemon=True
        )
        self._thread.start()
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    def answer(self, method: str, path: str) -> Answer:
        if self.answers.get(path):
            return self.answers[path].pop(0)
        if path in self.always:
            return self.always[path]
        if path in self.files:
            return self.file(path)
        return self.missing(path)

    def file(self, path: str) -> Answer:
        return Answer(200, body=self.files[path])

    def missing(self, path: str) -> Answer:
        return Answer(404, body=b"no such file")

    def asked(self, method: str | None = None) -> list[str]:
        return [path for verb, path, _ in self.requests if method in {None, verb}]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class Hub(Server):
    """The part of the Hub's protocol that loading uses, for the repository org/name."""

    def __init__(self) -> None:
        super().__init__()
        self.commit = COMMIT
        self.put(FILES)

    def put(self, files: dict[str, bytes]) -> None:
        for revision in ("main", self.commit):
            for name, data in files.items():
                self.files[f"/org/name/resolve/{revision}/{name}"] = data

    def answer(self, method: str, path: str) -> Answer:
        prefix = "/api/models/org/name/tree/"
        if path.startswith(prefix) and path not in self.always:
            start = f"/org/name/resolve/{self.commit}/"
            entries = [
                {"type": "file", "path": name[len(start) :], "size": len(data), "oid": "0" * 40}
                for name, data in self.files.items()
                if name.startswith(start)
            ]
            body = json.dumps(entries).encode()
            return Answer(200, {"content-type": "application/json"}, body)
        return super().answer(method, path)

    def file(self, path: str) -> Answer:
        data = self.files[path]
        etag = f'"{hashlib.sha256(data).hexdigest()}"'
        revision = path.split("/")[4]
        commit = self.commit if revision == "main" else revision
        return Answer(200, {"x-repo-commit": commit, "etag": etag}, data)

    def missing(self, path: str) -> Answer:
        known = path.startswith("/org/name/resolve/")
        revision = path.removeprefix("/org/name/resolve/").partition("/")[0]
        if known and revision in {"main", self.commit}:
            return Answer(404, {"x-error-code": "EntryNotFound", "x-repo-commit": self.commit})
        code = "RevisionNotFound" if known else "RepoNotFound"
        return Answer(404 if known else 401, {"x-error-code": code})


@pytest.fixture
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Nothing waits before it tries again; the seconds it would have waited."""
    pauses: list[float] = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    return pauses


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
