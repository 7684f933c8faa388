"""The cache of a decoder: how its session lays out keys and values.

Everything is read from what the session declares; the config says only what an export left open.
A step loop in another language needs no more than `CacheLayout.slots`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers.configs.normalized import get_normalized_config
from onnxformers.errors import FileFormatError, InvalidArgumentError, InvalidTypeError
from onnxformers.models.feeds import convert

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onnxformers.configs import PretrainedConfig
    from onnxformers.models.graph import Graph

    Dim = int | str | None

PAST, PRESENT = "past_key_values.", "present."


@dataclass(frozen=True, slots=True)
class CacheSlot:
    """One array of the cache.

    Attributes:
        name: The input that takes it ("past_key_values.0.decoder.key").
        output: The output that gives it for the next step ("present.0.decoder.key").
        layer: Index of its layer.
        is_encoder: It holds the encoder's keys or values, which the first step computes.
        dtype: Of its numbers.
        shape: Sizes of its axes; those of `rows_axis` and `sequence_axis` are not in it but 0.
        rows_factor: Size of axis 0 for one row: 1, or the heads where they lie in axis 0. 0: axis 0
            is fixed, its size stands in `shape`.
        sequence_axis: The axis that grows by the tokens of each step.
    """

    name: str
    output: str
    layer: int
    is_encoder: bool
    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    rows_factor: int
    sequence_axis: int

    def empty(self, rows: int) -> NDArray[Any]:
        """What goes in before the first token."""
        first = rows * self.rows_factor if self.rows_factor else self.shape[0]
        return np.zeros((first, *self.shape[1:]), self.dtype)

    def length(self, array: NDArray[Any]) -> int:
        """Tokens that an array of this slot holds."""
        length: int = array.shape[self.sequence_axis]
        return length


@dataclass(frozen=True, slots=True)
class CacheLayout:
    """The cache of one decoder.

    Attributes:
        slots: Its arrays in the order of the session's inputs; none for a model without a cache.
    """

    slots: tuple[CacheSlot, ...]

    @classmethod
    def read(cls, graph: Graph, config: PretrainedConfig) -> CacheLayout:
        """The layout that a session declares.

        Raises:
            FileFormatError: An input of the cache has a shape that cannot be one.
        """
        names = [name for name in graph.dtypes if name.startswith(PAST)]
        return cls(tuple(_read_slot(name, graph, config) for name in names))

    def empty(self, rows: int) -> dict[str, NDArray[Any]]:
        """Input name -> array, before the first token."""
        return {slot.name: slot.empty(rows) for slot in self.slots}

    def length(self, past: Mapping[str, NDArray[Any]]) -> int:
        """Tokens that the decoder has seen."""
        own = next((slot for slot in self.slots if not slot.is_encoder), None)
        return 0 if own is None else own.length(past[own.name])

    def unpack(self, past: Any) -> dict[str, NDArray[Any]]:
        """What a caller handed as `past_key_values`, by input name.

        Args:
            past: One tuple of arrays for each layer, as outputs have it, or a mapping by the names
                of the session's inputs or outputs.

        Raises:
            InvalidArgumentError: It has other layers, or an array has another rank.
            InvalidTypeError: It is no such thing.
        """
        values = self._by_name(past) if isinstance(past, Mapping) else self._by_layer(past)
        unpacked = {}
        for slot, value in zip(self.slots, values, strict=True):
            array = value if _fits(value, slot.dtype) else convert(slot.name, value, slot.dtype)
            if array.ndim != len(slot.shape):
                raise InvalidArgumentError(
                    f"[model] {slot.name} must have {len(slot.shape)} axes, got {array.ndim}"
                )
            unpacked[slot.name] = array
        return unpacked

    def pack(
        self, outputs: dict[str, Any], past: Mapping[str, NDArray[Any]]
    ) -> tuple[tuple[NDArray[Any], ...], ...]:
        """Take the cache out of the outputs of a step.

        Args:
            outputs: All outputs by name; those of the cache are removed.
            past: What went in, {} before the first token. The encoder's part is kept from it:
                decoders give out an empty one, or none, from the second step on.

        Returns:
            One tuple of arrays for each layer.
        """
        layers: dict[int, list[NDArray[Any]]] = {}
        for slot in self.slots:
            given = outputs.pop(slot.output, None)
            kept = past.get(slot.name) if slot.is_encoder or given is None else None
            layers.setdefault(slot.layer, []).append(given if kept is None else kept)
        return tuple(tuple(arrays) for arrays in layers.values())

    def _by_name(self, past: Mapping[str, Any]) -> list[Any]:
        found = [past.get(slot.name, past.get(slot.output)) for slot in self.slots]
        missing = [
            slot.name for slot, value in zip(self.slots, found, strict=True) if value is None
        ]
        if missing:
            raise InvalidArgumentError(f"[model] past_key_values lacks {', '.join(missing[:4])}")
        return found

    def _by_layer(self, past: Any) -> list[Any]:
        sizes: dict[int, int] = {}
        for slot in self.slots:
            sizes[slot.layer] = sizes.get(slot.layer, 0) + 1
        if not isinstance(past, Sequence) or not all(isinstance(x, Sequence) for x in past):
            raise InvalidTypeError(
                "[model] past_key_values must be a tuple of arrays for each layer, or a mapping by "
                f"input name; got {type(past).__name__}"
            )
        if [len(layer) for layer in past] != list(sizes.values()):
            raise InvalidArgumentError(
                f"[model] past_key_values must have {len(sizes)} layers of "
                f"{next(iter(sizes.values()), 0)} arrays, got {[len(layer) for layer in past]}"
            )
        return [array for layer in past for array in layer]


def _fits(value: Any, dtype: np.dtype[Any]) -> bool:
    return type(value) is np.ndarray and value.dtype == dtype


def _read_slot(name: str, graph: Graph, config: PretrainedConfig) -> CacheSlot:
    pieces = name.split(".")
    declared: tuple[Dim, ...] = graph.shapes.get(name) or (None,) * 4
    if len(pieces) not in (3, 4) or not pieces[1].isdecimal() or len(declared) not in (3, 4):
        raise FileFormatError(
            f"[{graph.stem}.onnx] input {name} of shape {declared} is no part of a cache: expected "
            f"{PAST}<layer>.key and .value (or .decoder.key, ...) with 3 or 4 axes"
        )
    layer, is_encoder = int(pieces[1]), pieces[2] == "encoder"
    sequence = _sequence_axis(declared)
    sizes = _ConfigSizes(config, layer, is_encoder, pieces[-1])
    return CacheSlot(
        name=name,
        output=PRESENT + name.removeprefix(PAST),
        layer=layer,
        is_encoder=is_encoder,
        dtype=graph.dtypes[name],
        shape=tuple(_size(axis, declared, sequence, sizes) for axis in range(len(declared))),
        rows_factor=_rows_factor(declared, sizes),
        sequence_axis=sequence,
    )


def _sequence_axis(declared: Sequence[Dim]) -> int:
    """The axis that grows: the open one, of several the one whose name says so."""
    open_axes = [axis for axis, dim in enumerate(declared) if axis and not isinstance(dim, int)]
    named = [axis for axis in open_axes if re.search("seq|past|length", str(declared[axis] or ""))]
    found = named or open_axes
    return found[0] if len(found) == 1 else len(declared) - 2


def _size(axis: int, declared: Sequence[Dim], sequence: int, sizes: _ConfigSizes) -> int:
    dim = declared[axis]
    if isinstance(dim, int):
        return dim
    if axis in (0, sequence):
        return 0
    return sizes.heads if axis == 1 and len(declared) == 4 else sizes.head_size


def _rows_factor(declared: Sequence[Dim], sizes: _ConfigSizes) -> int:
    if isinstance(declared[0], int):
        return 0
    # Three axes: keys and values of all heads in one (multi-query), or the heads beside the rows.
    return 1 if len(declared) == 4 or sizes.is_joined else sizes.heads


class _ConfigSizes:
    """What the config says of one slot; read only where the session leaves a size open."""

    def __init__(self, config: PretrainedConfig, layer: int, is_encoder: bool, what: str) -> None:
        self._config = config
        self._layer = layer
        self._part = "encoder" if is_encoder else "decoder"
        self.is_joined = what == "key_value"

    @property
    def heads(self) -> int:
        """Heads of keys and values."""
        sizes = get_normalized_config(self._config)
        heads = sizes.get(f"num_{self._part}_heads", sizes.get("num_heads"))
        if isinstance(heads, list):  # one number for each layer
            heads = heads[self._layer] if self._layer < len(heads) else None
        return self._checked("heads", heads)

    @property
    def head_size(self) -> int:
        """Numbers of a key."""
        sizes = get_normalized_config(self._config)
        size = sizes.get(f"{self._part}_dim_kv", sizes.get("dim_kv"))
        if size is None:
            width = sizes.get(f"{self._part}_hidden_size", sizes.get("hidden_size"))
            heads = sizes.get("num_attention_heads", sizes.get(f"num_{self._part}_heads"))
            heads = sizes.get("num_heads") if heads is None else heads
            size = self._checked("width", width) // self._checked("heads", heads)
        return self._checked("head size", size) * (2 if self.is_joined else 1)

    def _checked(self, what: str, value: Any) -> int:
        if isinstance(value, int) and value > 0:
            return value
        raise FileFormatError(
            f"[config.json] the session leaves the {what} of its cache open, and the config of "
            f"model_type {self._config.model_type!r} does not say it"
        )
