"""Find and load the library of ONNX Runtime that is installed."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import re
import sys
import threading
from pathlib import Path

from onnxformers._native import runtime as native
from onnxformers.errors import OnnxformersError, RuntimeLibraryError

LIBRARY_VARIABLE = "ONNXFORMERS_ONNXRUNTIME_LIBRARY"
# With the GPU build first: it also runs on the CPU.
DISTRIBUTIONS = ("onnxruntime-gpu", "onnxruntime", "onnxruntime-directml", "onnxruntime-qnn")
INSTALL = "pip install 'onnxformers[cpu]' (or 'onnxformers[gpu]' for CUDA)"
_CORE_NAMES = {
    "win32": r"onnxruntime\.dll",
    "darwin": r"libonnxruntime\.\d[\d.]*\.dylib",
}
_CORE_NAME = re.compile(_CORE_NAMES.get(sys.platform, r"libonnxruntime\.so\.\d[\d.]*"))


def package_folder() -> Path | None:
    """The folder `onnxruntime/capi`, found without importing the package; None without one."""
    try:
        spec = importlib.util.find_spec("onnxruntime")
    except ValueError:  # somebody put a stand-in without a spec into sys.modules
        return None
    for place in (spec.submodule_search_locations or []) if spec else []:
        folder = Path(place) / "capi"
        if folder.is_dir():
            return folder
    return None


def _recorded_cores(folder: Path) -> dict[str, Path]:
    """The core library that each installed distribution says is its own."""
    from importlib import metadata

    found = {}
    for name in DISTRIBUTIONS:
        try:
            files = metadata.files(name) or []
        except metadata.PackageNotFoundError:
            continue
        for file in files:
            if _CORE_NAME.fullmatch(file.name) and (folder / file.name).is_file():
                found[name] = folder / file.name
    return found


def find_library() -> Path:
    """The core library of the installed `onnxruntime` or `onnxruntime-gpu`.

    The environment variable ONNXFORMERS_ONNXRUNTIME_LIBRARY names another file, for builds of
    one's own.

    Returns:
        An absolute path.

    Raises:
        RuntimeLibraryError: none is installed, or it carries no library that can be loaded.

    Example:
        >>> find_library().name  # doctest: +SKIP
        'libonnxruntime.so.1.31.1'
    """
    if chosen := os.environ.get(LIBRARY_VARIABLE):
        return Path(chosen).absolute()
    folder = package_folder()
    if folder is None:
        raise RuntimeLibraryError(
            f"[runtime] ONNX Runtime is not installed, it is needed to run models: {INSTALL}"
        )
    cores = [path for path in folder.iterdir() if _CORE_NAME.fullmatch(path.name)]
    if len(cores) > 1:
        # Two distributions in one folder: the names of the files do not say which is whole.
        recorded = list(_recorded_cores(folder).values())
        cores = recorded or sorted(cores)
    if not cores:
        raise RuntimeLibraryError(
            f"[runtime] the ONNX Runtime in {folder} has no library that can be loaded, "
            f"1.20 or newer is needed: {INSTALL}"
        )
    return cores[0].absolute()


def load_runtime() -> None:
    """Find and load ONNX Runtime, once a process; later calls do nothing.

    Its telemetry (releases from 1.29 on) is switched off: ORT_DISABLE_TELEMETRY=1 is set in the
    environment before the library is loaded. To opt in, set ORT_DISABLE_TELEMETRY=0 yourself
    before the first model is opened.

    Raises:
        RuntimeLibraryError: none is installed, it cannot be loaded, or it is older than 1.20.

    Example:
        >>> load_runtime()
    """
    if native.library() is not None:
        return
    path = find_library()
    # The core sets the C variable too; this one is for child processes started with os.environ.
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    native.load_library(str(path))


def start_runtime() -> None:
    """Load ONNX Runtime on another thread, for a model that is opened soon; what fails fails then.

    A fifth of the time that a small model takes to open goes into the environment, which all models
    of the process share.
    """

    def start() -> None:
        with contextlib.suppress(OnnxformersError):
            load_runtime()
            native.make_environment()

    # Not a daemon: the library must not end while it begins.
    threading.Thread(target=start, name="onnxformers-runtime").start()
