"""How the time to encode grows with the text, in a process that keeps the memory it was given.

A process that hands memory back pays for each page when it takes it again, after a long text, not
after a short one: on a virtual machine that can be more than the encoding itself. glibc keeps what
it was told to; elsewhere the limits have no effect.
"""

from __future__ import annotations

import base64
import itertools
import json
import os
import subprocess
import sys
import time

from onnxformers._native.tokenizers import Tokenizer

SHORT = 2_000
TIMES_LONGER = 64
# Twice the work for twice the text gives 64; the rest is for caches that no longer hold the text.
MOST = 96
ATTEMPTS = 4
# The most that glibc takes for the first; what is larger would be mapped, and given back.
KEEP = {"MALLOC_MMAP_THRESHOLD_": str(2**25), "MALLOC_TRIM_THRESHOLD_": str(2**30)}
LENGTHS = itertools.count(0, 2)


def growths(data: bytes, units: dict[str, str]) -> dict[str, float]:
    """How many times the time a text TIMES_LONGER as long takes, for each text repeated.

    Args:
        data: tokenizer.json.
        units: what the texts are made of, by name.
    """
    asked = json.dumps([base64.b64encode(data).decode(), units])
    path = os.pathsep.join(filter(None, sys.path))
    environment = {**os.environ, **KEEP, "PYTHONPATH": path}
    command = [sys.executable, __file__]
    done = subprocess.run(
        command, input=asked, capture_output=True, text=True, check=True, env=environment
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def seconds(native: Tokenizer, text: str, repeat: int) -> float:
    """Of the processor, the least of several: what other work on the machine disturbs least."""
    found = []
    for _ in range(repeat):
        # Each time another length: a text without any seam may lie in a cache as a whole.
        part = text[: len(text) - next(LENGTHS) % 100]
        start = time.thread_time()
        native.encode_batch([part])
        native.encode_batch([part[:-1]], with_offsets=True)
        found.append(time.thread_time() - start)
    return min(found)


def growth(native: Tokenizer, unit: str) -> float:
    """The least of several attempts, or the first that is good enough."""
    short = (unit * (SHORT // len(unit) + 1))[:SHORT]
    ratio = float("inf")
    for attempt in range(ATTEMPTS):
        before = seconds(native, short, 10)
        long = seconds(native, short * TIMES_LONGER, 2 + attempt)
        ratio = min(ratio, long / max(before, seconds(native, short, 10)))
        if ratio <= MOST:
            break
    return ratio


def main() -> None:
    data, units = json.loads(sys.stdin.read())
    native = Tokenizer.from_json(base64.b64decode(data))
    json.dump({name: growth(native, unit) for name, unit in units.items()}, sys.stdout)


if __name__ == "__main__":
    main()
