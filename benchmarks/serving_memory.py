"""Memory of 1, 2 and 4 workers of one server, and what of it they share.

    python benchmarks/serving_memory.py [MODEL_FOLDER] [--workers 1,2,4] [--option WORD]

PSS counts a page that several processes have by its share, so that the sum is what the machine
gives; private pages are those that no other process has. Linux only.
"""

from __future__ import annotations

import argparse
import json
import re
import signal
import time
from pathlib import Path
from urllib.request import urlopen

from serving import DEMO, Client, body_of, server, texts

FIELDS = ("Rss", "Pss", "Private_Dirty", "Private_Clean", "Pss_File")


def memory_of(pid: int) -> dict[str, float]:
    """MB by field."""
    rows = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return {name: int(re.search(rf"^{name}:\s+(\d+)", rows, re.M)[1]) / 1024 for name in FIELDS}


def workers_of(pid: int) -> list[int]:
    """The processes that answer: of several workers the children, without the resource tracker."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    found = [int(c) for c in children if b"spawn_main" in Path(f"/proc/{c}/cmdline").read_bytes()]
    return found or [pid]


def measure(model: str, workers: int, options: list[str]) -> None:
    with server(model, "--workers", str(workers), *options) as (process, address):
        end = time.monotonic() + 60
        while json.load(urlopen(f"http://{address}/health")).get("workers", 1) < workers:
            assert time.monotonic() < end
            time.sleep(0.1)
        time.sleep(1)
        body = body_of(texts(1))
        # Connections are taken by whichever worker is free; so many reach all of them.
        clients = [Client(address) for _ in range(8 * workers)]
        for client in clients:
            assert client.post(body) == 200
        pids = workers_of(process.pid)
        assert len(pids) == workers
        seen = [memory_of(pid) for pid in pids]
        for client in clients:
            client.connection.close()
        process.send_signal(signal.SIGTERM)
        process.wait(60)
    sums = {name: sum(row[name] for row in seen) for name in FIELDS}
    cells = " | ".join(f"{sums[name] / workers:.0f}" for name in FIELDS)
    print(f"| {workers} | {sums['Pss']:.0f} | {cells} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", nargs="?", default=str(DEMO))
    parser.add_argument("--workers", default="1,2,4")
    parser.add_argument("--option", action="append", default=[], help="of the server, a word each")
    args = parser.parse_args()
    names = " | ".join(f"{name} each" for name in FIELDS)
    print(f"| workers | PSS of all, MB | {names} |")
    print("| --- |" + " --- |" * (len(FIELDS) + 1))
    for workers in map(int, args.workers.split(",")):
        measure(args.model, workers, args.option)


if __name__ == "__main__":
    main()
