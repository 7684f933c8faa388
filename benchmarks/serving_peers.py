"""Servers of embeddings side by side: CPU, waiting, memory.

    python benchmarks/serving_peers.py [Q8_FOLDER] [--fp32 FOLDER] [--infinity PYTHON]
        [--fastembed PYTHON] [--rounds 3] [--seconds 5]

PYTHON is the interpreter of an environment with `infinity-emb[server,optimum,torch]`, or with
`fastembed fastapi uvicorn httptools`, which has no server of its own: a route of FastAPI calls it
on a thread. `transformers serve` (5.23) has no route for embeddings, so it cannot be among them.

All servers run at once, and rounds of requests go to one after the other: two clients, each on one
connection, ask for 8 texts of about 128 tokens; then one asks for a short text. CPU is that of the
server's process alone. The vectors of each are compared with those of the first.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path
from typing import NamedTuple

import numpy as np

from serving import DEMO, SHORT, cpu_s, p99, run_clients, texts

FASTEMBED_APP = """
import asyncio, sys
import uvicorn
from fastapi import FastAPI
from fastembed import TextEmbedding
from fastembed.common.model_description import ModelSource, PoolingType
from pydantic import BaseModel

folder, file, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
TextEmbedding.add_custom_model(
    model="minilm", pooling=PoolingType.MEAN, normalization=True, dim=384,
    sources=ModelSource(hf="none/none"), model_file=file,
)
model = TextEmbedding("minilm", specific_model_path=folder)
app = FastAPI()

class Request(BaseModel):
    input: str | list[str]

@app.post("/v1/embeddings")
async def embeddings(asked: Request):
    texts = [asked.input] if isinstance(asked.input, str) else asked.input
    vectors = await asyncio.to_thread(lambda: list(model.embed(texts)))
    return {"data": [{"embedding": vector.tolist()} for vector in vectors]}

uvicorn.run(app, port=port, log_level="error")
"""


class Row(NamedTuple):
    """A server: its name, its command (PORT stands for the port), its route, its model's name."""

    name: str
    command: list[str]
    path: str
    model: str | None


def rows(args: argparse.Namespace, scratch: Path) -> list[Row]:
    found = []
    for words, folder in (("q8", args.model), ("fp32", args.fp32)):
        if folder is None:
            continue
        own = [sys.executable, "-m", "onnxformers", "serve", f"feature-extraction={folder}"]
        own += ["--dtype", words, "--port", "PORT"]
        found.append(Row(f"onnxformers {words}", own, "/v1/embeddings", None))
        if args.infinity:
            infinity = [str(Path(args.infinity).with_name("infinity_emb")), "v2", "--port", "PORT"]
            # A copy: it writes the graph as it optimises it, and the config anew, into the folder.
            copy = scratch / words
            shutil.copytree(folder, copy)
            infinity += ["--model-id", str(copy), "--served-model-name", "minilm"]
            infinity += ["--no-model-warmup", "--device", "cpu", "--engine", "optimum"]
            infinity += ["--pooling-method", "mean"]
            found.append(Row(f"infinity-emb optimum {words}", infinity, "/embeddings", "minilm"))
        if args.fastembed:
            app = scratch / "app.py"
            app.write_text(FASTEMBED_APP)
            file = "onnx/model_quantized.onnx" if words == "q8" else "onnx/model.onnx"
            command = [args.fastembed, str(app), str(folder), file, "PORT"]
            found.append(Row(f"fastembed behind uvicorn {words}", command, "/v1/embeddings", None))
    return found


class Peer:
    """A server that runs."""

    def __init__(self, row: Row, stack: ExitStack) -> None:
        with socket.create_server(("127.0.0.1", 0)) as one:
            self.port = one.getsockname()[1]
        command = [str(self.port) if word == "PORT" else word for word in row.command]
        self.row = row
        self.process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        stack.callback(self.process.kill)
        self.rates: list[float] = []
        self.times: list[float] = []
        self.shorts: list[float] = []

    def body(self, inputs: object) -> bytes:
        """The request."""
        asked = {"input": inputs} | ({"model": self.row.model} if self.row.model else {})
        return json.dumps(asked).encode()

    def ask(self, connection: HTTPConnection, body: bytes) -> bytes:
        """The answer."""
        connection.request("POST", self.row.path, body, {"content-type": "application/json"})
        answer = connection.getresponse()
        content = answer.read()
        assert answer.status == 200, content[:300]
        return content

    def connection(self) -> HTTPConnection:
        """A new one."""
        return HTTPConnection("127.0.0.1", self.port, timeout=60)

    def first(self) -> np.ndarray:
        """Vectors, when it answers."""
        for _ in range(1200):
            assert self.process.poll() is None, f"{self.row.name} does not start"
            try:
                found = json.loads(self.ask(self.connection(), self.body(texts(0))))["data"]
                return np.array([entry["embedding"] for entry in found])
            except OSError:
                time.sleep(0.1)
        raise AssertionError(f"{self.row.name} does not answer")

    def round(self, seconds: float) -> None:
        """One turn of requests, many and short."""
        bodies = [self.body(texts(seed)) for seed in range(16)]
        done = [0, 0]

        def work(number: int) -> None:
            connection, end = self.connection(), time.perf_counter() + seconds
            while time.perf_counter() < end:
                start = time.perf_counter()
                self.ask(connection, bodies[done[number] % 16])
                self.times.append(time.perf_counter() - start)
                done[number] += 1

        begun = cpu_s(self.process.pid)
        run_clients(2, work)
        self.rates.append(8 * sum(done) / (cpu_s(self.process.pid) - begun))
        connection, body, count = self.connection(), self.body(SHORT), 200
        begun = cpu_s(self.process.pid)
        for _ in range(count):
            self.ask(connection, body)
        self.shorts.append((cpu_s(self.process.pid) - begun) / count * 1e3)

    def line(self, cosine: float) -> str:
        """The row of the table."""
        status = Path(f"/proc/{self.process.pid}/smaps_rollup").read_text()
        memory = int(re.search(r"^Pss:\s+(\d+)", status, re.M)[1]) / 1024
        p50, last = statistics.median(self.times) * 1e3, p99(self.times) * 1e3
        cells = f"{statistics.median(self.rates):.1f} | {p50:.0f} | {last:.0f}"
        short = statistics.median(self.shorts)
        return f"| {self.row.name} | {cells} | {short:.2f} | {memory:.0f} | {cosine:.4f} |"


def cosine(one: np.ndarray, two: np.ndarray) -> float:
    dots = (one * two).sum(1)
    return float((dots / np.linalg.norm(one, axis=1) / np.linalg.norm(two, axis=1)).min())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", nargs="?", default=str(DEMO))
    for name in ("--fp32", "--infinity", "--fastembed"):
        parser.add_argument(name)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5)
    args = parser.parse_args()
    with ExitStack() as stack, tempfile.TemporaryDirectory() as scratch:
        peers = [Peer(row, stack) for row in rows(args, Path(scratch))]
        vectors = [peer.first() for peer in peers]
        for _ in range(args.rounds):
            for peer in peers:
                peer.round(args.seconds)
        print("| server | texts a CPU s | p50 ms | p99 ms | short text CPU ms | PSS MB | cosine |")
        print("| --- |" + " --- |" * 6)
        for peer, own in zip(peers, vectors, strict=True):
            print(peer.line(cosine(vectors[0], own)))


if __name__ == "__main__":
    main()
