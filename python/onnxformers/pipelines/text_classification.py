"""Text classification: labels and scores for texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, overload

from onnxformers.errors import InvalidTypeError
from onnxformers.options import check_choice, check_positive
from onnxformers.pipelines.class_logits import FUNCTIONS, best_labels, class_logits, class_scores
from onnxformers.pipelines.items import read_item, read_text
from onnxformers.pipelines.text import TextOptions, TokenizedPipeline

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from onnxformers.pipelines.results import Label

    Item = str | Mapping[str, str]
    Several = list[str] | tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextClassificationOptions(TextOptions):
    """Options of a text-classification call.

    Attributes:
        top_k: How many labels, best first; None for all. With 1 a text gives one dict, else a list
            of dicts.
        function_to_apply: "softmax", "sigmoid" or "none" on the logits. None: sigmoid for a config
            with problem_type "multi_label_classification" or a single label, none for
            "regression", else softmax.
    """

    top_k: int | None = 1
    function_to_apply: str | None = None

    def __post_init__(self) -> None:
        TextOptions.__post_init__(self)
        check_positive(self.top_k, "top_k", "text-classification")
        check_choice(
            self.function_to_apply, (None, *FUNCTIONS), "function_to_apply", "text-classification"
        )


class _Pair(NamedTuple):
    """What came as text and `text_pair`."""

    text: Any
    text_pair: Any


class TextClassificationPipeline(TokenizedPipeline[TextClassificationOptions]):
    """Labels texts with a model for sequence classification (`sentiment-analysis` is an alias).

    Call it with a str, a list of str, or a generator of str, and with the fields of
    `TextClassificationOptions`. A pair of texts is a dict with the keys "text" and "text_pair",
    alone or among the items; or `text_pair` gives the second text of each.

    Returns:
        For a str: a list of `Label`, best first, `top_k` long. For a list: one entry a text, a
        `Label` with ``top_k=1``, else a list of them; for a dict such an entry. For a generator: a
        generator of such entries. A text that was cut has ``"truncated": True`` in its labels.

    Raises:
        InvalidArgumentError: An empty list, a lone surrogate, an unknown option.
        InvalidTypeError: Something that is no str.

    Example:
        >>> from onnxformers import pipeline
        >>> classify = pipeline("text-classification")
        >>> classify("I love this")  # doctest: +SKIP
        [{'label': 'POSITIVE', 'score': 0.9998}]

    Source: spec/transformers.js/pipelines.md, TextClassificationPipeline; Python transformers'
        class of that name for problem types.
    """

    if TYPE_CHECKING:

        @overload
        def __call__(
            self, inputs: str, text_pair: str | None = None, **options: Any
        ) -> list[Label]: ...
        @overload
        def __call__(
            self,
            inputs: Several | list[Item] | list[dict[str, str]],
            text_pair: Several | str | None = None,
            **options: Any,
        ) -> list[Label] | list[list[Label]]: ...
        @overload
        def __call__(self, inputs: Mapping[str, str], **options: Any) -> Label | list[Label]: ...
        @overload
        def __call__(
            self, inputs: Iterator[Item] | Iterator[str], **options: Any
        ) -> Iterator[Label | list[Label]]: ...
        def __call__(self, *args: Any, **options: Any) -> Any:
            """See `Pipeline`."""

        @overload
        async def acall(
            self, inputs: str, text_pair: str | None = None, **options: Any
        ) -> list[Label]: ...
        @overload
        async def acall(
            self,
            inputs: Several | list[Item] | list[dict[str, str]],
            text_pair: Several | str | None = None,
            **options: Any,
        ) -> list[Label] | list[list[Label]]: ...
        @overload
        async def acall(self, inputs: Mapping[str, str], **options: Any) -> Label | list[Label]: ...
        async def acall(self, *args: Any, **options: Any) -> Any:
            """See `Pipeline`."""

    options_class: ClassVar[type[Any]] = TextClassificationOptions
    input_names: ClassVar[tuple[str, ...]] = ("inputs", "text_pair")

    def is_single(self, inputs: Any) -> bool:
        """A str or a pair is one input."""
        return isinstance(inputs, (str, Mapping, _Pair))

    def join_inputs(self, inputs: dict[str, Any]) -> Any:
        """Texts with the second text of each."""
        if "inputs" in inputs and inputs["text_pair"] is None:
            return inputs["inputs"]
        joined = TokenizedPipeline.join_inputs(self, inputs)
        if isinstance(joined, dict):
            return _Pair(*joined.values())
        return [_Pair(*item.values()) for item in joined]

    def run_single(
        self, item: Item | _Pair, options: TextClassificationOptions
    ) -> Label | list[Label]:
        """Labels of one text or pair."""
        if not isinstance(item, str):
            (labels,) = self._rank([item], options)
            # As the reference: a dict gives what it gives in a list.
            return labels[0] if options.top_k == 1 and isinstance(item, Mapping) else labels
        batch, is_cut = self.forward_one(item, options)
        scores = self._scores(batch.outputs, options.function_to_apply)
        return self._labels(scores[0], options.top_k, is_cut)

    def run_many(self, items: Sequence[Any], options: TextClassificationOptions) -> list[Any]:
        """Labels of each text, in the order given."""
        ranked = self._rank(items, options)
        return [labels[0] for labels in ranked] if options.top_k == 1 else ranked

    def _rank(self, items: Sequence[Any], options: TextClassificationOptions) -> list[list[Label]]:
        if all(isinstance(item, str) for item in items):
            return self._rank_texts(items, None, options)
        pairs = [self._read_pair(item, index) for index, item in enumerate(items)]
        results: list[list[Label]] = [[]] * len(items)
        for is_pair in (False, True):
            rows = [i for i, (_, second) in enumerate(pairs) if (second is not None) is is_pair]
            if rows:
                first = [pairs[row][0] for row in rows]
                second = [pairs[row][1] or "" for row in rows] if is_pair else None
                for row, labels in zip(rows, self._rank_texts(first, second, options), strict=True):
                    results[row] = labels
        return results

    def _read_pair(self, item: Any, index: int) -> tuple[str, str | None]:
        if isinstance(item, str):
            return item, None
        if isinstance(item, (list, tuple)) and not isinstance(item, _Pair):
            raise InvalidTypeError(
                f"[{self.task}] texts[{index}] must be a str or, for a pair, a dict with text and "
                f"text_pair, got {type(item).__name__}"
            )
        if not isinstance(item, (Mapping, _Pair)):
            raise InvalidTypeError(
                f"[{self.task}] texts[{index}] must be a str, got {type(item).__name__}"
            )
        if isinstance(item, Mapping):
            item = read_item(self.task, item, index, ("text", "text_pair"), optional=1)
        text = read_text(self.task, "text", index, item[0], may_be_empty=True)
        if item[1] is None:
            return text, None
        return text, read_text(self.task, "text_pair", index, item[1], may_be_empty=True)

    def _rank_texts(
        self,
        texts: Sequence[str],
        pairs: Sequence[str] | None,
        options: TextClassificationOptions,
    ) -> list[list[Label]]:
        encodings = self.encode(texts, options, pairs)
        cut = encodings.truncated.tolist()
        results: list[list[Label]] = [[]] * len(texts)
        for batch in self.forward(encodings, options):
            scores = self._scores(batch.outputs, options.function_to_apply)
            for row, row_scores in zip(batch.rows, scores, strict=True):
                results[row] = self._labels(row_scores, options.top_k, cut[row])
        return results

    def _scores(self, outputs: Any, function: str | None) -> NDArray[np.float32]:
        """Shape (rows, labels)."""
        return class_scores(class_logits(self.task, outputs), function, self.model.config)

    def _labels(self, scores: NDArray[np.float32], top_k: int | None, is_cut: bool) -> list[Label]:
        labels: list[Label] = best_labels(scores, top_k, self.model.config)
        if is_cut:
            for label in labels:
                label["truncated"] = True
        return labels
