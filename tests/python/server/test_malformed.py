"""Requests that are broken anywhere get errors of the client's, in JSON.

benchmarks/nightly/malformed_requests.py sends 50 000 of them.
"""

from __future__ import annotations

import asyncio
import collections
import logging
import random
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from breaking import WAYS, broken
from described import ask_all_described
from direct import ask
from onnxformers.server.app import create_app
from serving import MEDIA, SERVED, Running, load_ranker, settings_of

pytestmark = [
    # Of Pillow, on pictures that are broken on purpose; of numpy, on sounds of infinite values.
    pytest.mark.filterwarnings("ignore::UserWarning:PIL"),
    pytest.mark.filterwarnings("ignore::RuntimeWarning"),
]
LIMITS = {"new_tokens": 8, "time_s": 50.0, "tokens": 2048}


@pytest.fixture(scope="module")
def app() -> Iterator[Any]:
    made = create_app(settings_of({**SERVED, **MEDIA}, limits=LIMITS))
    load_ranker(made)
    yield made
    made.state.serving.close()


def test_only_errors_of_the_client(app: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "onnxformers")

    async def ask_all() -> collections.Counter[int]:
        statuses: collections.Counter[int] = collections.Counter()
        for number in range(600):
            asked = broken(random.Random(number))
            answered = await ask(app, asked)
            assert answered.complaint(asked.method) is None, (number, asked, answered)
            statuses[answered.status] += 1
        return statuses

    statuses = asyncio.run(ask_all())
    assert {200, 400, 404, 405, 422} <= set(statuses)
    assert statuses[200] < 200


def test_each_way_breaks_something(app: Any) -> None:
    """A generator whose requests are all fit to be answered would try nothing."""

    async def ask_all() -> None:
        for way in dict.fromkeys(WAYS):
            rng = random.Random(way.__name__)
            statuses = [(await ask(app, way(rng))).status for _ in range(12)]
            assert max(statuses) >= 400, way

    asyncio.run(ask_all())


@pytest.mark.oracle
@pytest.mark.slow
def test_requests_as_described_and_not(app: Any) -> None:
    for name in ("schemathesis", "requests"):
        pytest.importorskip(name, reason="requests from the OpenAPI: pip install schemathesis")
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        assert ask_all_described(app, 200, loop) == []
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@pytest.mark.parametrize(
    "sent",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1_0\r\n\r\n{}",
        b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 50,
    ],
)
def test_what_is_no_http(server: Running, sent: bytes) -> None:
    host, port = server.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while part := connection.recv(65536):
            answer += part
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 4"), answer
    assert b"application/json" in head
    assert body.startswith(b'{"error":')


def test_bodies_shorter_than_announced_are_dropped(server: Running) -> None:
    """Whoever announces more than comes waits for nothing, and holds nothing up."""
    host, port = server.address.removeprefix("http://").split(":")
    head = (
        b"POST /models/bert-uncased-sst HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
    )
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(head + b'content-length: 100\r\n\r\n{"inputs": "x"}')
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(65536) == b""
    for _ in range(600):
        if server.state.in_flight == 0:
            return
        time.sleep(0.05)
    raise AssertionError("the request is still in flight")
