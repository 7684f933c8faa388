"""Label the lines of stdin as they come.

tail -f reviews.txt | python examples/classify_stream.py
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from itertools import tee

from onnxformers import pipeline


def texts() -> Iterator[str]:
    """The lines of stdin without their line ends; empty ones are left out."""
    return (line.strip() for line in sys.stdin if line.strip())


def main() -> None:
    """A generator in gives a lazy generator out: memory does not grow with the stream."""
    parser = argparse.ArgumentParser(description="Label lines of stdin.")
    parser.add_argument("--model", help="an id on the Hub or a folder; default: of the task")
    parser.add_argument("--batch-size", type=int, default=1, help="lines read before a run")
    args = parser.parse_args()

    with pipeline("text-classification", args.model, batch_size=args.batch_size) as classify:
        lines, shown = tee(texts())
        for text, result in zip(shown, classify(lines), strict=False):
            print(f"{result['label']}\t{result['score']:.4f}\t{text}", flush=True)


if __name__ == "__main__":
    main()
