"""Sounds or features of different lengths in one array."""

from __future__ import annotations

from dataclasses import dataclass, replace
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
        rows: Arrays that differ in their first axis alone.
        length: Of all, with padding.
        starts: Where each row begins.
        padding_value: What stands before and behind them.
    """

    rows: list[NDArray[Any]]
    length: int
    starts: list[int]
    padding_value: float

    @property
    def values(self) -> NDArray[np.float32]:
        """Float32, shape (rows, length, ...); of one whole row it shares the memory."""
        if len(self.rows) == 1 and len(self.rows[0]) == self.length:
            return self.rows[0][None].astype(np.float32, copy=False)
        return self._filled(self.padding_value)

    @property
    def each(self) -> list[NDArray[np.float32]]:
        """The rows of `values` one by one: those that need no padding are not copied."""
        return [replace(self, rows=[row], starts=[start]).values[0]
                for row, start in zip(self.rows, self.starts, strict=True)]  # fmt: skip

    @property
    def mask(self) -> NDArray[np.int64]:
        """Shape (rows, length): 1, and 0 where padded."""
        mask = np.zeros((len(self.rows), self.length), np.int64)
        for place in range(len(self.rows)):
            self._part(mask, place)[...] = 1
        return mask

    def normalized(self, padding_value: float | None) -> NDArray[np.float32]:
        """The rows with zero mean and unit variance.

        Args:
            padding_value: What stands in the padding afterwards; None takes padding for sound.
        """
        values = self._filled(self.padding_value if padding_value is None else padding_value)
        for place, row in enumerate(values):
            _normalize(row if padding_value is None else self._part(values, place))
        return values

    def _filled(self, padding_value: float) -> NDArray[np.float32]:
        values = np.empty((len(self.rows), self.length, *self.rows[0].shape[1:]), np.float32)
        for place, (row, start) in enumerate(zip(self.rows, self.starts, strict=True)):
            values[place, :start] = padding_value
            values[place, start : start + len(row)] = row
            values[place, start + len(row) :] = padding_value
        return values

    def _part(self, values: NDArray[Any], place: int) -> NDArray[Any]:
        """What is no padding in a row of an array of the shape of `values`."""
        start = self.starts[place]
        part: NDArray[Any] = values[place, start : start + len(self.rows[place])]
        return part


def _normalize(sound: NDArray[np.float32]) -> None:
    sound -= sound.mean()
    # The variance as var() has it, of what is centred already.
    sound /= np.sqrt(np.square(sound).mean() + np.float32(1e-7))


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
        """The rows, cut and with their places in one array.

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
        return PaddedBatch(
            rows=rows, length=target, starts=starts, padding_value=self.padding_value
        )

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
