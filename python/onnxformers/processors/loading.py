"""The files of a processor, and the options of loading one."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from onnxformers.errors import FileFormatError, MissingFileError
from onnxformers.hub import files as hub_files
from onnxformers.hub.options import ONLY_FOR_MODELS, LoadOptions

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

PREPROCESSOR = "preprocessor_config.json"
PROCESSOR = "processor_config.json"
CHAT_TEMPLATE = "chat_template.json"
#: The key that names the class of a part -> the part, as one file for all of them calls it.
PARTS = {"image_processor_type": "image_processor", "feature_extractor_type": "feature_extractor"}
_FILES = frozenset(field.name for field in fields(LoadOptions) if field.init)
# What other Auto classes take, so that one set of loading options serves all of them.
_NOT_FOR_PROCESSORS = ONLY_FOR_MODELS | {"use_fast"}


def split_options(options: Mapping[str, Any]) -> tuple[LoadOptions, dict[str, Any]]:
    """Sort the keywords of a from_pretrained call: where from and how, and settings."""
    files = LoadOptions(**{name: options[name] for name in options if name in _FILES})
    settings = {
        name: value
        for name, value in options.items()
        if name not in _FILES and name not in _NOT_FOR_PROCESSORS
    }
    return files, settings


def find_preprocessor(
    name_or_path: str | os.PathLike[str], options: LoadOptions, type_key: str | None = None
) -> dict[str, Any] | None:
    """As `read_preprocessor`; None when no file describes one."""
    values = _find(name_or_path, PREPROCESSOR, options)
    if values is not None:
        return values
    # Newer models have one file for all parts.
    processor = _find(name_or_path, PROCESSOR, options) or {}
    for key, part in PARTS.items():
        found = processor.get(part)
        if isinstance(found, dict) and (type_key is None or key == type_key):
            return found
    return None


def read_preprocessor(
    name_or_path: str | os.PathLike[str], options: LoadOptions, type_key: str | None = None
) -> dict[str, Any]:
    """The object of preprocessor_config.json, or that part of processor_config.json.

    Args:
        name_or_path: a folder, or a model's name on the Hub.
        options: where from and how.
        type_key: which part of processor_config.json; None for the first there.

    Raises:
        MissingFileError: there is neither.
        FileFormatError: the file is broken.
    """
    values = find_preprocessor(name_or_path, options, type_key)
    if values is None:
        raise MissingFileError(
            f"[{name_or_path}] has no {PREPROCESSOR}, so it does not say how pictures or sounds "
            "become inputs; models of text alone need AutoTokenizer"
        )
    return values


def read_processor(name_or_path: str | os.PathLike[str], options: LoadOptions) -> dict[str, Any]:
    """The object of processor_config.json; {} when there is none."""
    return _find(name_or_path, PROCESSOR, options) or {}


def read_chat_template(name_or_path: str | os.PathLike[str], options: LoadOptions) -> Any:
    """The template of chat_template.json, the older place of a processor's; None without one."""
    return (_find(name_or_path, CHAT_TEMPLATE, options) or {}).get("chat_template")


def class_name(config: Mapping[str, Any], key: str) -> str | None:
    """The name of a class in a config.

    Raises:
        FileFormatError: it is no name.
    """
    name = config.get(key)
    if name is not None and not isinstance(name, str):
        raise FileFormatError(f"[{PREPROCESSOR}] {key} must be a str, got {name!r}")
    return name


def in_folder(filename: str, options: LoadOptions) -> str:
    """Where a file of a processor lies: beside config.json, unless a folder was named."""
    # The default names the folder of the ONNX files.
    folder = "" if options.subfolder == "onnx" else options.subfolder
    return f"{folder}/{filename}" if folder else filename


def _find(
    name_or_path: str | os.PathLike[str], filename: str, options: LoadOptions
) -> dict[str, Any] | None:
    return hub_files.find_json(name_or_path, in_folder(filename, options), options)


def has_tokenizer(name_or_path: str | os.PathLike[str], options: LoadOptions) -> bool:
    """Whether a tokenizer lies beside the processor's files."""
    return any(
        hub_files.find_file(name_or_path, in_folder(name, options), options) is not None
        for name in ("tokenizer.json", "tokenizer_config.json")
    )


def model_type(name_or_path: str | os.PathLike[str], options: LoadOptions) -> str | None:
    """The `model_type` of config.json; None when nothing says it."""
    values = _find(name_or_path, "config.json", options) or {}
    found = values.get("model_type")
    return found if isinstance(found, str) else None
