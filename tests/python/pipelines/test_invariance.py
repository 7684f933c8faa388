"""The same text gives the same bits: alone, in any batch, on any number of threads, again and
again."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from onnxformers import pipeline

MODELS = Path(__file__).parents[2] / "conformance" / "models"
WORDS = [
    "the",
    "dog",
    "committee",
    "watched",
    "a",
    "wooden",
    "boat",
    "Vienna",
    "slow",
    "1997",
    "!",
    "é",
]


def random_texts(rng: random.Random, count: int) -> list[str]:
    return [" ".join(rng.choices(WORDS, k=rng.randint(0, 60))) for _ in range(count)]


def embedder(model: str, threads: int) -> Any:
    return pipeline(
        "feature-extraction",
        MODELS / model,
        pooling="mean",
        normalize=True,
        session_options={"intra_op_threads": threads},
    )


@pytest.mark.parametrize("model", ["bert-uncased-embed", "distilbert-embed", "mpnet-embed"])
def test_batches_and_threads_do_not_change_a_bit(model: str) -> None:
    rng = random.Random(7)
    texts = random_texts(rng, 40)
    one_thread, two_threads, three_threads = (embedder(model, n) for n in (1, 2, 3))
    alone = {text: one_thread(text)[0] for text in texts}
    for _ in range(200):
        batch = rng.sample(texts, rng.randint(1, len(texts)))
        pipe = rng.choice([one_thread, two_threads, three_threads])
        got = pipe(batch, batch_size=rng.choice([None, 1, 2, 7, 32]))
        for text, vector in zip(batch, got, strict=True):
            np.testing.assert_array_equal(vector, alone[text])


@pytest.mark.slow
def test_ten_thousand_calls_from_32_threads_equal_the_serial_ones() -> None:
    pipe = pipeline("text-classification", MODELS / "bert-uncased-sst", top_k=None)
    texts = random_texts(random.Random(11), 100)
    expected = [pipe(text) for text in texts]
    with ThreadPoolExecutor(32) as pool:
        results = list(pool.map(lambda i: pipe(texts[i % 100]), range(10_000)))
    assert all(result == expected[i % 100] for i, result in enumerate(results))
