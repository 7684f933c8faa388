"""model.generate: what ends it from outside, threads, and memory."""

from __future__ import annotations

import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from writing_models import PROMPT, load, tokenizer

from onnxformers import (
    CancelToken,
    InterruptableStoppingCriteria,
    TextStreamer,
)
from onnxformers.errors import (
    RunCancelledError,
    RunTimeoutError,
)


def test_generations_end_from_outside() -> None:
    model = load("bloom")
    endless = {"max_new_tokens": 100_000, "eos_token_id": None}
    with pytest.raises(RunTimeoutError):
        model.generate(PROMPT, timeout_s=0.05, **endless)
    token = CancelToken()
    threading.Timer(0.05, token.cancel).start()
    with pytest.raises(RunCancelledError):
        model.generate(PROMPT, cancel=token, **endless)
    begin = time.monotonic()
    assert model.generate(PROMPT, max_time=0.05, **endless).shape[1] > 5
    assert time.monotonic() - begin < 5
    stop = InterruptableStoppingCriteria()
    threading.Timer(0.05, stop.interrupt).start()
    assert model.generate(PROMPT, stopping_criteria=stop, **endless).shape[1] > 5


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="Windows has no pthread_kill")
@pytest.mark.parametrize(
    "options",
    [{}, {"num_beams": 3}, {"prompt_lookup_num_tokens": 2}],
    ids=["greedy", "beams", "draft"],
)
def test_ctrl_c_ends_a_generation(options: dict[str, Any]) -> None:
    main = threading.main_thread().ident
    assert main is not None
    # Shells let programs in the background ignore the signal.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    threading.Timer(0.1, signal.pthread_kill, (main, signal.SIGINT)).start()
    try:
        with pytest.raises(KeyboardInterrupt):
            load("bloom").generate(PROMPT, max_new_tokens=1_000_000, eos_token_id=None, **options)
    finally:
        signal.signal(signal.SIGINT, before)


def test_threads_on_one_model_write_what_each_writes_alone() -> None:
    model = load("opt")
    prompts = [[[5 + i, 6, 7 + i]] for i in range(6)]
    options = {"max_new_tokens": 15, "do_sample": True, "seed": 1}
    alone = [model.generate(prompt, **options) for prompt in prompts]
    with ThreadPoolExecutor(6) as pool:
        together = list(pool.map(lambda prompt: model.generate(prompt, **options), prompts * 5))
    for i, got in enumerate(together):
        np.testing.assert_array_equal(got, alone[i % 6])


@pytest.mark.slow
def test_ten_thousand_generations_leave_the_memory_where_it_was() -> None:
    resource = pytest.importorskip("resource", reason="Windows does not count memory so")
    model, words = load("gpt-neo"), tokenizer("gpt-neo")

    def run(count: int) -> int:
        for i in range(count):
            options = {"num_beams": 2} if i % 2 else {"do_sample": True, "seed": i}
            model.generate([[5, 6, 7]], max_new_tokens=3, **options)
        stream = TextStreamer(words, callback_function=str)
        model.generate(
            [[5, 6]], max_new_tokens=3, streamer=stream, stop_strings="~~", tokenizer=words
        )
        return int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)

    before = run(1000)
    assert run(9000) - before < 4096  # KiB; bytes on macOS, where this is stricter
