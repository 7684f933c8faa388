"""The options that say which model to load and how: the same for every command that loads one."""

from __future__ import annotations

import argparse
from typing import Any

from onnxformers.errors import InvalidArgumentError


def add_loading_arguments(parser: argparse.ArgumentParser) -> None:
    """Add --device and what `add_place_arguments` adds."""
    group = add_place_arguments(parser)
    group.add_argument("--device", help="cpu (default), cuda, cuda:1, tensorrt or auto")


def add_place_arguments(parser: argparse.ArgumentParser) -> argparse._ArgumentGroup:
    """Add the options that say which files, and where from; returns their group."""
    group = parser.add_argument_group("loading")
    group.add_argument(
        "--dtype",
        help="variant of the files: fp32, fp16, q8, int8, uint8, q4, q4f16, bnb4, or one for each "
        "file: encoder_model=fp32,decoder_model_merged=q4",
    )
    group.add_argument("--revision", help="branch, tag or commit on the Hub")
    group.add_argument("--cache-dir", metavar="DIR", help="where downloads are kept")
    group.add_argument("--local-files-only", action="store_true", help="never use the network")
    group.add_argument("--remote-host", metavar="URL", help="a file server in place of the Hub")
    group.add_argument(
        "--remote-path-template",
        metavar="PATH",
        help="where it keeps a model; default {model}/resolve/{revision}/",
    )
    return group


def loading_options(args: argparse.Namespace) -> dict[str, Any]:
    """What was given of these options, as keyword arguments of `onnxformers.pipeline`.

    A server in place of the Hub becomes a setting of the process.
    """
    from onnxformers.settings import env

    if args.remote_host:
        env.remote_host = args.remote_host
    if args.remote_path_template:
        env.remote_path_template = args.remote_path_template
    names = ("device", "revision", "cache_dir", "local_files_only")
    given = {name: getattr(args, name) for name in names if getattr(args, name, None)}
    return given | ({"dtype": _dtype(args.dtype)} if args.dtype else {})


def _dtype(text: str) -> str | dict[str, str]:
    """One dtype, or one for each file stem."""
    if "=" not in text:
        return text
    pairs = [part.partition("=") for part in text.split(",")]
    if not all(stem and dtype for stem, _, dtype in pairs):
        raise InvalidArgumentError(
            f"[--dtype] expected a dtype or FILE=DTYPE,FILE=DTYPE, got {text!r}"
        )
    return {stem.strip(): dtype.strip() for stem, _, dtype in pairs}
