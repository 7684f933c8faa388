from __future__ import annotations

import math
import signal
import sys
import threading
import time

import numpy as np
import pytest

import onnx_builder as ob
from onnxformers import runtime
from onnxformers._native.runtime import CancelToken, Session
from onnxformers.errors import InvalidArgumentError, RunCancelledError, RunTimeoutError
from programs import output, start

LONG = {"times": np.array(1 << 40), "x": np.zeros(1, np.float32)}
SHORT = {"times": np.array(3), "x": np.zeros(1, np.float32)}
posix = pytest.mark.skipif(sys.platform == "win32", reason="on Windows Ctrl-C does not reach a run")


@pytest.fixture(scope="module")
def session() -> Session:
    runtime.load_runtime()
    return Session(ob.counter(), log_severity=4)


def still_works(session: Session) -> bool:
    return bool(session.run(SHORT)[0].item() == 3.0)


def test_a_run_ends_at_its_timeout(session: Session) -> None:
    start_s = time.monotonic()
    with pytest.raises(RunTimeoutError, match=r"timeout_s"):
        session.run(LONG, timeout_s=0.1)
    assert 0.1 <= time.monotonic() - start_s < 5
    assert still_works(session)


def test_a_run_that_is_quick_enough_does_not_notice_its_timeout(session: Session) -> None:
    for timeout_s in (10, 1e9, math.inf):
        assert session.run(SHORT, timeout_s=timeout_s)[0].item() == 3.0


@pytest.mark.parametrize("timeout_s", [0, -1, -math.inf])
def test_no_time_is_a_timeout(session: Session, timeout_s: float) -> None:
    with pytest.raises(RunTimeoutError):
        session.run(SHORT, timeout_s=timeout_s)
    assert still_works(session)


def test_a_timeout_that_is_no_number_is_refused(session: Session) -> None:
    with pytest.raises(InvalidArgumentError, match="NaN"):
        session.run(SHORT, timeout_s=math.nan)


def test_many_timeouts_at_once_end_in_any_order(session: Session) -> None:
    ends: dict[float, float] = {}

    def run(timeout_s: float) -> None:
        start_s = time.monotonic()
        with pytest.raises(RunTimeoutError):
            session.run(LONG, timeout_s=timeout_s)
        ends[timeout_s] = time.monotonic() - start_s

    threads = [threading.Thread(target=run, args=(t,)) for t in (0.4, 0.1, 0.3, 0.2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ends) == [0.1, 0.2, 0.3, 0.4]
    assert all(end >= timeout_s for timeout_s, end in ends.items())


def test_a_token_cancels_all_its_runs_and_later_ones(session: Session) -> None:
    token = CancelToken()
    errors: list[BaseException] = []

    def run() -> None:
        try:
            session.run(LONG, cancel=token)
        except RunCancelledError as error:
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    time.sleep(0.1)
    assert not token.cancelled
    token.cancel()
    for thread in threads:
        thread.join(10)
    assert len(errors) == 3
    assert token.cancelled
    with pytest.raises(RunCancelledError):
        session.run(SHORT, cancel=token)
    assert session.run(SHORT, cancel=CancelToken())[0].item() == 3.0
    assert still_works(session)


def test_the_first_of_token_and_timeout_wins(session: Session) -> None:
    with pytest.raises(RunTimeoutError):
        session.run(LONG, timeout_s=0.05, cancel=CancelToken())
    token = CancelToken()
    threading.Timer(0.05, token.cancel).start()
    with pytest.raises(RunCancelledError):
        session.run(LONG, timeout_s=60, cancel=token)


@posix
def test_ctrl_c_ends_a_run_within_300_ms() -> None:
    process = start("""
session = Session(ob.counter(), log_severity=4)
print("ready", flush=True)
try:
    session.run(LONG)
except KeyboardInterrupt:
    print("interrupted", session.run(SHORT)[0].item())
""")
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    sent_s = time.monotonic()
    assert process.stdout.readline() == "interrupted 3.0\n"
    took_s = time.monotonic() - sent_s
    _, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (0, "")
    assert took_s < 0.3


@posix
def test_a_run_goes_on_when_the_handler_does_not_raise() -> None:
    text = output("""
calls = []
signal.signal(signal.SIGINT, lambda *_: calls.append(threading.current_thread().name))
session = Session(ob.counter(), log_severity=4)
timer = threading.Timer(0.2, lambda: os.kill(os.getpid(), signal.SIGINT))
timer.start()
try:
    session.run(LONG, timeout_s=0.6)
except RunTimeoutError:
    print(calls)
print(signal.getsignal(signal.SIGINT).__name__, session.run(SHORT)[0].item())
""")
    assert text == "['MainThread']\n<lambda> 3.0\n"


@posix
def test_a_handler_may_raise_what_it_likes_and_is_called_each_time() -> None:
    text = output("""
class Stop(Exception): pass
def handler(*_): raise Stop
signal.signal(signal.SIGINT, handler)
session = Session(ob.counter(), log_severity=4)
for _ in range(3):
    threading.Timer(0.1, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    try:
        session.run(LONG)
    except Stop:
        print("stopped")
""")
    assert text == "stopped\n" * 3


@posix
def test_an_ignored_signal_stays_ignored_and_runs_elsewhere_are_left_alone() -> None:
    text = output("""
session = Session(ob.counter(), log_severity=4)
signal.signal(signal.SIGINT, signal.SIG_IGN)
threading.Timer(0.1, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
try:
    session.run(LONG, timeout_s=0.4)
except RunTimeoutError:
    print("ignored", signal.getsignal(signal.SIGINT) == signal.SIG_IGN)
signal.signal(signal.SIGINT, signal.default_int_handler)
def other():
    try:
        session.run(LONG, timeout_s=0.5)
    except RunTimeoutError:
        print("other thread ran to its end")
thread = threading.Thread(target=other)
thread.start()
threading.Timer(0.1, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
try:
    session.run(LONG)
except KeyboardInterrupt:
    print("main thread interrupted")
thread.join()
""")
    assert text == "ignored True\nmain thread interrupted\nother thread ran to its end\n"
