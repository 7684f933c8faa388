"""From the logits of windows over a context to answers cut from it."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from onnxformers._native.models import best_answers
from onnxformers.errors import FileFormatError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from onnxformers._native.tokenizers import Encodings
    from onnxformers.pipelines.results import Answer
    from onnxformers.pipelines.text import Batch

# A count that the core takes, and no context has.
_MANY = 1 << 40


class Window(NamedTuple):
    """What was found in one row of the encodings.

    Attributes:
        row: Which one.
        spans: (score, first token, last token), best first.
        null_score: Of "no answer", for which the first token stands where it is the CLS token.
    """

    row: int
    spans: list[tuple[float, int, int]]
    null_score: float


class _Span(NamedTuple):
    """Tokens `first` to `last` of row `row`; no tokens at all where `row` is None."""

    score: float
    row: int | None = None
    first: int = 0
    last: int = 0


def search_windows(
    batch: Batch,
    context: NDArray[np.bool_],
    cls_token_id: int | None,
    *,
    top_k: int,
    max_tokens: int | None,
) -> list[Window]:
    """The best spans of each row of a batch.

    Args:
        batch: What the model gave: start_logits and end_logits of shape (rows, tokens).
        context: Shape (rows, tokens): tokens of the context.
        cls_token_id: Counted in the softmax too, as some models say "no answer" with it.
        top_k: Spans a row at most.
        max_tokens: Tokens of a span at most, None for all.

    Raises:
        FileFormatError: The model gives other outputs.

    Source: transformers 4.46.3, select_starts_ends and decode_spans.
    """
    start, end = (_logits(batch, name) for name in ("start_logits", "end_logits"))
    counted = context | ((batch.ids == cls_token_id) & (batch.mask != 0))
    begins = batch.mask.argmax(axis=1)
    found = best_answers(
        start, end, context, counted, begins, min(top_k, _MANY), min(max_tokens or _MANY, _MANY)
    )
    rows = zip(batch.rows, begins.tolist(), found, strict=True)
    return [
        Window(int(row), [(score, a - begin, b - begin) for score, a, b in spans], null_score)
        for row, begin, (spans, null_score) in rows
    ]


def cut_answers(
    windows: Sequence[Window],
    encodings: Encodings,
    context: str,
    *,
    top_k: int,
    align_to_words: bool,
    with_impossible: bool,
) -> list[Answer]:
    """The best answers in all windows over a context.

    Args:
        windows: In their order; of equal scores the earlier window's comes first.
        encodings: Whose rows they are.
        context: The text.
        top_k: Answers at most; one without characters where the context has no tokens.
        align_to_words: Widen each to the words of its first and last token.
        with_impossible: Count "no answer" among them.

    Source: transformers 4.46.3, QuestionAnsweringPipeline.postprocess.
    """
    spans = [_Span(score, window.row, *at) for window in windows for score, *at in window.spans]
    if with_impossible:
        spans.append(_Span(min(window.null_score for window in windows)))
    best = sorted(spans, key=itemgetter(0), reverse=True)[:top_k]
    answers: list[Answer] = []
    for span in best or [_Span(0.0)]:
        start, end = _characters(encodings, span, align_to_words)
        answers.append(
            {"score": span.score, "start": start, "end": end, "answer": context[start:end]}
        )
    return answers


def _logits(batch: Batch, name: str) -> NDArray[np.float32]:
    logits: NDArray[Any] | None = batch.outputs.get(name)
    if logits is None or logits.shape != batch.mask.shape:
        raise FileFormatError(
            f"[question-answering] the model must give {name} of shape (rows, tokens), "
            f"got {', '.join(f'{k} {v.shape}' for k, v in batch.outputs.items())}"
        )
    values: NDArray[np.float32] = np.ascontiguousarray(logits, dtype=np.float32)
    return values


def _characters(encodings: Encodings, span: _Span, align_to_words: bool) -> tuple[int, int]:
    """Begin and end of a span in characters of the context."""
    if span.row is None:
        return 0, 0
    first, last = span.first, span.last
    if align_to_words:
        # With the text, as words of question and context are both counted from 0.
        words = [*zip(encodings.word_ids(span.row), encodings.sequence_ids(span.row), strict=True)]
        # As the reference: where one end is in no word, both stay.
        if words[first][0] is not None and words[last][0] is not None:
            while first > 0 and words[first - 1] == words[first]:
                first -= 1
            while last + 1 < len(words) and words[last + 1] == words[last]:
                last += 1
    offsets = encodings.pad_offsets(np.array([span.row]))
    return int(offsets[0, first, 0]), int(offsets[0, last, 1])
