"""What the commands that write share: options of generation, and text on the terminal."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TextIO

from onnxformers.cli.show import printable

if TYPE_CHECKING:
    from onnxformers.generation import TextStreamer

#: Options of generation that have a flag; all others go by --option.
OPTIONS = ("max_new_tokens", "do_sample", "temperature", "top_p", "repetition_penalty", "seed")


def add_generation_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of generation that people use most."""
    group = parser.add_argument_group(
        "options of tasks that write", argument_default=argparse.SUPPRESS
    )
    group.add_argument("--max-new-tokens", type=int, metavar="N", help="write at most N tokens")
    group.add_argument(
        "--sample",
        dest="do_sample",
        action="store_true",
        help="draw tokens instead of taking the likeliest",
    )
    group.add_argument("--temperature", type=float, metavar="T", help="above 1 bolder, below tamer")
    group.add_argument("--top-p", type=float, metavar="P", help="draw from this share only")
    group.add_argument("--repetition-penalty", type=float, metavar="X", help="above 1: repeat less")
    group.add_argument("--seed", type=int, metavar="N", help="draw the same each time")


def generation_options(args: argparse.Namespace) -> dict[str, Any]:
    """Those of `OPTIONS` that were given."""
    given = vars(args)
    return {name: given[name] for name in OPTIONS if name in given}


def printable_lines(text: str) -> str:
    r"""As `printable`, but lines and tabs stay.

    >>> printable_lines("a\x1b[2J\n\tb")
    'a\\x1b[2J\n\tb'
    """
    return "\n".join("\t".join(map(printable, line.split("\t"))) for line in text.split("\n"))


class Screen:
    """Text on the terminal while it is written; nothing in it steers the terminal.

    Attributes:
        pieces: What was written so far.
    """

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self.pieces: list[str] = []

    def streamer(self, tokenizer: Any, options: Mapping[str, Any]) -> TextStreamer:
        """What shows a text here, as text-generation would return it.

        Args:
            tokenizer: The model's.
            options: Those of the call: `return_full_text`, `clean_up_tokenization_spaces`.
        """
        from onnxformers.generation import TextStreamer

        return TextStreamer(
            tokenizer,
            skip_prompt=options.get("return_full_text") is False,
            callback_function=self.show,
            clean_up_tokenization_spaces=options.get("clean_up_tokenization_spaces", True),
        )

    def show(self, text: str) -> None:
        """Show a piece at once."""
        self.pieces.append(text)
        self._out.write(printable_lines(text))
        self._out.flush()
