"""Which file of a model: the variants of a dtype and their external data.

Source: API.md, "Loading"; spec/transformers.js/utils_hub.md, ModelSpecificPretrainedOptions.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from onnxformers.errors import (
    FileFormatError,
    InvalidArgumentError,
    InvalidTypeError,
    MissingFileError,
)
from onnxformers.hub import names
from onnxformers.hub.local import LocalFolder
from onnxformers.hub.options import LoadOptions
from onnxformers.hub.sources import Source, locate
from onnxformers.hub.weights import named_weights

logger = logging.getLogger("onnxformers.hub")

DTYPE_SUFFIXES: Mapping[str, str] = {
    "fp32": "",
    "fp16": "_fp16",
    "int8": "_int8",
    "uint8": "_uint8",
    "q8": "_quantized",
    "q4": "_q4",
    "q4f16": "_q4f16",
    "bnb4": "_bnb4",
}
MAX_EXTERNAL_FILES = 100

Dtype = str | Mapping[str, str] | None
ExternalData = bool | int | Mapping[str, bool | int]


class ModelFile(NamedTuple):
    """One ONNX file of a model, on this machine.

    Attributes:
        path: the file.
        dtype: its variant, a key of `DTYPE_SUFFIXES`.
        external_data: the files with its weights, in order; empty when they are inside.
    """

    path: Path
    dtype: str
    external_data: tuple[Path, ...] = ()


def requested_dtype(dtype: Dtype, quantized: bool | None) -> Dtype:
    """`dtype`, or what the `quantized` of version 2 asks for: True q8, False fp32, None nothing.

    Raises:
        InvalidArgumentError: both are given.
        InvalidTypeError: `quantized` is none of True, False, None.
    """
    if quantized is None:
        return dtype
    if not isinstance(quantized, bool):
        raise InvalidTypeError(
            f"[dtype] quantized must be True, False or None, got {type(quantized).__name__}"
        )
    if dtype is not None:
        raise InvalidArgumentError("[dtype] give dtype or quantized (its older name), not both")
    return "q8" if quantized else "fp32"


class Variants:
    """The variants of one stem ("model", "encoder_model", ...) in one model."""

    def __init__(self, source: Source, name: str, stem: str, options: LoadOptions) -> None:
        self._source = source
        self._name = name
        self._options = options
        self._stem = names.check_filename(stem, "model file name")

    def choose(self, asked: str | None) -> tuple[Path, str]:
        """The file of the dtype asked for; of None: fp32, else the only variant there is.

        Raises:
            MissingFileError: it is not there; the message lists what is.
        """
        path = self._find(asked or "fp32")
        if path is not None:
            return path, asked or "fp32"
        present = self.present()
        if asked is None and len(present) == 1:
            only = present[0]
            path = self._find(only)
            if path is not None:
                logger.info("%s has only the variant %s: taken", self.filename(only), only)
                return path, only
        raise self._missing(asked, present)

    def filename(self, dtype: str) -> str:
        """Path of a variant inside the model."""
        return names.join(self._options.subfolder, f"{self._stem}{DTYPE_SUFFIXES[dtype]}.onnx")

    def present(self) -> list[str]:
        """The dtypes whose files are there, as far as the place can tell."""
        filenames = {self.filename(dtype): dtype for dtype in DTYPE_SUFFIXES}
        return [filenames[filename] for filename in self._source.present(list(filenames))]

    def external_data(self, path: Path, dtype: str, wanted: bool | int) -> tuple[Path, ...]:
        """The files of external data of a variant: all those wanted, else those there are.

        Of a remote model those are fetched that the graph names, whatever their names; a local
        graph finds its own beside it.

        Args:
            path: the variant, on this machine.
            dtype: which it is.
            wanted: what `wanted_external_data` returned.

        Raises:
            MissingFileError: one that is wanted or named is not there.
            FileFormatError: one that is named would lie outside the model's folder.
        """
        is_local = isinstance(self._source, LocalFolder)
        named = None if is_local else named_weights(path, self._options.subfolder)
        found = {} if named == [] and not wanted else self._numbered_data(dtype, wanted)
        for filename in named or ():
            if filename not in found:
                found[filename] = self._named_data(filename, dtype)
        return tuple(found.values())

    def _numbered_data(self, dtype: str, wanted: bool | int) -> dict[str, Path]:
        found: dict[str, Path] = {}
        for index in range(MAX_EXTERNAL_FILES):
            filename = f"{self.filename(dtype)}_data{f'_{index}' if index else ''}"
            path = locate(self._source, self._name, filename, self._options)
            if path is None:
                break
            found[filename] = path
            if wanted is not True and wanted == len(found):
                break
        if len(found) < int(wanted):
            missing = f"{self.filename(dtype)}_data{f'_{len(found)}' if found else ''}"
            raise MissingFileError(
                f"[hub] {missing} is not in {self._source.place}; use_external_data_format "
                f"asks for {int(wanted)} such file(s)"
            )
        return found

    def _named_data(self, filename: str, dtype: str) -> Path:
        path = locate(self._source, self._name, filename, self._options)
        if path is None:
            raise MissingFileError(
                f"[hub] {filename}, in which {self.filename(dtype)} keeps weights, is not in "
                f"{self._source.place}"
            )
        return path

    def _find(self, dtype: str) -> Path | None:
        return locate(self._source, self._name, self.filename(dtype), self._options)

    def _missing(self, asked: str | None, present: list[str]) -> MissingFileError:
        looked = self.filename(asked or "fp32")
        wanted = f"dtype {asked!r}" if asked else "the default, dtype 'fp32'"
        there = ", ".join(f"{self.filename(dtype)} (dtype {dtype!r})" for dtype in present)
        if there:
            advice = f"there are: {there}; choose one with dtype="
        elif self._options.subfolder and self._onnx_files(""):
            advice = "but there are ONNX files beside config.json: load with subfolder=''"
        else:
            others = self._onnx_files(self._options.subfolder)
            folder = self._options.subfolder or "the model's folder"
            advice = f"ONNX files in {folder}: {', '.join(others) or 'none'}"
        return MissingFileError(
            f"[hub] {looked} ({wanted}) is not in {self._source.place}; {advice}"
        )

    def _onnx_files(self, folder: str) -> list[str]:
        return [name for name in self._source.names(folder) or [] if name.endswith(".onnx")][:20]


def asked_dtype(dtype: Dtype, stem: str, config_dtype: Dtype) -> str | None:
    """The dtype of one stem: the caller's, else the config's; None and "auto" leave it open.

    Raises:
        InvalidTypeError, InvalidArgumentError: the caller's is none.
        FileFormatError: the config's is none.
    """
    own = _of_stem(dtype, stem)
    if own is not None and not isinstance(own, str):
        raise InvalidTypeError(
            f"[dtype] must be a str or a dict of them per file, got {type(own).__name__}"
        )
    if own is not None and own != "auto":
        if own not in DTYPE_SUFFIXES:
            raise InvalidArgumentError(
                f"[dtype] must be 'auto' or one of {', '.join(DTYPE_SUFFIXES)}; got {own!r}"
            )
        return own
    fixed = _of_stem(config_dtype, stem)
    if fixed is None or fixed == "auto":
        return None
    if not isinstance(fixed, str) or fixed not in DTYPE_SUFFIXES:
        raise FileFormatError(
            "[config.json] transformers.js_config.dtype must be 'auto' or one of "
            f"{', '.join(DTYPE_SUFFIXES)}; got {fixed!r}"
        )
    return fixed


def wanted_external_data(option: ExternalData, stem: str, filename: str) -> bool | int:
    """What `use_external_data_format` says of one file: False, True or how many there are.

    Raises:
        InvalidTypeError, InvalidArgumentError: it says nothing usable.
    """
    value: object = option
    if isinstance(option, Mapping):
        value = option.get(filename, option.get(f"{stem}.onnx", option.get(stem, False)))
    if not isinstance(value, bool | int):
        raise InvalidTypeError(
            "[use_external_data_format] must be True, False, a count, or a dict of them per file, "
            f"got {type(value).__name__}"
        )
    if not 0 <= value <= MAX_EXTERNAL_FILES:
        raise InvalidArgumentError(
            f"[use_external_data_format] must count 0 to {MAX_EXTERNAL_FILES} files, got {value}"
        )
    return value


def _of_stem(dtype: Dtype, stem: str) -> object:
    return dtype.get(stem) if isinstance(dtype, Mapping) else dtype
