"""Many calls: from many threads, and what memory they leave behind."""

from __future__ import annotations

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import onnx_builder as ob
from onnxformers import runtime
from onnxformers._native.runtime import CancelToken, Session


@pytest.fixture(autouse=True, scope="module")
def loaded() -> None:
    runtime.load_runtime()


def test_ten_thousand_calls_from_32_threads_equal_the_serial_ones() -> None:
    session = Session(ob.matmul(), intra_op_threads=2)
    rng = np.random.default_rng(5)
    inputs = [rng.standard_normal((1 + i % 7, 8)).astype(np.float32) for i in range(100)]
    serial = [session.run({"x": x})[0].tobytes() for x in inputs]
    token = CancelToken()

    def call(i: int) -> bool:
        limits = {} if i % 3 else {"timeout_s": 60.0, "cancel": token}
        (y,) = session.run({"x": inputs[i % 100]}, **limits)
        return bool(y.tobytes() == serial[i % 100])

    with ThreadPoolExecutor(32) as pool:
        assert all(pool.map(call, range(10_000)))


def test_python_goes_on_while_a_model_runs() -> None:
    session = Session(ob.counter(), intra_op_threads=1)
    feeds = {"times": np.array(1 << 40), "x": np.zeros(1, np.float32)}
    token = CancelToken()
    thread = threading.Thread(target=lambda: _run_until_cancelled(session, feeds, token))
    thread.start()
    turns = 0
    while turns < 100_000:
        turns += 1
    assert thread.is_alive()
    token.cancel()
    thread.join(10)
    assert not thread.is_alive()


def _run_until_cancelled(session: Session, feeds: dict[str, object], token: CancelToken) -> None:
    with pytest.raises(Exception, match="cancelled"):
        session.run(feeds, cancel=token)


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc, which Linux has")
def test_memory_after_10_000_runs_of_varying_shapes_is_that_after_1_000() -> None:
    session = Session(ob.matmul(64), intra_op_threads=1)
    texts = Session(ob.identity("string"), intra_op_threads=1)
    largest = {"x": np.ones((500, 64), np.float32)}

    def turn(i: int) -> None:
        rows = i * 7919 % 500
        session.run({"x": largest["x"][:rows]})
        session.run({"x": largest["x"][:rows]}, timeout_s=100)
        texts.run({"x": np.array(["text"] * (i % 50), object)})
        with pytest.raises(ValueError, match="shape"):
            session.run({"x": largest["x"][0]})

    session.run(largest)
    for i in range(1_000):
        turn(i)
    before = resident_bytes()
    for i in range(1_000, 10_000):
        turn(i)
    assert resident_bytes() <= before * 1.01


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc, which Linux has")
def test_opening_and_closing_leaves_nothing() -> None:
    model = ob.matmul(64)

    def cycle() -> None:
        session = Session(model, intra_op_threads=2)
        session.run({"x": np.ones((2, 64), np.float32)})
        session.close()

    for _ in range(20):
        cycle()
    before = resident_bytes()
    for _ in range(100):
        cycle()
    assert resident_bytes() - before < 10 << 20
