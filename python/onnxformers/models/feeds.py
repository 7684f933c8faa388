"""How the inputs of a call become the feeds of a session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers.errors import InvalidArgumentError, InvalidTypeError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import DTypeLike, NDArray

    from onnxformers._native.runtime import NodeInfo

_RAW_DTYPES = {"bfloat16": "uint16"}


def feed_dtypes(nodes: list[NodeInfo]) -> dict[str, np.dtype[Any]]:
    """Input name -> numpy dtype that the session wants; bfloat16 travels as raw uint16."""
    return {
        node.name: np.dtype(
            object if node.dtype == "string" else _RAW_DTYPES.get(node.dtype, node.dtype)
        )
        for node in nodes
    }


def make_feeds(
    dtypes: Mapping[str, np.dtype[Any]], inputs: Mapping[str, Any], optional: frozenset[str]
) -> dict[str, NDArray[Any]]:
    """The arrays that a session runs on.

    Args:
        dtypes: What the session declares, from `feed_dtypes`.
        inputs: What the caller gave: arrays, or nested lists of numbers.
        optional: Names that are dropped when the session does not declare them.

    Returns:
        One array for each declared input. A missing attention_mask is all ones, missing
        token_type_ids are zeros, missing position_ids count from 0: each of shape (rows, tokens)
        of input_ids.

    Raises:
        InvalidArgumentError: An input is missing, or the model has no such input.
        InvalidTypeError: A value is no array of numbers of the right kind.
    """
    feeds = {}
    for name, dtype in dtypes.items():
        value = inputs.get(name)
        if value is None:
            value = _default(name, inputs, dtypes)
        if type(value) is not np.ndarray or value.dtype != dtype:
            value = _convert(name, value, dtype)
        feeds[name] = value
    for name in inputs:
        if name not in dtypes and name not in optional:
            raise InvalidArgumentError(
                f"[model] no input {name!r}; this model takes {', '.join(dtypes)}"
            )
    return feeds


def _default(
    name: str, inputs: Mapping[str, Any], dtypes: Mapping[str, np.dtype[Any]]
) -> NDArray[Any]:
    if (
        name not in ("attention_mask", "token_type_ids", "position_ids")
        or "input_ids" not in inputs
    ):
        raise InvalidArgumentError(
            f"[model] input {name!r} is missing; needed: {', '.join(dtypes)}"
        )
    shape = np.shape(inputs["input_ids"])
    if name == "position_ids":
        return np.tile(np.arange(shape[-1], dtype=dtypes[name]), (*shape[:-1], 1))
    return np.full(shape, name == "attention_mask", dtype=dtypes[name])


def _convert(name: str, value: Any, dtype: DTypeLike) -> NDArray[Any]:
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
