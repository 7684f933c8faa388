"""The files of a model: found in local folders, the Hub's cache, the Hub or a mirror.

Nothing else opens a model's files by name: what comes out of here lies inside the model's folder.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from onnxformers.errors import (
    FileFormatError,
    InvalidArgumentError,
    InvalidTypeError,
    MissingFileError,
)
from onnxformers.hub import names
from onnxformers.hub.json_files import MAX_JSON_BYTES, load_json_object
from onnxformers.hub.links import check_hard_links
from onnxformers.hub.options import LoadOptions
from onnxformers.hub.sources import locate, open_source
from onnxformers.hub.variants import (
    DTYPE_SUFFIXES,
    Dtype,
    ExternalData,
    ModelFile,
    Variants,
    asked_dtype,
    requested_dtype,
    wanted_external_data,
)

__all__ = [
    "DTYPE_SUFFIXES",
    "Dtype",
    "ExternalData",
    "ModelFile",
    "find_file",
    "find_json",
    "find_named_file",
    "list_files",
    "model_file",
    "read_json",
    "requested_dtype",
    "resolve_file",
]

if TYPE_CHECKING:
    from onnxformers.hub.listing import ListedFile

Name = str | os.PathLike[str]


def find_file(name_or_path: Name, filename: str, options: LoadOptions) -> Path | None:
    """A file that a model may have.

    Args:
        name_or_path: a folder, or a name on the Hub.
        filename: path inside the model, with forward slashes.
        options: where from and how.

    Returns:
        Path of a local copy; None when the model has no such file. Offline, a file that is not in
        the Hub's cache counts as one that the model does not have.

    Raises:
        InvalidArgumentError: one of the names cannot be used.
        FileFormatError: the file is a link out of the folder, or no regular file.
        HubError: the Hub or a mirror could not say; see its subclasses.
        OfflineError: nothing of the model is in the cache, and the network is off.

    Source: spec/transformers.js/utils_hub.md, getModelFile with fatal=false.
    """
    names.check_filename(filename)
    return locate(open_source(name_or_path, options), str(name_or_path), filename, options)


def resolve_file(name_or_path: Name, filename: str, options: LoadOptions) -> Path:
    """A file that a model must have; as `find_file` otherwise.

    Raises:
        MissingFileError: the model has no such file; the message lists what is there.

    Source: spec/transformers.js/utils_hub.md, getModelFile.
    """
    names.check_filename(filename)
    source = open_source(name_or_path, options)
    path = locate(source, str(name_or_path), filename, options)
    if path is None:
        there = source.names(filename.rpartition("/")[0])
        listing = "" if there is None else f"; there: {', '.join(there[:30]) or 'nothing'}"
        raise MissingFileError(f"[hub] {filename} is not in {source.place}{listing}")
    return path


def find_named_file(
    name_or_path: Name, filename: object, options: LoadOptions, *, named_by: str
) -> Path | None:
    """A file whose path is written in another file of the model: a config, modules.json, ...

    Every path that comes out of a model's file goes through here. It is refused when it is
    absolute, has `..`, a drive, a stream, a device name or a backslash, and when what it names is
    a symbolic or hard link to something outside the model's folder. Links into the blobs of the
    Hub's cache are fine.

    Args:
        name_or_path: a folder, or a name on the Hub.
        filename: path inside the model as the file has it, joined with forward slashes.
        options: where from and how.
        named_by: the file that holds the path, for messages: "modules.json".

    Returns:
        Path of a local copy; None when the model has no such file.

    Raises:
        FileFormatError: the path leaves the model's folder, or is none.
        HubError: as of `find_file`.

    Example:
        >>> folder = "examples/models/all-MiniLM-L6-v2"
        >>> find_named_file(folder, "../README.md", LoadOptions(), named_by="modules.json")
        Traceback (most recent call last):
            ...
        onnxformers.errors.FileFormatError: [modules.json] path must be a path inside ...

    Source: TARGETS.md, "Safety against files".
    """
    try:
        checked = names.check_filename(filename, "path")
    except (InvalidArgumentError, InvalidTypeError) as error:
        raise FileFormatError(str(error).replace("[hub]", f"[{named_by}]", 1)) from None
    path = find_file(name_or_path, checked, options)
    if path is not None:
        root = Path(*path.parts[: -checked.count("/") - 1])
        check_hard_links(path, root)
    return path


def read_json(
    name_or_path: Name, filename: str, options: LoadOptions, *, max_bytes: int = MAX_JSON_BYTES
) -> dict[str, Any]:
    """The object in a JSON file that a model must have.

    Raises:
        MissingFileError: the model has no such file.
        FileFormatError: too large, not UTF-8, not JSON, nested too deep, or not an object.

    Source: spec/transformers.js/utils_hub.md, getModelJSON.
    """
    return load_json_object(resolve_file(name_or_path, filename, options), max_bytes=max_bytes)


def find_json(
    name_or_path: Name, filename: str, options: LoadOptions, *, max_bytes: int = MAX_JSON_BYTES
) -> dict[str, Any] | None:
    """The object in a JSON file that a model may have; None when it has no such file."""
    path = find_file(name_or_path, filename, options)
    return None if path is None else load_json_object(path, max_bytes=max_bytes)


def list_files(name_or_path: Name, options: LoadOptions) -> list[ListedFile]:
    """All files of a model, with their sizes, by path.

    A plain file server has no such list: of it, the files of usual names. Without network, the
    files in the cache.

    Raises:
        InvalidArgumentError, MissingFileError: there is no such folder, nor can the Hub have it.
        HubError: the Hub or a mirror could not say; see its subclasses.

    Example:
        >>> files = list_files("examples/models/all-MiniLM-L6-v2", LoadOptions())
        >>> [file.path for file in files if file.path.startswith("onnx/")]
        ['onnx/model_quantized.onnx']
    """
    return open_source(name_or_path, options).listing()


def model_file(
    name_or_path: Name,
    stem: str = "model",
    dtype: Dtype = None,
    options: LoadOptions | None = None,
    *,
    use_external_data_format: ExternalData = False,
    config_dtype: Dtype = None,
) -> ModelFile:
    """The ONNX file of a model for a dtype, with its external data.

    Args:
        name_or_path: a folder, or a name on the Hub.
        stem: name of the file without variant and ".onnx", such as "decoder_model_merged".
        dtype: a key of `DTYPE_SUFFIXES`, "auto", or a dict of them by stem. None, "auto" and a
            stem that the dict does not have leave the choice to the config, then to what is there:
            fp32, else the only variant (which is logged).
        options: where from and how; `options.subfolder` holds the file.
        use_external_data_format: True when the weights lie in files of their own (`.onnx_data`,
            `.onnx_data_1`, ...), a number when that many, or a dict of these by stem. Such files
            are found without it too; with it, none being there is an error.
        config_dtype: the config's `transformers.js_config.dtype`.

    Raises:
        InvalidArgumentError, InvalidTypeError: an option cannot be used.
        FileFormatError: the config's dtype is unknown.
        MissingFileError: no such file; the message lists the variants that are there.

    Example:
        >>> model_file("examples/models/all-MiniLM-L6-v2", dtype="q8").path.name
        'model_quantized.onnx'

    Source: API.md, "Loading"; cases/dtype.jsonl.
    """
    options = options or LoadOptions()
    asked = asked_dtype(dtype, stem, config_dtype)
    variants = Variants(open_source(name_or_path, options), str(name_or_path), stem, options)
    path, chosen = variants.choose(asked)
    wanted = wanted_external_data(use_external_data_format, stem, path.name)
    return ModelFile(path, chosen, variants.external_data(path, chosen, wanted))
