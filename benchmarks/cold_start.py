"""From the start of the process to the first embedding, in fresh interpreters, files in the cache.

python benchmarks/cold_start.py --fp32 FOLDER
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

from measure import print_header, table
from peers import Model, model_arguments, models
from texts import SHORT_SENTENCE

STAGES = ("interpreter", "imports", "loading", "first call")

# Each program prints the clock after each stage; time.monotonic is one clock for all processes.
OURS = """
import sys, time
marks = [time.monotonic()]
from onnxformers import pipeline
marks.append(time.monotonic())
folder, dtype, threads, text = sys.argv[1:]
options = {"intra_op_threads": int(threads)}
pipe = pipeline("feature-extraction", folder, dtype=dtype, session_options=options)
marks.append(time.monotonic())
pipe(text, pooling="mean", normalize=True)
marks.append(time.monotonic())
print(*marks)
"""

BY_HAND = """
import sys, time
marks = [time.monotonic()]
import numpy as np
import onnxruntime
from tokenizers import Tokenizer
marks.append(time.monotonic())
folder, dtype, threads, text = sys.argv[1:]
tokenizer = Tokenizer.from_file(folder + "/tokenizer.json")
tokenizer.no_padding()
name = "model.onnx" if dtype == "fp32" else "model_quantized.onnx"
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = int(threads)
session = onnxruntime.InferenceSession(
    folder + "/onnx/" + name, options, providers=["CPUExecutionProvider"]
)
marks.append(time.monotonic())
encoding = tokenizer.encode(text)
mask = np.array([encoding.attention_mask], dtype=np.int64)
feeds = {
    "input_ids": np.array([encoding.ids], dtype=np.int64),
    "attention_mask": mask,
    "token_type_ids": np.array([encoding.type_ids], dtype=np.int64),
}
hidden = session.run(None, feeds)[0]
weights = mask[..., None].astype(np.float32)
vector = (hidden * weights).sum(1) / weights.sum(1)
vector = vector / np.linalg.norm(vector, axis=1, keepdims=True)
marks.append(time.monotonic())
print(*marks)
"""

PROGRAMS = {"by hand (tokenizers + onnxruntime + numpy)": BY_HAND, "onnxformers": OURS}


def stages(program: str, model: Model, threads: int) -> list[float]:
    """Seconds of each stage of one fresh process."""
    command = [sys.executable, "-c", program, str(model.folder), model.dtype, str(threads)]
    # Modules are compiled once, as in an installed package, whatever this shell says.
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    start = time.monotonic()
    done = subprocess.run(
        [*command, SHORT_SENTENCE],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parent,
        env={**kept, "HF_HUB_OFFLINE": "1"},
    )
    marks = [start, *map(float, done.stdout.split())]
    return [later - earlier for earlier, later in pairwise(marks)]


def measure(model: Model, threads: int, rounds: int) -> None:
    """Prints the table of one model and number of threads."""
    runs: dict[str, list[list[float]]] = {name: [] for name in PROGRAMS}
    for turn in range(rounds + 1):
        for name, program in PROGRAMS.items():
            result = stages(program, model, threads)
            if turn:  # the first round fills the page cache and writes .pyc files
                runs[name].append(result)
    base = statistics.median(map(sum, next(iter(runs.values()))))
    rows = []
    for name, results in runs.items():
        total = statistics.median(map(sum, results))
        parts = [statistics.median(column) for column in zip(*results, strict=True)]
        rows.append(
            [name, *(f"{part * 1e3:.0f}" for part in (*parts, total)), f"{total / base:.2f}"]
        )
    print(f"### {model.dtype}, {threads} thread{'s' if threads > 1 else ''}\n")
    print(table(["ms", *STAGES, "in all", "x by hand"], rows), end="\n\n")


def main() -> None:
    options = model_arguments(__doc__).parse_args()
    print_header(
        "Process start to first embedding",
        "Fresh interpreters, interleaved, medians; files lie in the page cache.",
    )
    for model in models(options):
        for threads in options.threads:
            measure(model, threads, options.rounds or 15)


if __name__ == "__main__":
    main()
