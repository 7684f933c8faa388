"""Sounds or features of different lengths in one array."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers.errors import InvalidArgumentError
from onnxformers.options import check_positive

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

_STRATEGIES = {True: "longest", False: "do_not_pad", None: "do_not_pad"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PaddedBatch:
    """Rows of different lengths in one array.

    Attributes:
        values: float32, shape (rows, length, ...).
        starts: Where each row begins.
        lengths: Of each row, without padding.
    """

    values: NDArray[np.float32]
    starts: list[int]
    lengths: list[int]

    @property
    def mask(self) -> NDArray[np.int64]:
        """Shape (rows, length): 1, and 0 where padded."""
        mask = np.zeros(self.values.shape[:2], np.int64)
        for row, start, length in zip(mask, self.starts, self.lengths, strict=True):
            row[start : start + length] = 1
        return mask

    def normalized(self, padding_value: float | None) -> NDArray[np.float32]:
        """The rows with zero mean and unit variance.

        Args:
            padding_value: What stands in the padding afterwards; None takes padding for sound.
        """
        if padding_value is None:
            return np.stack([normalized(row) for row in self.values])
        values = np.full_like(self.values, padding_value)
        for row, raw, start, length in zip(
            values, self.values, self.starts, self.lengths, strict=True
        ):
            row[start : start + length] = normalized(raw[start : start + length])
        return values


def normalized(sound: NDArray[np.float32]) -> NDArray[np.float32]:
    """A sound of zero mean and unit variance."""
    centred: NDArray[np.float32] = sound - sound.mean()
    scaled: NDArray[np.float32] = centred / np.sqrt(sound.var() + np.float32(1e-7))
    return scaled


@dataclass(frozen=True, slots=True, kw_only=True)
class Padding:
    """How a batch becomes one array; named as transformers names it.

    Attributes:
        padding: True or longest: to the longest; max_length: to `max_length`; False or
            do_not_pad: all must have the same length.
        max_length: For max_length, and for truncation.
        truncation: Cut what is longer than `max_length`.
        pad_to_multiple_of: Lengths become multiples of this.
        padding_side: Where padding goes: right or left.
        padding_value: What is put there.
        place: For messages.
    """

    padding: bool | str | None
    max_length: int | None
    truncation: bool
    pad_to_multiple_of: int | None
    padding_side: str
    padding_value: float
    place: str

    @classmethod
    def of(cls, settings: Mapping[str, Any], place: str, **defaults: Any) -> Padding:
        """The padding that the settings of a call say.

        Args:
            settings: Of the call; what they lack is taken from `defaults`.
            place: For messages.
            **defaults: Fields that differ from no padding and no truncation.
        """
        chosen = {"padding": False, "max_length": None, "truncation": False, **defaults}
        chosen = {name: settings.get(name, value) for name, value in chosen.items()}
        return cls(
            padding=chosen["padding"],
            max_length=chosen["max_length"],
            truncation=bool(chosen["truncation"]),
            pad_to_multiple_of=settings.get(
                "pad_to_multiple_of", defaults.get("pad_to_multiple_of")
            ),
            padding_side=settings.get("padding_side", "right"),
            padding_value=float(settings.get("padding_value", 0.0)),
            place=place,
        )

    def __post_init__(self) -> None:
        check_positive(self.max_length, "max_length", self.place)
        check_positive(self.pad_to_multiple_of, "pad_to_multiple_of", self.place)
        if self.strategy not in {"longest", "max_length", "do_not_pad"}:
            raise InvalidArgumentError(
                f"[{self.place}] padding must be True, False, 'longest', 'max_length' or "
                f"'do_not_pad', got {self.padding!r}"
            )
        needs_length = self.truncation or self.strategy == "max_length"
        if needs_length and self.max_length is None:
            raise InvalidArgumentError(
                f"[{self.place}] padding='max_length' and truncation=True need max_length="
            )

    @property
    def strategy(self) -> str:
        """longest, max_length or do_not_pad."""
        if isinstance(self.padding, str):
            return self.padding
        return _STRATEGIES.get(self.padding, str(self.padding))

    def apply(self, rows: list[NDArray[Any]]) -> PaddedBatch:
        """The rows as one array.

        Args:
            rows: Arrays that differ in their first axis alone.

        Raises:
            InvalidArgumentError: Rows have different lengths and are not padded.
        """
        if self.truncation:
            rows = [row[: self._rounded(self.max_length or 0)] for row in rows]
        lengths = [len(row) for row in rows]
        target = self._target(lengths)
        starts = [target - n if self.padding_side == "left" else 0 for n in lengths]
        if len(rows) == 1 and lengths[0] == target:
            values = rows[0][None].astype(np.float32, copy=False)
        else:
            shape = (len(rows), target, *rows[0].shape[1:])
            values = np.full(shape, self.padding_value, np.float32)
            for place, (row, start) in enumerate(zip(rows, starts, strict=True)):
                values[place, start : start + len(row)] = row
        return PaddedBatch(values=values, starts=starts, lengths=lengths)

    def _target(self, lengths: list[int]) -> int:
        if self.strategy == "do_not_pad":
            if len(set(lengths)) > 1:
                raise InvalidArgumentError(
                    f"[{self.place}] the sounds have different lengths ({sorted(set(lengths))}): "
                    "give padding=True"
                )
            return lengths[0]
        wanted = max(lengths) if self.strategy == "longest" else self.max_length or 0
        target = self._rounded(wanted)
        if max(lengths) > target and len(set(lengths)) > 1:
            raise InvalidArgumentError(
                f"[{self.place}] a sound has {max(lengths)} values, more than max_length={target}: "
                "give truncation=True"
            )
        return max(target, *lengths)

    def _rounded(self, length: int) -> int:
        multiple = self.pad_to_multiple_of or 1
        return -(-length // multiple) * multiple
