"""Overlapping pieces of a transcript put together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from onnxformers.tokenizers.whisper_words import Span

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Times = npt.NDArray[np.float64]

# Favours long matches among those that match equally well.
LENGTH_DIVISOR = 10_000


def stitch(
    pieces: Sequence[list[int]], times: Sequence[list[Span]] = ()
) -> tuple[list[int], list[Span]]:
    """One transcript from pieces that overlap, each with the next.

    Each two neighbours are slid over each other; where most tokens are equal they are joined, in
    the middle of the overlap. Times O(n²) comparisons for pieces of n tokens.

    Args:
        pieces: tokens of each piece, at least one piece.
        times: of each token of each piece, where they are known; then tokens match only if those
            of the left piece are not later.

    Returns:
        The tokens, and their times.

    Source: transformers 4.46.3, `_find_longest_common_sequence`.
    """
    left, left_times = pieces[0], times[0] if times else []
    tokens: list[int] = []
    spans: list[Span] = []
    for index in range(1, len(pieces)):
        right, right_times = pieces[index], times[index] if times else []
        left_end, right_begin = _best_join(left, right, left_times, right_times)
        tokens += left[:left_end]
        spans += left_times[:left_end]
        left, left_times = right[right_begin:], right_times[right_begin:]
    return tokens + left, spans + left_times


def _best_join(
    left: list[int], right: list[int], left_times: list[Span], right_times: list[Span]
) -> tuple[int, int]:
    """Where the left piece ends and the right one goes on."""
    import numpy as np

    ours, theirs = np.array(left, dtype=np.int64), np.array(right, dtype=np.int64)
    early, late = _as_array(left_times), _as_array(right_times)
    best, overlap = 0.0, (len(left), len(left), 0, 0)
    for shift in range(1, len(left) + len(right)):
        a, b = max(0, len(left) - shift), min(len(left), len(left) + len(right) - shift)
        c, d = max(0, shift - len(left)), min(len(right), shift)
        equal = ours[a:b] == theirs[c:d]
        if early is not None and late is not None:
            equal &= _not_later(early[a:b], late[c:d])
        matches = int(np.count_nonzero(equal))
        quality = matches / shift + shift / LENGTH_DIVISOR
        if matches > 1 and quality > best:
            best, overlap = quality, (a, b, c, d)
    return (overlap[0] + overlap[1]) // 2, (overlap[2] + overlap[3]) // 2


def _as_array(times: list[Span]) -> Times | None:
    """Begins and ends as rows of two; None where there are no times."""
    import numpy as np

    if not times:
        return None
    # An end that is not known is later than all others.
    return np.array([(begin, np.inf if end is None else end) for begin, end in times])


def _not_later(early: Times, late: Times) -> npt.NDArray[np.bool_]:
    """Which spans come no later than those beside them: by begin, then by end."""
    begins, ends = early[:, 0], early[:, 1]
    found: npt.NDArray[np.bool_] = (begins < late[:, 0]) | (
        (begins == late[:, 0]) & (ends <= late[:, 1])
    )
    return found
