"""Programs that the tests start: signals, forks and the end of a process need one of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PREAMBLE = """
import os, signal, sys, threading, time
import numpy as np
import onnx_builder as ob
from onnxformers import runtime
from onnxformers._native.runtime import CancelToken, Session
from onnxformers.errors import *
runtime.load_runtime()
LONG = {"times": np.array(1 << 40), "x": np.zeros(1, np.float32)}
SHORT = {"times": np.array(3), "x": np.zeros(1, np.float32)}
"""


def start(body: str) -> subprocess.Popen[str]:
    """A Python process that runs the preamble and the body; its output is piped."""
    here = Path(__file__).parents[1]
    paths = [str(here), *(path for path in sys.path if path)]
    return subprocess.Popen(
        [sys.executable, "-c", PREAMBLE + body],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
    )


def output(body: str, timeout_s: float = 60) -> str:
    """What the program prints; it must end with 0 and write nothing to stderr."""
    process = start(body)
    try:
        out, err = process.communicate(timeout=timeout_s)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    assert (process.returncode, err) == (0, "")
    return out
