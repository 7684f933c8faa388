"""A server on the loopback that answers as the hosted API would, and keeps what it was asked."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Reply:
    """What the server says once.

    Attributes:
        chunks: Parts of a chunked body, None for a plain one.
        pause_s: Waited before each chunk, or before a plain answer.
        breaks: Whether the connection ends without the last chunk.
    """

    body: Any = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    chunks: list[bytes] | None = None
    pause_s: float = 0.0
    breaks: bool = False


@dataclass
class Asked:
    """A request that came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    connection: int

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    owner: HostedApi

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.command, self.path, headers, body, self.client_address[1])
        self.owner.asked.append(asked)
        self.reply(self.owner.replies.popleft())

    do_GET = do_POST

    def reply(self, reply: Reply) -> None:
        is_file = isinstance(reply.body, bytes)
        body = reply.body if is_file else json.dumps(reply.body).encode()
        kind = "application/octet-stream" if is_file else "application/json"
        headers = {"content-type": kind, **reply.headers}
        time.sleep(0 if reply.chunks else reply.pause_s)
        self.send_response(reply.status)
        for name, value in headers.items():
            self.send_header(name, value)
        if reply.chunks is None:
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.write(body)
            return
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for chunk in reply.chunks:
            time.sleep(reply.pause_s)
            if not self.write(b"%x\r\n%b\r\n" % (len(chunk), chunk)):
                return
        if reply.breaks:
            self.close_connection = True
        else:
            self.write(b"0\r\n\r\n")

    def write(self, data: bytes) -> bool:
        try:
            self.wfile.write(data)
            self.wfile.flush()
        except OSError:
            self.owner.gone.set()
            self.close_connection = True
            return False
        return True

    def log_message(self, format: str, *args: Any) -> None:
        pass


class HostedApi:
    """The server, in threads.

    Attributes:
        replies: Said one after the other.
        asked: The requests so far.
        gone: Set when a client left before the end.
    """

    def __init__(self) -> None:
        self.replies: deque[Reply] = deque()
        self.asked: list[Asked] = []
        self.gone = threading.Event()
        handler = type("Handler", (Handler,), {"owner": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def says(self, *replies: Reply) -> None:
        self.replies.extend(replies)

    def streams(self, *chunks: bytes, **rest: Any) -> None:
        headers = {"content-type": "text/event-stream; charset=utf-8"}
        self.says(Reply(chunks=list(chunks), headers=headers, **rest))

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
