"""A server from its begin to its end: signals, workers, clients that leave."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from serving import LONG, MODELS, ask, endless

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM"),
]
EMBED = f"feature-extraction={MODELS / 'bert-uncased-embed'}"


@contextmanager
def served(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`onnxformers serve` on a free port, ready; its process and address."""
    command = [sys.executable, "-m", "onnxformers", "serve", *arguments, "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            line = process.stderr.readline()
            found = re.search(r"http://\S+", line)
            assert found, line + process.stderr.read()
            wait_until_ready(found.group())
            yield process, found.group()
        finally:
            if process.poll() is None:
                process.kill()


def wait_until_ready(address: str) -> None:
    for _ in range(600):
        try:
            if httpx.get(f"{address}/ready", timeout=30).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError("the server is not ready")


def test_a_signal_ends_it_without_losing_answers() -> None:
    with served(EMBED, "--drain-s", "0.5") as (process, address):
        statuses: list[int] = []
        is_over = threading.Event()

        def ask() -> None:
            with httpx.Client(base_url=address, timeout=30) as http:
                while not is_over.is_set():
                    try:
                        answer = http.post("/", json={"inputs": ["a b c"] * 8})
                    except httpx.ConnectError:
                        return
                    statuses.append(answer.status_code)
                    if answer.headers.get("connection") == "close":
                        return

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        time.sleep(0.3)
        with httpx.Client(base_url=address) as http:
            process.send_signal(signal.SIGTERM)
            time.sleep(0.1)
            assert http.get("/ready").status_code == 503
            assert http.get("/health").status_code == 200
        assert process.wait(20) == 0
        is_over.set()
        for thread in threads:
            thread.join()
    assert len(statuses) > 4
    assert set(statuses) == {200}


def test_workers_share_the_work_and_are_begun_again() -> None:
    with served(EMBED, "--workers", "2") as (process, address):
        children = workers_of(process.pid)
        assert len(children) == 2
        os.kill(children[0], signal.SIGKILL)
        for _ in range(200):
            if len(set(workers_of(process.pid)) - {children[0]}) == 2:
                break
            time.sleep(0.05)
        assert httpx.post(f"{address}/", json={"inputs": "x"}, timeout=30).status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


def test_numbers_of_all_workers_are_added_up() -> None:
    with served(EMBED, "--workers", "2") as (process, address):
        wait_for(lambda: httpx.get(f"{address}/health").json() == {"status": "ok", "workers": 2})
        for _ in range(40):  # each on a connection of its own, which either worker takes
            assert httpx.post(f"{address}/", json={"inputs": "x"}, timeout=30).status_code == 200
        wait_for(lambda: counted(address) == 40)
        assert metric(address, "onnxformers_workers") == 2
        for worker in workers_of(process.pid):
            assert "weights.bin" in Path(f"/proc/{worker}/maps").read_text()
        killed = workers_of(process.pid)[0]
        os.kill(killed, signal.SIGKILL)
        wait_for(lambda: len(set(workers_of(process.pid)) - {killed}) == 2)
        wait_for(lambda: httpx.get(f"{address}/health").json()["workers"] == 2)
        assert counted(address) == 40
        # The one that asks; each worker says how many it has twice a second.
        wait_for(lambda: metric(address, "onnxformers_requests_in_flight") == 1)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


def counted(address: str) -> float:
    return metric(address, 'onnxformers_requests_total{route="/",status="200"}')


def metric(address: str, name: str) -> float:
    lines = httpx.get(f"{address}/metrics").text.splitlines()
    return next(float(line.rpartition(" ")[2]) for line in lines if line.startswith(f"{name} "))


def test_workers_that_end_answer_all() -> None:
    with served(EMBED, "--workers", "2", "--drain-s", "0.2") as (process, address):
        seen: Counter[str] = Counter()
        port = int(address.rpartition(":")[2])
        threads = [threading.Thread(target=ask, args=(port, seen)) for _ in range(4)]
        for thread in threads:
            thread.start()
        time.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        for thread in threads:
            thread.join()
        assert process.wait(30) == 0
    assert seen.keys() == {"200"}


def workers_of(pid: int) -> list[int]:
    """Processes that a process spawned, without the one that watches over shared memory."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    if not children.exists():
        pytest.skip("the system does not tell the children of a process")
    found = []
    for child in map(int, children.read_text().split()):
        command = Path(f"/proc/{child}/cmdline").read_bytes()
        if b"spawn_main" in command:
            found.append(child)
    return found


def test_the_demo_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parents[3])
    with served("--demo") as (_, address):
        found = httpx.post(f"{address}/v1/embeddings", json={"input": "Hello"}, timeout=30).json()
        assert len(found["data"][0]["embedding"]) == 384


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "no model to serve"),
        (["nonsense"], "expected TASK=MODEL"),
        (["fill-mask=/nowhere/at/all"], "error"),
        ([EMBED, EMBED], "two models are called"),
        ([EMBED, "--limit", "inputs=0"], "above 0"),
        ([EMBED, "--limit", "input=3"], "did you mean 'inputs'"),
        ([EMBED, "--host", "8.8.8.8"], "cannot listen"),
        ([EMBED, "--config", "nowhere.json"], "no config file"),
    ],
)
def test_what_cannot_be_served(arguments: list[str], message: str) -> None:
    command = [sys.executable, "-m", "onnxformers", "serve", "--port", "0", *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("suffix", [".json", ".toml"])
def test_config_files(tmp_path: Path, suffix: str) -> None:
    if suffix == ".toml" and sys.version_info < (3, 11):
        pytest.skip("TOML needs Python 3.11")
    path = tmp_path / f"serve{suffix}"
    model = str(MODELS / "bert-uncased-embed")
    if suffix == ".json":
        row = {"task": "feature-extraction", "model": model, "name": "mine"}
        path.write_text(json.dumps({"models": [row], "limits": {"inputs": 1}}))
    else:
        path.write_text(
            f'[limits]\ninputs = 1\n[[models]]\ntask = "feature-extraction"\n'
            f'model = "{model}"\nname = "mine"\n'
        )
    with served("--config", str(path)) as (_, address):
        answer = httpx.post(f"{address}/models/mine", json={"inputs": ["a", "b"]}, timeout=30)
        assert answer.status_code == 422


def test_clients_that_leave_stop_the_model() -> None:
    running = endless()
    try:
        body = json.dumps(LONG).encode()
        head = f"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: {len(body)}\r\n\r\n".encode()
        with socket.create_connection(running.server.servers[0].sockets[0].getsockname()) as one:
            one.sendall(head + body)
            wait_for(lambda: running.state.in_flight == 1)
            time.sleep(0.1)
        began = time.monotonic()
        wait_for(lambda: running.state.in_flight == 0)
        assert time.monotonic() - began < 2
    finally:
        running.close()


def test_too_many_are_told_to_come_again() -> None:
    running = endless(requests=2)
    answers: list[httpx.Response] = []

    def ask(body: dict[str, Any]) -> None:
        answers.append(httpx.post(f"{running.address}/", json=body, timeout=60))

    try:
        threads = [threading.Thread(target=ask, args=(LONG,)) for _ in range(2)]
        for thread in threads:
            thread.start()
        wait_for(lambda: running.state.in_flight == 2)
        began = time.monotonic()
        ask({"inputs": "The"})
        assert time.monotonic() - began < 2
        assert (answers[0].status_code, answers[0].headers["retry-after"]) == (429, "1")
        assert httpx.get(f"{running.address}/health").status_code == 200
        for thread in threads:
            thread.join()
        assert [answer.status_code for answer in answers] == [429, 200, 200]
    finally:
        running.close()


def wait_for(condition: Any) -> None:
    for _ in range(500):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it did not come to that")


def test_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from onnxformers.cli import serve
    from onnxformers.cli.main import build_parser
    from onnxformers.errors import MissingExtraError

    monkeypatch.setattr(serve, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"pip install 'onnxformers\[serve\]'"):
        serve.execute(build_parser().parse_args(["serve", "--demo"]))


def test_keys_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    from onnxformers.cli import serve
    from onnxformers.cli.main import build_parser

    monkeypatch.setenv(serve.KEYS_VARIABLE, "a,b")
    args = build_parser().parse_args(["serve", "fill-mask=x", "--api-key", "c", "--dtype", "q8"])
    settings = serve.gather(args)
    assert settings["api_keys"] == ["a", "b", "c"]
    assert settings["models"] == [{"task": "fill-mask", "model": "x", "options": {"dtype": "q8"}}]
