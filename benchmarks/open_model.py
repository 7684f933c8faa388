"""Opening a model file: CPU and wall time, and the memory that it takes. Linux only.

python benchmarks/open_model.py --fp32 FOLDER [--gpt2 FOLDER]
"""

from __future__ import annotations

import json
import statistics
from pathlib import Path

from measure import print_header, run_python, table
from peers import model_arguments, models

# In fresh processes, libraries loaded: the clock stands while they are.
MEASURE = """
import json, resource, time
def memory():
    rows = [line.split() for line in open("/proc/self/smaps_rollup")][1:]
    return {row[0].rstrip(":"): int(row[1]) / 1024 for row in rows}
def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
before, start, began = memory(), cpu(), time.perf_counter()
session = opened()
wall, spent, after = time.perf_counter() - began, cpu() - start, memory()
grown = {name: after[name] - before[name] for name in ("Rss", "Private_Dirty")}
print(json.dumps({"cpu": spent * 1e3, "wall": wall * 1e3, **grown}))
"""
BY_HAND = """
import onnxruntime
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
def opened():
    return onnxruntime.InferenceSession(PATH, options, providers=["CPUExecutionProvider"])
"""
OURS = """
import numpy
from onnxformers import runtime
from onnxformers._native import runtime as native
runtime.load_runtime()
native.make_environment()
def opened():
    options = {"intra_op_threads": 1, "map_weights": MAPPED}
    return runtime.open_session(PATH, device="cpu", options=options)
"""
PROGRAMS = {
    "onnxruntime": BY_HAND,
    "onnxformers, `map_weights=False`": OURS.replace("MAPPED", "False"),
    "onnxformers": OURS.replace("MAPPED", "True"),
}
COLUMNS = ("cpu", "wall", "Rss", "Private_Dirty")


def measure(path: Path, rounds: int) -> None:
    """Prints the table of one file."""
    found: dict[str, list[dict[str, float]]] = {name: [] for name in PROGRAMS}
    for turn in range(rounds + 1):
        for name, program in PROGRAMS.items():
            result = json.loads(run_python(program.replace("PATH", repr(str(path))) + MEASURE))
            if turn:  # the first round fills the page cache
                found[name].append(result)
    medians = {
        name: {each: statistics.median(run[each] for run in runs) for each in COLUMNS}
        for name, runs in found.items()
    }
    base = medians["onnxruntime"]
    rows = []
    for name, row in medians.items():
        ratios = [f"{row[each] / base[each]:.2f}" for each in ("cpu", "Private_Dirty")]
        rows.append([name, *(f"{row[each]:.0f}" for each in COLUMNS), *ratios])
    print(f"### {path.parts[-3]}, {path.stat().st_size / 2**20:.0f} MB\n")
    head = ["", "CPU ms", "wall ms", "RSS MB", "private MB", "x CPU", "x private"]
    print(table(head, rows), end="\n\n")


def main() -> None:
    parser = model_arguments(__doc__)
    parser.add_argument("--gpt2", type=Path, help="folder of generation_model.py")
    options = parser.parse_args()
    note = "Fresh processes; memory: what opening adds. Files lie in the page cache."
    print_header("Opening a model", note)
    files = [model.folder / model.onnx_file for model in models(options)]
    files += [options.gpt2.resolve() / "onnx" / "model.onnx"] if options.gpt2 else []
    for path in files:
        measure(path, options.rounds or 9)


if __name__ == "__main__":
    main()
