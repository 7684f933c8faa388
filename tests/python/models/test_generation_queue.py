"""Requests side by side: each writes what generate() writes, whatever becomes of the others."""

from __future__ import annotations

import asyncio
import gc
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import CancelledError, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import Any

import numpy as np
import pytest
from writing_models import FOLDER, PROMPT, load, tokenizer

from onnxformers import CancelToken, GenerationQueue, TextIteratorStreamer
from onnxformers.errors import (
    ClosedError,
    InvalidArgumentError,
    QueueFullError,
    RunCancelledError,
    RunTimeoutError,
    SessionError,
)
from onnxformers.models.joining import can_join

ENDLESS = {"max_new_tokens": 100_000, "eos_token_id": None}
DECODERS = ["bloom", "gpt-neo", "opt"]


def requests(count: int) -> list[tuple[list[list[int]], dict[str, Any]]]:
    """Prompts and options, each another."""
    made: list[tuple[list[list[int]], dict[str, Any]]] = []
    for i in range(count):
        prompt = [[5 + (3 * i + j) % 90 for j in range(1 + i % 9)]]
        options: dict[str, Any] = {"max_new_tokens": 3 + (7 * i) % 20}
        if i % 3 == 1:
            options |= {"do_sample": True, "seed": i, "temperature": 1.5, "top_k": 5 + i}
        if i % 3 == 2:
            options |= {"repetition_penalty": 1.3, "no_repeat_ngram_size": 2}
        if i % 7 == 4:
            options |= {"num_return_sequences": 3, "do_sample": True, "seed": i}
        if i % 5 == 3:
            prompt = [prompt[0], prompt[0][::-1]]
        made.append((prompt, options))
    return made


@pytest.mark.parametrize("name", DECODERS)
@pytest.mark.parametrize("pause", [0.0, 0.001, 0.01])
def test_requests_that_come_one_after_the_other_write_what_each_writes_alone(
    name: str, pause: float
) -> None:
    model = load(name)
    wanted = requests(24)
    with GenerationQueue(model, max_rows=9) as queue:
        futures = []
        for prompt, options in wanted:
            futures.append(queue.submit(prompt, **options))
            time.sleep(pause)
        found = [future.result(30) for future in futures]
    for (prompt, options), got in zip(wanted, found, strict=True):
        np.testing.assert_array_equal(got, model.generate(prompt, **options))


def test_scores_of_joined_rows_are_those_of_a_row_alone() -> None:
    model = load("opt")
    options = {
        "max_new_tokens": 6,
        "eos_token_id": None,
        "return_dict_in_generate": True,
        "output_scores": True,
        "output_logits": True,
    }
    prompts = [[[7 + i] * (1 + 5 * i)] for i in range(4)]
    with GenerationQueue(model) as queue:
        futures = [queue.submit(prompt, **options) for prompt in prompts]
        together = [future.result(30) for future in futures]
    for prompt, got in zip(prompts, together, strict=True):
        alone = model.generate(prompt, **options)
        np.testing.assert_array_equal(got.sequences, alone.sequences)
        for name in ("scores", "logits"):
            np.testing.assert_allclose(got[name], alone[name], rtol=1e-4, atol=1e-4)


def test_rows_really_run_together() -> None:
    """Two endless requests both go on: neither waits for the other."""
    seen = [0, 0]

    def count(row: int) -> Any:
        def criterion(input_ids: Any, scores: Any) -> bool:
            seen[row] += 1
            return min(seen) > 5

        return criterion

    with GenerationQueue(load("bloom")) as queue:
        futures = [
            queue.submit(PROMPT, stopping_criteria=count(row), **ENDLESS) for row in range(2)
        ]
        for future in futures:
            assert future.result(30).shape[1] > 10


def test_two_hundred_requests_of_sixteen_threads() -> None:
    model = load("gpt-neo")
    wanted = requests(20)
    alone = [model.generate(prompt, **options) for prompt, options in wanted]
    with GenerationQueue(model) as queue, ThreadPoolExecutor(16) as pool:

        def ask(i: int) -> Any:
            prompt, options = wanted[i % 20]
            return queue.submit(prompt, **options).result(60)

        for i, got in enumerate(pool.map(ask, range(200))):
            np.testing.assert_array_equal(got, alone[i % 20])
        wait_until(lambda: queue.load == (0, 0))


def test_a_request_can_be_cancelled_while_it_runs_and_while_it_waits() -> None:
    model = load("bloom")
    with GenerationQueue(model, max_rows=2) as queue:
        first, second = (queue.submit(PROMPT, **ENDLESS) for _ in range(2))
        waiting = queue.submit(PROMPT, **ENDLESS)
        wait_until(lambda: queue.load == (2, 1))
        assert waiting.cancel()
        with pytest.raises(CancelledError):
            waiting.result()
        wait_until(lambda: queue.load == (2, 0))
        token = CancelToken()
        asked = queue.submit(PROMPT, max_new_tokens=4, cancel=token)
        assert first.cancel()
        assert asked.result(30).shape == (1, 9)  # in its place
        stopped = queue.submit(PROMPT, cancel=token, **ENDLESS)
        wait_until(lambda: queue.load == (2, 0))
        token.cancel()
        with pytest.raises(RunCancelledError):
            stopped.result(30)
        assert second.cancel()
        assert second.cancelled()
    assert not asked.cancel()


def test_the_time_of_a_request_is_its_own() -> None:
    with GenerationQueue(load("bloom"), max_rows=3) as queue:
        endless = queue.submit(PROMPT, **ENDLESS)
        begin = time.monotonic()
        late = queue.submit(PROMPT, timeout_s=0.1, **ENDLESS)
        short = queue.submit(PROMPT, max_time=0.1, **ENDLESS)
        waiting = queue.submit(PROMPT, timeout_s=0.05, **ENDLESS)
        for future in (late, waiting):
            with pytest.raises(RunTimeoutError):
                future.result(30)
        assert short.result(30).shape[1] > 5
        assert time.monotonic() - begin < 5
        with pytest.raises(FutureTimeoutError):
            endless.result(0.01)
        endless.cancel()


def test_an_error_of_one_request_leaves_the_others() -> None:
    def broken(input_ids: Any, scores: Any) -> Any:
        if input_ids.shape[1] > 8:
            raise KeyError("of the user")
        return scores

    model = load("gpt-neo")
    options = {"max_new_tokens": 12, "eos_token_id": None}
    alone = model.generate(PROMPT, **options)
    with GenerationQueue(model) as queue:
        good = [queue.submit(PROMPT, **options) for _ in range(2)]
        bad = queue.submit(PROMPT, logits_processor=broken, **options)
        outside = queue.submit([[10**6]], **options)
        beyond = queue.submit([[5] * 120], max_new_tokens=20, eos_token_id=None)
        good += [queue.submit(PROMPT, **options) for _ in range(2)]
        with pytest.raises(KeyError, match="of the user"):
            bad.result(30)
        with pytest.raises(SessionError):
            outside.result(30)
        with pytest.raises(InvalidArgumentError, match="more than the 128 positions"):
            beyond.result(30)
        for future in good:
            np.testing.assert_array_equal(future.result(30), alone)


def test_streams_and_stop_strings_go_with_requests() -> None:
    model, words = load("gpt-neo"), tokenizer("gpt-neo")
    inputs = words("one two three")
    options = {"max_new_tokens": 12, "eos_token_id": None}
    text = words.decode(model.generate(**inputs, **options)[0][inputs["input_ids"].shape[1] :])
    with GenerationQueue(model) as queue:
        streamers = [TextIteratorStreamer(words, skip_prompt=True) for _ in range(3)]
        futures = [queue.submit(inputs, streamer=each, **options) for each in streamers]
        for streamer in streamers:
            assert "".join(streamer) == text
        assert all(future.result(30).shape[0] == 1 for future in futures)
        stop = {"stop_strings": text[3:5], "tokenizer": words}
        np.testing.assert_array_equal(
            queue.submit(inputs, **stop, **options).result(30),
            model.generate(**inputs, **stop, **options),
        )
        failing = TextIteratorStreamer(words)
        future = queue.submit(inputs, streamer=failing, **ENDLESS)
        next(failing)
        future.cancel()
        with pytest.raises(RunCancelledError):
            list(failing)


def test_tasks_can_await_requests() -> None:
    model = load("opt")
    wanted = requests(8)

    async def ask(queue: GenerationQueue) -> Any:
        futures = [queue.submit(prompt, **options) for prompt, options in wanted]
        endless = asyncio.ensure_future(wait_for(queue.submit(PROMPT, **ENDLESS)))
        found = [await future for future in futures]
        endless.cancel()
        with pytest.raises(asyncio.CancelledError):
            await endless
        return found

    async def wait_for(future: Any) -> Any:
        return await future

    with GenerationQueue(model) as queue:
        found = asyncio.run(ask(queue))
        wait_until(lambda: queue.load == (0, 0))
    for (prompt, options), got in zip(wanted, found, strict=True):
        np.testing.assert_array_equal(got, model.generate(prompt, **options))


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("gpt-neo", {"num_beams": 3}),
        ("gpt-neo", {"prompt_lookup_num_tokens": 2}),
        ("gpt-neo", {"guidance_scale": 1.5}),
        ("t5", {}),
        ("bart-cnn", {"num_beams": 2}),
    ],
)
def test_what_is_no_row_of_a_batch_runs_in_turn(name: str, options: dict[str, Any]) -> None:
    model = load(name)
    with GenerationQueue(model) as queue:
        futures = [queue.submit(PROMPT, max_new_tokens=5, **options) for _ in range(3)]
        beside = queue.submit(PROMPT, max_new_tokens=5)
        expected = model.generate(PROMPT, max_new_tokens=5, **options)
        for future in futures:
            np.testing.assert_array_equal(future.result(30), expected)
        np.testing.assert_array_equal(beside.result(30), model.generate(PROMPT, max_new_tokens=5))


def test_what_runs_in_turn_ends_from_outside_too() -> None:
    with GenerationQueue(load("bloom"), max_waiting=2) as queue:
        endless = queue.submit(PROMPT, num_beams=2, **ENDLESS)
        wait_until(lambda: queue.load == (1, 0))
        late = queue.submit(PROMPT, num_beams=2, timeout_s=0.02, **ENDLESS)
        never = queue.submit(PROMPT, num_beams=2, **ENDLESS)
        with pytest.raises(QueueFullError, match="2 requests wait"):
            queue.submit(PROMPT, num_beams=2)
        assert never.cancel()
        time.sleep(0.03)
        assert endless.cancel()
        with pytest.raises(RunTimeoutError, match="while the request waited"):
            late.result(30)


def test_a_queue_refuses_what_it_has_no_place_for() -> None:
    model = load("bloom")
    with GenerationQueue(model, max_rows=2, max_tokens=400, max_waiting=1) as queue:
        with pytest.raises(InvalidArgumentError, match="3 rows of up to 20 tokens; at most 2 rows"):
            queue.submit(PROMPT * 3)
        with pytest.raises(InvalidArgumentError, match="max_tokens"):
            queue.submit(PROMPT, max_new_tokens=400)
        with pytest.raises(InvalidArgumentError, match="nonsense"):
            queue.submit(PROMPT, nonsense=1)
        gate = threading.Event()
        running = queue.submit(
            PROMPT, stopping_criteria=lambda ids, scores: gate.wait(30), max_new_tokens=300
        )
        wait_until(lambda: queue.load == (1, 0))
        waiting = queue.submit(PROMPT, max_new_tokens=300)
        with pytest.raises(QueueFullError, match="1 requests wait"):
            queue.submit(PROMPT)
        gate.set()
        assert running.result(30).shape[0] == waiting.result(30).shape[0] == 1
    with pytest.raises(ClosedError, match="queue was closed"):
        queue.submit(PROMPT)
    with pytest.raises(InvalidArgumentError, match="max_rows must be at least 1"):
        GenerationQueue(model, max_rows=0)


def test_closing_waits_or_cancels() -> None:
    queue = GenerationQueue(load("bloom"), max_rows=2)
    futures = [queue.submit(PROMPT, max_new_tokens=9) for _ in range(6)]
    queue.close()
    assert [future.done() for future in futures] == [True] * 6
    queue.close()
    queue = GenerationQueue(load("bloom"), max_rows=2)
    futures = [queue.submit(PROMPT, **ENDLESS) for _ in range(4)]
    futures += [queue.submit(PROMPT, num_beams=2, **ENDLESS) for _ in range(2)]
    queue.close(cancel=True)
    for future in futures[:4]:
        with pytest.raises(RunCancelledError):
            future.result(0)
    assert futures[4].cancelled()
    assert futures[5].cancelled()


def test_a_model_has_a_queue_of_its_own() -> None:
    from onnxformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(FOLDER / "opt")
    futures = [model.submit(PROMPT, max_new_tokens=5, seed=i, do_sample=True) for i in range(5)]
    expected = [model.generate(PROMPT, max_new_tokens=5, seed=i, do_sample=True) for i in range(5)]
    late = model.submit(PROMPT, max_new_tokens=30)
    model.close()
    assert late.done()
    for future, wanted in zip(futures, expected, strict=True):
        np.testing.assert_array_equal(future.result(), wanted)
    with pytest.raises(ClosedError):
        model.submit(PROMPT)


def test_exports_whose_rows_cannot_join_run_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    model = load("opt")
    assert can_join(model)
    monkeypatch.setattr(model._forward.decoder, "joins_rows", False)
    with GenerationQueue(model) as queue:
        futures = [queue.submit(PROMPT, max_new_tokens=5) for _ in range(3)]
        for future in futures:
            np.testing.assert_array_equal(
                future.result(30), model.generate(PROMPT, max_new_tokens=5)
            )


def test_a_queue_that_is_dropped_answers_and_ends_its_threads() -> None:
    before = threading.active_count()
    queue = GenerationQueue(load("bloom"))
    futures = [queue.submit(PROMPT, max_new_tokens=9), queue.submit(PROMPT, num_beams=2)]
    del queue
    gc.collect()
    assert all(future.result(30) is not None for future in futures)
    wait_until(lambda: threading.active_count() <= before)


PROGRAM = """
import os, sys
from onnxformers import AutoModelForCausalLM
model = AutoModelForCausalLM.from_pretrained(sys.argv[1])
endless = {"max_new_tokens": 10**6, "eos_token_id": None}
futures = [model.submit([[5, 6]], **endless), model.submit([[5, 6]], num_beams=2, **endless)]
"""
FORK = """
child = os.fork()
if child == 0:
    try:
        model.submit([[5, 6]])
    except Exception as error:
        print(type(error).__name__, flush=True)
    del model, futures
    os._exit(0)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
"""


@pytest.mark.parametrize(
    "more",
    [
        "",
        pytest.param(
            FORK,
            marks=pytest.mark.skipif(
                not hasattr(os, "fork"), reason="Windows has neither fork nor these signals"
            ),
        ),
    ],
    ids=["exit", "fork"],
)
def test_the_end_of_a_process_and_a_fork_wait_for_nothing(more: str) -> None:
    command = [sys.executable, "-W", "ignore", "-c", PROGRAM + more, str(FOLDER / "bloom")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert done.stdout.split() == (["ForkError"] if more else [])


@pytest.mark.slow
def test_two_thousand_requests_leave_the_memory_where_it_was() -> None:
    resource = pytest.importorskip("resource", reason="Windows does not count memory so")
    wanted = requests(24)

    def run(queue: GenerationQueue, count: int) -> int:
        for _ in range(count // 24):
            for future in [queue.submit(prompt, **options) for prompt, options in wanted]:
                future.result(30)
        return int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)

    with GenerationQueue(load("gpt-neo")) as queue:
        before = run(queue, 400)
        assert run(queue, 2000) - before < 4096  # KiB


def wait_until(holds: Any) -> None:
    """For at most half a minute."""
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.001)
