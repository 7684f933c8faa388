"""`--option KEY=VALUE`: what has no flag of its own."""

from __future__ import annotations

import argparse
import json
from typing import Any


def add_option_argument(parser: argparse._ActionsContainer) -> None:
    """Add --option, whose values come as a list of names and values."""
    parser.add_argument(
        "--option",
        type=key_value,
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="any other option of the pipeline; VALUE is JSON or a plain string",
    )


def key_value(text: str) -> tuple[str, Any]:
    """A name and its value.

    >>> key_value("top-k=3")
    ('top_k', 3)
    """
    key, equals, value = text.partition("=")
    key = key.strip().replace("-", "_")
    if not equals or not key.isidentifier():
        raise argparse.ArgumentTypeError(f"expected KEY=VALUE, got {text!r}")
    try:
        return key, json.loads(value)
    except ValueError:
        return key, value
