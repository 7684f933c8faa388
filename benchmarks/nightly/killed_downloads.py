"""Kills downloads at random moments and looks for a partial or wrong file in the caches.

    python benchmarks/nightly/killed_downloads.py --rounds 1000

Half of the rounds fetch from the Hub (its protocol, spoken on the loopback), half from a mirror. A
process that has imported everything forks one child a round, which fetches a model and is killed
with SIGKILL. After each kill every file that a load could find is compared with the server's, and
a load without network says what it finds. The exit status is 1 when one file is wrong.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import httpx  # noqa: F401 - before the fork, not in each child
import huggingface_hub  # noqa: F401 - likewise

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "python" / "hub"))

from loopback import Hub, Server
from onnxformers.errors import HubError, MissingFileError
from onnxformers.hub import LoadOptions, fetch, hub_errors
from onnxformers.hub.files import resolve_file
from onnxformers.settings import env

LOADED_EARLY = (fetch, hub_errors)
NAMES = ("config.json", "onnx/model.onnx", "onnx/model.onnx_data")
SIZES = (700, 150_000, 400_000)
STEP_BYTES, STEP_S = 20_000, 0.0005


def contents(seed: int) -> dict[str, bytes]:
    """The model's files: no two blocks alike, so that a hole or a shift is seen."""
    generator = random.Random(seed)
    return {name: generator.randbytes(size) for name, size in zip(NAMES, SIZES, strict=True)}


def fetch_all() -> None:
    options = LoadOptions()
    for name in NAMES:
        resolve_file("org/name", name, options)


def in_child(work: Callable[[], None]) -> int:
    """The process number of a child that does `work` and ends with 0, or 1 after an error."""
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        work()
        status = 0
    except BaseException as error:
        print(f"the child failed: {error}", file=sys.stderr)
    finally:
        os._exit(status)


def visible_files(cache: Path) -> dict[str, bytes]:
    """What a load could take: in snapshots of the Hub's cache, and in the folders of mirrors."""
    found = {}
    for path in cache.rglob("*"):
        parts = path.relative_to(cache).parts
        if not path.is_file() or path.name.startswith((".tmp-", ".part-")):
            continue
        # models--org--name/snapshots/<commit>/... and mirrors/<host>/org--name@main/...
        if "snapshots" in parts or parts[0] == "mirrors":
            found["/".join(parts[3:])] = path.read_bytes()
    return found


def wrong_files(cache: Path, expected: dict[str, bytes]) -> list[str]:
    wrong = [name for name, data in visible_files(cache).items() if data != expected.get(name)]
    for name in NAMES:
        try:
            path = resolve_file("org/name", name, LoadOptions(local_files_only=True))
        except (HubError, MissingFileError):
            continue
        if path.read_bytes() != expected[name]:
            wrong.append(f"loaded: {name}")
    return wrong


def remove_what_came(cache: Path) -> None:
    """Make room for the next round; what is unfinished stays, to be gone on with."""
    for path in sorted(cache.rglob("*"), reverse=True):
        unfinished = path.name.startswith((".tmp-", ".part-")) or path.suffix == ".incomplete"
        if (path.is_file() or path.is_symlink()) and not unfinished:
            path.unlink()


class Rounds:
    """Rounds against one server, all in one cache."""

    def __init__(self, cache: Path, expected: dict[str, bytes]) -> None:
        self.cache = cache
        self.expected = expected
        self.counts: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.full_s = self.duration_s()

    def duration_s(self) -> float:
        """Seconds of a download that nobody kills."""
        started = time.perf_counter()
        child = in_child(fetch_all)
        if os.waitpid(child, 0)[1] != 0:
            raise SystemExit("a download that nobody killed failed")
        taken = time.perf_counter() - started
        self.check()
        return taken

    def check(self) -> None:
        """Look at all files, and make room when the model is complete."""
        self.wrong += wrong_files(self.cache, self.expected)
        whole = len(visible_files(self.cache))
        self.counts[f"{whole} of {len(NAMES)} files"] += 1
        if whole == len(NAMES):
            remove_what_came(self.cache)

    def kill_one(self, generator: random.Random) -> None:
        """Start a download, kill it, check."""
        child = in_child(fetch_all)
        time.sleep(generator.uniform(0, 1.1 * self.full_s))
        os.kill(child, signal.SIGKILL)
        status = os.waitpid(child, 0)[1]
        killed = os.WIFSIGNALED(status)
        self.counts["killed" if killed else "came to its end"] += 1
        if not killed and status != 0:
            self.wrong.append("a download that was not killed failed")
        self.check()


def servers_of(seed: int) -> list[tuple[str, Server]]:
    expected = contents(seed)
    hub, mirror = Hub(), Server()
    hub.files.clear()
    hub.put(expected)
    hub.lfs = {"onnx/model.onnx", "onnx/model.onnx_data"}
    mirror.tags = True
    mirror.files = {f"/org/name/resolve/main/{name}": data for name, data in expected.items()}
    for server in (hub, hub.cdn, mirror):
        server.step_bytes, server.step_s = STEP_BYTES, STEP_S
    return [("Hub", hub), ("mirror", mirror)]


def serve(seed: int) -> tuple[dict[str, str], int]:
    """Start both servers in a child of their own: a process with threads should not fork."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        addresses = [server.address for _, server in servers_of(seed)]
        os.write(write, "\n".join(addresses).encode())
        os.close(write)
        while True:
            time.sleep(60)
    os.close(write)
    with os.fdopen(read) as told:
        hub, mirror = told.read().split("\n")
    return {"Hub": hub, "mirror": mirror}, child


def run(kind: str, address: str, rounds: int, seed: int, folder: Path) -> list[str]:
    cache = folder / kind
    if kind == "Hub":
        os.environ.update(HF_ENDPOINT=address, HF_HUB_CACHE=str(cache))
        env.reset()
    else:
        env.remote_host, env.cache_dir = address, cache
    generator = random.Random(seed)
    work = Rounds(cache, contents(seed))
    for _ in range(rounds):
        work.kill_one(generator)
    work.duration_s()
    print(f"{kind}: {work.full_s * 1e3:.0f} ms a download; {dict(sorted(work.counts.items()))}")
    return [f"{kind}: {what}" for what in work.wrong]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--rounds", type=int, default=1000, help="kills, half of each kind")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 10**6)
    args = parser.parse_args()
    print(f"seed {args.seed}")
    addresses, server = serve(args.seed)
    try:
        with tempfile.TemporaryDirectory() as folder:
            wrong = [
                line
                for kind, address in addresses.items()
                for line in run(kind, address, args.rounds // 2, args.seed, Path(folder))
            ]
    finally:
        os.kill(server, signal.SIGKILL)
        os.waitpid(server, 0)
    print(f"{args.rounds} kills, {len(wrong)} partial or wrong files")
    print("\n".join(wrong[:20]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
