"""A server that ends: nobody who asked stays without an answer."""

from __future__ import annotations

import json
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from onnxformers.server.draining import refuse_new
from serving import LONG, Running, ask, endless, settings_of

BODY = json.dumps({"input": "a b c"}).encode()
HEAD = b"POST /v1/embeddings HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n" % len(BODY)


@pytest.fixture
def running() -> Iterator[Running]:
    made = Running(settings_of({"feature-extraction": "bert-uncased-embed"}))
    yield made
    made.close()


def connect(running: Running) -> socket.socket:
    host, port = running.address.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=20)


def told(one: socket.socket) -> bytes:
    """All that comes until the other side closes."""
    parts = []
    while part := one.recv(65536):
        parts.append(part)
    return b"".join(parts)


def begin_to_end(running: Running) -> None:
    running.server.should_exit = True
    deadline = time.monotonic() + 20
    while not running.state.is_draining:
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_half_a_request_is_waited_for(running: Running) -> None:
    with connect(running) as in_head, connect(running) as in_body:
        in_head.sendall(HEAD[:20])
        in_body.sendall(HEAD + BODY[:5])
        time.sleep(0.1)
        begin_to_end(running)
        time.sleep(0.1)
        in_head.sendall(HEAD[20:] + BODY)
        in_body.sendall(BODY[5:])
        for one in (in_head, in_body):
            answer = told(one)
            assert answer.startswith(b"HTTP/1.1 200")
            assert b"connection: close" in answer


def test_who_has_just_connected_may_ask(running: Running) -> None:
    with connect(running) as one, connect(running) as silent:
        time.sleep(0.1)
        begin_to_end(running)
        time.sleep(0.1)
        one.sendall(HEAD + BODY)
        assert told(one).startswith(b"HTTP/1.1 200")
        assert told(silent) == b""


def test_connections_at_rest_are_closed(running: Running) -> None:
    with connect(running) as one:
        one.sendall(HEAD + BODY)
        assert one.recv(65536).startswith(b"HTTP/1.1 200")
        begin_to_end(running)
        while one.recv(65536):
            pass
    running.close()
    with pytest.raises(ConnectionRefusedError):
        connect(running)


def test_connections_that_wait_to_be_taken_are_taken(running: Running) -> None:
    # On the event loop, so that it takes none of them before it begins to end.
    loop = running.server.servers[0].get_loop()
    is_asked, goes_on = threading.Event(), threading.Event()

    def hold() -> None:
        is_asked.set()
        goes_on.wait(20)
        running.server.should_exit = True

    loop.call_soon_threadsafe(hold)
    is_asked.wait(20)
    many = [connect(running) for _ in range(50)]
    for one in many:
        one.sendall(HEAD + BODY)
    goes_on.set()
    assert all(told(one).startswith(b"HTTP/1.1 200") for one in many)
    for one in many:
        one.close()


def test_what_takes_too_long_is_stopped() -> None:
    running = endless(grace_s=0.3)
    body = json.dumps(LONG).encode()
    head = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n" % len(body)
    with connect(running) as one:
        one.sendall(head + body)
        while running.state.in_flight == 0:
            time.sleep(0.01)
        begin_to_end(running)
        answer = told(one)
        assert answer.startswith(b"HTTP/1.1 503")
        assert answer.endswith(b'{"error":"the server ends"}')
        assert b"retry-after: 1" in answer
    running.close()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can drop these packets")
def test_a_listener_can_take_no_more_but_what_it_has() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = listener.getsockname()
        with socket.create_connection(address, timeout=5) as before:
            refuse_new(listener)
            with pytest.raises(TimeoutError):
                socket.create_connection(address, timeout=0.3)
            before.sendall(b"hello")
            taken, _ = listener.accept()
            with taken:
                assert taken.recv(5) == b"hello"
                taken.sendall(b"bye")
                assert before.recv(3) == b"bye"


@pytest.mark.parametrize("cycles", [5, pytest.param(100, marks=pytest.mark.slow)])
def test_no_answer_is_lost_under_load(cycles: int) -> None:
    seen: Counter[str] = Counter()
    for number in range(cycles):
        running = Running(settings_of({"feature-extraction": "bert-uncased-embed"}))
        port = int(running.address.rpartition(":")[2])
        threads = [threading.Thread(target=ask, args=(port, seen)) for _ in range(4)]
        for thread in threads:
            thread.start()
        time.sleep(0.01 + 0.013 * (number % 7))
        running.close()
        for thread in threads:
            thread.join()
    assert seen.keys() == {"200"}
    assert seen["200"] >= cycles
