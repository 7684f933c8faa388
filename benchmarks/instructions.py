"""Tokenizers: instructions per document, counted by callgrind, which no other process disturbs.

python benchmarks/instructions.py --data FOLDER_OF_TOKENIZERS             # a table
python benchmarks/instructions.py --data FOLDER --check counts.json       # fails where 5 % are lost
python benchmarks/instructions.py --data FOLDER --save counts.json        # the counts from now on

Each count is the difference of two runs under valgrind, one with a pass over the documents more, so
that start and loading fall out. The first pass, which fills the caches, is in both.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from measure import UnavailableError, table
from tokenizer_files import TEXTS, Family, documents, families

DOCUMENTS = 10
# So many that what loading does differently each time, for its hashes do, is lost among them.
PASSES = 100
#: Work that may be added before it counts as lost.
TOLERANCE = 1.05
COLUMNS = ("arrays", "offsets")

# What runs under valgrind: no numpy, no Python beside the calls.
PROGRAM = """
import json, sys
sys.path[:0] = json.loads(sys.argv[1])
from onnxformers._native.tokenizers import Tokenizer
file, texts, offsets, passes = sys.argv[2:]
native = Tokenizer.from_json(open(file, "rb").read())
texts = json.load(open(texts, encoding="utf-8"))
for _ in range(int(passes)):
    native.encode_batch(texts, with_offsets=offsets == "offsets")
"""


def counted(family: Family, texts: Path, column: str, passes: int) -> int:
    """Instructions of a whole process with so many passes."""
    program = ["-S", "-c", PROGRAM, json.dumps(sys.path)]
    return count_instructions([*program, str(family.file), str(texts), column, str(passes)])


def count_instructions(arguments: list[str]) -> int:
    """Instructions of an interpreter like this one with these arguments, one thread."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out"]
        command += [sys.executable, *arguments]
        environment = {**os.environ, "PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1"}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode or found is None:
        lines = [line for line in done.stderr.splitlines() if not line.startswith("==")]
        raise UnavailableError((lines or ["valgrind failed in silence"])[-1])
    return int(found.group(1))


def per_document(family: Family, text: str, column: str, inputs: list[Path]) -> int:
    """Instructions that one more document costs."""
    every = documents(inputs, text)
    step = max(1, len(every) // DOCUMENTS)
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump(every[::step][:DOCUMENTS], file)
        file.flush()
        few, many = (counted(family, Path(file.name), column, n) for n in (1, 1 + PASSES))
    return (many - few) // (PASSES * DOCUMENTS)


def key(family: Family, text: str, column: str) -> str:
    """How the file of counts calls a case."""
    return f"{family.name}, {text}, {column}"


def measure(options: argparse.Namespace) -> tuple[dict[str, int], dict[str, str]]:
    """Counts by case, and why others have none."""
    cases = [
        (family, text, column)
        for family in families(options.data, options.family)
        for text in options.text
        for column in COLUMNS
    ]
    counts, skipped = {}, {}
    with ThreadPoolExecutor(options.processes) as pool:
        jobs = [(case, pool.submit(per_document, *case, options.inputs)) for case in cases]
        for case, job in jobs:
            error = job.exception()
            if error is None:
                counts[key(*case)] = job.result()
            elif isinstance(error, UnavailableError | OSError):
                skipped[key(*case)] = str(error)
            else:
                raise error
    return counts, skipped


def losses(counts: dict[str, int], before: dict[str, int]) -> list[str]:
    """Cases that take more than they took, as lines."""
    return [
        f"{name}: {counts[name]:,} instructions, {counts[name] / before[name]:.3f} of before"
        for name in counts
        if name in before and counts[name] > before[name] * TOLERANCE
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of tokenizer folders")
    parser.add_argument("--inputs", type=Path, nargs="+", help="folders of texts")
    parser.add_argument("--family", nargs="+", help="only these (part of a name)")
    parser.add_argument("--text", nargs="+", choices=TEXTS, default=["english", "mixed"])
    parser.add_argument("--processes", type=int, default=1, help="cases at the same time")
    parser.add_argument("--check", type=Path, help="counts not to be exceeded by more than 5 %%")
    parser.add_argument("--save", type=Path, help="where to put the counts")
    options = parser.parse_args()
    if shutil.which("valgrind") is None:
        print("not run here: valgrind is not installed")
        return 1 if options.check else 0
    options.inputs = options.inputs or [options.data.resolve().parent / "inputs" / "text"]
    counts, skipped = measure(options)
    before = json.loads(options.check.read_text()) if options.check else {}
    rows = [
        [name, f"{count:,}", f"{count / before[name]:.3f}" if name in before else "-"]
        for name, count in counts.items()
    ]
    print(table(["case", "instructions a document", "of before"], rows))
    for name, reason in skipped.items():
        print(f"- {name}: not run here: {reason}")
    if options.save:
        known = json.loads(options.save.read_text()) if options.save.exists() else {}
        options.save.write_text(json.dumps({**known, **counts}, indent=2) + "\n")
    lost = losses(counts, before)
    print("\n".join(lost))
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
