"""Sends requests that are broken anywhere, and looks for answers that no client deserves.

    python benchmarks/nightly/malformed_requests.py --count 50000

They go to the application itself, without a socket: `breaking.py` of the tests makes them, and
schemathesis, where it is installed, makes `--described` more from the server's own OpenAPI. An
answer with a status of 500 or more, an error that is no JSON, none within a minute, or memory that
grows makes the exit status 1.
"""

from __future__ import annotations

import argparse
import asyncio
import collections
import ctypes
import logging
import random
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "python" / "server"))
sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "python" / "twins"))

from breaking import broken
from described import ask_all_described
from direct import ask
from onnxformers.server.app import create_app
from serving import MEDIA, SERVED, load_ranker, settings_of

#: What the process may grow by when requests come that came before. New ones may be larger than
#: all before them, and ONNX Runtime keeps the memory of the largest.
GROWTH = 0.05
#: How many come again.
AGAIN = 5000
#: So that a request which is fit to be answered takes no time worth speaking of.
LIMITS = {"new_tokens": 8, "time_s": 50.0, "tokens": 2048}


def resident_mib() -> float:
    """Memory of the process, without what malloc keeps for later."""
    ctypes.CDLL(None).malloc_trim(0)
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


async def send_all(app: Any, count: int, seed: int) -> int:
    """How many answers were wrong, or that memory grew."""
    statuses: collections.Counter[int] = collections.Counter()
    wrong, early, slowest = 0, 0.0, 0.0
    for number in (*range(count), *range(min(AGAIN, count))):
        asked = broken(random.Random(seed * 1_000_003 + number))
        began = time.perf_counter()
        try:
            answered = await ask(app, asked)
            complaint = answered.complaint(asked.method)
            statuses[answered.status] += 1
        except Exception as error:
            complaint = repr(error)
        slowest = max(slowest, time.perf_counter() - began)
        if complaint is not None:
            wrong += 1
            print(f"{number}: {complaint}: {str(asked)[:1500]}", flush=True)
        if number == count - 1:
            early = resident_mib()
        if number % 5000 == 4999:
            print(f"{number + 1}: {dict(statuses)}, {resident_mib():.0f} MiB", flush=True)
    late = resident_mib()
    print(f"{count} broken requests: {dict(sorted(statuses.items()))}")
    print(f"slowest {slowest:.2f} s; {early:.0f} MiB, after the first of them again {late:.0f} MiB")
    return wrong + (late > early * (1 + GROWTH))


async def main(args: argparse.Namespace) -> int:
    logging.getLogger("onnxformers").setLevel(logging.ERROR)
    app = create_app(settings_of({**SERVED, **MEDIA}, limits=LIMITS))
    load_ranker(app)
    async with app.router.lifespan_context(app):
        wrong = await send_all(app, args.count, args.seed)
        if args.described and find_spec("schemathesis") is None:
            print("schemathesis is not installed: nothing is made from the OpenAPI")
        elif args.described:
            loop = asyncio.get_running_loop()
            found = await asyncio.to_thread(ask_all_described, app, args.described, loop)
            print(f"{args.described} described requests", *found, sep="\n")
            wrong += len(found)
    return int(wrong > 0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=50_000)
    parser.add_argument("--described", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=1)
    sys.exit(asyncio.run(main(parser.parse_args())))
