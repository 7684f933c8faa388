"""Programs of node as peers: a child process that loads once and times its own calls."""

from __future__ import annotations

import json
import shutil
import subprocess
import weakref
from pathlib import Path
from typing import Any

from measure import Case, UnavailableError


class NodeChild:
    """A script of this folder in node; it answers each line of JSON with one.

    Attributes:
        greeting: What it says once it has loaded.
    """

    def __init__(self, script: str, node_folder: Path | None, *arguments: object) -> None:
        if node_folder is None:
            raise UnavailableError("no --node folder given")
        node = shutil.which("node")
        if node is None:
            raise UnavailableError("node is not installed")
        path = Path(__file__).with_name(script)
        self._child = subprocess.Popen(
            [node, str(path), str(node_folder), *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        weakref.finalize(self, self._child.kill)
        self.greeting = self._read("ended while loading")

    def ask(self, **request: object) -> dict[str, Any]:
        """Its answer to one request."""
        self._child.stdin.write(json.dumps(request) + "\n")
        self._child.stdin.flush()
        return self._read("ended")

    def case(self, **request: object) -> Case:
        """A case of `measure.interleave`: the same request, so many calls at a time."""

        def run(calls: int) -> list[tuple[float, float]]:
            reply = self.ask(**request, calls=calls)
            return list(zip(reply["wall"], reply["cpu"], strict=True))

        return run

    def _read(self, trouble: str) -> dict[str, Any]:
        line = self._child.stdout.readline()
        if not line:
            raise UnavailableError(f"its process {trouble}")
        return json.loads(line)
