"""`onnxformers demo`: semantic search over a page of sentences with a real embedding model."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from onnxformers.cli import show
from onnxformers.cli.loading import add_loading_arguments, loading_options
from onnxformers.errors import HubError, MissingFileError

if TYPE_CHECKING:
    import numpy as np

SUMMARY = "search a page of sentences by meaning"
LOCAL_MODEL = Path("examples/models/all-MiniLM-L6-v2")
HUB_MODEL = "Xenova/all-MiniLM-L6-v2"
BEST = 3

SENTENCES = (
    "The bakery on the corner sells warm rye bread from six in the morning.",
    "Photosynthesis turns light, water and carbon dioxide into sugar.",
    "Her flight to Lisbon was cancelled because of the storm.",
    "The new phone lasts two days before it has to be charged.",
    "A kitten fell asleep on the keyboard of my laptop.",
    "The orchestra rehearsed the symphony until midnight.",
    "Central banks raise interest rates when prices climb too fast.",
    "He repaired the leaking tap with a new rubber seal.",
    "The goalkeeper stopped two penalties and the match ended in a draw.",
    "Bees visit flowers for nectar and carry pollen from one to the next.",
    "The court ruled that the contract was not valid.",
    "Simmer the tomatoes with garlic and basil for twenty minutes.",
    "The telescope photographed a galaxy ten billion light years away.",
    "A vaccine teaches the immune system to know a virus in advance.",
    "The last train to the coast leaves at a quarter to eleven.",
    "Stretch after every run and your legs will hurt less.",
    "The program crashed because a list was empty.",
    "Glaciers in the Alps have lost half their ice since 1900.",
    "My grandmother taught me to play chess when I was six.",
    "Solar panels on the roof pay for themselves in about ten years.",
)
QUERIES = (
    "How do plants make their food?",
    "I need a recipe for pasta sauce",
    "Why did my travel plans change?",
    "software bug",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("--model", "-m", metavar="M", help="id on the Hub or a folder")
    parser.add_argument(
        "--query", "-q", action="append", metavar="TEXT", help="search for this; may be repeated"
    )
    add_loading_arguments(parser)


def execute(args: argparse.Namespace) -> None:
    """Embed the sentences, run the queries, and print the best answers with the time each took.

    Args:
        args: What `add_arguments` declares.

    Raises:
        OnnxformersError: the model is not there or cannot be loaded.
    """
    style = show.Style.of(sys.stdout)
    model = find_model(args.model)
    started = time.perf_counter()
    with _open(model, args) as pipe:
        _report("model", f"{model}, ready in {_since(started)}")
        started = time.perf_counter()
        page = _embed(pipe, SENTENCES)
        size = f"{len(page)} embedded, {page.shape[1]} dimensions"
        _report("sentences", f"{size}, {_since(started)}")
        for query in args.query or QUERIES:
            started = time.perf_counter()
            scores = page @ _embed(pipe, [query])[0]
            print(f"\n{show.printable(query)}  ({_since(started)})")
            for line in _ranking(scores, style):
                print(line)


def find_model(given: str | None) -> str:
    """The model to show: the one asked for, else that of a clone of the repository or the Hub's."""
    if given:
        return given
    return str(LOCAL_MODEL) if LOCAL_MODEL.is_dir() else HUB_MODEL


def _open(model: str, args: argparse.Namespace) -> Any:
    import onnxformers

    try:
        options = {"dtype": "q8"} | loading_options(args)
        return onnxformers.pipeline("feature-extraction", model, **options)
    except (HubError, MissingFileError) as error:
        if model != HUB_MODEL:
            raise
        raise type(error)(
            f"{error} Without a network: run the demo in a clone of the repository, which has the "
            f"model in {LOCAL_MODEL.as_posix()}, or fetch {HUB_MODEL} elsewhere and give its "
            "folder to --model."
        ) from error


def _embed(pipe: Any, texts: Sequence[str]) -> np.ndarray:
    """Embeddings of length one: float32, shape (len(texts), dimensions)."""
    embeddings: np.ndarray = pipe(list(texts), pooling="auto", normalize=True)
    return embeddings


def _ranking(scores: np.ndarray, style: show.Style) -> Iterator[str]:
    """The best sentences, best first. `scores`: cosine similarities, shape (len(SENTENCES),)."""
    for index in scores.argsort()[::-1][:BEST]:
        drawn = show.bar(float(scores[index]), style)
        column = f"{drawn:<{show.BAR_CELLS}}  " if style.bar else ""
        room = max(20, style.width - 12 - len(column))
        yield f"  {scores[index]:7.4f}  {column}{show.shorten(SENTENCES[index], room)}"


def _report(what: str, text: str) -> None:
    print(f"{what:<10} {text}")


def _since(started: float) -> str:
    seconds = time.perf_counter() - started
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.1f} ms"
