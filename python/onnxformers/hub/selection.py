"""Which of a model's files to take: from a list of all of them, without a look inside."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from onnxformers.errors import MissingFileError
from onnxformers.hub.listing import ListedFile
from onnxformers.hub.variants import DTYPE_SUFFIXES, Dtype, asked_dtype

_ONNX = ".onnx"
_EXTERNAL = re.compile(r"(.+\.onnx)(?:_data(?:_\d+)?|\.data)")
# What tokenizers, processors and configs are read from, beside config.json and in the folders
# that modules.json and chat templates use.
_READ = re.compile(
    r"(?:(?:\d+_\w+|additional_chat_templates|spm)/)?[^/]+\.(?:json|txt|model|jinja|tiktoken|spm|bpe)"
    r"|\d+_\w+/model\.safetensors"
)
_OF_OTHER_WEIGHTS = re.compile(r".+\.index\.json")


@dataclass(frozen=True, slots=True)
class OnnxFile:
    """One variant of one ONNX file of a model.

    Attributes:
        file: the graph, with the weights unless they lie in files of their own.
        stem: its name without folder, variant and ".onnx": "decoder_model_merged".
        dtype: its variant, a key of `DTYPE_SUFFIXES`.
        data: the files of external weights beside it that are named as exporters name them.
    """

    file: ListedFile
    stem: str
    dtype: str
    data: tuple[ListedFile, ...] = ()

    @property
    def size(self) -> int | None:
        """Bytes of the graph and its weights; None when one is not known."""
        sizes = [part.size for part in (self.file, *self.data)]
        known = [size for size in sizes if size is not None]
        return sum(known) if len(known) == len(sizes) else None


def onnx_files(files: Collection[ListedFile], folder: str | None = None) -> list[OnnxFile]:
    """The ONNX files of a model, those of one stem together, fp32 first.

    Args:
        files: all files of the model.
        folder: only those in this folder, "" for the model's own; None for all.
    """
    data: dict[str, list[ListedFile]] = {}
    for file in files:
        if match := _EXTERNAL.fullmatch(file.path):
            data.setdefault(match[1], []).append(file)
    found = []
    for file in files:
        place, _, name = file.path.rpartition("/")
        if name.endswith(_ONNX) and folder in {None, place}:
            stem, dtype = _split(name.removesuffix(_ONNX))
            found.append(OnnxFile(file, stem, dtype, tuple(data.get(file.path, ()))))
    order = list(DTYPE_SUFFIXES)
    return sorted(found, key=lambda one: (one.stem, order.index(one.dtype), one.file.path))


def files_read(files: Iterable[ListedFile]) -> list[ListedFile]:
    """The files that are read beside the ONNX files: configs, tokenizers, templates."""
    return [
        file
        for file in files
        if _READ.fullmatch(file.path) and not _OF_OTHER_WEIGHTS.fullmatch(file.path)
    ]


def chosen_variants(
    variants: Iterable[OnnxFile], dtype: Dtype, config_dtype: Dtype
) -> list[OnnxFile]:
    """One variant of each stem, as a load with this `dtype` takes it.

    Raises:
        MissingFileError: a stem has no such variant; the message lists those it has.
        InvalidArgumentError, InvalidTypeError, FileFormatError: a dtype is unknown.
    """
    stems: dict[str, list[OnnxFile]] = {}
    for variant in variants:
        stems.setdefault(variant.stem, []).append(variant)
    return [
        _chosen(own, asked_dtype(dtype, stem, config_dtype), stem) for stem, own in stems.items()
    ]


def _chosen(variants: list[OnnxFile], asked: str | None, stem: str) -> OnnxFile:
    for variant in variants:
        if variant.dtype == (asked or "fp32"):
            return variant
    if asked is None and len(variants) == 1:
        return variants[0]
    wanted = f"dtype {asked!r}" if asked else "the default, dtype 'fp32'"
    there = ", ".join(f"{one.file.path} (dtype {one.dtype!r})" for one in variants)
    raise MissingFileError(
        f"[hub] {stem} has no variant for {wanted}; there are: {there}; choose one with dtype="
    )


def _split(name: str) -> tuple[str, str]:
    """The stem and the dtype that a name without ".onnx" stands for."""
    for dtype, suffix in sorted(DTYPE_SUFFIXES.items(), key=lambda item: -len(item[1])):
        if suffix and name.endswith(suffix):
            return name.removesuffix(suffix), dtype
    return name, "fp32"
