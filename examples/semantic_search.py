"""Find the lines of a text file that mean what you ask.

python examples/semantic_search.py FILE QUERY...
"""

from __future__ import annotations

import argparse
from pathlib import Path

from onnxformers import pipeline

MODEL = Path(__file__).parent / "models" / "all-MiniLM-L6-v2"


def main() -> None:
    """Embed every line once, then rank the lines for each query."""
    parser = argparse.ArgumentParser(description="Search the lines of a file by meaning.")
    parser.add_argument("file", type=Path)
    parser.add_argument("query", nargs="+")
    parser.add_argument("--model", default=str(MODEL))
    parser.add_argument("--top-k", type=int, default=3)
    args = parser.parse_args()

    lines = [line for line in args.file.read_text("utf-8").splitlines() if line.strip()]
    with pipeline("feature-extraction", args.model, pooling="auto", normalize=True) as embed:
        page = embed(lines)
        for query in args.query:
            scores = page @ embed(query)[0]
            print(query)
            for row in scores.argsort()[::-1][: args.top_k]:
                print(f"  {scores[row]:.3f}  {lines[row]}")


if __name__ == "__main__":
    main()
