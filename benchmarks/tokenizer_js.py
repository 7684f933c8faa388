"""Transformers.js as a peer of the tokenizer benchmark."""

from __future__ import annotations

import json
import shutil
import subprocess
import weakref
from pathlib import Path
from typing import NoReturn

from measure import Case, UnavailableError
from tokenizer_files import Family


class TokenizersJs:
    """A child process of node with one tokenizer; it times itself."""

    def __init__(self, family: Family, node_folder: Path | None) -> None:
        if node_folder is None:
            raise UnavailableError("no --node folder given")
        node = shutil.which("node")
        if node is None:
            raise UnavailableError("node is not installed")
        script = Path(__file__).with_name("tokenizer_js.mjs")
        self._child = subprocess.Popen(
            [node, str(script), str(node_folder), str(family.folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        weakref.finalize(self, self._child.kill)
        first = self._child.stdout.readline()
        if not first:
            raise UnavailableError("cannot load this tokenizer")
        self.load_s: float = json.loads(first)["load"]

    def _ask(self, **request: object) -> dict[str, list]:
        self._child.stdin.write(json.dumps(request) + "\n")
        self._child.stdin.flush()
        line = self._child.stdout.readline()
        if not line:
            raise UnavailableError("its process ended")
        return json.loads(line)

    def ids(self, texts: list[str]) -> list[list[int]]:
        """Ids of every text."""
        return self._ask(texts=texts, want="ids")["ids"]

    def case(self, texts: list[str], want: str, times: int = 1) -> Case:
        """A case of `measure.interleave`: "arrays" of all texts or "one" by one, so many times."""

        def run(calls: int) -> list[tuple[float, float]]:
            reply = self._ask(texts=texts, want=want, calls=calls, times=times)
            return list(zip(reply["wall"], reply["cpu"], strict=True))

        return run

    def unusable(self, _: object) -> NoReturn:
        """Stands where other peers are timed from Python."""
        raise AssertionError("timed in its own process")
