"""`onnxformers inspect`: the files, variants, sizes, inputs and outputs of a model."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from onnxformers.cli.bars import Progress
from onnxformers.cli.loading import add_place_arguments, loading_options
from onnxformers.cli.show import printable, size_text, table_lines, to_json
from onnxformers.errors import MissingFileError

if TYPE_CHECKING:
    from onnxformers._native.runtime import GraphSignature, NodeInfo
    from onnxformers.hub import LoadOptions
    from onnxformers.hub.listing import ListedFile
    from onnxformers.hub.selection import OnnxFile
    from onnxformers.hub.sources import Source
    from onnxformers.hub.variants import Dtype

SUMMARY = "show the files, variants, sizes, inputs and outputs of a model"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("model", metavar="MODEL", help="id on the Hub, or a folder")
    parser.add_argument(
        "--no-download",
        action="store_true",
        help="leave out inputs and outputs rather than fetch the smallest variant of each file",
    )
    parser.add_argument("--json", action="store_true", help="print a JSON object")
    add_place_arguments(parser)


def execute(args: argparse.Namespace) -> None:
    """Gather the facts and print them.

    Args:
        args: What `add_arguments` declares.

    Raises:
        OnnxformersError: the files cannot be listed, or one is no model.
    """
    from onnxformers.hub import LoadOptions

    given = loading_options(args)
    dtype = given.pop("dtype", None)
    options = LoadOptions(**given, progress_callback=Progress(sys.stderr))
    facts = gather(args.model, options, dtype, fetch=not args.no_download)
    if args.json:
        print(json.dumps(to_json(facts), indent=2))
        return
    for line in _lines(facts):
        print(line)


def gather(
    name: str, options: LoadOptions, dtype: Dtype = None, *, fetch: bool = True
) -> dict[str, Any]:
    """What there is to tell, as a tree of plain values.

    Inputs and outputs are read of one variant of each ONNX file: the one of `dtype`, else one that
    is on this disk, else the smallest.

    Args:
        name: a folder, or a name on the Hub.
        options: where from and how.
        dtype: the variant whose inputs and outputs are read, or a dict of them by stem.
        fetch: whether that variant may be fetched.

    Raises:
        OnnxformersError: the files cannot be listed or fetched, or one is no model.
    """
    from onnxformers.hub.selection import onnx_files
    from onnxformers.hub.sources import open_source

    source = open_source(name, options)
    files = source.listing()
    stems: dict[str, list[OnnxFile]] = {}
    for variant in onnx_files(files):
        stems.setdefault(_stem_path(variant), []).append(variant)
    sizes = [file.size for file in files]
    shown = {part.path for own in stems.values() for v in own for part in (v.file, *v.data)}
    return {
        "model": name,
        "place": source.place,
        **_config_facts(name, files, options),
        "bytes": sum(size for size in sizes if size is not None),
        "files": len(files),
        "onnx": [
            _stem_facts(stem, own, _Reader(source, name, options, fetch=fetch), dtype)
            for stem, own in stems.items()
        ],
        "others": [
            {"path": file.path, "bytes": file.size} for file in files if file.path not in shown
        ],
    }


class _Reader:
    """Reads what ONNX files declare, wherever they are."""

    def __init__(self, source: Source, name: str, options: LoadOptions, *, fetch: bool) -> None:
        from dataclasses import replace

        from onnxformers.hub.sources import open_source

        self._source = source
        self._name = name
        self._options = options
        self._offline = replace(options, local_files_only=True)
        self._kept = open_source(name, self._offline)
        self._fetch = fetch

    def signature(
        self, variants: Sequence[OnnxFile], dtype: str | None
    ) -> tuple[OnnxFile, GraphSignature] | None:
        from onnxformers._native.runtime import read_signature
        from onnxformers.errors import OfflineError
        from onnxformers.hub.sources import locate

        wanted = [variant for variant in variants if dtype in {None, variant.dtype}]
        if not wanted:
            there = ", ".join(variant.dtype for variant in variants)
            raise MissingFileError(f"[inspect] no variant of dtype {dtype!r}; there are {there}")
        for variant in wanted:
            try:
                path = locate(self._kept, self._name, variant.file.path, self._offline)
            except OfflineError:
                break
            if path is not None:
                return variant, read_signature(str(path))
        if not self._fetch:
            return None
        smallest = min(wanted, key=lambda variant: variant.file.size or 0)
        path = locate(self._source, self._name, smallest.file.path, self._options)
        return None if path is None else (smallest, read_signature(str(path)))


def _stem_path(variant: OnnxFile) -> str:
    folder = variant.file.path.rpartition("/")[0]
    return f"{folder}/{variant.stem}" if folder else variant.stem


def _config_facts(name: str, files: Sequence[ListedFile], options: LoadOptions) -> dict[str, Any]:
    from onnxformers.configs import load_config

    if not any(file.path == "config.json" for file in files):
        return {"model_type": None, "architectures": []}
    config = load_config(name, options)
    return {
        "model_type": config.model_type,
        "architectures": list(getattr(config, "architectures", None) or []),
    }


def _stem_facts(
    stem: str, variants: Sequence[OnnxFile], reader: _Reader, dtype: Dtype
) -> dict[str, Any]:
    own = dtype if isinstance(dtype, str | None) else dtype.get(variants[0].stem)
    found = reader.signature(variants, own)
    read_of, signature = found if found else (None, None)
    return {
        "file": stem,
        "variants": [
            {
                "dtype": variant.dtype,
                "path": variant.file.path,
                "bytes": variant.size,
                "external_data": [file.path for file in variant.data],
            }
            for variant in variants
        ],
        "read_of": read_of.file.path if read_of else None,
        "inputs": [_value_facts(node) for node in signature.inputs] if signature else None,
        "outputs": [_value_facts(node) for node in signature.outputs] if signature else None,
        "external_files": signature.external_files if signature else None,
    }


def _value_facts(node: NodeInfo) -> dict[str, Any]:
    """Name, dtype and shape: numbers, names and null; a shape of null is not told at all."""
    shape = list(node.shape) if node.is_rank_known else None
    return {"name": node.name, "dtype": node.dtype, "shape": shape}


def _lines(facts: Mapping[str, Any]) -> Iterator[str]:
    architectures = ", ".join(map(str, facts["architectures"]))
    kind = facts["model_type"] or "unknown"
    yield from table_lines(
        [
            ("model", facts["model"]),
            ("from", facts["place"]),
            ("type", f"{kind} ({architectures})" if architectures else kind),
            ("files", f"{facts['files']}, {size_text(facts['bytes'])}"),
        ]
    )
    for stem in facts["onnx"]:
        yield ""
        yield printable(stem["file"])
        yield from table_lines([_variant_row(v) for v in stem["variants"]], "  ")
        if stem["external_files"]:
            yield printable(f"  weights in {', '.join(stem['external_files'])}")
        for side in ("inputs", "outputs"):
            if stem[side] is not None:
                yield f"  {side}"
                yield from table_lines([_value_row(value) for value in stem[side]], "    ")
    yield ""
    yield from table_lines([(file["path"], size_text(file["bytes"])) for file in facts["others"]])


def _variant_row(variant: Mapping[str, Any]) -> tuple[str, ...]:
    more = len(variant["external_data"])
    beside = f"with {more} file{'s' if more > 1 else ''} of external data" if more else ""
    return variant["dtype"], variant["path"], size_text(variant["bytes"]), beside


def _value_row(value: Mapping[str, Any]) -> tuple[str, ...]:
    if value["shape"] is None:
        return value["name"], value["dtype"], "any shape"
    dims = ["?" if dim is None else str(dim) for dim in value["shape"]]
    return value["name"], value["dtype"], f"({', '.join(dims)})"
