"""Runs every benchmark and writes RESULTS.md.

python benchmarks/run_all.py --fp32 FOLDER --node FOLDER --data FOLDER --tasks FOLDER
    --gpt2 FOLDER --model FOLDER --image FILE --whisper FOLDER [--quick]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
#: Script, which of the shared options it takes, and its own options under --quick.
SCRIPTS = (
    ("import_time.py", (), ["--rounds", "3"]),
    ("cold_start.py", ("fp32", "node"), ["--rounds", "3"]),
    ("open_model.py", ("fp32", "node", "gpt2"), ["--rounds", "3"]),
    ("session_overhead.py", (), ["--rounds", "5"]),
    ("tokenizer_speed.py", ("node", "data"), ["--quick"]),
    ("embed_one.py", ("fp32", "node"), ["--rounds", "5"]),
    ("embed_many.py", ("fp32", "node"), ["--rounds", "1"]),
    ("token_budget.py", ("fp32", "node"), ["--rounds", "1"]),
    ("memory.py", ("fp32", "node"), ["--calls", "1000"]),
    ("image.py", (), ["--rounds", "3"]),
    ("processors.py", (), ["--rounds", "3"]),
    ("image_tasks.py", ("model", "image", "segmenter", "node"), ["--rounds", "3"]),
    ("audio.py", ("node",), ["--rounds", "3"]),
    ("speech.py", ("whisper", "node"), ["--rounds", "1"]),
    ("encoder_tasks.py", ("tasks", "node"), ["--rounds", "1"]),
    ("logits.py", (), ["--rounds", "3"]),
    ("generate.py", ("gpt2", "node"), ["--rounds", "1"]),
    ("generation_batching.py", ("gpt2",), ["--rounds", "1"]),
    ("serving.py", (), ["--seconds", "2", "--requests", "500"]),
    ("serving_memory.py", (), ["--workers", "1,2"]),
    ("serving_signals.py", (), ["--cycles", "20"]),
    ("serving_peers.py", ("fp32", "infinity", "fastembed"), ["--rounds", "1", "--seconds", "2"]),
)
HEAD = """# Results

Written by `python benchmarks/run_all.py`; numbers come from the scripts and from nowhere else.
Ratios are taken within one run, peers interleaved. Absolute times are those of the machine named.
"""


def output(script: str, arguments: list[str]) -> str:
    """What a script prints; a failure is written down, not hidden."""
    command = [sys.executable, str(HERE / script), *arguments]
    print("$", *command, file=sys.stderr, flush=True)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        return f"{done.stdout}\n{script}: not run here: it failed ({last})\n"
    return done.stdout


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--fp32", type=Path, help="folder of tools/make_demo_model.py --fp32-folder"
    )
    parser.add_argument("--node", type=Path, help="folder with @huggingface/transformers")
    parser.add_argument("--data", type=Path, help="folder of tokenizers")
    parser.add_argument("--tasks", type=Path, help="folder of task_models.py")
    parser.add_argument("--gpt2", type=Path, help="folder of generation_model.py")
    parser.add_argument("--model", type=Path, help="folder of a classifier of images")
    parser.add_argument("--segmenter", type=Path, help="folder of a semantic segmenter")
    parser.add_argument("--image", type=Path, help="a photograph")
    parser.add_argument("--whisper", type=Path, help="folder of speech_model.py")
    parser.add_argument("--infinity", type=Path, help="python of serving_peers.py")
    parser.add_argument("--fastembed", type=Path, help="the same")
    parser.add_argument("--quick", action="store_true", help="few rounds: does everything run?")
    parser.add_argument("--output", type=Path, default=HERE / "RESULTS.md")
    options = parser.parse_args()
    sections = [HEAD]
    for script, takes, quick in SCRIPTS:
        arguments = list(quick) if options.quick else []
        for name in takes:
            if getattr(options, name):
                arguments += [f"--{name}", str(getattr(options, name))]
        sections.append(output(script, arguments).strip() + "\n")
        options.output.write_text("\n".join(sections))


if __name__ == "__main__":
    main()
