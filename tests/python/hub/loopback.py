"""Servers on the loopback: one that speaks the Hub's protocol, one that is a plain file server."""

from __future__ import annotations

import hashlib
import io
import json
import re
import socket
import struct
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import quote, unquote, urlsplit

COMMIT = "1234567890" * 4
# In the address of a redirect: a secret for an hour.
SIGNATURE = "s1gned"
FILES = {
    "config.json": b'{"model_type": "bert", "id2label": {"0": "A", "1": "B"}}',
    "tokenizer.json": b"{}",
    "onnx/model.onnx": b"fp32" * 100_000,
    "onnx/model_quantized.onnx": b"q8" * 50_000,
}


# For a process that may not write what its owner may not: root gives up the right to do all.
OBEY = """
import ctypes
import os
if os.geteuid() == 0:
    words = ctypes.c_uint32 * 2
    version_3 = words(0x20080522, 0)
    assert ctypes.CDLL(None).capset(version_3, (ctypes.c_uint32 * 6)()) == 0
"""


@dataclass
class Answer:
    """What a server says instead of a file; with status 0 it resets the connection."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    # Bytes really sent, after which the connection is closed; None for all.
    cut_after: int | None = None
    # Whether Content-Length is told.
    sized: bool = True


class Handler(BaseHTTPRequestHandler):
    """Hands each request to `owner`."""

    owner: Server

    def do_GET(self) -> None:
        self.handle_file()

    def do_HEAD(self) -> None:
        self.handle_file()

    def handle_file(self) -> None:
        path = unquote(urlsplit(self.path).path)
        self.owner.requests.append((self.command, path, self.headers.get("authorization")))
        answer = self.owner.answer(self.command, path)
        if answer.status == 0:
            self.reset()
            return
        if answer.status == 200 and "etag" in answer.headers:
            answer = self.owner.ranged(answer, self.headers)
        self.send_response(answer.status)
        length = {"content-length": str(len(answer.body))} if answer.sized else {}
        for name, value in {**length, **answer.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.send_body(answer.body[: answer.cut_after])
        if answer.cut_after is not None or not answer.sized:
            self.close_connection = True

    def reset(self) -> None:
        no_linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, no_linger)
        self.connection.close()
        self.close_connection = True
        self.wfile = io.BytesIO()  # what the base class flushes at the end

    def send_body(self, body: bytes) -> None:
        step = self.owner.step_bytes or max(1, len(body))
        for start in range(0, len(body), step):
            time_to_wait = self.owner.step_s
            if time_to_wait:
                self.owner.pause(time_to_wait)
            try:
                self.wfile.write(body[start : start + step])
            except OSError:  # the client was killed
                self.close_connection = True
                return

    def log_message(self, format: str, *args: Any) -> None:
        pass


class Server:
    """A plain file server in a thread. `answers[path]` come before the file, one a request.

    Attributes:
        tags: whether files have ETags, and ranges of them can be asked for.
        ranges: the Range headers that came, in order.
        step_bytes, step_s: how much is sent at once, and the pause before it; 0 for all and none.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.answers: dict[str, list[Answer]] = {}
        self.always: dict[str, Answer] = {}
        self.requests: list[tuple[str, str, str | None]] = []
        self.ranges: list[str] = []
        self.tags = False
        self.step_bytes = 0
        self.step_s = 0.0
        self.pause = time.sleep  # tests replace time.sleep
        handler = type("OwnHandler", (Handler,), {"owner": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
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
        headers = {"etag": etag_of(self.files[path])} if self.tags else {}
        return Answer(200, headers, self.files[path])

    def ranged(self, answer: Answer, asked: Any) -> Answer:
        """The part of a file that a request asks for; all of it when its version is another."""
        wanted = re.fullmatch(r"bytes=(\d+)-", asked.get("range", ""))
        if wanted is None:
            return answer
        self.ranges.append(asked["range"])
        start, total = int(wanted[1]), len(answer.body)
        if asked.get("if-range", answer.headers["etag"]) != answer.headers["etag"]:
            return answer
        if start >= total:
            return Answer(416, {"content-range": f"bytes */{total}"})
        told = {"content-range": f"bytes {start}-{total - 1}/{total}"}
        return Answer(206, answer.headers | told, answer.body[start:], answer.cut_after)

    def missing(self, path: str) -> Answer:
        return Answer(404, body=b"no such file")

    def asked(self, method: str | None = None) -> list[str]:
        return [path for verb, path, _ in self.requests if method in {None, verb}]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def etag_of(data: bytes) -> str:
    return f'"{hashlib.sha256(data).hexdigest()}"'


class Hub(Server):
    """The part of the Hub's protocol that loading uses, for the repository org/name.

    Attributes:
        lfs: names of files that come from `cdn`, a server of another address, after a redirect.
    """

    def __init__(self) -> None:
        super().__init__()
        self.commit = COMMIT
        self.lfs: set[str] = set()
        self.cdn = Server()
        self.cdn.tags = True
        self.put(FILES)

    def put(self, files: dict[str, bytes]) -> None:
        for revision in ("main", self.commit):
            for name, data in files.items():
                self.files[f"/org/name/resolve/{revision}/{name}"] = data

    def answer(self, method: str, path: str) -> Answer:
        prefix = "/api/models/org/name/tree/"
        if path.startswith(prefix) and path not in self.always:
            body = json.dumps(self.tree()).encode()
            return Answer(200, {"content-type": "application/json"}, body)
        return super().answer(method, path)

    def tree(self) -> list[dict[str, Any]]:
        start = f"/org/name/resolve/{self.commit}/"
        return [
            {"type": "file", "path": name[len(start) :], "size": len(data), "oid": "0" * 40}
            for name, data in self.files.items()
            if name.startswith(start)
        ]

    def file(self, path: str) -> Answer:
        data = self.files[path]
        revision, name = path.removeprefix("/org/name/resolve/").split("/", 1)
        commit = self.commit if revision == "main" else revision
        headers = {"x-repo-commit": commit, "etag": etag_of(data)}
        if name not in self.lfs:
            return Answer(200, headers, data)
        stored = f"/repos/{hashlib.sha256(data).hexdigest()}"
        self.cdn.files[stored] = data
        linked = {
            "x-linked-size": str(len(data)),
            "x-linked-etag": etag_of(data),
            "location": f"{self.cdn.address}{stored}?Signature={SIGNATURE}&file={quote(name)}",
        }
        return Answer(302, headers | linked)

    def missing(self, path: str) -> Answer:
        known = path.startswith("/org/name/resolve/")
        revision = path.removeprefix("/org/name/resolve/").partition("/")[0]
        if known and revision in {"main", self.commit}:
            return Answer(404, {"x-error-code": "EntryNotFound", "x-repo-commit": self.commit})
        code = "RevisionNotFound" if known else "RepoNotFound"
        return Answer(404 if known else 401, {"x-error-code": code})

    def close(self) -> None:
        super().close()
        self.cdn.close()
