"""Files that appear whole or not at all, also when the process is killed in between."""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

_TEMPORARY_PREFIX = ".tmp-"
_ABANDONED_AFTER_S = 24 * 3600.0


@contextlib.contextmanager
def appearing(path: Path) -> Iterator[Path]:
    """A temporary path beside `path`; what is written there becomes `path` when the block ends.

    The bytes reach the disk before the name does. Several processes may do this at once: the last
    one wins, and a reader sees one whole file at every moment. When the block raises, nothing
    stays behind.

    Raises:
        OSError: the folder cannot be made or written, the disk is full.
    """
    # Only for the user: what lies in our caches is run later.
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=_TEMPORARY_PREFIX, suffix=path.suffix, dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        _flush(temporary)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _flush_folder(path.parent)


def remove_abandoned(folder: Path) -> None:
    """Remove temporary files that a killed process left in `folder` more than a day ago."""
    oldest = time.time() - _ABANDONED_AFTER_S
    with contextlib.suppress(OSError):
        for entry in os.scandir(folder):
            if entry.name.startswith(_TEMPORARY_PREFIX) and entry.stat().st_mtime < oldest:
                Path(entry.path).unlink(missing_ok=True)


def _flush(path: Path) -> None:
    with path.open("r+b") as file:  # Windows flushes only what is open for writing
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    if os.name == "nt":  # has no such call; the rename is in its journal
        return
    with contextlib.suppress(OSError):  # some network file systems refuse: the file itself is safe
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
