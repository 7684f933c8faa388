"""The search for spans against one that looks at all of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from onnxformers._native.models import best_answers
from onnxformers.errors import InvalidArgumentError

Span = tuple[float, int, int]


def softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    exponentials = np.exp(logits.astype(np.float64) - logits.max(axis=1, keepdims=True))
    sums = [sum(row.tolist()) for row in exponentials]
    return (exponentials / np.array(sums)[:, None]).astype(np.float32)


def all_spans(
    start: NDArray[np.float32], end: NDArray[np.float32], context: range, max_tokens: int
) -> list[Span]:
    """Every span of a row, best first, of equal ones the first."""
    spans = [
        (float(start[i] * end[j]), i, j)
        for i in context
        for j in context
        if i <= j < i + max_tokens
    ]
    return sorted(spans, key=lambda span: (-span[0], span[1], span[2]))


@given(
    st.integers(1, 5),
    st.integers(2, 30),
    st.integers(1, 40),
    st.integers(1, 12),
    st.integers(1, 40),
    st.integers(0, 2**32 - 1),
)
def test_the_best_spans_are_those_of_a_search_over_all(
    rows: int, tokens: int, levels: int, top_k: int, max_tokens: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    # Few levels make many equal scores.
    logits = rng.integers(0, levels, (2, rows, tokens)).astype(np.float32)
    begins = rng.integers(1, tokens, rows)
    ends = [int(rng.integers(begin, tokens + 1)) for begin in begins]
    context = np.zeros((rows, tokens), np.bool_)
    for row, (begin, end) in enumerate(zip(begins, ends, strict=True)):
        context[row, begin:end] = True
    counted = context.copy()
    counted[:, 0] = True
    first = np.zeros(rows, np.int64)
    found = best_answers(logits[0], logits[1], context, counted, first, top_k, max_tokens)
    starts, stops = (softmax(np.where(counted, x, -np.inf)) for x in logits)
    for row in range(rows):
        wanted = all_spans(starts[row], stops[row], range(begins[row], ends[row]), max_tokens)
        assert found[row] == (wanted[:top_k], starts[row, 0] * stops[row, 0])


def test_a_row_without_a_cls_token_has_no_score_for_no_answer() -> None:
    logits = np.zeros((1, 4), np.float32)
    context = np.array([[False, False, True, True]])
    found = best_answers(logits, logits, context, context, np.array([0]), 1, 4)
    assert found == [([(0.25, 2, 2)], 0.0)]


@pytest.mark.parametrize(
    "changes",
    [
        {0: np.zeros((1, 3), np.float32)},
        {2: np.zeros((2, 4), np.bool_)},
        {4: np.array([4])},
        {4: np.array([-1])},
        {4: np.array([[0]])},
        {5: 0},
        {6: 0},
    ],
)
def test_arrays_that_do_not_fit_are_refused(changes: dict[int, Any]) -> None:
    logits, flags = np.zeros((1, 4), np.float32), np.ones((1, 4), np.bool_)
    arguments = [logits, logits, flags, flags, np.array([0]), 1, 1]
    for place, value in changes.items():
        arguments[place] = value
    with pytest.raises(InvalidArgumentError, match="expected four arrays of shape"):
        best_answers(*arguments)
