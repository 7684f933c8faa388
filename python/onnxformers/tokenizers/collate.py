"""From the native result to the arrays or lists that a call asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from onnxformers.errors import InvalidArgumentError
from onnxformers.tokenizers.options import NO_PADDING
from onnxformers.tokenizers.plan import EncodePlan

if TYPE_CHECKING:
    from onnxformers._native.tokenizers import Encodings


def to_arrays(place: str, encodings: Encodings, plan: EncodePlan) -> tuple[dict[str, Any], int]:
    """The columns as numpy int64 arrays of shape (rows, length), offsets (rows, length, 2).

    Returns:
        The columns, and the tokens to which rows were filled up.

    Raises:
        InvalidArgumentError: rows differ in length.
    """
    if plan.padding == "longest" or (plan.padding == NO_PADDING and len(encodings) == 1):
        ids, mask, type_ids = encodings.pad(**plan.pad)
    else:
        length = _common_length(place, encodings, plan)
        ids, mask, type_ids = encodings.pad(length=length, **plan.pad)
    columns = {"input_ids": ids}
    if plan.type_ids:
        columns["token_type_ids"] = type_ids
    if plan.mask:
        columns["attention_mask"] = mask
    width = ids.shape[1]
    if plan.has_extras:
        columns.update(_extra_arrays(encodings, plan, width))
    return columns, width


def to_lists(encodings: Encodings, plan: EncodePlan) -> tuple[dict[str, Any], int]:
    """The columns as lists of lists, one a row; rows longer than the padding stay as they are.

    Returns:
        The columns, and the tokens to which rows were filled up.
    """
    rows, padding = range(len(encodings)), plan.fill
    fill = padding.fill
    ids = [encodings.ids(row) for row in rows]
    width = 0
    if plan.padding != NO_PADDING:
        width = plan.rounded(plan.length or max(map(len, ids)))
    columns: dict[str, Any] = {"input_ids": [fill(row, width, padding.pad_id) for row in ids]}
    if plan.type_ids:
        type_ids = [encodings.type_ids(row) for row in rows]
        columns["token_type_ids"] = [fill(row, width, padding.pad_type_id) for row in type_ids]
    if plan.mask:
        columns["attention_mask"] = [fill([1] * len(row), width, 0) for row in ids]
    columns.update(_extra_columns(encodings, plan, width))
    return columns, width


def first_row(columns: dict[str, Any]) -> dict[str, Any]:
    """The columns of a single text without the batch axis."""
    return {
        name: rows[0] if rows and isinstance(rows[0], list) else rows
        for name, rows in columns.items()
    }


def _extra_arrays(encodings: Encodings, plan: EncodePlan, width: int) -> dict[str, Any]:
    """What `_extra_columns` gives, as arrays."""
    import numpy as np

    side = plan.fill.side
    extra: dict[str, Any] = {}
    if plan.special_tokens_mask:
        # Of padding, too, no text is the source.
        is_special = encodings.pad_sequences(length=width, side=side) < 0
        extra["special_tokens_mask"] = is_special.astype(np.int64)
    if plan.offsets:
        extra["offset_mapping"] = encodings.pad_offsets(length=width, side=side)
    if plan.lengths:
        extra["length"] = np.maximum(encodings.lengths, width)
    if plan.overflowing:
        extra["overflow_to_sample_mapping"] = encodings.sample
    return extra


def _extra_columns(encodings: Encodings, plan: EncodePlan, width: int) -> dict[str, list[Any]]:
    rows, padding = range(len(encodings)), plan.fill
    extra: dict[str, list[Any]] = {}
    if plan.special_tokens_mask:
        masks = [encodings.special_tokens_mask(row) for row in rows]
        extra["special_tokens_mask"] = [padding.fill(mask, width, 1) for mask in masks]
    if plan.offsets:
        offsets = [encodings.offsets(row) for row in rows]
        extra["offset_mapping"] = [padding.fill(spans, width, (0, 0)) for spans in offsets]
    if plan.lengths:
        extra["length"] = [max(width, length) for length in encodings.lengths.tolist()]
    if plan.overflowing:
        extra["overflow_to_sample_mapping"] = encodings.sample.tolist()
    return extra


def _common_length(place: str, encodings: Encodings, plan: EncodePlan) -> int:
    """The length of all rows, padding to `max_length` included."""
    lengths = encodings.lengths
    longest, shortest = int(lengths.max()), int(lengths.min())
    width = 0 if plan.length is None else plan.rounded(plan.length)
    if shortest != longest and longest > width:
        cure = "padding=True" if plan.padding == NO_PADDING else "truncation=True"
        raise InvalidArgumentError(
            f"[{place}] the rows differ in length ({shortest} to {longest} tokens) and make no "
            f"array; pass {cure}, or return_tensors=None for lists"
        )
    return max(width, longest)
