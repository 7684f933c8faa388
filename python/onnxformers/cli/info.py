"""`onnxformers info`: what this installation found and will use."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from onnxformers.cli import show
from onnxformers.errors import OnnxformersError

SUMMARY = "show versions, ONNX Runtime, providers, CPU, threads and caches"
GPU_PROVIDERS = {"CUDAExecutionProvider", "TensorrtExecutionProvider"}
TELEMETRY_VARIABLE = "ORT_DISABLE_TELEMETRY"
# Values that do not disable it, as in cpp/runtime/env.cpp.
TELEMETRY_ALLOWED = ("", "0", "false")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("--json", action="store_true", help="print a JSON object")


def execute(args: argparse.Namespace) -> None:
    """Gather the facts and print them.

    Args:
        args: What `add_arguments` declares.
    """
    facts = gather()
    if args.json:
        print(json.dumps(show.to_json(facts), indent=2))
        return
    for line in _lines(facts):
        print(line)


def gather() -> dict[str, Any]:
    """Everything this command tells, as a tree of plain values. Works without ONNX Runtime."""
    import platform

    from onnxformers._native import __version__

    runtime = _runtime()
    return {
        "onnxformers": __version__,
        "python": f"{platform.python_version()} ({sys.executable})",
        "platform": f"{platform.system()} {platform.release()}, {platform.machine()}",
        "runtime": runtime,
        "gpu": gpu_state(runtime),
        "cpu": _cpu(),
        "caches": _caches(),
        "telemetry": telemetry_state(),
    }


def _runtime() -> dict[str, Any]:
    """The ONNX Runtime library: distribution, version, path and providers, or why there is none."""
    from onnxformers import runtime
    from onnxformers._native import runtime as native

    try:
        runtime.load_runtime()
    except OnnxformersError as error:
        return {"error": str(error), "providers": []}
    library = native.library() or {}
    return {
        "distribution": _distribution(str(library.get("path", ""))),
        "version": library.get("version"),
        "path": library.get("path"),
        "providers": native.available_providers(),
    }


def _distribution(library: str) -> str | None:
    """The installed distribution whose files include the library."""
    import importlib.metadata

    for name in importlib.metadata.packages_distributions().get("onnxruntime", []):
        files = importlib.metadata.files(name) or []
        if any(Path(str(file.locate())).resolve() == Path(library).resolve() for file in files):
            return f"{name} {importlib.metadata.version(name)}"
    return None


def gpu_state(runtime: Mapping[str, Any], devices: int | None = None) -> str:
    """One sentence: whether a GPU can be used, and if not, why.

    Args:
        runtime: `error` or `providers`, as `gather` reports them.
        devices: How many CUDA devices the driver reports, 0 without a driver; asked now when None.
    """
    if "error" in runtime:
        return "not used: no ONNX Runtime is installed; pip install 'onnxformers[gpu]'"
    devices = cuda_devices() if devices is None else devices
    if GPU_PROVIDERS.isdisjoint(runtime["providers"]):
        found = f"{devices} CUDA device(s) found" if devices else "no CUDA device found either"
        return (
            f"not used: this ONNX Runtime has no CUDA provider ({found}); "
            "pip uninstall onnxruntime, then pip install onnxruntime-gpu"
        )
    if not devices:
        return "not used: the NVIDIA driver is not installed or reports no device"
    return f"{devices} CUDA device(s); used only when asked for with device='cuda'"


def cuda_devices() -> int:
    """How many devices the CUDA driver reports; 0 when there is no driver."""
    import ctypes

    try:
        driver = ctypes.CDLL("nvcuda.dll" if os.name == "nt" else "libcuda.so.1")
    except OSError:
        return 0
    count = ctypes.c_int(0)
    if driver.cuInit(0) != 0 or driver.cuDeviceGetCount(ctypes.byref(count)) != 0:
        return 0
    return count.value


def _cpu() -> dict[str, Any]:
    """What the native core knows of the CPU and how many threads it takes from that."""
    from onnxformers._native.base import cpu_info

    return cpu_info()


def _caches() -> dict[str, Any]:
    """Path and size of the Hub's cache and of what we derive ourselves."""
    from onnxformers.env import env, hub_cache_dir

    folders = {"hub": hub_cache_dir(), "derived": env.cache_dir}
    return {
        name: {"path": str(path), "bytes": folder_size(path)} if path else {"path": None}
        for name, path in folders.items()
    }


def folder_size(folder: Path) -> int:
    """Bytes of all files below a folder; a link counts as itself (the Hub's cache has many)."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):  # gone meanwhile
                total += Path(parent, name).lstat().st_size
    return total


def telemetry_state() -> str:
    """Whether ONNX Runtime may send usage data; the core forbids it before it loads the library."""
    value = os.environ.get(TELEMETRY_VARIABLE)
    if value is None:
        return f"off (our default; {TELEMETRY_VARIABLE}=0 leaves it to ONNX Runtime)"
    state = "left to ONNX Runtime" if value in TELEMETRY_ALLOWED else "off"
    return f"{state} ({TELEMETRY_VARIABLE}={value})"


def _lines(facts: Mapping[str, Any], indent: str = "") -> Iterator[str]:
    width = max(len(key) for key in facts)
    for key, value in facts.items():
        if isinstance(value, Mapping):
            yield f"{indent}{key}"
            yield from _lines(value, indent + "  ")
        else:
            yield f"{indent}{key:<{width}}  {_text(key, value)}"


def _text(key: str, value: object) -> str:
    if key == "bytes" and isinstance(value, int):
        return f"{value / 1e6:.1f} MB"
    if isinstance(value, (list, tuple)):
        return " ".join(str(item) for item in value) or "none"
    return show.printable("none" if value is None else str(value))
