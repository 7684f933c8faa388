"""Tokenizers: megabytes a second over documents, microseconds for one sentence, time to load.

python benchmarks/tokenizer_speed.py --data FOLDER_OF_TOKENIZERS --inputs FOLDER_OF_TEXTS
python benchmarks/tokenizer_speed.py --data FOLDER --family gpt2 --text english --quick
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from measure import print_header
from tokenizer_files import TEXTS, families
from tokenizer_runs import measure_family, measure_threads
from tokenizer_tables import family_section, summary


def options_of(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of tokenizer folders")
    parser.add_argument(
        "--inputs",
        type=Path,
        nargs="+",
        help="folders with files named *english*.txt, *code*.txt, *chinese*.txt, *mixed*.txt; "
        "the default is inputs/text and inputs/more/text beside --data",
    )
    parser.add_argument("--family", nargs="+", help="only these (part of a name)")
    parser.add_argument("--text", nargs="+", choices=TEXTS, default=list(TEXTS))
    parser.add_argument("--peer", nargs="+", help="only these beside onnxformers (part of a name)")
    parser.add_argument("--node", type=Path, help="folder with @huggingface/transformers")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--documents", type=int, default=100, help="of 2000 characters, in a call")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--quick", action="store_true", help="one thread, few rounds and documents")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.inputs is None:
        beside = options.data.resolve().parent / "inputs"
        options.inputs = [beside / "text", beside / "more" / "text"]
    if options.quick:
        options.rounds, options.documents, options.threads = 5, 40, [1]
    return options


def in_child(family: str, threads: int, options: argparse.Namespace) -> dict[str, Any]:
    """Measures one family in a process of its own that may use so many cores."""
    command = [sys.executable, __file__, "--here", "--data", str(options.data)]
    command += ["--inputs", *map(str, options.inputs), "--family", family]
    command += ["--text", *options.text, "--threads", str(threads)]
    command += ["--rounds", str(options.rounds), "--documents", str(options.documents)]
    command += ["--peer", *options.peer] if options.peer else []
    command += ["--node", str(options.node)] if options.node else []
    # The pools of the Rust libraries read this once, when their process starts.
    environment = {
        **os.environ,
        "RAYON_NUM_THREADS": str(threads),
        "HF_HUB_OFFLINE": "1",
        "TOKENIZERS_PARALLELISM": "true" if threads > 1 else "false",
    }
    pinned = hasattr(os, "sched_setaffinity")
    with_cores = {"preexec_fn": lambda: pin(threads)} if pinned else {}
    done = subprocess.run(
        command, env=environment, check=False, stdout=subprocess.PIPE, text=True, **with_cores
    )
    if done.returncode:
        return {"failed": f"its process ended with status {done.returncode}"}
    return json.loads(done.stdout.splitlines()[-1])


def pin(cores: int) -> None:
    """Keeps this process on so many cores, the last ones."""
    os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[-cores:]))


def main() -> None:
    options = options_of()
    chosen = families(options.data, options.family)
    if options.here:
        run = measure_family if options.threads == [1] else measure_threads
        print(json.dumps(run(chosen[0], options)))
        return
    print_header(
        "Tokenizers",
        f"{options.documents} documents of 2000 characters in one call, one core, special tokens "
        "included, into numpy arrays (onnxformers: padded int64 ids, mask and types). MB of UTF-8 "
        "per CPU second, medians of interleaved rounds; *unseen*: every round other documents. "
        "*differ*: documents whose ids are not those of `tokenizers`. A peer that adds no special "
        "tokens is compared without them.",
    )
    results = {}
    for family in chosen:
        if not family.file.exists():
            print(f"### {family.name} ({family.kind})\n\nnot run here: no {family.file}\n")
            continue
        result = in_child(f"={family.name}", 1, options)
        for threads in options.threads:
            if threads > 1 and "failed" not in result:
                result[f"threads {threads}"] = in_child(f"={family.name}", threads, options)
        results[family.name] = result
        print(family_section(family, result), flush=True)
    print(summary(results))


if __name__ == "__main__":
    main()
