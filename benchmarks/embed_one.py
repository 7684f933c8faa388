"""One short sentence to one vector: what each library adds to the bare run of the session.

python benchmarks/embed_one.py --fp32 FOLDER --node FOLDER
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

from measure import (
    Case,
    Timing,
    available,
    in_process,
    interleave,
    micro,
    print_header,
    ratio,
    skipped_lines,
    table,
)
from peers import (
    Model,
    embedding_cases,
    feeds,
    model_arguments,
    models,
    onnxformers_pipeline,
    onnxruntime_session,
    plain_tokenizer,
)
from texts import SHORT_SENTENCE

BARE = "bare run of our session, ids at hand"
RUNTIME = "bare run of onnxruntime's Python session, ids at hand"
OURS = "onnxformers"


def bare_cases(model: Model, threads: int) -> dict[str, Callable[[], Case]]:
    """Factories of both bare runs, on the same ids."""
    inputs = feeds(plain_tokenizer(model), [SHORT_SENTENCE])

    def runtime() -> Case:
        session = onnxruntime_session(model, threads)
        return in_process(lambda: session.run(None, inputs))

    def ours() -> Case:
        session = onnxformers_pipeline(model, threads).model.sessions["model"]
        return in_process(lambda: session.run(inputs))

    return {BARE: ours, RUNTIME: runtime}


def share_session(model: Model, threads: int, cases: dict[str, Case]) -> None:
    """Puts ours and our bare run on one session.

    Two copies of one model differ by more than what is measured here, for where their weights lie
    in memory.
    """
    pipe = onnxformers_pipeline(model, threads)
    session, inputs = pipe.model.sessions["model"], feeds(plain_tokenizer(model), [SHORT_SENTENCE])
    cases[BARE] = in_process(lambda: session.run(inputs))
    cases[OURS] = in_process(lambda: pipe(SHORT_SENTENCE, pooling="mean", normalize=True))


def measure(model: Model, threads: int, options: argparse.Namespace) -> None:
    """Prints the table of one model and number of threads."""
    peers = embedding_cases([SHORT_SENTENCE], model, threads, options)
    cases, skipped = available({**bare_cases(model, threads), **peers})
    if OURS in cases:
        share_session(model, threads, cases)
    timings = interleave(cases, rounds=options.rounds or 30, calls=10, warmup=20)
    print(f"### {model.dtype}, {threads} thread{'s' if threads > 1 else ''}\n")
    print(table(["", "µs", "µs above bare", "x bare", "CPU µs"], rows(timings)))
    print(f"\n{skipped_lines(skipped)}\n")


def rows(timings: dict[str, Timing]) -> list[list[str]]:
    """A row for each case, quickest first after the bare run."""
    base = timings.get(BARE) or timings[RUNTIME]
    ordered = sorted(timings.items(), key=lambda item: item[1].wall)
    return [
        [
            name,
            micro(timing.wall),
            micro(timing.above(base)),
            ratio(base.wall + timing.above(base), base.wall),
            micro(timing.cpu),
        ]
        for name, timing in ordered
    ]


def main() -> None:
    options = model_arguments(__doc__).parse_args()
    print_header(
        "One short sentence",
        f"“{SHORT_SENTENCE}”, mean pooling, length 1. Medians of interleaved calls; “above bare” "
        "is the median difference to the bare run of the same round, and CPU time that of all "
        "threads: where other programs run, it is the one to believe.",
    )
    for model in models(options):
        for threads in options.threads:
            measure(model, threads, options)


if __name__ == "__main__":
    main()
