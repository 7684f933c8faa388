"""Optimised graphs, kept from one process to the next."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from onnxformers._native import base
from onnxformers._native import runtime as native
from onnxformers.errors import OnnxformersError
from onnxformers.hub.cache import DerivedCache
from onnxformers.runtime.devices import Providers

_log = logging.getLogger("onnxformers")
_CACHE = DerivedCache("optimized_graphs", suffix=".onnx")
# What shapes the optimised graph.
_SHAPING = ("graph_optimization", "config_entries", "free_dimensions")


def open_optimized(path: Path, providers: Providers, arguments: dict[str, Any]) -> native.Session:
    """Open the optimised graph of a model, made and kept when there is none.

    Graphs are optimised for the CPU at hand and by one version of ONNX Runtime: both are part of
    the key, as is the content of the model. Where nothing can be kept, or what is kept does not
    open, the model itself is opened.

    Args:
        path: the model.
        providers: the CPU alone; graphs for other devices hold what cannot be written to a file.
        arguments: those of the native session.

    Raises:
        OnnxformersError: the model itself cannot be opened.
    """
    key = _key(path, arguments)

    def write(target: Path) -> None:
        written = {**arguments, "optimized_model_path": str(target)}
        native.Session(str(path), providers=providers, **written).close()

    entry = _CACHE.get(key, write)
    if entry is not None:
        try:
            # What the optimiser did is in the graph; only the time for it is saved.
            ready = {**arguments, "graph_optimization": "off"}
            return native.Session(str(entry), providers=providers, **ready)
        except OnnxformersError as error:
            _log.warning("[runtime] the optimised graph of %s does not open: %s", path, error)
            _CACHE.discard(key)
    return native.Session(str(path), providers=providers, **arguments)


def _key(path: Path, arguments: dict[str, Any]) -> str:
    weights = sorted(path.parent.glob(f"{path.name}_data*"))
    library = native.library() or {}
    return _CACHE.key(
        [path, *weights],
        versions={"onnxruntime": str(library.get("version"))},
        hardware=base.cpu_info()["features"],
        options={name: arguments[name] for name in _SHAPING},
    )
