"""`onnxformers chat`: a conversation with a model on the terminal."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, TextIO

from onnxformers.cli.loading import add_loading_arguments, loading_options
from onnxformers.cli.options import add_option_argument
from onnxformers.cli.writing import Screen, add_generation_arguments, generation_options

SUMMARY = "chat with a model"
#: Tokens of an answer, unless the user says otherwise: more than a pipeline writes by itself.
MAX_NEW_TOKENS = 1024
EXIT = "/exit"
CLEAR = "/clear"
HELP = f"{EXIT} or Ctrl-D leaves, {CLEAR} begins anew, Ctrl-C stops an answer"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument(
        "--model", "-m", metavar="M", required=True, help="id on the Hub or a folder"
    )
    parser.add_argument("--system", metavar="TEXT", help="what the model is told first")
    add_loading_arguments(parser)
    add_generation_arguments(parser)
    add_option_argument(parser)


def execute(args: argparse.Namespace) -> None:
    """Answer one line of stdin after the other until its end or /exit.

    Args:
        args: What `add_arguments` declares.

    Raises:
        OnnxformersError: the model cannot be loaded, has no chat template, or cannot answer.
    """
    import onnxformers

    # A long conversation loses its beginning rather than end.
    options = {"max_new_tokens": MAX_NEW_TOKENS, "truncation": True}
    options |= {**generation_options(args), **dict(args.option)}
    first = [{"role": "system", "content": args.system}] if args.system else []
    with onnxformers.pipeline("text-generation", args.model, **loading_options(args)) as pipe:
        messages = list(first)
        for line in _lines(sys.stdin, sys.stdout):
            if line == CLEAR:
                messages = list(first)
                continue
            messages.append({"role": "user", "content": line})
            answer = _answer(pipe, messages, options, sys.stdout)
            messages.append({"role": "assistant", "content": answer})


def is_terminal(source: TextIO, out: TextIO) -> bool:
    """Whether a person sits on both ends."""
    return source.isatty() and out.isatty()


def _lines(source: TextIO, out: TextIO) -> Iterator[str]:
    """What the user says; from a terminal with a prompt."""
    asks = is_terminal(source, out)
    if asks:
        with suppress(ImportError):  # not on Windows
            import readline  # noqa: F401 - input() takes keys from it

        print(HELP, file=out)
    while True:
        try:
            line = input("> ") if asks else next(source)
        except (EOFError, StopIteration):
            return
        line = line.strip()
        if line == EXIT:
            return
        if line:
            yield line


def _answer(pipe: Any, messages: list[dict[str, str]], options: dict[str, Any], out: TextIO) -> str:
    """Show an answer while it is written; what was written before Ctrl-C is the answer then."""
    screen = Screen(out)
    streamer = screen.streamer(pipe.tokenizer, {**options, "return_full_text": False})
    try:
        pipe(messages, streamer=streamer, **options)
    except KeyboardInterrupt:
        streamer.end()
    print(file=out, flush=True)
    return "".join(screen.pieces)
