"""Scores of tokens as OpenAI's interface bends and tells them.

Source: OpenAI's API reference, frequency_penalty, presence_penalty, logit_bias, logprobs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from onnxformers.errors import InvalidArgumentError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ids = NDArray[np.int64]
    Scores = NDArray[np.float32]

#: What stands for the logarithm of nothing, which JSON cannot carry.
_NEVER = -9999.0


class Likely(NamedTuple):
    """A token that was written.

    Attributes:
        token: Its id.
        logprob: How likely it was.
        others: The likeliest tokens at its place with how likely they were, best first.
    """

    token: int
    logprob: float
    others: list[tuple[int, float]]


@dataclass(frozen=True, slots=True)
class Bend:
    """What a request wants of the scores.

    Attributes:
        frequency: Taken off a token's score for each time that it was written.
        presence: Taken off once it was written.
        bias: Token -> what is added to its score.
        top: How many of the likeliest tokens to tell; None: tell nothing.
    """

    frequency: float = 0.0
    presence: float = 0.0
    bias: Mapping[int, float] | None = None
    top: int | None = None

    @property
    def is_neutral(self) -> bool:
        """Whether it wants nothing."""
        return not (self.frequency or self.presence or self.bias) and self.top is None


PLAIN = Bend()


class Meter:
    """A logits processor of one call of `generate`: bends scores, and keeps how likely tokens were.

    What it keeps are the model's own probabilities, before anything is bent or drawn.

    Args:
        bend: What is wanted.

    Attributes:
        begin: Tokens of the prompt; None before the first step.
    """

    def __init__(self, bend: Bend) -> None:
        self.begin: int | None = None
        self._bend = bend
        self._ids: Ids | None = None
        self._biased: tuple[Ids, Scores] | None = None
        self._newest: Scores | None = None
        self._chosen: list[Scores] = []
        self._tops: list[tuple[Ids, Scores]] = []

    def __call__(self, input_ids: Ids, scores: Scores) -> Scores:
        """The scores as they are wanted.

        Raises:
            InvalidArgumentError: A token of the bias is none of the model's.
        """
        if self.begin is None:
            self.begin = input_ids.shape[1]
        if self._bend.top is not None:
            self._keep(input_ids, scores)
        return scores if self._is_plain else self._bent(input_ids, np.array(scores))

    @property
    def _is_plain(self) -> bool:
        bend = self._bend
        return not (bend.frequency or bend.presence or bend.bias)

    def _keep(self, input_ids: Ids, scores: Scores) -> None:
        if self._newest is not None:
            rows = np.arange(len(input_ids))
            self._chosen.append(self._newest[rows, input_ids[:, -1]])
        self._newest = _log_softmax(scores)
        count = min(self._bend.top or 0, scores.shape[1])
        best = np.argpartition(-self._newest, max(count - 1, 0), axis=1)[:, :count]
        order = np.argsort(-np.take_along_axis(self._newest, best, 1), axis=1, kind="stable")
        best = np.take_along_axis(best, order, 1)
        self._tops.append((best, np.take_along_axis(self._newest, best, 1)))

    def _bent(self, input_ids: Ids, scores: Scores) -> Scores:
        bend = self._bend
        if bend.bias:
            tokens, values = self._bias(scores.shape[1])
            scores[:, tokens] += values
        if bend.frequency or bend.presence:
            for row, ids in zip(scores, input_ids[:, self.begin :], strict=True):
                tokens, counts = np.unique(ids, return_counts=True)
                row[tokens] -= (bend.frequency * counts + bend.presence).astype(np.float32)
        return scores

    def _bias(self, width: int) -> tuple[Ids, Scores]:
        if self._biased is None:
            bias = self._bend.bias or {}
            wrong = [token for token in bias if token >= width]
            if wrong:
                raise InvalidArgumentError(
                    f"[logit_bias] {wrong[0]} is no token of the model, which has {width}"
                )
            values = np.array(list(bias.values()), np.float32)
            self._biased = np.array(list(bias), np.int64), values
        return self._biased

    def likely(self, row: int, tokens: list[int], begin: int = 0) -> list[Likely]:
        """How likely tokens were that were written.

        Args:
            row: In which sequence.
            tokens: What was written there, from `begin` on.
            begin: Which of the written tokens comes first.
        """
        return [self._likely(row, begin + i, token) for i, token in enumerate(tokens)]

    def _likely(self, row: int, place: int, token: int) -> Likely:
        assert self._newest is not None
        is_known = place < len(self._chosen)
        logprob = self._chosen[place][row] if is_known else self._newest[row, token]
        ids, values = self._tops[place]
        others = [
            (int(other), _finite(value)) for other, value in zip(ids[row], values[row], strict=True)
        ]
        return Likely(token, _finite(logprob), others)


def meter_of(bend: Bend) -> Meter | None:
    """What a call needs for what a request wants of the scores, if it wants anything."""
    return None if bend.is_neutral else Meter(bend)


def _log_softmax(scores: Scores) -> Scores:
    """Of each row; -inf stays."""
    shifted = scores - scores.max(axis=1, keepdims=True)
    logprobs: Scores = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return logprobs


def _finite(value: Any) -> float:
    return max(float(value), _NEVER)


def read_bend(fields: dict[str, Any], place: str) -> Bend:
    """What a request wants of the scores; takes its fields out.

    `top` is left to the caller, for interfaces say it in ways of their own.

    Raises:
        InvalidArgumentError: A value is out of its range.
    """
    frequency = _penalty(fields, "frequency_penalty", place)
    presence = _penalty(fields, "presence_penalty", place)
    return Bend(frequency, presence, _read_bias(fields.pop("logit_bias", None), place))


def _penalty(fields: dict[str, Any], name: str, place: str) -> float:
    value = fields.pop(name, None)
    if value is None:
        return 0.0
    if not _is_within(value, 2):
        raise InvalidArgumentError(f"[{place}] {name} must be from -2 to 2, got {value!r:.60}")
    return float(value)


def _read_bias(given: Any, place: str) -> Mapping[int, float] | None:
    if not given:
        return None
    is_right = isinstance(given, Mapping) and all(
        str(token).isascii() and str(token).isdecimal() and len(str(token)) < 10 for token in given
    )
    if not is_right or not all(_is_within(value, 100) for value in given.values()):
        raise InvalidArgumentError(
            f"[{place}] logit_bias must be an object of token ids and numbers from -100 to 100, "
            f"got {given!r:.60}"
        )
    return {int(token): float(value) for token, value in given.items()}


def _is_within(value: Any, most: float) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and -most <= value <= most


def read_top(value: Any, most: int, name: str, place: str) -> int:
    """How many of the likeliest tokens to tell.

    Raises:
        InvalidArgumentError: It is no number, or out of its range.
    """
    if type(value) is not int or not 0 <= value <= most:
        raise InvalidArgumentError(f"[{place}] {name} must be from 0 to {most}, got {value!r:.60}")
    return value
