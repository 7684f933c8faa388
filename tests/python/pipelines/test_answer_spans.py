"""The search for spans against one that looks at all of them."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from onnxformers.pipelines.answer_spans import best_spans

Span = tuple[float, int, int]


def softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    sums = [sum(map(float, row)) for row in exponentials]
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
    found = best_spans(
        logits[0],
        logits[1],
        context,
        counted,
        np.zeros(rows, np.int64),
        top_k=top_k,
        max_tokens=max_tokens,
    )
    starts, stops = (softmax(np.where(counted, x, -np.inf)) for x in logits)
    for row in range(rows):
        wanted = all_spans(starts[row], stops[row], range(begins[row], ends[row]), max_tokens)
        assert found[row].spans == wanted[:top_k]
        assert found[row].null_score == starts[row, 0] * stops[row, 0]


def test_a_row_without_a_cls_token_has_no_score_for_no_answer() -> None:
    logits = np.zeros((1, 4), np.float32)
    context = np.array([[False, False, True, True]])
    (window,) = best_spans(logits, logits, context, context, np.array([0]), top_k=1, max_tokens=4)
    assert window.null_score == 0.0
    assert window.spans == [(0.25, 2, 2)]
