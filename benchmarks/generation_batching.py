"""Requests in flight at once: tokens a second side by side, in turn, and on threads.

python benchmarks/generation_batching.py --gpt2 FOLDER
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from generate import END, NEW_TOKENS, genai_model
from measure import (
    Case,
    Timing,
    UnavailableError,
    available,
    in_process,
    interleave,
    print_header,
    ratio,
    skipped_lines,
    table,
)

#: Prompts of 4 to 11 tokens.
PROMPTS = [[464 + 97 * i + 31 * j for j in range(4 + i)] for i in range(8)]
OPTIONS = {"max_new_tokens": NEW_TOKENS, "min_new_tokens": NEW_TOKENS, "pad_token_id": END}

#: Writes after so many prompts; gives the new tokens of each.
Write = Callable[[], list[list[int]]]


def new_tokens(found: Any) -> list[list[int]]:
    """Without the prompts."""
    return [np.ravel(row)[-NEW_TOKENS:].tolist() for row in found]


def side_by_side(model: Any, count: int) -> Write:
    """As futures of one queue."""

    def write() -> list[list[int]]:
        futures = [model.submit([prompt], **OPTIONS) for prompt in PROMPTS[:count]]
        return new_tokens([future.result() for future in futures])

    return write


def in_turn(model: Any, count: int) -> Write:
    """One after the other."""
    return lambda: new_tokens([model.generate([each], **OPTIONS) for each in PROMPTS[:count]])


def on_threads(model: Any, count: int) -> Write:
    """Each on a thread of its own, without a queue."""
    pool = ThreadPoolExecutor(count)

    def one(prompt: list[int]) -> Any:
        return model.generate([prompt], **OPTIONS)

    return lambda: new_tokens(pool.map(one, PROMPTS[:count]))


def genai_batch(model: Any, count: int) -> Write:
    """onnxruntime-genai: a batch that begins and ends at once, its prompts cut to one length."""
    import onnxruntime_genai as genai

    length = len(PROMPTS[0])
    total = length + NEW_TOKENS

    def write() -> list[list[int]]:
        parameters = genai.GeneratorParams(model)
        parameters.set_search_options(
            max_length=total, min_length=total, do_sample=False, batch_size=count
        )
        generator = genai.Generator(model, parameters)
        prompts = [prompt[:length] for prompt in PROMPTS[:count]]
        generator.append_tokens(np.array(prompts, dtype=np.int32))
        while not generator.is_done():
            generator.generate_next_token()
        return new_tokens([generator.get_sequence(i) for i in range(count)])

    return write


def our_cases(folder: Path, threads: int, count: int) -> dict[str, Callable[[], Case]]:
    """Makers of our cases, which must write the same."""
    from onnxformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(
        str(folder), session_options={"intra_op_threads": threads}
    )
    expected = in_turn(model, count)()

    def build(make: Callable[[Any, int], Write]) -> Case:
        write = make(model, count)
        if write() != expected:
            raise UnavailableError("writes other tokens")
        return in_process(write)

    ways = {
        "side by side": side_by_side,
        "in turn": in_turn,
        "generate() on threads": on_threads,
    }
    return {name: (lambda make=make: build(make)) for name, make in ways.items()}


def genai_cases(folder: Path, threads: int, count: int) -> dict[str, Callable[[], Case]]:
    """Makers of the peer's case."""

    def build() -> Case:
        return in_process(genai_batch(genai_model(folder, threads), count))

    return {"onnxruntime-genai, one batch": build}


def rows(timings: dict[str, Timing], count: int) -> list[list[str]]:
    """A row for each way, ratios to ours side by side."""
    ours = next(iter(timings.values()))
    return [
        [
            str(count),
            name,
            f"{count * NEW_TOKENS / timing.wall:.0f}",
            ratio(timing.wall, ours.wall),
            f"{timing.cpu / count / NEW_TOKENS * 1e3:.3f}",
        ]
        for name, timing in timings.items()
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--gpt2", type=Path, required=True, help="folder of generation_model.py")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--in-flight", type=int, nargs="+", default=[1, 2, 4, 8])
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    os.environ["HF_HUB_OFFLINE"] = "1"
    print_header(
        "Requests side by side",
        f"GPT-2 with 4 layers of width 512 and random weights, float32; {NEW_TOKENS} tokens each, "
        "greedy, after prompts of 4 to 11 tokens. x: wall time to ours side by side.",
    )
    for threads in options.threads:
        lines: list[list[str]] = []
        skipped: dict[str, str] = {}
        for count in options.in_flight:
            makers = {
                **our_cases(options.gpt2, threads, count),
                **genai_cases(options.gpt2, threads, count),
            }
            cases, left_out = available(makers)
            skipped |= left_out
            lines += rows(interleave(cases, rounds=options.rounds), count)
        print(f"### {threads} thread{'s' if threads > 1 else ''}\n")
        print(table(["in flight", "", "tokens/s", "x", "CPU ms a token"], lines))
        print(f"\n{skipped_lines(skipped)}\n")


if __name__ == "__main__":
    main()
