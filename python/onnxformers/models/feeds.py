"""How the inputs of a call become the feeds of a session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers.errors import InvalidArgumentError, InvalidTypeError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from numpy.typing import DTypeLike, NDArray

    from onnxformers._native.runtime import NodeInfo

_RAW_DTYPES = {"bfloat16": "uint16"}

# What image processors return beside a model's inputs, for the methods that read its outputs.
_FOR_OUTPUTS = frozenset({"original_sizes", "reshaped_input_sizes"})

# Inputs that say how long a row is, with the axes that do. The first one given is taken.
_LENGTHS = (
    ("input_ids", slice(0, 2)),
    ("inputs_embeds", slice(0, 2)),
    ("input_values", slice(0, 2)),
    ("input_features", slice(0, 2)),
    ("timesteps", slice(0, 2)),
)


def feed_dtypes(nodes: list[NodeInfo]) -> dict[str, np.dtype[Any]]:
    """Input name -> numpy dtype that the session wants; bfloat16 travels as raw uint16."""
    return {
        node.name: np.dtype(
            object if node.dtype == "string" else _RAW_DTYPES.get(node.dtype, node.dtype)
        )
        for node in nodes
    }


def make_feeds(
    dtypes: Mapping[str, np.dtype[Any]], inputs: Mapping[str, Any]
) -> dict[str, NDArray[Any]]:
    """The arrays that a session runs on.

    Args:
        dtypes: What the session declares, from `feed_dtypes`.
        inputs: What the caller gave: arrays, or nested lists of numbers.

    Returns:
        One array for each declared input. A missing attention_mask is all ones, missing
        token_type_ids are zeros, missing position_ids count from 0: each of shape (rows, tokens).
        A missing pixel_mask is all ones, of shape (rows, height, width).

    Raises:
        InvalidArgumentError: An input is missing.
        InvalidTypeError: A value is no array of numbers of the right kind.
    """
    feeds = {}
    for name, dtype in dtypes.items():
        value = inputs.get(name)
        if value is None:
            value = _default(name, inputs, dtypes)
        if type(value) is not np.ndarray or value.dtype != dtype:
            value = convert(name, value, dtype)
        feeds[name] = value
    return feeds


def refuse_undeclared(
    inputs: Collection[str], known: Collection[str], optional: Collection[str]
) -> None:
    """Raise for an input that no session of the model takes.

    Args:
        inputs: Names as the caller wrote them.
        known: Names that the model takes.
        optional: Names that it may do without.

    Raises:
        InvalidArgumentError: One is neither; the message suggests the nearest known one.
    """
    for name in inputs:
        if name not in known and name not in optional and name not in _FOR_OUTPUTS:
            from difflib import get_close_matches

            near = get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]!r}? " if near else ""
            raise InvalidArgumentError(
                f"[model] no input {name!r}; {hint}this model takes {', '.join(known)}"
            )


def convert(name: str, value: Any, dtype: DTypeLike) -> NDArray[Any]:
    """`value` as an array of `dtype`, where no kind of number is mistaken for another.

    Raises:
        InvalidArgumentError: It is no array.
        InvalidTypeError: It holds values of another kind.
    """
    wanted = np.dtype(dtype)
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise InvalidArgumentError(f"[model] input {name!r} is no array: {error}") from error
    same_kind = array.dtype.kind == wanted.kind or (
        array.dtype.kind in "iub" and wanted.kind in "iufb"
    )
    if not same_kind:
        raise InvalidTypeError(
            f"[model] input {name!r} must hold {wanted.name} values, got {array.dtype.name}"
        )
    converted: NDArray[Any] = array.astype(wanted)
    return converted


def _row_shape(inputs: Mapping[str, Any]) -> tuple[int, ...] | None:
    for name, axes in _LENGTHS:
        if inputs.get(name) is not None:
            shape: tuple[int, ...] = np.shape(inputs[name])[axes]
            return shape
    return None


def _ones(inputs: Mapping[str, Any]) -> NDArray[Any] | None:
    shape = _row_shape(inputs)
    return None if shape is None else np.ones(shape, np.int64)


def _zeros(inputs: Mapping[str, Any]) -> NDArray[Any] | None:
    shape = _row_shape(inputs)
    return None if shape is None else np.zeros(shape, np.int64)


def _count(inputs: Mapping[str, Any]) -> NDArray[Any] | None:
    shape = _row_shape(inputs)
    return None if shape is None else np.tile(np.arange(shape[-1]), (*shape[:-1], 1))


def _pixels(inputs: Mapping[str, Any]) -> NDArray[Any] | None:
    pixels = inputs.get("pixel_values")
    if pixels is None:
        return None
    rows, _, height, width = np.shape(pixels)
    return np.ones((rows, height, width), np.int64)


_DEFAULTS: Mapping[str, Callable[[Mapping[str, Any]], NDArray[Any] | None]] = {
    "attention_mask": _ones,
    "token_type_ids": _zeros,
    "position_ids": _count,
    "pixel_mask": _pixels,
}


def _default(
    name: str, inputs: Mapping[str, Any], dtypes: Mapping[str, np.dtype[Any]]
) -> NDArray[Any]:
    value = _DEFAULTS[name](inputs) if name in _DEFAULTS else None
    if value is None:
        raise InvalidArgumentError(
            f"[model] input {name!r} is missing; needed: {', '.join(dtypes)}"
        )
    return value
