"""What the words of a command line are to a task: texts, pairs of texts, or a text and a list."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from onnxformers.errors import InvalidArgumentError, MissingFileError

STDIN = "-"
#: Task -> keys of an item; its second text is one argument, which goes with every input.
PAIRS = {
    "document-question-answering": ("image", "question"),
    "visual-question-answering": ("image", "question"),
    "question-answering": ("question", "context"),
    "text-classification": ("text", "text_pair"),
    "sentiment-analysis": ("text", "text_pair"),
}
#: Task -> keys of its only item: the first input and the list of all others.
GROUPS = {
    "sentence-similarity": ("source_sentence", "sentences"),
    "text-ranking": ("query", "documents"),
}


class Input(NamedTuple):
    """One input of the pipeline.

    Attributes:
        title: What stands above its result.
        item: What the pipeline takes.
    """

    title: str
    item: Any


@dataclass(frozen=True, slots=True)
class Inputs:
    """The inputs of a command line.

    Attributes:
        items: In their order; lines of stdin are read as they are needed.
        is_stream: Whether stdin is among them.
    """

    items: Iterable[Input]
    is_stream: bool


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the inputs and the texts that go with them."""
    parser.add_argument(
        "inputs",
        metavar="INPUT",
        nargs="+",
        help="a text, a question, or the path or address of an image; of text-ranking and "
        "sentence-similarity the first one is compared with all others; - reads lines of stdin",
    )
    group = parser.add_argument_group("texts that go with every input")
    second = group.add_mutually_exclusive_group()
    second.add_argument("--context", metavar="TEXT", help="where answers are looked for")
    second.add_argument("--context-file", metavar="FILE", help="a file of text with the context")
    second.add_argument("--question", metavar="TEXT", help="what is asked about an image")
    second.add_argument("--text-pair", metavar="TEXT", help="second text of text-classification")


def read_inputs(args: argparse.Namespace) -> Inputs:
    """The inputs of the task.

    Raises:
        InvalidArgumentError: The task needs a text that was not given, or takes none.
        MissingFileError: The file with the context cannot be read.
    """
    texts, is_stream = _texts(args.inputs), STDIN in args.inputs
    second = _second_text(args)
    if args.task in GROUPS:
        return Inputs([_group(args.task, list(texts))], False)
    if second is None:
        return Inputs((Input(text, text) for text in texts), is_stream)
    names = PAIRS[args.task]
    return Inputs(
        (Input(text, dict(zip(names, (text, second), strict=True))) for text in texts), is_stream
    )


def _second_text(args: argparse.Namespace) -> str | None:
    """The text that goes with every input, if the task has one."""
    given = {"--context": args.context, "--context-file": args.context_file}
    given |= {"--text-pair": args.text_pair, "--question": args.question}
    wanted = PAIRS.get(args.task, ("", ""))[1]
    for flag, value in given.items():
        if value is None:
            continue
        if not wanted or not flag.replace("-", "_").startswith(f"__{wanted}"):
            raise InvalidArgumentError(f"[run] {args.task} takes no {flag}")
        return _read_file(value) if flag == "--context-file" else str(value)
    if wanted == "question":
        raise InvalidArgumentError(f"[run] {args.task} needs --question TEXT")
    if wanted == "context":
        raise InvalidArgumentError(f"[run] {args.task} needs --context TEXT or --context-file FILE")
    return None


def _read_file(name: str) -> str:
    try:
        return Path(name).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InvalidArgumentError(f"[run] {name} is not UTF-8 at byte {error.start}") from None
    except OSError as error:
        raise MissingFileError(f"[run] {name} cannot be read: {error.strerror}") from None


def _group(task: str, texts: list[str]) -> Input:
    first, *others = texts or [""]
    if not others:
        raise InvalidArgumentError(
            f"[run] {task} compares the first input with all others, and there is no other"
        )
    names: tuple[str, str] = GROUPS[task]
    return Input(first, {names[0]: first, names[1]: others})


def _texts(inputs: Iterable[str]) -> Iterator[str]:
    """The inputs in order, `-` replaced by the lines of stdin as they come."""
    for text in inputs:
        if text == STDIN:
            yield from _lines(sys.stdin)
        else:
            yield text


def _lines(stream: TextIO) -> Iterator[str]:
    try:
        for line in stream:
            yield line.removesuffix("\n")
    except UnicodeDecodeError as error:
        raise InvalidArgumentError(
            f"[run] stdin must be text in {error.encoding}, got byte {error.object[error.start]:#x}"
        ) from error


def as_rows(item: Any, result: Any) -> Any:
    """A result as rows of a table, where it is lists of what belongs together.

    >>> as_rows("a text", {"sequence": "a text", "labels": ["x"], "scores": [0.5]})
    [{'label': 'x', 'score': 0.5}]
    """
    if isinstance(result, Mapping) and {"labels", "scores"} <= set(result):
        pairs = zip(result["labels"], result["scores"], strict=True)
        return [{"label": label, "score": score} for label, score in pairs]
    if isinstance(item, Mapping) and "sentences" in item:
        pairs = zip(item["sentences"], result, strict=True)
        return [{"sentence": text, "score": score} for text, score in pairs]
    if isinstance(item, Mapping) and "question" in item:
        answers = [result] if isinstance(result, Mapping) else result
        return [{"answer": answer["answer"], **answer} for answer in answers]
    return result
