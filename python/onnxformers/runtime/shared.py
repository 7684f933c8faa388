"""Weights that several processes on one machine have in common.

ONNX Runtime copies the weights of a model and lays them out for the CPU at hand, in memory of the
process. It can write what it has made to a file, and map that file in place of a copy: the first
process that opens a model writes it, and all of them map it.
"""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import Any

from onnxformers._native import runtime as native
from onnxformers.errors import OnnxformersError
from onnxformers.runtime.devices import Providers

_log = logging.getLogger("onnxformers")
#: Seconds that a process waits for another one that writes.
_PATIENCE_S = 120.0
_LOOK_S = 0.05
_GRAPH, _WEIGHTS, _DONE, _FAILED = "model.onnx", "weights.bin", "done", "failed"
#: Keys of ONNX Runtime by which it writes weights beside the graph, laid out; those below a few
#: hundred bytes stay in the graph. Releases before 1.21 write them as they were.
_WRITING = {
    "session.optimized_model_external_initializers_file_name": _WEIGHTS,
    "session.optimized_model_external_initializers_min_size_in_bytes": "1024",
    "session.save_external_prepacked_constant_initializers": "1",
}


class _Place:
    folder: Path | None = None


def share_weights(folder: Path | None) -> None:
    """Keep the weights of models that this process opens from now on in a folder.

    Args:
        folder: The same for all processes; who makes it removes it. None: keep them no more.
    """
    _Place.folder = folder


def weights_folder() -> Path | None:
    """What `share_weights` was told."""
    return _Place.folder


def open_shared(
    path: Path, folder: Path, providers: Providers, arguments: dict[str, Any]
) -> native.Session:
    """Open a model whose weights lie in a file under `folder`, made when there is none.

    Where it cannot be made, the model itself is opened.

    Args:
        path: The model.
        folder: Of `share_weights`.
        providers: The CPU alone.
        arguments: Those of the native session.

    Raises:
        OnnxformersError: The model itself cannot be opened.
    """
    import hashlib

    text = repr((str(path.resolve()), sorted(arguments.items())))
    own = folder / hashlib.sha256(text.encode()).hexdigest()[:16]
    try:
        own.mkdir(parents=True)
    except FileExistsError:
        is_there = _wait(own)
    else:
        is_there = _write(path, own, providers, arguments)
    if not is_there:
        return native.Session(str(path), providers=providers, **arguments)
    # What the optimiser did is in the graph.
    ready = {**arguments, "graph_optimization": "off"}
    return native.Session(str(own / _GRAPH), providers=providers, **ready)


def _write(path: Path, own: Path, providers: Providers, arguments: dict[str, Any]) -> bool:
    entries = {**arguments["config_entries"], **_WRITING}
    target = str(own / _GRAPH)
    writing = {**arguments, "config_entries": entries, "optimized_model_path": target}
    try:
        native.Session(str(path), providers=providers, **writing).close()
    except OnnxformersError as error:
        _log.warning("[runtime] the weights of %s cannot be shared: %s", path, error)
        (own / _FAILED).touch()
        return False
    (own / _DONE).touch()
    return True


def _wait(own: Path) -> bool:
    ends_at = time.monotonic() + _PATIENCE_S
    while time.monotonic() < ends_at:
        if (own / _DONE).exists():
            return True
        if (own / _FAILED).exists():
            return False
        time.sleep(_LOOK_S)
    _log.warning("[runtime] nobody has written %s: its weights are not shared", own)
    return False
