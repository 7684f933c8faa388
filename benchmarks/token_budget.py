"""How many tokens a batch should hold: CPU time of 512 mixed texts under different budgets.

python benchmarks/token_budget.py --fp32 FOLDER
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from measure import in_process, interleave, print_header, ratio, table
from peers import Model, model_arguments, models, onnxformers_pipeline
from texts import mixed_texts

BUDGETS = (128, 256, 512, 1024, 2048, 4096)
COUNT = 512


def under_budget(pipe: Any, texts: list[str], budget: int) -> Callable[[], None]:
    """Embeds the texts with another budget than the pipeline's own."""

    def run() -> None:
        usual, pipe._token_budget = pipe._token_budget, budget
        try:
            pipe(texts, pooling="mean", normalize=True)
        finally:
            pipe._token_budget = usual

    return run


def measure(model: Model, threads: int, options: argparse.Namespace) -> None:
    """Prints the table of one model and number of threads."""
    texts = mixed_texts(COUNT)
    with onnxformers_pipeline(model, threads) as pipe:
        cases: dict[str, Callable[[], object]] = {
            f"{budget} tokens": under_budget(pipe, texts, budget) for budget in BUDGETS
        }
        cases["one text at a time"] = lambda: [
            pipe(text, pooling="mean", normalize=True) for text in texts
        ]
        timings = interleave(
            {name: in_process(case) for name, case in cases.items()},
            rounds=options.rounds or 3,
            warmup=0,
        )
    best = min(timing.cpu for timing in timings.values())
    rows = [
        [name, f"{timing.cpu:.2f}", ratio(timing.cpu, best), f"{timing.wall:.2f}"]
        for name, timing in timings.items()
    ]
    print(f"### {model.dtype}, {threads} thread{'s' if threads > 1 else ''}\n")
    print(table(["batches of", "CPU s", "x best", "wall s"], rows), end="\n\n")


def main() -> None:
    options = model_arguments(__doc__).parse_args()
    print_header(
        "Tokens in a batch",
        f"The {COUNT} texts of mixed length again, sorted by length and cut into batches by us.",
    )
    for model in models(options):
        for threads in options.threads:
            measure(model, threads, options)


if __name__ == "__main__":
    main()
