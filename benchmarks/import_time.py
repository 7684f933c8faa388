"""`import X` in fresh interpreters: milliseconds above `python -c pass`, modules newly loaded."""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time

from measure import available, print_header, run_python, skipped_lines, table

PACKAGES = (
    "onnxformers",
    "numpy",
    "onnxruntime",
    "tokenizers",
    "fastembed",
    "transformers",
    "sentence_transformers",
)

MODULES = """
import json, sys
before = set(sys.modules)
__import__(sys.argv[1])
print(json.dumps(sorted(set(sys.modules) - before)))
"""
HEAVY = ("numpy", "PIL", "httpx", "huggingface_hub", "torch", "onnxruntime")


def seconds(code: str) -> float:
    """Wall time of a fresh interpreter that runs `code`."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    print_header("Import", f"Medians of {rounds} fresh interpreters, interleaved.")
    modules, skipped = available(
        {name: lambda name=name: json.loads(run_python(MODULES, name)) for name in PACKAGES}
    )
    codes = {"pass": "pass", **{package: f"import {package}" for package in modules}}
    times: dict[str, list[float]] = {name: [] for name in codes}
    for _ in range(rounds):
        for name, code in codes.items():
            times[name].append(seconds(code))
    bare = statistics.median(times["pass"])
    rows = [
        [
            f"`import {package}`",
            f"{(statistics.median(times[package]) - bare) * 1e3:.0f}",
            len(loaded),
            ", ".join(name for name in HEAVY if name in loaded) or "none",
        ]
        for package, loaded in modules.items()
    ]
    print(table(["", "ms", "modules", "heavy ones among them"], rows))
    print(f"\n`python -c pass`: {bare * 1e3:.0f} ms.\n{skipped_lines(skipped)}\n")


if __name__ == "__main__":
    main()
