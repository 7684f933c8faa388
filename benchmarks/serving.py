"""What serving costs beside the pipeline alone, and how a server bears load.

    python benchmarks/serving.py [MODEL_FOLDER] [--seconds 8] [--only efficiency,single,latency]

Requests are 8 texts of about 128 tokens, except in `single`. CPU is that of the server process:
the clients' is not counted.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

from onnxformers import pipeline

DEMO = Path(__file__).resolve().parents[1] / "examples/models/all-MiniLM-L6-v2"
WORDS = ("the", "quick", "brown", "fox", "jumps", "over", "lazy", "dog", "while", "bright", "trees")
SHORT = "a short text of some words"
#: Of short texts, in `single`; a client rests about as long between an answer and its next word.
ROUNDS, BLOCK, PAUSE_S = 24, 100, 0.0003


def text(rng: random.Random, words: int = 124) -> str:
    return " ".join(rng.choice(WORDS) for _ in range(words))


def texts(seed: int) -> list[str]:
    rng = random.Random(seed)
    return [text(rng) for _ in range(8)]


def cpu_s(pid: int = 0) -> float:
    """CPU seconds of a process, all its threads: read from its clock, which Linux numbers so."""
    return time.clock_gettime(~pid << 3 | 2) if pid else time.process_time()


def memory_mb(pid: int) -> float:
    return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1]) / 1024


@contextmanager
def server(model: str, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [sys.executable, "-m", "onnxformers", "serve", f"feature-extraction={model}"]
    with subprocess.Popen(
        [*command, "--port", "0", *arguments], stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        address = re.search(r"http://(\S+)", process.stderr.readline())[1]
        threading.Thread(target=process.stderr.read, daemon=True).start()
        client = Client(address)
        for _ in range(400):
            if client.get("/ready") == 200:
                break
            time.sleep(0.05)
        try:
            yield process, address
        finally:
            process.kill()


class Client:
    """One connection, kept."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(f"//{address}")
        self.connection = HTTPConnection(parts.hostname, parts.port, timeout=60)

    def get(self, path: str) -> int:
        """The status; 0 when nobody answers."""
        try:
            self.connection.request("GET", path)
            answer = self.connection.getresponse()
            answer.read()
            return answer.status
        except OSError:
            self.connection.close()
            return 0

    def post(self, body: bytes, path: str = "/v1/embeddings", **headers: str) -> int:
        """The status."""
        kind = {"content-type": "application/json", **headers}
        self.connection.request("POST", path, body, kind)
        answer = self.connection.getresponse()
        answer.read()
        return answer.status


def body_of(inputs: Any) -> bytes:
    return json.dumps({"input": inputs, "encoding_format": "base64"}).encode()


BODIES = [body_of(texts(seed)) for seed in range(16)]


def offline(model: str, seconds: float) -> tuple[float, float]:
    """The pipeline: texts per CPU second, seconds of a call."""
    with pipeline("feature-extraction", model) as pipe:
        batches = [texts(seed) for seed in range(16)]
        for batch in batches[:4]:
            pipe(batch, pooling="auto")
        begun, times, count = cpu_s(), [], 0
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            start = time.perf_counter()
            pipe(batches[count % 16], pooling="auto")
            times.append(time.perf_counter() - start)
            count += 1
        return 8 * count / (cpu_s() - begun), statistics.median(times)


def run_clients(count: int, work: Callable[[int], None]) -> None:
    threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def efficiency(model: str, seconds: float, alone: tuple[float, float]) -> None:
    with server(model) as (process, address):
        done = [0, 0]

        def work(number: int) -> None:
            client = Client(address)
            end = time.perf_counter() + seconds
            while time.perf_counter() < end:
                assert client.post(BODIES[done[number] % 16]) == 200
                done[number] += 1

        Client(address).post(BODIES[0])
        begun = cpu_s(process.pid)
        run_clients(2, work)
        rate = 8 * sum(done) / (cpu_s(process.pid) - begun)
    share = rate / alone[0]
    print(f"efficiency: {rate:.1f} texts per CPU second, pipeline {alone[0]:.1f}: {share:.2f}x")


def single(model: str) -> None:
    """Blocks of calls and of requests in turn, as the speed of a machine changes within seconds."""
    with server(model) as (process, address), pipeline("feature-extraction", model) as pipe:
        client, body = Client(address), body_of(SHORT)

        def call() -> None:
            pipe(SHORT, pooling="auto")

        def call_after_pause() -> None:
            time.sleep(PAUSE_S)
            pipe(SHORT, pooling="auto")

        def ask() -> None:
            assert client.post(body) == 200

        rows = {"pipeline": (call, 0), "after pauses": (call_after_pause, 0)}
        rows["server"] = (ask, process.pid)
        seen: dict[str, list[float]] = {name: [] for name in rows}
        for _ in range(ROUNDS):
            for name, (work, pid) in rows.items():
                begun = cpu_s(pid)
                for _ in range(BLOCK):
                    work()
                seen[name].append((cpu_s(pid) - begun) / BLOCK * 1e6)
    costs = {name: statistics.median(values[2:]) for name, values in seen.items()}
    extra = statistics.median(
        asked - called for asked, called in zip(seen["server"], seen["pipeline"], strict=True)
    )
    words = f"{costs['server']:.0f} µs CPU a request, pipeline {costs['pipeline']:.0f}"
    paused = f"{costs['after pauses']:.0f} when it rests {PAUSE_S * 1e6:.0f} µs before each call"
    print(f"single: {words} ({paused}): {extra:.0f} µs more; medians of {ROUNDS} blocks of {BLOCK}")


def p99(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.99)]


def paced(address: str, rate: float, seconds: float) -> tuple[list[float], dict[int, int]]:
    """Requests at a fixed rate, whatever the server does; seconds of those accepted, statuses."""
    times: list[float] = []
    statuses: dict[int, int] = {}
    lock = threading.Lock()
    begin = time.perf_counter() + 0.1
    total = int(rate * seconds)
    place = iter(range(total))

    def work(number: int) -> None:
        client = Client(address)
        while True:
            with lock:
                index = next(place, None)
            if index is None:
                return
            due = begin + index / rate
            time.sleep(max(0.0, due - time.perf_counter()))
            start = time.perf_counter()
            status = client.post(BODIES[index % 16])
            with lock:
                statuses[status] = statuses.get(status, 0) + 1
                if status == 200:
                    times.append(time.perf_counter() - start)

    run_clients(min(64, max(8, int(rate))), work)
    return times, statuses


def latency(model: str, seconds: float, alone: tuple[float, float]) -> None:
    call_s = alone[1]
    with server(model) as (_, address):
        times, statuses = paced(address, 0.8 / call_s, seconds)
    middle, late = statistics.median(times) * 1e3, p99(times) * 1e3
    words = f"p50 {middle:.0f} ms, p99 {late:.0f} ms, bare call {call_s * 1e3:.0f} ms"
    print(f"latency at 80 % load: {words}: {late / call_s / 1e3:.1f}x; {statuses}")


def run_seconds(address: str) -> tuple[float, int]:
    """Seconds that the model has run, and how often."""
    with urlopen(f"http://{address}/metrics") as answer:
        text = answer.read().decode()
    rows = (rf'^onnxformers_seconds_{name}{{stage="run"}} (\S+)' for name in ("sum", "count"))
    spent, count = (float(re.search(row, text, re.M)[1]) for row in rows)
    return spent, int(count)


def overload(model: str, seconds: float, alone: tuple[float, float]) -> None:
    call_s = alone[1]
    limit = f"wait_s={call_s * 1.25:.3f}"
    with server(model, "--limit", limit) as (process, address):
        paced(address, 1 / call_s, 2)
        before = memory_mb(process.pid)
        sums = run_seconds(address)
        times, statuses = paced(address, 5 / call_s, seconds)
        spent, runs = (b - a for a, b in zip(sums, run_seconds(address), strict=True))
        after = memory_mb(process.pid)
    late, run_s = p99(times), spent / runs
    words = f"p99 of accepted {late * 1e3:.0f} ms, {late / call_s:.1f}x the bare call"
    words += (
        f", {late / run_s:.1f}x the model's mean run meanwhile ({run_s * 1e3:.0f} ms); {statuses}"
    )
    memory = f"memory {before:.0f} -> {after:.0f} MB"
    print(f"overload 5x for {seconds:.0f} s ({limit}): {words}; {memory}")


PATHS = ("/v1/embeddings", "/", "/models/x", "/pipeline/feature-extraction/x", "/rerank")
PIECES = (b"{", b"[", b'"', b"\\ud800", b"1e999", b"null", b"\xff")
KINDS = ("application/json", "application/json", "text/plain", "image/png", "")


def broken(rng: random.Random) -> bytes:
    """A request with a few bytes changed, taken out or put in."""
    body = bytearray(body_of("hello"))
    for _ in range(rng.randrange(1, 6)):
        place = rng.randrange(len(body) + 1)
        choice = rng.random()
        if choice < 0.4:
            body[place : place + 1] = bytes([rng.randrange(256)])
        elif choice < 0.7:
            del body[place : place + rng.randrange(1, 8)]
        else:
            body[place:place] = rng.choice(PIECES)
    return bytes(body)


def malformed(model: str, count: int) -> None:
    rng = random.Random(7)
    statuses: dict[int, int] = {}
    plain = 0
    with server(model) as (_, address):
        connection = Client(address).connection
        for _ in range(count):
            kind = {"content-type": rng.choice(KINDS)}
            connection.request("POST", rng.choice(PATHS), broken(rng), kind)
            answer = connection.getresponse()
            content = answer.read()
            statuses[answer.status] = statuses.get(answer.status, 0) + 1
            plain += answer.status != 200 and b'{"error":' not in content[:9]
    print(f"malformed: {count} requests: {statuses}; {plain} errors without JSON")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", nargs="?", default=str(DEMO))
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--requests", type=int, default=5000)
    parser.add_argument("--only", default="efficiency,single,latency,overload,malformed")
    args = parser.parse_args()
    wanted = args.only.split(",")
    alone = offline(args.model, min(args.seconds, 10))
    print(f"pipeline: {alone[0]:.1f} texts per CPU second, {alone[1] * 1e3:.0f} ms a call")
    if "efficiency" in wanted:
        efficiency(args.model, args.seconds, alone)
    if "single" in wanted:
        single(args.model)
    if "latency" in wanted:
        latency(args.model, args.seconds * 2, alone)
    if "overload" in wanted:
        overload(args.model, args.seconds, alone)
    if "malformed" in wanted:
        malformed(args.model, args.requests)


if __name__ == "__main__":
    main()
