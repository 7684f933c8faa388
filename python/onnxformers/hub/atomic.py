"""Files that appear whole or not at all, also when the process is killed in between."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

# The first bytes of a download, see hub.partial.
PARTIAL_PREFIX = ".part-"
TEMPORARY_PREFIX = ".tmp-"
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
    with temporary_in(path.parent, path.suffix) as temporary:
        yield temporary
        publish(temporary, path)


@contextlib.contextmanager
def temporary_in(folder: Path, suffix: str = "") -> Iterator[Path]:
    """A new empty file in `folder`, gone when the block ends unless it was published.

    Raises:
        OSError: the folder cannot be made or written.
    """
    import tempfile  # slow to import, and most processes write nothing

    # Only for the user: what lies in our caches is run later.
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=TEMPORARY_PREFIX, suffix=suffix, dir=folder)
    os.close(handle)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def publish(temporary: Path, path: Path) -> None:
    """Give a complete temporary file its name, in the same folder.

    Raises:
        OSError: the disk did not take it.
    """
    with temporary.open("r+b") as file:  # Windows flushes only what is open for writing
        os.fsync(file.fileno())
    temporary.replace(path)
    _flush_folder(path.parent)


def is_unfinished(name: str) -> bool:
    """Whether a file of this name is one that we are writing, or were when we were killed."""
    return name.startswith((TEMPORARY_PREFIX, PARTIAL_PREFIX))


def remove_abandoned(folder: Path) -> None:
    """Remove what killed processes left in `folder` and nobody touched for more than a day."""
    oldest = time.time() - _ABANDONED_AFTER_S
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if is_unfinished(entry.name) and _last_change(entry) < oldest:
                Path(entry.path).unlink(missing_ok=True)


def _last_change(entry: os.DirEntry[str]) -> float:
    try:
        return entry.stat().st_mtime
    except OSError:  # its writer was quicker to remove or rename it
        return time.time()


def _flush_folder(path: Path) -> None:
    if os.name == "nt":  # has no such call; the rename is in its journal
        return
    with contextlib.suppress(OSError):  # some network file systems refuse: the file itself is safe
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
