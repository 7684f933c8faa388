"""`onnxformers download`: fetch a model into the cache, or into a folder of one's own."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from onnxformers.cli.bars import Progress
from onnxformers.cli.loading import add_place_arguments, loading_options
from onnxformers.cli.show import printable, size_text, table_lines
from onnxformers.errors import InvalidArgumentError, MissingFileError

if TYPE_CHECKING:
    from onnxformers.hub import LoadOptions
    from onnxformers.hub.listing import ListedFile
    from onnxformers.hub.sources import Source

SUMMARY = "fetch a model into the cache or a folder"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("model", metavar="MODEL", nargs="?", help="id on the Hub, or a folder")
    parser.add_argument("--to", metavar="DIR", help="a folder for copies, which loads as a model")
    parser.add_argument("--task", help="only the files of this task; without MODEL its default")
    parser.add_argument("--all-variants", action="store_true", help="every dtype of each file")
    parser.add_argument("--subfolder", default="onnx", help="folder of the ONNX files")
    parser.add_argument("--json", action="store_true", help="print a JSON object")
    add_place_arguments(parser)


def execute(args: argparse.Namespace) -> None:
    """Choose the files, fetch them, and say where they are.

    Args:
        args: What `add_arguments` declares.

    Raises:
        OnnxformersError: a file cannot be fetched, or there is no such model, task or variant.
    """
    from onnxformers.hub import LoadOptions
    from onnxformers.hub.collect import collect
    from onnxformers.hub.sources import open_source

    name = _model_name(args)
    given = loading_options(args)
    dtype = given.pop("dtype", None)
    if args.all_variants and dtype is not None:
        raise InvalidArgumentError("[download] give --dtype or --all-variants, not both")
    progress = Progress(sys.stderr)
    options = LoadOptions(**given, subfolder=args.subfolder, progress_callback=progress)
    source = open_source(name, options)
    files = _chosen(args, name, source, options, dtype)
    folder = Path(args.to).expanduser() if args.to else None
    with progress.over(files):
        paths = collect(source, name, files, options, folder, progress.finished)
    _print(args, name, files, paths)


def _model_name(args: argparse.Namespace) -> str:
    if args.model:
        return str(args.model)
    if not args.task:
        raise InvalidArgumentError("[download] give MODEL, or --task for the default of a task")
    return str(_task(args.task).default_model)


def _task(name: str) -> Any:
    from onnxformers.pipelines.factory import find_task

    return find_task(name)


def _chosen(
    args: argparse.Namespace,
    name: str,
    source: Source,
    options: LoadOptions,
    dtype: str | dict[str, str] | None,
) -> Sequence[ListedFile]:
    from onnxformers.configs import load_config
    from onnxformers.hub.selection import chosen_variants, files_read, onnx_files
    from onnxformers.models.needed import needed_stems

    listed = source.listing()
    variants = onnx_files(listed, args.subfolder)
    if not variants:
        raise MissingFileError(
            f"[download] {source.place} has no ONNX files in {args.subfolder or 'its own folder'}; "
            "--subfolder names another one"
        )
    has_config = any(file.path == "config.json" for file in listed)
    config = load_config(name, options) if has_config else None
    needed = needed_stems(
        config.model_type if config else None,
        _task(args.task).auto_class if args.task else None,
        {variant.stem for variant in variants},
    )
    variants = [variant for variant in variants if variant.stem in needed]
    if not args.all_variants:
        config_dtype = config.js_config.get("dtype") if config else None
        variants = chosen_variants(variants, dtype, config_dtype)
    onnx = [file for variant in variants for file in (variant.file, *variant.data)]
    return sorted([*files_read(listed), *onnx])


def _print(
    args: argparse.Namespace, name: str, files: Sequence[ListedFile], paths: Sequence[Path]
) -> None:
    sizes = [path.stat().st_size for path in paths]
    folder = os.path.commonpath([path.parent for path in paths])
    place = str(Path(args.to).expanduser()) if args.to else folder
    if args.json:
        told = [
            {"path": file.path, "bytes": size, "file": str(path)}
            for file, size, path in zip(files, sizes, paths, strict=True)
        ]
        facts = {"model": name, "folder": place, "bytes": sum(sizes), "files": told}
        print(json.dumps(facts, indent=2))
        return
    rows = [(file.path, size_text(size)) for file, size in zip(files, sizes, strict=True)]
    print("\n".join(table_lines(rows)))
    print(f"{len(files)} files, {size_text(sum(sizes))}, in {printable(place)}")
