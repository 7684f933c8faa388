"""Question answering: the part of a context that answers a question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple, overload

import numpy as np

from onnxformers.errors import InvalidArgumentError
from onnxformers.options import check_count, check_flag, check_positive
from onnxformers.pipelines.answers import Window, cut_answers, search_windows
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
        windows = sorted(
            window
            for batch in self.forward(encodings, options)
            for window in self._search(batch, encodings, options)
        )
        windows_of: list[list[Window]] = [[] for _ in items]
        for window, sample in zip(windows, encodings.sample.tolist(), strict=True):
            windows_of[sample].append(window)
        ranked = []
        for context, is_cut, found in zip(texts.contexts, texts.is_cut, windows_of, strict=True):
            answers = cut_answers(
                found,
                encodings,
                context,
                top_k=options.top_k,
                align_to_words=options.align_to_words,
                with_impossible=options.handle_impossible_answer,
            )
            if is_cut:
                for answer in answers:
                    answer["truncated"] = True
            ranked.append(answers)
        return [answers[0] for answers in ranked] if options.top_k == 1 else [*ranked]

    def _read_items(self, items: Sequence[Any], options: QuestionAnsweringOptions) -> _Texts:
        questions, contexts = [], []
        for index, item in enumerate(items):
            question, context = read_item(self.task, item, index, self.input_names)
            questions.append(read_text(self.task, "question", index, question))
            contexts.append(read_text(self.task, "context", index, context))
        return _Texts(questions, contexts, self._cut_questions(questions, options))

    def _cut_questions(self, questions: list[str], options: QuestionAnsweringOptions) -> list[bool]:
        """Shorten what is too long; says which ones were."""
        if options.truncation is False:
            return [False] * len(questions)
        limit = options.max_question_len
        encodings = self.tokenizer.encode_ragged(
            questions, add_special_tokens=False, with_offsets=True
        )
        is_long: list[bool] = (encodings.lengths > limit).tolist()
        for index in np.flatnonzero(is_long).tolist():
            if options.truncation == "error":
                self._refuse_length(index, int(encodings.lengths[index]), limit)
            questions[index] = questions[index][: encodings.offsets(index)[limit - 1][1]]
        if any(is_long):
            self._warn_cut(sum(is_long), len(questions), limit)
        return is_long

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
        try:
            return self.encode_windows(first, options, second, stride=stride, strategy=strategy)
        except InvalidArgumentError as error:
            longest = int(self._question_lengths(texts.questions).max())
            room = limit - longest - self.tokenizer.native.num_special_tokens(True)
            if room > stride:
                raise
            raise InvalidArgumentError(
                f"[{_TASK}] a question of {longest} tokens leaves {max(room, 0)} of the {limit} of "
                f"a window to the context, and doc_stride ({stride}) must be less; change "
                "max_seq_len, max_question_len or doc_stride"
            ) from error

    def _question_lengths(self, questions: list[str]) -> NDArray[np.int64]:
        return self.tokenizer.encode_ragged(questions, add_special_tokens=False).lengths

    def _search(
        self, batch: Batch, encodings: Encodings, options: QuestionAnsweringOptions
    ) -> list[Window]:
        side = self.tokenizer.padding_side
        owners = encodings.pad_sequences(
            np.asarray(batch.rows), side=side, length=batch.ids.shape[1]
        )
        return search_windows(
            batch,
            owners == (1 if self._context_is_second else 0),
            self.tokenizer.cls_token_id,
            top_k=options.top_k,
            max_tokens=options.max_answer_len,
        )
