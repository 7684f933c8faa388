"""What several workers have counted, for whichever of them is asked.

Each writes its numbers to a file of its own, every half second and when it is asked itself. The
sums never go down: a file is only ever replaced by one with later numbers, and the file of a worker
that has ended stays.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

import msgspec

from onnxformers.server.metrics import GAUGES, Snapshot

_decoder = msgspec.json.Decoder(Snapshot)
_ENDED, _NEW = ".ended", ".new"


class Board:
    """The files.

    Args:
        folder: Where they are.
        name: Of this worker; no other has ever had it.
    """

    def __init__(self, folder: str, name: str) -> None:
        self._folder, self._path = Path(folder), Path(folder) / name
        self._last = b""

    def write(self, snapshot: Snapshot) -> None:
        """Write down the numbers of this worker, if they have changed."""
        content = msgspec.json.encode(snapshot)
        if content == self._last:
            return
        # Never half of a file: who reads sees the old one or the new one.
        beside = self._path.with_suffix(_NEW)
        beside.write_bytes(content)
        beside.replace(self._path)
        self._last = content

    def snapshots(self) -> list[Snapshot]:
        """The numbers of all workers; of those that have ended what stays."""
        found = []
        for path in self._folder.iterdir():
            if path.suffix == _NEW:
                continue
            with contextlib.suppress(FileNotFoundError):  # its worker has ended just now
                snapshot = _decoder.decode(path.read_bytes())
                is_alive = path.suffix != _ENDED
                found.append(
                    {n: rows for n, rows in snapshot.items() if is_alive or n not in GAUGES}
                )
        return found


def end_worker(folder: str, name: str) -> None:
    """Say that a worker is dead: what it was doing is no more, what it did stays."""
    path = Path(folder) / name
    if path.exists():
        path.rename(path.with_suffix(_ENDED))
