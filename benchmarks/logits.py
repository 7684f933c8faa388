"""What choosing a token costs: repetition penalty, temperature, top-k 50, top-p 0.95 and the draw.

python benchmarks/logits.py [--rounds N]
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import numpy as np
from measure import available, in_process, interleave, print_header, ratio, skipped_lines, table

CALLS = 50
VOCABULARIES = (32_000, 152_000)
PENALTY, TEMPERATURE, TOP_K, TOP_P = 1.1, 0.8, 50, 0.95


def case(vocab_size: int) -> tuple[np.ndarray, np.ndarray]:
    """300 tokens, and scores that are as wide as those of a language model."""
    rng = np.random.default_rng(vocab_size)
    scores = (rng.standard_normal((1, vocab_size)) * 3).astype(np.float32)
    return rng.integers(0, vocab_size, (1, 300)), scores


def ours(ids: np.ndarray, scores: np.ndarray) -> Callable[[], object]:
    """The core, with a copy of the scores."""
    from onnxformers._native.generation import draw_tokens

    options = {
        "do_sample": True,
        "repetition_penalty": PENALTY,
        "temperature": TEMPERATURE,
        "top_k": TOP_K,
        "top_p": TOP_P,
    }
    return lambda: draw_tokens(ids, scores, options)


def by_hand(ids: np.ndarray, scores: np.ndarray) -> Callable[[], object]:
    """Numpy with a partial selection, as one would write it."""
    rng = np.random.default_rng(0)

    def choose() -> object:
        row = scores[0].copy()
        seen = np.unique(ids[0])
        row[seen] = np.where(row[seen] < 0, row[seen] * PENALTY, row[seen] / PENALTY)
        best = np.argpartition(row, -TOP_K)[-TOP_K:]
        best = best[np.argsort(-row[best])]
        weights = np.exp((row[best] - row[best[0]]) / TEMPERATURE)
        weights /= weights.sum()
        kept = np.cumsum(weights) - weights < TOP_P
        return rng.choice(best[kept], p=weights[kept] / weights[kept].sum())

    return choose


def transformers(ids: np.ndarray, scores: np.ndarray) -> Callable[[], object]:
    """The processors of transformers, and torch.multinomial; one thread."""
    import torch
    from transformers.generation import logits_process

    torch.set_num_threads(1)
    processors = logits_process.LogitsProcessorList(
        [
            logits_process.RepetitionPenaltyLogitsProcessor(PENALTY),
            logits_process.TemperatureLogitsWarper(TEMPERATURE),
            logits_process.TopKLogitsWarper(TOP_K),
            logits_process.TopPLogitsWarper(TOP_P),
        ]
    )
    tokens, values = torch.tensor(ids), torch.tensor(scores)
    return lambda: torch.multinomial(processors(tokens, values).softmax(-1), 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    print_header("Choosing a token")
    rows, skipped = [], {}
    for vocab_size in VOCABULARIES:
        arguments = case(vocab_size)
        makers = {
            "onnxformers": lambda given=arguments: in_process(ours(*given)),
            "numpy by hand": lambda given=arguments: in_process(by_hand(*given)),
            "transformers (torch)": lambda given=arguments: in_process(transformers(*given)),
        }
        cases, skipped = available(makers)
        timings = interleave(cases, rounds=options.rounds, calls=CALLS, warmup=5)
        base = timings["onnxformers"].wall
        rows += [
            [f"{vocab_size:,}", name, f"{timing.wall * 1e3:.3f} ms", ratio(timing.wall, base)]
            for name, timing in timings.items()
        ]
    print(table(["vocabulary", "library", "a token", "ratio"], rows))
    print(f"\n{skipped_lines(skipped)}\n")


if __name__ == "__main__":
    main()
