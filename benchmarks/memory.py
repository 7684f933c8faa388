"""Resident memory: after many mixed calls, after many loads, and of a model against its file.

python benchmarks/memory.py --fp32 FOLDER
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import random
from pathlib import Path

from measure import print_header, run_python, table
from peers import Model, model_arguments, models, onnxformers_pipeline
from texts import mixed_texts

CHECKPOINTS = (1_000, 10_000)
CYCLES = 100


def resident() -> int:
    """Bytes of this process that lie in memory (Linux)."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def after_calls(model: Model, most: int) -> dict[int, int]:
    """Bytes after so many calls: single texts and small lists of every length, in random order."""
    texts, generator = mixed_texts(256), random.Random(0)
    found = {}
    with onnxformers_pipeline(model, 1) as pipe:
        for call in range(1, most + 1):
            count = generator.choice((1, 1, 1, 2, 4))
            pipe(generator.sample(texts, count), pooling="mean", normalize=True)
            if call in CHECKPOINTS or call == most:
                found[call] = resident()
    return found


def after_loads(model: Model) -> tuple[int, int]:
    """Bytes after the first and after the last of many cycles of load, call, close."""
    found = []
    for _ in range(CYCLES):
        with onnxformers_pipeline(model, 1) as pipe:
            pipe("Hello", pooling="mean")
        found.append(resident())
    return found[0], found[-1]


def of_model(model: Model) -> tuple[int, int, int]:
    """Bytes before loading (library and numpy loaded), after one call, and of the file."""
    from onnxformers import runtime

    runtime.load_runtime()
    before = resident()
    pipe = onnxformers_pipeline(model, 1)
    pipe("Hello", pooling="mean")
    after = resident()
    pipe.close()
    return before, after, (model.folder / model.onnx_file).stat().st_size


def in_child(part: str, model: Model, *arguments: int) -> object:
    """One of the functions above in a fresh process, where nothing else weighs."""
    here = Path(__file__).parent
    code = (
        f"import sys, json; sys.path.insert(0, {str(here)!r})\n"
        "from pathlib import Path\nimport memory, peers\n"
        f"model = peers.Model(Path({str(model.folder)!r}), {model.dtype!r})\n"
        f"print(json.dumps(memory.{part}(model, *{arguments!r})))"
    )
    return json.loads(run_python(code))


def mebi(size: float) -> str:
    """Bytes as MiB."""
    return f"{size / 2**20:.1f}"


def measure(model: Model, options: argparse.Namespace) -> None:
    """Prints the tables of one model."""
    before, after, file = in_child("of_model", model)
    first, last = in_child("after_loads", model)
    calls = in_child("after_calls", model, options.calls)
    rows = [
        ["file", mebi(file), ""],
        ["process before loading", mebi(before), ""],
        ["after loading and one call", mebi(after), ""],
        ["  of which the model", mebi(after - before), f"{(after - before) / file:.2f} x file"],
        ["after 1 load and close", mebi(first), ""],
        [f"after {CYCLES} loads and closes", mebi(last), f"{mebi(last - first)} more"],
    ]
    base = calls[str(CHECKPOINTS[0])]
    for count, size in calls.items():
        rows.append([f"after {int(count):,} mixed calls", mebi(size), f"{size / base:.4f}"])
    print(f"### {model.dtype}\n")
    print(table(["MiB", "resident", ""], rows), end="\n\n")


def main() -> None:
    parser = model_arguments(__doc__)
    parser.add_argument("--calls", type=int, default=CHECKPOINTS[-1], help="mixed calls")
    options = parser.parse_args()
    print_header("Memory", "One thread; each measurement in a process of its own.")
    if not Path("/proc/self/statm").exists():
        print("Not run here: it reads /proc, which only Linux has.\n")
        return
    for model in models(options):
        measure(model, options)


if __name__ == "__main__":
    main()
