"""Which architectures exist and what each can do, as data.

A row says only what the files cannot. Class names (`BertForMaskedLM`) are a row's prefix and one of
its heads. Rows lie by modality, and a module of rows is imported when first asked for: text comes
first, so that a text pipeline reads no others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import import_module

from onnxformers.errors import UnsupportedModelError
from onnxformers.models.registry.heads import AUTO_CLASSES, HEAD_OUTPUTS, MODALITIES, STATES
from onnxformers.models.registry.row import Architecture, AutoRow

__all__ = [
    "AUTO_CLASSES",
    "BASE",
    "MODALITIES",
    "Architecture",
    "AutoRow",
    "architectures",
    "class_names",
    "find_architecture",
    "find_base",
    "find_class",
    "find_head",
    "output_class",
]

#: End of the name of the class that all classes of an architecture have in common.
BASE = "PreTrainedModel"


def architectures(modality: str | None = None) -> Iterator[Architecture]:
    """All rows, or those of one modality, in the order of `MODALITIES`."""
    for name in MODALITIES if modality is None else (modality,):
        rows: tuple[Architecture, ...] = import_module(f"{__name__}.{name}").ARCHITECTURES
        yield from rows


def class_names() -> dict[str, tuple[Architecture, str]]:
    """Name of every model class -> its row and head."""
    return {row.prefix + head: (row, head) for row in architectures() for head in row.heads}


def find_architecture(model_type: str | None, modality: str | None = None) -> Architecture | None:
    """The row of a config's model_type, None when there is none."""
    return next((row for row in architectures(modality) if row.model_type == model_type), None)


def find_class(name: str) -> tuple[Architecture, str] | None:
    """The row and head of a class name, None when no row has it."""
    for row in architectures():
        if name.startswith(row.prefix) and name[len(row.prefix) :] in row.heads:
            return row, name[len(row.prefix) :]
    return None


def find_base(name: str) -> Architecture | None:
    """The first row whose base class (`BertPreTrainedModel`) has this name, None without one."""
    prefix = name.removesuffix(BASE)
    if prefix in ("", name):
        return None
    return next((row for row in architectures() if row.prefix == prefix), None)


def find_head(
    auto_classes: str | Iterable[str], model_type: str | None
) -> tuple[Architecture, str] | None:
    """What AutoModel classes load for a config's model_type.

    Args:
        auto_classes: A key of `AUTO_CLASSES`, or several, of which the first that fits is taken.
        model_type: As in config.json.

    Returns:
        The row and head; None for a model_type without a row, which AutoModel takes as a plain
        encoder.

    Raises:
        UnsupportedModelError: There is no such architecture, or it has no such head.
    """
    names = (auto_classes,) if isinstance(auto_classes, str) else tuple(auto_classes)
    for name in names:
        auto = AUTO_CLASSES[name]
        row = find_architecture(model_type, auto.modality)
        if row is not None and (head := _head_of(auto, row)):
            return row, head
    row = find_architecture(model_type)
    if row is None and "AutoModel" in names:
        return None
    place = " | ".join(names)
    if row is None:
        raise UnsupportedModelError(
            f"[{place}] unknown model_type {model_type!r} in config.json; it loads "
            f"{', '.join(_loadable(names))}"
        )
    raise UnsupportedModelError(
        f"[{place}] {model_type} has no such head; it has {', '.join(row.heads)}"
    )


def output_class(row: Architecture, head: str) -> str:
    """Name of the class in `outputs` that a head returns."""
    usual = HEAD_OUTPUTS.get(head, "ModelOutput")
    if head == "Model":
        usual = STATES.get(row.heads[head], usual)
    return row.outputs.get(head, usual)


def _head_of(auto: AutoRow, row: Architecture) -> str | None:
    if auto.model_types is not None and row.model_type not in auto.model_types:
        return None
    found = next((head for head in auto.heads if head in row.heads), None)
    if found is None and auto is AUTO_CLASSES["AutoModel"]:
        return next(iter(row.heads))
    return found


def _loadable(names: Iterable[str]) -> list[str]:
    autos = [AUTO_CLASSES[name] for name in names]
    return sorted(
        {
            row.model_type
            for auto in autos
            for row in architectures(auto.modality)
            if _head_of(auto, row)
        }
    )
