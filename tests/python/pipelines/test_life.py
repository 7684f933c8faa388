"""Pipelines through fork and interpreter exit."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

MODEL = Path(__file__).parents[2] / "conformance" / "models" / "bert-uncased-embed"

FORK = """
import os, sys, time
from onnxformers import pipeline
from onnxformers.errors import ForkError

pipe = pipeline("feature-extraction", sys.argv[1], session_options={"intra_op_threads": 2})
pipe("a wooden boat")
child = os.fork()
if child == 0:
    try:
        pipe("a wooden boat")
    except ForkError:
        with pipeline("feature-extraction", sys.argv[1]) as again:
            sys.exit(0 if again("a wooden boat").shape[0] == 1 else 4)
    sys.exit(3)
start = time.monotonic()
_, status = os.waitpid(child, 0)
assert os.waitstatus_to_exitcode(status) == 0, status
assert time.monotonic() - start < 5
assert pipe("a wooden boat").shape[0] == 1
"""

EXIT = """
import sys, threading
from onnxformers import pipeline

pipe = pipeline("feature-extraction", sys.argv[1])
cycle = [pipe]
cycle.append(cycle)

def work():
    while True:
        pipe(["a wooden boat"] * 50)

threading.Thread(target=work, daemon=True).start()
pipe("a wooden boat")
"""


def run(program: str) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program, str(MODEL)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not hasattr(__import__("os"), "fork"), reason="this system has no fork")
def test_a_forked_child_is_told_and_can_open_its_own() -> None:
    run(FORK)


@pytest.mark.parametrize("attempt", range(10))
def test_the_interpreter_exits_cleanly_with_work_under_way(attempt: int) -> None:
    run(EXIT)
