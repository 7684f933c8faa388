"""Facts about the installed ONNX Runtime, for people."""

from __future__ import annotations

from onnxformers._native import runtime as native
from onnxformers.errors import RuntimeLibraryError
from onnxformers.runtime.cuda import why_not_cuda
from onnxformers.runtime.library import DISTRIBUTIONS, load_runtime


def _installed() -> list[str]:
    """Names and versions of the distributions of ONNX Runtime that are installed."""
    versions = {name: _version(name) for name in DISTRIBUTIONS}
    return [f"{name} {version}" for name, version in versions.items() if version]


def _version(distribution: str) -> str | None:
    from importlib import metadata

    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def describe() -> dict[str, object]:
    """What was found of ONNX Runtime on this machine.

    Returns:
        `distributions` (installed, e.g. ["onnxruntime 1.31.1"]), `version`, `library` (path),
        `build_info`, `providers` (what the build knows), `gpu` (None when CUDA can be used, else
        the reason why not), `error` (None, or why nothing could be loaded; then the other facts
        are None).

    Example:
        >>> describe()["providers"]  # doctest: +SKIP
        ['AzureExecutionProvider', 'CPUExecutionProvider']
    """
    facts: dict[str, object] = dict.fromkeys(
        ("version", "library", "build_info", "providers", "gpu", "error")
    )
    facts["distributions"] = _installed()
    try:
        load_runtime()
    except RuntimeLibraryError as error:
        facts["error"] = str(error)
        return facts
    loaded = native.library() or {}
    facts |= {
        "version": loaded["version"],
        "library": loaded["path"],
        "build_info": loaded["build_info"],
        "providers": native.available_providers(),
        "gpu": why_not_cuda(),
    }
    return facts
