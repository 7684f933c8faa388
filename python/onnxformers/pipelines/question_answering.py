"""Question answering: the part of a context that answers a question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple, overload

import numpy as np

from onnxformers.errors import FileFormatError, InvalidArgumentError
from onnxformers.options import check_count, check_flag, check_positive
from onnxformers.pipelines.answer_spans import Window, best_spans
from onnxformers.pipelines.items import read_item, read_text
from onnxformers.pipelines.text import Batch, TextOptions, TokenizedPipeline

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from onnxformers._native.tokenizers import Encodings
    from onnxformers.pipelines.results import Answer

    Item = Mapping[str, str]
    Several = list[str] | tuple[str, ...]

_TASK = "question-answering"
# Of a window that repeats part of the one before it, unless doc_stride says otherwise.
_USUAL_STRIDE = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionAnsweringOptions(TextOptions):
    """Options of a question-answering call.

    Attributes:
        top_k: How many answers. With 1 a question gives one dict, else a list of dicts.
        align_to_words: Widen an answer to the words that its first and last token belong to.
        doc_stride: Tokens that a window over a long context repeats of the window before it.
            None: 128, or half a window where that is less.
        max_answer_len: Tokens of an answer at most; None, as Transformers.js, for as many as the
            context has.
        max_seq_len: Tokens of a window at most, question and special tokens included; never more
            than the model takes.
        max_question_len: Tokens of the question at most; a longer one is cut.
        handle_impossible_answer: Count "no answer", an empty one, among the answers.
    """

    top_k: int = 1
    align_to_words: bool = True
    doc_stride: int | None = None
    max_answer_len: int | None = None
    max_seq_len: int = 384
    max_question_len: int = 64
    handle_impossible_answer: bool = False

    def __post_init__(self) -> None:
        TextOptions.__post_init__(self)
        for name in ("top_k", "max_seq_len", "max_question_len"):
            check_count(getattr(self, name), name, _TASK)
        check_positive(self.max_answer_len, "max_answer_len", _TASK)
        for name in ("align_to_words", "handle_impossible_answer"):
            check_flag(getattr(self, name), name, _TASK)
        stride = self.doc_stride
        if stride is not None and (type(stride) is not int or not 0 <= stride < self.max_seq_len):
            raise InvalidArgumentError(
                f"[{_TASK}] doc_stride must be None or a whole number below max_seq_len "
                f"({self.max_seq_len}), got {stride!r}"
            )


class _Texts(NamedTuple):
    """What is asked; `is_cut` says which questions were shortened."""

    questions: list[str]
    contexts: list[str]
    is_cut: list[bool]


class _Span(NamedTuple):
    """Tokens `first` to `last` of row `row`."""

    score: float
    row: int
    first: int
    last: int


class QuestionAnsweringPipeline(TokenizedPipeline[QuestionAnsweringOptions]):
    """Finds answers in contexts with a model for extractive question answering.

    Call it with a question and a context, with two lists of them (or one list and one str that
    goes with each), with a dict that has the keys "question" and "context", or with a list or a
    generator of such dicts; and with the fields of `QuestionAnsweringOptions`. A context longer
    than the model takes is read in windows that overlap.

    Returns:
        For one question an `Answer`, or a list of them, best first, with ``top_k`` above 1. For
        lists: a list with one such entry a question. For a generator: a generator of such entries.
        ``answer`` is ``context[start:end]``. There are fewer answers where the context has no more
        spans; one without any tokens gives one empty answer with score 0.

    Raises:
        InvalidArgumentError: An empty question, context or list; lists of different length; an
            unknown option.
        InvalidTypeError: Something that is no str.

    Example:
        >>> from onnxformers import pipeline
        >>> ask = pipeline("question-answering")  # doctest: +SKIP
        >>> ask("Who was Jim Henson?", "Jim Henson was a nice puppet.")  # doctest: +SKIP
        {'score': 0.57, 'start': 15, 'end': 28, 'answer': 'a nice puppet'}

    Source: spec/transformers.js/pipelines.md and transformers 4.46.3, QuestionAnsweringPipeline.
    """

    if TYPE_CHECKING:

        @overload
        def __call__(
            self, question: str, context: str, *, top_k: Literal[1] = 1, **options: Any
        ) -> Answer: ...
        @overload
        def __call__(
            self, question: str, context: str, *, top_k: int, **options: Any
        ) -> list[Answer]: ...
        @overload
        def __call__(self, question: Item, *, top_k: Literal[1] = 1, **options: Any) -> Answer: ...
        @overload
        def __call__(self, question: Item, *, top_k: int, **options: Any) -> list[Answer]: ...
        @overload
        def __call__(
            self, question: Several, context: Several | str, **options: Any
        ) -> list[Answer] | list[list[Answer]]: ...
        @overload
        def __call__(
            self, question: list[Item] | list[dict[str, str]], **options: Any
        ) -> list[Answer] | list[list[Answer]]: ...
        @overload
        def __call__(
            self, question: Iterator[Item], **options: Any
        ) -> Iterator[Answer | list[Answer]]: ...
        def __call__(self, *args: Any, **options: Any) -> Any:
            """See `Pipeline`."""

    options_class: ClassVar[type[Any]] = QuestionAnsweringOptions
    input_names: ClassVar[tuple[str, ...]] = ("question", "context")
    input_name: ClassVar[str] = "a question and a context"

    def is_single(self, inputs: Any) -> bool:
        """A dict is one input."""
        return isinstance(inputs, Mapping)

    def run_single(self, item: Any, options: QuestionAnsweringOptions) -> Answer | list[Answer]:
        """The answers to one question."""
        return self.run_many([item], options)[0]

    def run_many(
        self, items: Sequence[Any], options: QuestionAnsweringOptions
    ) -> list[Answer | list[Answer]]:
        """The answers to each question, in the order given."""
        texts = self._read_items(items, options)
        encodings = self._encode_windows(texts, options)
        windows: list[Window] = [Window([], 0.0)] * len(encodings)
        for batch in self.forward(encodings, options):
            for row, window in zip(
                batch.rows, self._windows(batch, encodings, options), strict=True
            ):
                windows[row] = window
        rows_of: list[list[int]] = [[] for _ in items]
        for row, sample in enumerate(encodings.sample.tolist()):
            rows_of[sample].append(row)
        ranked = [
            self._answers(index, rows, windows, encodings, texts, options)
            for index, rows in enumerate(rows_of)
        ]
        return [answers[0] for answers in ranked] if options.top_k == 1 else [*ranked]

    def _read_items(self, items: Sequence[Any], options: QuestionAnsweringOptions) -> _Texts:
        questions, contexts = [], []
        for index, item in enumerate(items):
            question, context = read_item(self.task, item, index, self.input_names)
            questions.append(read_text(self.task, "question", index, question))
            contexts.append(read_text(self.task, "context", index, context))
        limit = options.max_question_len
        encodings = self.tokenizer.encode_ragged(
            questions, add_special_tokens=False, with_offsets=True
        )
        is_cut = (encodings.lengths > limit).tolist()
        for index in np.flatnonzero(is_cut).tolist():
            questions[index] = questions[index][: encodings.offsets(index)[limit - 1][1]]
        if any(is_cut):
            self._warn_cut(sum(is_cut), len(items), limit)
        return _Texts(questions, contexts, is_cut)

    @property
    def _context_is_second(self) -> bool:
        # Models that pad left were trained with the context in front.
        return self.tokenizer.padding_side == "right"

    def token_limit(self, options: QuestionAnsweringOptions) -> int | None:
        """Tokens of a window at most."""
        limit = TokenizedPipeline.token_limit(self, options)
        return limit if limit is None else min(limit, options.max_seq_len)

    def _encode_windows(self, texts: _Texts, options: QuestionAnsweringOptions) -> Encodings:
        limit = self.token_limit(options) or options.max_seq_len
        stride = options.doc_stride
        if stride is None:
            stride = min(limit // 2, _USUAL_STRIDE)
        if self._context_is_second:
            first, second, strategy = texts.questions, texts.contexts, "only_second"
        else:
            first, second, strategy = texts.contexts, texts.questions, "only_first"
        return self.encode_windows(first, options, second, stride=stride, strategy=strategy)

    def _windows(
        self, batch: Batch, encodings: Encodings, options: QuestionAnsweringOptions
    ) -> list[Window]:
        start, end = (_logits(batch, name) for name in ("start_logits", "end_logits"))
        first = batch.mask.argmax(axis=1)
        owners = encodings.pad_sequences(
            np.asarray(batch.rows), side=self.tokenizer.padding_side, length=batch.ids.shape[1]
        )
        context = owners == (1 if self._context_is_second else 0)
        counted = context
        if self.tokenizer.cls_token_id is not None:
            # Some models say "no answer" with it.
            counted = context | ((batch.ids == self.tokenizer.cls_token_id) & (batch.mask != 0))
        spans = best_spans(
            start,
            end,
            context,
            counted,
            first,
            top_k=options.top_k,
            max_tokens=options.max_answer_len or batch.mask.shape[1],
        )
        return [
            _without_padding(window, int(skip)) for window, skip in zip(spans, first, strict=True)
        ]

    def _answers(
        self,
        index: int,
        rows: list[int],
        windows: list[Window],
        encodings: Encodings,
        texts: _Texts,
        options: QuestionAnsweringOptions,
    ) -> list[Answer]:
        """The best answers in all windows over a context."""
        spans = [
            _Span(score, row, first, last)
            for row in rows
            for score, first, last in windows[row].spans
        ]
        if options.handle_impossible_answer:
            spans.append(_Span(min(windows[row].null_score for row in rows), -1, 0, 0))
        # A stable sort: of equal scores the earlier window's stays in front.
        best = sorted(spans, key=itemgetter(0), reverse=True)[: options.top_k]
        answers = []
        for span in best or [_Span(0.0, -1, 0, 0)]:
            start, end = (0, 0) if span.row < 0 else _characters(encodings, span, options)
            answer: Answer = {
                "score": span.score,
                "start": start,
                "end": end,
                "answer": texts.contexts[index][start:end],
            }
            if texts.is_cut[index]:
                answer["truncated"] = True
            answers.append(answer)
        return answers


def _logits(batch: Batch, name: str) -> NDArray[Any]:
    logits: NDArray[Any] | None = batch.outputs.get(name)
    if logits is None or logits.shape != batch.mask.shape:
        raise FileFormatError(
            f"[{_TASK}] the model must give {name} of shape (rows, tokens), "
            f"got {', '.join(f'{k} {v.shape}' for k, v in batch.outputs.items())}"
        )
    return logits


def _without_padding(window: Window, skip: int) -> Window:
    if not skip:
        return window
    return window._replace(spans=[(score, a - skip, b - skip) for score, a, b in window.spans])


def _characters(
    encodings: Encodings, span: _Span, options: QuestionAnsweringOptions
) -> tuple[int, int]:
    """Begin and end of a span in characters of the context."""
    first, last = span.first, span.last
    if options.align_to_words:
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
