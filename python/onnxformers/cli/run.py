"""`onnxformers run`: one task over the inputs of the command line or the lines of stdin."""

from __future__ import annotations

import argparse
import json
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TextIO

from onnxformers.cli import inputs, pictures, show, sounds, writing
from onnxformers.cli.loading import add_loading_arguments, loading_options
from onnxformers.cli.options import add_option_argument

SUMMARY = "run a task on texts, images or sounds and print the results"
TASK_OPTIONS = (
    "top_k",
    "pooling",
    "normalize",
    "batch_size",
    "candidate_labels",
    "multi_label",
    "threshold",
    "aggregation_strategy",
    "src_lang",
    "tgt_lang",
    *writing.OPTIONS,
)
# `auto` is what a person wants who did not choose; the library itself defaults to token vectors.
EMBEDDING_TASKS = ("feature-extraction", "embeddings")
# And entities rather than labels of pieces of words.
ENTITY_TASKS = ("token-classification", "ner")
# More than this is no matrix that a person reads.
MAX_COMPARED = 12


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("task", metavar="TASK", help="e.g. text-classification, feature-extraction")
    inputs.add_arguments(parser)
    parser.add_argument("--model", "-m", metavar="M", help="id on the Hub or a folder")
    parser.add_argument(
        "--json", action="store_true", help="print a JSON array: a result per input"
    )
    add_loading_arguments(parser)
    parser.add_argument(
        "--save",
        metavar="FILE",
        help="save a picture of the result: boxes, masks, depths, cut-outs (a folder gets one for "
        "each image); of a sound its spectrogram; the sound that was made, as .wav",
    )
    group = parser.add_argument_group("options of the task", argument_default=argparse.SUPPRESS)
    group.add_argument("--top-k", type=_top_k, metavar="N|all", help="how many answers per input")
    group.add_argument("--pooling", help="none, mean, cls or auto (default of this command)")
    group.add_argument("--normalize", action="store_true", help="embeddings of length one")
    group.add_argument(
        "--labels",
        dest="candidate_labels",
        metavar="A,B,...",
        help="candidate labels of zero-shot tasks",
    )
    group.add_argument("--multi-label", action="store_true", help="score each of them by itself")
    group.add_argument(
        "--aggregation",
        dest="aggregation_strategy",
        metavar="STRATEGY",
        help="none, simple (default of this command), first, average or max: how tokens become "
        "entities",
    )
    group.add_argument("--threshold", type=float, metavar="X", help="leave out what scores less")
    group.add_argument("--batch-size", type=int, metavar="N", help="at most N inputs at a time")
    group.add_argument("--src-lang", metavar="CODE", help="language of texts to translate")
    group.add_argument("--tgt-lang", metavar="CODE", help="language to translate them to")
    add_option_argument(group)
    sounds.add_arguments(parser)
    writing.add_generation_arguments(parser)


def execute(args: argparse.Namespace) -> None:
    """Load the pipeline, feed it, and print each result as soon as it is there.

    Args:
        args: What `add_arguments` declares.

    Raises:
        OnnxformersError: the model cannot be loaded or an input not be processed.
    """
    import onnxformers

    given = inputs.read_inputs(args)
    with onnxformers.pipeline(args.task, args.model, **loading_options(args)) as pipe:
        options = sounds.fitted(_call_options(args), pipe)
        if args.task == "text-generation" and not args.json and _can_stream(pipe, options):
            for _, text in given.items:
                _show_growing(pipe, text, options, sys.stdout)
            return
        seen: deque[inputs.Input] = deque()
        items = _remember(given.items, seen)
        with sounds.progress(args.task, sys.stderr) as told:
            results = pipe(items if given.is_stream else list(items), **options, **told)
        pairs: Iterable[tuple[inputs.Input, Any]] = ((seen.popleft(), one) for one in results)
        paths: list[Path] = []
        pairs = _saved(pairs, args, paths)
        if args.json:
            _print_json(pairs, sys.stdout)
        else:
            _print_for_people(pairs, sys.stdout)
        for path in paths:
            print(f"saved {path}", file=sys.stderr)


def _saved(
    pairs: Iterable[tuple[inputs.Input, Any]], args: argparse.Namespace, paths: list[Path]
) -> Iterable[tuple[inputs.Input, Any]]:
    """The results; on their way what the command asks for is saved."""
    if args.task in sounds.SPEECH:
        pairs = sounds.subtitled(pairs, args, paths)
    if args.save is None:
        return pairs
    if args.task in (*sounds.HEARING, *sounds.SPEAKING):
        return sounds.saved(pairs, args.save, paths)
    return pictures.saved(pairs, args.save, paths)


def _top_k(text: str) -> int | None:
    """A count, or None for all: what `top_k` of the pipelines takes."""
    if text == "all":
        return None
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected a number or 'all', got {text!r}") from None


def _call_options(args: argparse.Namespace) -> dict[str, Any]:
    """The keyword arguments of the call: only what was given, so that the defaults stand."""
    given = vars(args)
    options = {name: given[name] for name in TASK_OPTIONS if name in given}
    if args.task in EMBEDDING_TASKS:
        options.setdefault("pooling", "auto")
    if args.task in ENTITY_TASKS:
        options.setdefault("aggregation_strategy", "simple")
    if args.task == "text-ranking":
        options["return_documents"] = True
    return options | sounds.call_options(args) | dict(args.option)


def _can_stream(pipe: Any, options: dict[str, Any]) -> bool:
    """Whether a text can be shown while it is written."""
    return not options.get("return_tensors") and pipe.writes_one(**options)


def _show_growing(pipe: Any, text: str, options: dict[str, Any], out: TextIO) -> None:
    streamer = writing.Screen(out).streamer(pipe.tokenizer, options)
    pipe(text, streamer=streamer, **options)
    print(file=out, flush=True)


def _remember(given: Iterable[inputs.Input], seen: deque[inputs.Input]) -> Iterator[Any]:
    """Pass the items on and keep each until its result is shown: the pipeline may read ahead."""
    for one in given:
        seen.append(one)
        yield one.item


def _print_json(pairs: Iterable[tuple[inputs.Input, object]], out: TextIO) -> None:
    """One JSON array, written element by element."""
    separator = "["
    for _, result in pairs:
        out.write(f"{separator}{json.dumps(show.to_json(result), allow_nan=False)}")
        out.flush()
        separator = ",\n "
    out.write("[]\n" if separator == "[" else "]\n")


def _print_for_people(pairs: Iterable[tuple[inputs.Input, object]], out: TextIO) -> None:
    style = show.Style.of(out)
    vectors: list[Any] = []
    for (title, item), result in pairs:
        print(show.shorten(show.marked(title, result), style.width), file=out)
        for line in show.result_lines(inputs.as_rows(item, result), style):
            print(f"  {line}", file=out)
        out.flush()
        if _is_embedding(result) and len(vectors) <= MAX_COMPARED:
            vectors.append(result)
    if 1 < len(vectors) <= MAX_COMPARED:
        for line in show.similarity_lines(vectors):
            print(line, file=out)


def _is_embedding(result: Any) -> bool:
    return hasattr(result, "dtype") and result.dtype.kind == "f" and result.ndim == 1
