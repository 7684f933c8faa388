"""Answers of a given form: only tokens that a grammar allows are chosen.

The engine's work for a step is done on a thread of its own while the model's session runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from onnxformers.errors import GuidedGenerationError, InvalidArgumentError
from onnxformers.generation.answer_formats import PLACE

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from typing_extensions import Self

    from onnxformers.generation.grammar_engine import Matcher, Vocabulary

    Ids = NDArray[np.int64]
    Scores = NDArray[np.float32]


class Guide:
    """Keeps the rows of one generation in a grammar: a logits processor and a stopping criterion.

    Args:
        matcher: At the begin of an answer.
        vocabulary: What the tokens spell.
        ends: Tokens that end an answer.
        forced: How many tokens, such as a language, stand before the answer.

    Raises:
        InvalidArgumentError: There is no token that could end an answer.
    """

    def __init__(
        self, matcher: Matcher, vocabulary: Vocabulary, ends: Sequence[int], forced: int = 0
    ) -> None:
        if not ends:
            raise InvalidArgumentError(
                f"[{PLACE}] no token ends an answer: the model has no eos_token_id; give one"
            )
        self._matcher = matcher
        self._vocabulary = vocabulary
        self._ends = list(ends)
        self._forced = forced
        self._begin = -1  # where answers begin; known from the first step on
        self._rows: list[_Row] = []
        self._read: Ids | None = None  # what the rows have taken
        self._ahead: Future[None] | None = None
        self._worker = ThreadPoolExecutor(1, "onnxformers-guided")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._worker.shutdown()

    def process(self, input_ids: Ids, scores: Scores) -> Scores:
        """Take away what may not come next.

        Args:
            input_ids: Prompts and what was written, of shape (rows, tokens).
            scores: Of shape (rows, vocabulary).

        Returns:
            The same scores, -inf where the grammar does not allow a token.

        Raises:
            GuidedGenerationError: Nothing is left of a row.
        """
        if self._begin < 0:
            self._start(input_ids, scores.shape[1])
        if input_ids.shape[1] < self._begin:
            return scores
        if self._ahead is None:
            self._advance(input_ids)
        else:
            ahead, self._ahead = self._ahead, None
            ahead.result()
        for i, row in enumerate(self._rows):
            if row.is_open and not row.mask(scores[i]):
                raise GuidedGenerationError(
                    f"[{PLACE}] row {i}: nothing may follow {row.taken} tokens of the answer: the "
                    "vocabulary cannot spell what must come, or other options (min_new_tokens, "
                    "suppress_tokens, bad_words_ids, forced_eos_token_id, ...) forbid it, or the "
                    "scores are NaN"
                )
        return scores

    def watch(self, input_ids: Ids, scores: Scores | None = None) -> bool:
        """Begin with the masks of the next step; a stopping criterion that never says stop."""
        if 0 <= self._begin <= input_ids.shape[1]:
            self._ahead = self._worker.submit(self._advance, input_ids)
        return False

    def check(self, sequences: Ids) -> None:
        """Refuse answers that are not whole.

        Args:
            sequences: Prompts and all that was written, of shape (rows, tokens).

        Raises:
            GuidedGenerationError: A row was cut off.
        """
        if self._ahead is not None:
            self._ahead.result()
        # From the beginning: a beam that was given up may have the best answer.
        rows = [self._rows[0].begin(self._matcher) for _ in sequences]
        for row, ids in zip(rows, sequences, strict=True):
            row.take(ids[self._begin :])
        broken = tuple(i for i, row in enumerate(rows) if not row.is_whole)
        if not broken:
            return
        row = rows[broken[0]]
        error = GuidedGenerationError(
            f"[{PLACE}] row {broken[0]} of {len(rows)} ended before its answer was whole, "
            f"after {row.taken} tokens: {self._text(sequences[broken[0]], row)!r}; raise "
            "max_new_tokens, or see what else may have ended it (max_length, max_time, "
            "stop_strings, stopping_criteria). error.sequences has what was written"
        )
        error.sequences, error.rows = sequences, broken
        raise error

    def _start(self, input_ids: Ids, width: int) -> None:
        self._begin = input_ids.shape[1] + self._forced
        is_text = np.zeros(width, np.bool_)
        known = self._vocabulary.is_text[:width]
        is_text[: len(known)] = known
        ends = [token for token in self._ends if token < width]
        # The last word also has a bit for the end of text that engines want.
        words = (len(self._vocabulary.spelt) + 32) // 32
        self._rows = [_Row(self._matcher.fork(), is_text, ends, words) for _ in input_ids]

    def _advance(self, input_ids: Ids) -> None:
        if self._read is not None:
            self._follow(input_ids[:, : self._read.shape[1]])
        self._read = input_ids
        for row, ids in zip(self._rows, input_ids, strict=True):
            row.take(ids[self._begin :])
            row.prepare()

    def _follow(self, before: Ids) -> None:
        """Let each row go on from one that has read the same: beams change places."""
        assert self._read is not None
        if np.array_equal(before, self._read):
            return
        found = [int(np.flatnonzero((self._read == row).all(axis=1))[0]) for row in before]
        self._rows = [self._rows[parent].fork() for parent in found]

    def _text(self, sequence: Ids, row: _Row) -> str:
        ids = sequence[self._begin : self._begin + row.taken]
        return b"".join(self._vocabulary.spelt[i] for i in ids).decode(errors="replace")


class _Row:
    """One answer on its way.

    Args:
        matcher: At its begin.
        is_text: By id, which tokens may be part of an answer.
        ends: Those that end one.
        words: How many words of 32 bits a mask has.

    Attributes:
        taken: How many tokens of it are in the grammar.
        is_open: Whether it goes on.
        is_whole: Whether what was taken is a valid answer.
    """

    def __init__(
        self, matcher: Matcher, is_text: NDArray[np.bool_], ends: list[int], words: int
    ) -> None:
        self._matcher = matcher
        self._is_text = is_text
        self._ends = ends
        self._words = np.zeros(words, np.int32)
        self._allowed: Ids | None = None  # where these are few
        self._forbidden: Ids | None = None  # else
        self.taken = 0
        self.is_open = True
        self.is_whole = matcher.is_complete()

    def begin(self, matcher: Matcher) -> _Row:
        """Another one, of which nothing was taken."""
        return _Row(matcher.fork(), self._is_text, self._ends, len(self._words))

    def fork(self) -> _Row:
        """Another one that has taken the same."""
        made = self.begin(self._matcher)
        made.taken, made.is_open, made.is_whole = self.taken, self.is_open, self.is_whole
        return made

    def take(self, ids: Ids) -> None:
        """Go on to the end of an answer's tokens; those taken before are passed over."""
        for token in ids[self.taken :].tolist():
            # What the grammar did not allow is the padding of a row that something else ended.
            if not self.is_open or token in self._ends or not self._matcher.take(token):
                self.is_open = False
                return
            self.taken += 1
            self.is_whole = self._matcher.is_complete()

    def prepare(self) -> None:
        """Work out what may come next."""
        if not self.is_open:
            return
        self._matcher.fill(self._words)
        count = len(self._is_text)
        bits = np.unpackbits(self._words.view(np.uint8), count=count, bitorder="little")
        allowed = bits.view(np.bool_) & self._is_text
        allowed[self._ends] = self.is_whole
        is_few = 2 * np.count_nonzero(allowed) < count
        self._allowed = np.flatnonzero(allowed) if is_few else None
        self._forbidden = None if is_few else np.flatnonzero(~allowed)

    def mask(self, scores: Scores) -> bool:
        """Take away what may not come next; whether anything is left."""
        if self._allowed is not None:
            kept = scores[self._allowed]
            scores.fill(-np.inf)
            scores[self._allowed] = kept
            return bool(kept.max(initial=-np.inf) > -np.inf)
        scores[self._forbidden] = -np.inf
        return bool(scores.max() > -np.inf)
