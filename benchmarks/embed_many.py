"""512 texts of mixed length: CPU time and wall time of everything, tokenizer to vectors.

python benchmarks/embed_many.py --fp32 FOLDER --node FOLDER
"""

from __future__ import annotations

import argparse

import numpy as np
from measure import (
    Case,
    Timing,
    available,
    in_process,
    interleave,
    print_header,
    ratio,
    skipped_lines,
    table,
)
from peers import (
    Embed,
    Model,
    embedding_cases,
    feeds,
    is_wanted,
    mean_pool,
    model_arguments,
    models,
    onnxruntime_session,
    plain_tokenizer,
)
from texts import mixed_texts

COUNT = 512
BATCH = 32
BARE = "onnxruntime alone, batches of 32 as texts arrive, ids at hand"
BY_HAND = "by hand, sorted by length, 512 tokens a batch"
TOKEN_BUDGET = 512


def bare_case(model: Model, threads: int, texts: list[str]) -> Case:
    """Only the session's runs; tokenizer and pooling are left out in its favour."""
    session, tokenizer = onnxruntime_session(model, threads), plain_tokenizer(model)
    batches = [feeds(tokenizer, texts[i : i + BATCH]) for i in range(0, len(texts), BATCH)]
    return in_process(lambda: [session.run(None, batch) for batch in batches])


def low_waste_peer(model: Model, threads: int) -> Embed:
    """As good as it is done by hand: sorted by length, so that little is padded, small batches."""
    session, tokenizer = onnxruntime_session(model, threads), plain_tokenizer(model)
    tokenizer.no_padding()

    def batches(lengths: np.ndarray) -> list[list[int]]:
        groups: list[list[int]] = []
        for row in np.argsort(-lengths, kind="stable"):
            full = groups and (len(groups[-1]) + 1) * lengths[groups[-1][0]] > TOKEN_BUDGET
            if not groups or full:
                groups.append([])
            groups[-1].append(int(row))
        return groups

    def embed(texts: list[str]) -> np.ndarray:
        encodings = tokenizer.encode_batch(texts)
        result = np.empty((len(texts), 384), np.float32)
        for rows in batches(np.array([len(encoding.ids) for encoding in encodings])):
            ids = np.zeros((len(rows), len(encodings[rows[0]].ids)), np.int64)
            mask = np.zeros_like(ids)
            for line, row in enumerate(rows):
                ids[line, : len(encodings[row].ids)] = encodings[row].ids
                mask[line, : len(encodings[row].ids)] = 1
            inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": ids * 0}
            result[rows] = mean_pool(session.run(None, inputs)[0], mask)
        return result

    return embed


def measure(model: Model, threads: int, options: argparse.Namespace) -> None:
    """Prints the table of one model and number of threads."""
    texts = mixed_texts(COUNT)
    factories = embedding_cases(texts, model, threads, options)
    if is_wanted(BY_HAND, options.only):
        low_waste = low_waste_peer(model, threads)
        factories[BY_HAND] = lambda: in_process(lambda: low_waste(texts))
    cases, skipped = available({BARE: lambda: bare_case(model, threads, texts), **factories})
    timings = interleave(cases, rounds=options.rounds or 2, warmup=0)
    print(f"### {model.dtype}, {threads} thread{'s' if threads > 1 else ''}\n")
    print(table(["", "CPU s", "x", "wall s", "x"], rows(timings)))
    print(f"\n{skipped_lines(skipped)}\n")


def rows(timings: dict[str, Timing]) -> list[list[str]]:
    """A row for each case, least CPU time first."""
    base = timings[BARE]
    ordered = sorted(timings.items(), key=lambda item: item[1].cpu)
    return [
        [
            name,
            f"{timing.cpu:.2f}",
            ratio(timing.cpu, base.cpu),
            f"{timing.wall:.2f}",
            ratio(timing.wall, base.wall),
        ]
        for name, timing in ordered
    ]


def main() -> None:
    options = model_arguments(__doc__).parse_args()
    tokenizer = plain_tokenizer(Model(options.q8, "q8"))
    tokenizer.no_padding()
    lengths = np.array([len(e.ids) for e in tokenizer.encode_batch(mixed_texts(COUNT))])
    padded = sum(len(part) * part.max() for part in np.split(lengths, COUNT // BATCH))
    print_header(
        f"{COUNT} texts of mixed length",
        f"{lengths.min()} to {lengths.max()} tokens, median {np.median(lengths):.0f}, mean "
        f"{lengths.mean():.0f}; batches of {BATCH} in order of arrival hold "
        f"{padded / lengths.sum():.1f} tokens for each real one. Mean pooling, length 1. CPU time "
        "counts all threads of the process.",
    )
    for model in models(options):
        for threads in options.threads:
            measure(model, threads, options)


if __name__ == "__main__":
    main()
