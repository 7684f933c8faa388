"""Filling up rows that were encoded before: the collate function of a data loader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from onnxformers.errors import InvalidArgumentError, InvalidTypeError
from onnxformers.tokenizers.batch_encoding import BatchEncoding
from onnxformers.tokenizers.options import NO_PADDING

if TYPE_CHECKING:
    from onnxformers.tokenizers.plan import EncodePlan
    from onnxformers.tokenizers.state import State

# What a row of each name is filled up with, beside the ids themselves.
MASKS = {"attention_mask": 0, "special_tokens_mask": 1}


def pad_encoded(
    state: State, encoded: Any, plan: EncodePlan, as_arrays: bool | None
) -> BatchEncoding:
    """Rows of `encoded` filled up as `plan` says.

    Args:
        state: the tokenizer.
        encoded: a mapping of names to one row or several, or a list of mappings of one row each.
        plan: padding, sides, multiples, and whether an attention mask is wanted.
        as_arrays: numpy arrays; None means if arrays were given.

    Raises:
        InvalidTypeError: no mapping, or rows that are none.
        InvalidArgumentError: no input ids, names of different length, or rows that stay of
            different length and should make an array.

    Source: transformers 4.46.3, `PreTrainedTokenizerBase.pad`.
    """
    columns, had_arrays = _columns(state.place, encoded)
    name = state.settings.model_input_names[0]
    if name not in columns:
        raise InvalidArgumentError(
            f"[{state.place}] pad needs {name}, got {', '.join(columns) or 'nothing'}"
        )
    main = columns[name]
    if main and not isinstance(main[0], list):
        one = {key: [value] for key, value in columns.items()}
        padded = {key: rows[0] for key, rows in _padded(state, one, name, plan).items()}
    elif main:
        padded = _padded(state, columns, name, plan)
    else:
        padded = {**columns, "attention_mask": []} if plan.mask else columns
    if had_arrays if as_arrays is None else as_arrays:
        padded = {key: _array(state.place, key, value) for key, value in padded.items()}
    return BatchEncoding(padded)


def _columns(place: str, encoded: Any) -> tuple[dict[str, Any], bool]:
    """Name → rows as Python's lists, and whether any of them was an array."""
    if isinstance(encoded, list | tuple) and encoded and isinstance(encoded[0], Mapping):
        names = encoded[0].keys()
        if any(item.keys() != names for item in encoded):
            raise InvalidArgumentError(f"[{place}] pad needs rows with the same names")
        encoded = {name: [item[name] for item in encoded] for name in names}
    if not isinstance(encoded, Mapping):
        raise InvalidTypeError(
            f"[{place}] pad takes an encoding or a list of them, got {type(encoded).__name__}"
        )
    had_arrays = any(_is_array(value) for value in encoded.values())
    return {name: _plain(value) for name, value in encoded.items()}, had_arrays


def _is_array(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return bool(value) and hasattr(value[0], "tolist")
    return hasattr(value, "tolist")


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.tolist() if hasattr(value, "tolist") else value


def _padded(
    state: State, columns: Mapping[str, list[Any]], name: str, plan: EncodePlan
) -> dict[str, list[Any]]:
    ids: Sequence[list[int]] = columns[name]
    for key, rows in columns.items():
        if len(rows) != len(ids):
            raise InvalidArgumentError(
                f"[{state.place}] {key} has {len(rows)} rows and {name} {len(ids)}"
            )
    filled = dict(columns)
    if plan.mask and "attention_mask" not in filled:
        filled["attention_mask"] = [[1] * len(row) for row in ids]
    if plan.padding == NO_PADDING:
        return filled
    longest = max(map(len, ids)) if plan.length is None else plan.length
    width = plan.rounded(longest)
    values = {**MASKS, name: plan.fill.pad_id, "token_type_ids": plan.fill.pad_type_id}
    return {
        key: [_fill(state.place, key, row, width, values[key], plan) for row in rows]
        if key in values
        else rows
        for key, rows in filled.items()
    }


def _fill(place: str, key: str, row: Any, width: int, value: int, plan: EncodePlan) -> list[Any]:
    if not isinstance(row, list):
        raise InvalidTypeError(f"[{place}] {key} must hold lists, got {type(row).__name__}")
    return plan.fill.fill(row, width, value)


def _array(place: str, name: str, value: Any) -> Any:
    import numpy as np

    try:
        return np.array(value)
    except ValueError:
        raise InvalidArgumentError(
            f"[{place}] the rows of {name} differ in length and make no array; pass padding=True"
        ) from None
