"""The options that say which model to load and how: the same for every command that loads one."""

from __future__ import annotations

import argparse
from typing import Any


def add_loading_arguments(parser: argparse.ArgumentParser) -> None:
    """Add --dtype, --device, --revision, --cache-dir and --local-files-only."""
    group = parser.add_argument_group("loading")
    group.add_argument("--dtype", help="variant of the files: fp32, fp16, q8, int8, uint8, q4, ...")
    group.add_argument("--device", help="cpu (default), cuda, cuda:1, tensorrt or auto")
    group.add_argument("--revision", help="branch, tag or commit on the Hub")
    group.add_argument("--cache-dir", metavar="DIR", help="where downloads are kept")
    group.add_argument("--local-files-only", action="store_true", help="never use the network")


def loading_options(args: argparse.Namespace) -> dict[str, Any]:
    """What was given of these options, as keyword arguments of `onnxformers.pipeline`."""
    names = ("dtype", "device", "revision", "cache_dir", "local_files_only")
    return {name: getattr(args, name) for name in names if getattr(args, name)}
