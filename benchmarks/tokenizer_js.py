"""Transformers.js as a peer of the tokenizer benchmark."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

from node import NodeChild
from tokenizer_files import Family


class TokenizersJs(NodeChild):
    """A child process of node with one tokenizer."""

    def __init__(self, family: Family, node_folder: Path | None) -> None:
        super().__init__("tokenizer_js.mjs", node_folder, family.folder)
        self.load_s: float = self.greeting["load"]

    def ids(self, texts: list[str]) -> list[list[int]]:
        """Ids of every text."""
        return self.ask(texts=texts, want="ids")["ids"]

    def unusable(self, _: object) -> NoReturn:
        """Stands where other peers are timed from Python."""
        raise AssertionError("timed in its own process")
