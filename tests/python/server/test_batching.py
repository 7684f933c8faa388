"""The batcher by itself: what is joined, what is dropped, who hears of errors."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError
from typing import Any

import pytest

from onnxformers.errors import ClosedError, InvalidArgumentError, QueueFullError
from onnxformers.server import Batcher
from onnxformers.server.batching import BatchReport, padded_tokens


class Work:
    """Doubles numbers; the first run waits until it is let go."""

    def __init__(self) -> None:
        self.runs: list[tuple[list[int], Any]] = []
        self.begun, self.go = threading.Event(), threading.Event()
        self.cancels: list[Any] = []

    def __call__(self, items: list[Any], key: Any, cancel: Any) -> list[Any]:
        self.runs.append((list(items), key))
        self.cancels.append(cancel)
        self.begun.set()
        self.go.wait(5)
        if None in items:
            raise InvalidArgumentError("none")
        return [item * 2 for item in items]


@pytest.fixture
def work() -> Work:
    return Work()


@pytest.fixture
def reports() -> list[BatchReport]:
    return []


@pytest.fixture
def batcher(work: Work, reports: list[BatchReport]) -> Iterator[Batcher]:
    made = Batcher(work, token_budget=10, report=reports.append)
    yield made
    work.go.set()
    made.close()


def test_callers_that_wait_are_joined(
    batcher: Batcher, work: Work, reports: list[BatchReport]
) -> None:
    first = batcher.submit([1], [2])
    work.begun.wait(5)
    rest = [batcher.submit([n, n + 1], [2, 1]) for n in (10, 20, 30, 40)]
    assert batcher.waiting == 4
    work.go.set()
    assert first.future.result(5) == [2]
    assert [job.future.result(5) for job in rest] == [[20, 22], [40, 42], [60, 62], [80, 82]]
    # Three of them have nine tokens.
    assert [items for items, _ in work.runs] == [[1], [10, 11, 20, 21, 30, 31], [40, 41]]
    batcher.close()
    assert [(r.requests, r.items, r.tokens) for r in reports] == [(1, 1, 2), (3, 6, 9), (1, 2, 3)]
    assert reports[1].padded == padded_tokens([2, 1] * 3, 10) >= 9
    assert batcher.wait_s() == 0


def test_only_equal_keys_are_joined_and_the_oldest_comes_first(
    batcher: Batcher, work: Work
) -> None:
    batcher.submit([1], [1])
    work.begun.wait(5)
    jobs = [batcher.submit([n], [1], key) for n, key in ((2, "a"), (3, "b"), (4, "a"), (5, "b"))]
    work.go.set()
    assert [job.future.result(5) for job in jobs] == [[4], [6], [8], [10]]
    assert work.runs[1:] == [([2, 4], "a"), ([3, 5], "b")]


def test_one_over_the_budget_runs_alone(batcher: Batcher, work: Work) -> None:
    work.go.set()
    assert batcher.submit([1, 2], [50, 50]).future.result(5) == [2, 4]


def test_who_left_before_is_dropped(batcher: Batcher, work: Work) -> None:
    batcher.submit([1], [1])
    work.begun.wait(5)
    gone, there = batcher.submit([2], [1]), batcher.submit([3], [1])
    gone.leave()
    work.go.set()
    assert there.future.result(5) == [6]
    with pytest.raises(CancelledError):
        gone.future.result(5)
    assert [items for items, _ in work.runs] == [[1], [3]]
    assert batcher.wait_s() < 1


def test_a_run_is_stopped_when_all_left(batcher: Batcher, work: Work) -> None:
    batcher.submit([1], [1])
    work.begun.wait(5)
    first, second = batcher.submit([2], [1]), batcher.submit([3], [1])
    work.begun.clear()
    work.go.set()
    work.go = threading.Event()
    work.begun.wait(5)
    first.leave()
    assert not work.cancels[1].cancelled
    second.leave()
    assert work.cancels[1].cancelled
    work.go.set()


def test_errors_reach_those_they_concern(batcher: Batcher, work: Work) -> None:
    batcher.submit([1], [1])
    work.begun.wait(5)
    good, bad = batcher.submit([2], [1]), batcher.submit([None], [1])
    work.go.set()
    assert good.future.result(5) == [4]
    with pytest.raises(InvalidArgumentError, match="none"):
        bad.future.result(5)
    assert batcher.submit([5], [1]).future.result(5) == [10]


def test_the_wait_is_estimated(batcher: Batcher, work: Work) -> None:
    assert batcher.wait_s() == 0
    job = batcher.submit([1], [5])
    work.begun.wait(5)
    time.sleep(0.05)
    work.go.set()
    job.future.result(5)
    work.go = threading.Event()
    batcher.submit([1], [5])
    batcher.submit([1], [10])
    assert 0.1 < batcher.wait_s() < 5


def test_a_little_runs_on_the_thread_that_asks(
    batcher: Batcher, work: Work, reports: list[BatchReport]
) -> None:
    work.go.set()
    assert not batcher.is_short(3)  # nothing is known yet
    assert batcher.submit([1], [3]).future.result(5) == [2]
    assert batcher.is_short(3)
    assert not batcher.is_short(65)
    seen: list[int] = []
    batcher._run = lambda items, key, cancel: [seen.append(threading.get_ident()), *items][1:]
    jobs = [batcher.submit([n], [3], begin=False) for n in (5, 6, 7)]
    batcher.run_short()
    batcher.run_short()  # nothing is left
    assert [job.future.result(0) for job in jobs] == [[5], [6], [7]]
    assert seen == [threading.get_ident()]
    assert reports[-1].requests == 3


def test_closing_while_a_little_runs(work: Work) -> None:
    batcher = Batcher(work, token_budget=10)
    work.go.set()
    batcher.submit([1], [3]).future.result(5)
    work.begun.clear()
    work.go = threading.Event()
    job = batcher.submit([2], [3], begin=False)
    runner, closer = (threading.Thread(target=f) for f in (batcher.run_short, batcher.close))
    runner.start()
    work.begun.wait(5)
    closer.start()
    closer.join(0.1)
    assert closer.is_alive()
    work.go.set()
    closer.join(5)
    assert not closer.is_alive()
    assert job.future.result(0) == [4]
    runner.join()


def test_what_is_not_little_is_left_to_the_thread(batcher: Batcher, work: Work) -> None:
    work.go.set()
    batcher.submit([1], [3]).future.result(5)
    work.go = threading.Event()
    work.begun.clear()
    running = batcher.submit([2], [3])
    work.begun.wait(5)
    short = batcher.submit([3], [3], begin=False)
    batcher.run_short()  # another one runs
    assert not short.future.done()
    work.go.set()
    assert running.future.result(5) == [4]
    assert short.future.result(5) == [6]
    long = batcher.submit([3], [65], begin=False)
    batcher.run_short()
    assert long.future.result(5) == [6]


def test_what_runs_long_is_not_little(batcher: Batcher, work: Work) -> None:
    job = batcher.submit([1], [1])
    time.sleep(0.02)
    work.go.set()
    job.future.result(5)
    assert not batcher.is_short(1)


def test_who_waited_too_long_is_told(work: Work) -> None:
    batcher = Batcher(work, token_budget=10, max_wait_s=0.05)
    first = batcher.submit([1], [10])
    work.begun.wait(5)
    late = batcher.submit([2], [10])
    time.sleep(0.1)
    soon = batcher.submit([3], [10])
    work.go.set()
    assert first.future.result(5) == [2]
    with pytest.raises(QueueFullError, match="waited too long"):
        late.future.result(5)
    assert soon.future.result(5) == [6]
    assert [items for items, _ in work.runs] == [[1], [3]]
    batcher.close()
    assert batcher.wait_s() == 0


def test_closing_finishes_what_was_asked(batcher: Batcher, work: Work) -> None:
    jobs = [batcher.submit([n], [10]) for n in range(4)]
    work.go.set()
    batcher.close()
    batcher.close()
    assert [job.future.result(0) for job in jobs] == [[0], [2], [4], [6]]
    with pytest.raises(ClosedError):
        batcher.submit([1], [1])


@pytest.mark.parametrize(("items", "tokens"), [([], []), ([1], []), ([1], [1, 2])])
def test_counts_must_fit(batcher: Batcher, items: list[int], tokens: list[int]) -> None:
    with pytest.raises(InvalidArgumentError):
        batcher.submit(items, tokens)


def test_padding() -> None:
    assert padded_tokens([7], 10) == 7
    assert padded_tokens([5, 5], 10) == 10
    assert padded_tokens([1, 9], 100) >= 10
