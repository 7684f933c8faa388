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

SUMMARY = "show versions, ONNX Runtime, providers, CPU, threads and caches"
RUNTIME_FACTS = ("distributions", "version", "library", "providers", "error")
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

    from onnxformers import runtime
    from onnxformers._native import __version__, base

    telemetry = telemetry_state()  # before the library is loaded, which sets the variable
    found = runtime.describe()
    return {
        "onnxformers": __version__,
        "python": f"{platform.python_version()} ({sys.executable})",
        "platform": f"{platform.system()} {platform.release()}, {platform.machine()}",
        "runtime": {name: found[name] for name in RUNTIME_FACTS},
        "gpu": gpu_state(found),
        "cpu": base.cpu_info(),
        "caches": _caches(),
        "telemetry": telemetry,
    }


def gpu_state(found: Mapping[str, Any]) -> str:
    """One sentence: whether a GPU can be used, and if not, why.

    Args:
        found: What `runtime.describe()` returned.
    """
    reason = found["error"] or found["gpu"]
    return f"not used: {reason}" if reason else "CUDA works; used when asked for: device='cuda'"


def _caches() -> dict[str, Any]:
    """Path and size of the Hub's cache and of what we derive ourselves."""
    from onnxformers.settings import env, hub_cache_dir

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
        if key == "error" and value is None:
            continue
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
