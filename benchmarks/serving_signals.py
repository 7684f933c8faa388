"""SIGTERM under load, over and over: does any request stay without its answer?

    python benchmarks/serving_signals.py [MODEL_FOLDER] [--cycles 1000]

One process loads the model once, and begins and ends a server of it in each cycle; another one
asks on five connections until nobody listens any more, and sends the signal. A request is lost
when the client has sent it and the connection ends before the answer does.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from http.client import HTTPConnection, HTTPException
from pathlib import Path

DEMO = Path(__file__).resolve().parents[1] / "examples/models/all-MiniLM-L6-v2"
SHORT = json.dumps({"input": "a short text of some words"}).encode()
LONG = json.dumps({"input": ["a text of more words " * 12] * 8}).encode()
JSON = {"content-type": "application/json"}
DRAIN_S = 0.1


def serve_cycles(model: str) -> None:
    """What the other process does: it prints a port for each cycle."""
    from onnxformers.server.app import create_app
    from onnxformers.server.running import Server, listen, server_config
    from onnxformers.server.settings import read_settings

    rows = [{"task": "feature-extraction", "model": model}]
    settings = read_settings({"models": rows, "port": 0, "drain_s": DRAIN_S})
    models: dict[str, object] = {}
    while sys.stdin.readline():
        app = create_app(settings)
        state = app.state.serving
        state.models = models  # those of the first cycle go on
        state.close = lambda: None
        listener = listen(settings)
        server = Server(server_config(app), state)
        print(listener.getsockname()[1], flush=True)
        server.run(sockets=[listener])


def ask(port: int, body: bytes, seen: Counter[str]) -> None:
    """Ask until nobody listens."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    used = 0
    while True:
        try:
            if connection.sock is None:
                used = 0
                connection.connect()
                connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except ConnectionError:
            return
        used += 1
        try:
            connection.request("POST", "/v1/embeddings", body, JSON)
            answer = connection.getresponse()
            answer.read()
            seen[str(answer.status)] += 1
        except (HTTPException, OSError) as error:
            seen[f"lost, request {min(used, 2)} of its connection: {type(error).__name__}"] += 1
            connection.close()


def cycle(process: subprocess.Popen[str], rng: random.Random, seen: Counter[str]) -> None:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("\n")
    process.stdin.flush()
    port = int(process.stdout.readline())
    first = HTTPConnection("127.0.0.1", port)
    first.request("GET", "/health")  # until it runs, a signal kills it
    first.getresponse().read()
    bodies = [SHORT] * 4 + [LONG]
    threads = [threading.Thread(target=ask, args=(port, body, seen)) for body in bodies]
    for thread in threads:
        thread.start()
    time.sleep(rng.uniform(0.02, 0.15))
    process.send_signal(signal.SIGTERM)
    for thread in threads:
        thread.join()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", nargs="?", default=str(DEMO))
    parser.add_argument("--cycles", type=int, default=100)
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        serve_cycles(args.model)
        return
    rng, seen = random.Random(5), Counter[str]()
    command = [sys.executable, __file__, args.model, "--child"]
    begun = time.perf_counter()
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        for _ in range(args.cycles):
            cycle(process, rng, seen)
        process.stdin.close()
        status = process.wait(30)
    lost = sum(count for name, count in seen.items() if name.startswith("lost"))
    seconds = time.perf_counter() - begun
    words = f"{seen.pop('200')} answers, {lost} lost, exit status {status}; others {dict(seen)}"
    print(f"signals: {args.cycles} cycles in {seconds:.0f} s: {words}")


if __name__ == "__main__":
    main()
