"""One download of a file at a time, among all threads and processes of this machine.

A courtesy that spares the network: where the file system has no locks, or none that work, several
fetch the same file, and each of them whole.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def one_at_a_time(lock: Path) -> Iterator[bool]:
    """Hold the lock of this name; wait while another thread or process holds it.

    Gives False where the file system says that it has no locks.

    The file exists only while somebody holds the lock or waits for it; the system frees the lock
    of a process that was killed.

    Raises:
        OSError: the file cannot be made.
    """
    handle, is_held = _opened(lock)
    try:
        yield is_held
    finally:
        with contextlib.suppress(OSError):  # Windows: others have it open
            lock.unlink()
        os.close(handle)


def _opened(lock: Path) -> tuple[int, bool]:
    while True:
        handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            is_held = _wait(handle)
            if not is_held or _is_still(lock, handle):
                return handle, is_held
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)


def _is_still(lock: Path, handle: int) -> bool:
    """Whether the name still stands for this file: who held the lock removed it at the end."""
    try:
        return os.path.samestat(lock.stat(), os.fstat(handle))
    except FileNotFoundError:
        return False


if sys.platform == "win32":
    import msvcrt

    def _wait(handle: int) -> bool:
        while (failure := _try(handle)) == errno.EDEADLK:  # held by another for ten seconds
            pass
        return failure is None

    def _try(handle: int) -> int | None:
        try:
            msvcrt.locking(handle, msvcrt.LK_LOCK, 1)
        except OSError as error:
            return error.errno
        return None

else:
    import fcntl

    def _wait(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
        except OSError:  # none on this file system
            return False
        return True
