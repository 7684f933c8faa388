"""The folder for files that may be kept nowhere: it goes when the process ends."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import threading
from pathlib import Path

_lock = threading.Lock()
_folders: dict[int, Path] = {}


def temporary_folder() -> Path:
    """The folder of this process; the same one at every call, a child process gets its own."""
    with _lock:
        process = os.getpid()
        if process not in _folders:
            _folders[process] = Path(tempfile.mkdtemp(prefix="onnxformers-"))
            atexit.register(_remove, process)
        return _folders[process]


def _remove(process: int) -> None:
    # A forked child inherits the parent's registration: only the owner removes.
    if os.getpid() == process:
        shutil.rmtree(_folders[process], ignore_errors=True)
