"""Which spans of tokens answer a question best, by the probabilities of their ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# A logit that a softmax turns to 0, and a score that every span has more of.
_OUTSIDE = np.float32(-10_000)
_NEVER = np.float32(-1)


class Window(NamedTuple):
    """The answers of one row.

    Attributes:
        spans: (score, first token, last token), best first.
        null_score: Score of "no answer", for which the first token stands where it is the CLS
            token; else 0.
    """

    spans: list[tuple[float, int, int]]
    null_score: float


def best_spans(
    start_logits: NDArray[Any],
    end_logits: NDArray[Any],
    context: NDArray[np.bool_],
    counted: NDArray[np.bool_],
    first: NDArray[np.int64],
    *,
    top_k: int,
    max_tokens: int,
) -> list[Window]:
    """Search all spans of at most `max_tokens` tokens that lie in the context.

    Takes O(n log max_tokens) steps for a row of n tokens, and memory for `top_k` times
    `max_tokens` scores: an answer of rank k starts at one of the k tokens whose best span is best.

    Args:
        start_logits: Shape (rows, tokens): of each token being the first.
        end_logits: Shape (rows, tokens): of each token being the last.
        context: Shape (rows, tokens): tokens of which an answer may be made.
        counted: Shape (rows, tokens): tokens over which the softmax goes; the CLS token is one.
        first: Shape (rows,): where each row begins, behind padding.
        top_k: Spans a row at most.
        max_tokens: Tokens a span at most.

    Returns:
        The spans of each row; of equal ones the first, then the shortest.

    Source: transformers 4.46.3, decode_spans and select_starts_ends.
    """
    starts, ends = (_softmax(logits, counted) for logits in (start_logits, end_logits))
    rows = np.arange(len(first))
    null_scores = (starts[rows, first] * ends[rows, first]).tolist()
    ends = np.where(context, ends, _NEVER)
    best = np.where(context, starts * _window_max(ends, max_tokens), _NEVER)
    chosen = np.sort(_largest(best, top_k), axis=1)
    scores = _span_scores(starts, ends, context, chosen, max_tokens)
    flat = scores.reshape(len(scores), -1)
    order = _largest(flat, top_k)
    return [
        Window(
            _row_spans(flat[row, order[row]], order[row], chosen[row], scores.shape[2]),
            null_scores[row],
        )
        for row in rows
    ]


def _softmax(logits: NDArray[Any], counted: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Over the counted tokens of each row, the same to the bit however far a row is padded."""
    values = np.where(counted, logits.astype(np.float32, copy=False), _OUTSIDE)
    exponentials = np.exp(values - values.max(axis=1, keepdims=True))
    # One after the other, as zeros in between then change nothing.
    sums = np.cumsum(exponentials, axis=1, dtype=np.float64)[:, -1:]
    result: NDArray[np.float32] = (exponentials / sums).astype(np.float32)
    return result


def _largest(values: NDArray[np.float32], count: int) -> NDArray[np.int64]:
    """Columns of the largest values of each row, largest first, the first of equal ones first."""
    if count == 1:
        best: NDArray[np.int64] = values.argmax(axis=1)[:, None]
        return best
    return np.argsort(-values, axis=1, kind="stable")[:, :count]


def _window_max(values: NDArray[np.float32], width: int) -> NDArray[np.float32]:
    """The maximum of each value and the `width` - 1 ones behind it, by doubling."""
    result, covered = values, 1
    while covered < min(width, values.shape[1]):
        step = min(covered, width - covered)
        shifted = np.full_like(result, _NEVER)
        shifted[:, :-step] = result[:, step:]
        result = np.maximum(result, shifted)
        covered += step
    return result


def _span_scores(
    starts: NDArray[np.float32],
    ends: NDArray[np.float32],
    context: NDArray[np.bool_],
    chosen: NDArray[np.int64],
    max_tokens: int,
) -> NDArray[np.float32]:
    """Shape (rows, chosen starts, lengths); below 0 for spans that leave the context."""
    length = starts.shape[1]
    last = chosen[:, :, None] + np.arange(min(max_tokens, length))
    inside = last < length
    flat_last = np.where(inside, last, 0).reshape(len(starts), -1)
    behind = np.take_along_axis(ends, flat_last, 1).reshape(last.shape)
    first = np.take_along_axis(starts, chosen, 1)[:, :, None]
    is_start = np.take_along_axis(context, chosen, 1)[:, :, None]
    return np.where(inside & is_start & (behind >= 0), first * behind, _NEVER)


def _row_spans(
    scores: NDArray[np.float32], order: NDArray[np.int64], chosen: NDArray[np.int64], lengths: int
) -> list[tuple[float, int, int]]:
    starts = chosen[order // lengths]
    spans = zip(scores.tolist(), starts.tolist(), (starts + order % lengths).tolist(), strict=True)
    return [span for span in spans if span[0] >= 0]
