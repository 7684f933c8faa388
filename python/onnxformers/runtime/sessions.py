"""Open a model."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from onnxformers._native import runtime as native
from onnxformers.errors import ProviderError
from onnxformers.runtime import shared
from onnxformers.runtime.devices import Device, Providers, prepare_device, resolve_device
from onnxformers.runtime.library import load_runtime
from onnxformers.runtime.options import SessionOptions


def open_session(
    path: str | os.PathLike[str],
    *,
    device: Device = None,
    options: SessionOptions | Mapping[str, object] | None = None,
) -> native.Session:
    """Open a model file.

    Args:
        path: an ONNX file; files with external weights lie beside it.
        device: see `resolve_device`.
        options: see `SessionOptions`.

    Returns:
        A session; `run({"input_ids": array, ...})` gives the outputs as a list of arrays. Safe to
        use from many threads.

    Raises:
        RuntimeLibraryError: ONNX Runtime is not installed or cannot be loaded.
        MissingFileError: the file, or one with its weights, is not there.
        FileFormatError: the file is broken, is no ONNX model, or names files outside its folder.
        ProviderError: the device is not in the installed build or cannot be used; never the CPU
            in its place.
        SessionError: ONNX Runtime cannot open the model for another reason.

    Example:
        >>> session = open_session("model/onnx/model.onnx", device="cpu")  # doctest: +SKIP
        >>> [node.name for node in session.inputs]  # doctest: +SKIP
        ['input_ids', 'attention_mask', 'token_type_ids']
    """
    return prepare_session(path, device=device, options=options)()


def prepare_session(
    path: str | os.PathLike[str],
    *,
    device: Device = None,
    options: SessionOptions | Mapping[str, object] | None = None,
) -> Callable[[], native.Session]:
    """All that comes before opening; what it returns opens the model, on any thread.

    Arguments and errors as of `open_session`, those of the file when it is opened. The second part
    hardly holds the GIL, so that it runs beside whatever else a program does at its start.
    """
    chosen = SessionOptions.of(options)
    arguments = chosen.native_arguments()
    load_runtime()
    providers = resolve_device(device)
    prepare_device(providers)
    is_on_cpu = providers[0][0] == "cpu"
    folder = shared.weights_folder()
    if folder is not None and is_on_cpu and not arguments["external_data"]:
        return partial(shared.open_shared, Path(path), folder, providers, arguments)
    if chosen.optimized_model_cache and is_on_cpu:
        from onnxformers.runtime.optimized import open_optimized

        return partial(open_optimized, Path(path), providers, arguments)
    return partial(_open, os.fspath(path), providers, arguments)


def _open(path: str, providers: Providers, arguments: dict[str, Any]) -> native.Session:
    try:
        return native.Session(path, providers=providers, **arguments)
    except ProviderError as error:
        from onnxformers.runtime.cuda import explain_cuda

        raise explain_cuda(error) from None
