"""When a generation ends, beside the options of its config.

Source: spec/transformers.js/generation_stopping_criteria.md; transformers 4.46.3,
generation/stopping_criteria.py.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers._native.generation import InterruptFlag
from onnxformers.errors import InvalidArgumentError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ids = NDArray[np.int64]
    Flags = NDArray[np.bool_]
    Scores = NDArray[np.float32] | None


class StoppingCriteria:
    """Base of the criteria: called after each step, it says which rows have come to an end.

    Any callable of the same form will do.
    """

    def __call__(self, input_ids: Ids, scores: Scores = None, **kwargs: Any) -> Flags | bool:
        """Which rows are done.

        Args:
            input_ids: Prompts and what was written, of shape (rows, tokens).
            scores: Those the last tokens were chosen from, of shape (rows, vocabulary), or None.
            **kwargs: Nothing; there for compatibility.

        Returns:
            One bool for all rows, or an array of shape (rows,).
        """
        raise NotImplementedError(f"[{type(self).__name__}] has no __call__")


class StoppingCriteriaList(list[Callable[..., Any]]):
    """Several criteria: a row is done when one of them says so.

    Example:
        >>> criteria = StoppingCriteriaList([MaxLengthCriteria(3)])
        >>> criteria.push(lambda input_ids, scores: input_ids[:, -1] == 7)
        >>> criteria(np.array([[5, 7], [5, 6]]), None)
        array([ True, False])
    """

    def push(self, item: Callable[..., Any]) -> None:
        """The same as `append`."""
        self.append(item)

    def __call__(self, input_ids: Ids, scores: Scores = None, **kwargs: Any) -> Flags:
        """Which rows are done, of shape (rows,)."""
        done = np.zeros(len(input_ids), bool)
        for criterion in self:
            done |= np.asarray(criterion(input_ids, scores, **kwargs), bool)
        return done

    @property
    def max_length(self) -> int | None:
        """The length of a `MaxLengthCriteria` among them."""
        return next((c.max_length for c in self if isinstance(c, MaxLengthCriteria)), None)


class MaxLengthCriteria(StoppingCriteria):
    """Ends all rows at a length.

    Args:
        max_length: In tokens, those of a decoder's prompt included.
        max_position_embeddings: Positions of the model, which a generation does not pass either.
    """

    def __init__(self, max_length: int, max_position_embeddings: int | None = None) -> None:
        self.max_length = max_length
        self.max_position_embeddings = max_position_embeddings

    def __call__(self, input_ids: Ids, scores: Scores = None, **kwargs: Any) -> bool:
        """Whether the rows are long enough."""
        limit = min(self.max_length, self.max_position_embeddings or self.max_length)
        return bool(input_ids.shape[-1] >= limit)


class MaxTimeCriteria(StoppingCriteria):
    """Ends all rows after some time; the step under way is ended first.

    Args:
        max_time: In seconds.
        initial_timestamp: From when to count, as of `time.time()`; from now by default.
    """

    def __init__(self, max_time: float, initial_timestamp: float | None = None) -> None:
        self.max_time = max_time
        self.initial_timestamp = time.time() if initial_timestamp is None else initial_timestamp

    def __call__(self, input_ids: Ids, scores: Scores = None, **kwargs: Any) -> bool:
        """Whether the time is over."""
        return time.time() - self.initial_timestamp > self.max_time


class EosTokenCriteria(StoppingCriteria):
    """Ends a row at a token.

    Args:
        eos_token_id: The token, or several.
    """

    def __init__(self, eos_token_id: int | Iterable[int]) -> None:
        self.eos_token_id = np.atleast_1d(np.asarray(eos_token_id, np.int64))

    def __call__(self, input_ids: Ids, scores: Scores = None, **kwargs: Any) -> Flags:
        """Which rows end with such a token."""
        done: Flags = np.isin(input_ids[:, -1], self.eos_token_id)
        return done


class StopStringCriteria(StoppingCriteria):
    """Ends a row when its last token completes one of some strings.

    The string may begin in the prompt, and the token may go on behind it.

    Args:
        tokenizer: The model's.
        stop_strings: A string, or several.

    Raises:
        InvalidArgumentError: There is no string, or an empty one.
    """

    def __init__(self, tokenizer: Any, stop_strings: str | Sequence[str]) -> None:
        listed = [stop_strings] if isinstance(stop_strings, str) else list(stop_strings)
        if not listed or not all(listed):
            raise InvalidArgumentError(
                f"[StopStringCriteria] stop_strings must not be empty, got {stop_strings!r}"
            )
        self.stop_strings = tuple(listed)
        self._tokenizer = tokenizer
        # A token is at least one byte of text, so that this many are enough to see all of them.
        self._window = max(len(text.encode()) for text in listed) + 1

    def __call__(self, input_ids: Ids, scores: Scores = None, **kwargs: Any) -> Flags:
        """Which rows have just come to one of the strings."""
        return np.array([self._ends(row) for row in input_ids], bool)

    def _ends(self, row: Ids) -> bool:
        end = row[-self._window :]
        text = self._tokenizer.decode(end, clean_up_tokenization_spaces=False)
        before = self._tokenizer.decode(end[:-1], clean_up_tokenization_spaces=False)
        # What ended before the last token was seen then.
        return any(
            text.rfind(stop) + len(stop) > len(before) for stop in self.stop_strings if stop in text
        )


class InterruptableStoppingCriteria(StoppingCriteria):
    """Ends a generation when another thread, or a callback, says so.

    Example:
        >>> stop = InterruptableStoppingCriteria()
        >>> stop.interrupt()
        >>> stop(np.array([[1, 2]]))
        True
    """

    def __init__(self) -> None:
        #: What the token loop looks at.
        self.flag = InterruptFlag()

    @property
    def interrupted(self) -> bool:
        """Whether `interrupt` was called."""
        return self.flag.is_set

    def interrupt(self) -> None:
        """End the generations that have this criterion after the step they are in."""
        self.flag.set()

    def reset(self) -> None:
        """Let the generations to come go on."""
        self.flag.clear()

    def __call__(self, input_ids: Ids, scores: Scores = None, **kwargs: Any) -> bool:
        """Whether it was interrupted."""
        return self.flag.is_set
