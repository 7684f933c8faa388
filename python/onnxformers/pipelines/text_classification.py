"""Text classification: labels and scores for texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from onnxformers import ops
from onnxformers.errors import FileFormatError, InvalidArgumentError
from onnxformers.options import check_positive
from onnxformers.pipelines.text import TextOptions, TextPipeline

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from onnxformers.pipelines.results import Label

_FUNCTIONS = ("sigmoid", "softmax", "none")


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
        if self.function_to_apply not in (None, *_FUNCTIONS):
            raise InvalidArgumentError(
                f"[text-classification] function_to_apply must be one of {', '.join(_FUNCTIONS)}, "
                f"got {self.function_to_apply!r}"
            )


class TextClassificationPipeline(
    TextPipeline[
        TextClassificationOptions,
        "list[Label]",
        "list[Label] | list[list[Label]]",
        "Label | list[Label]",
    ]
):
    """Labels texts with a model for sequence classification (`sentiment-analysis` is an alias).

    Call it with a str, a list of str, or a generator of str, and with the fields of
    `TextClassificationOptions`.

    Returns:
        For a str: a list of ``{"label": str, "score": float}``, best first, `top_k` long. For a
        list: one entry a text, a dict with ``top_k=1``, else a list of dicts. For a generator: a
            generator of such entries. A text that was
        cut has ``"truncated": True`` in its dicts.

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

    options_class: ClassVar[type[Any]] = TextClassificationOptions

    def run_single(self, item: str, options: TextClassificationOptions) -> list[Label]:
        """Labels of one text."""
        batch, is_cut = self.forward_one(item, options)
        scores = self._scores(batch.outputs, options.function_to_apply)
        return self._labels(scores[0], options.top_k, is_cut)

    def run_many(self, items: Sequence[str], options: TextClassificationOptions) -> list[Any]:
        """Labels of each text, in the order given."""
        ranked = self._rank(items, options)
        return [labels[0] for labels in ranked] if options.top_k == 1 else ranked

    def _rank(self, texts: Sequence[str], options: TextClassificationOptions) -> list[list[Label]]:
        encodings = self.encode(texts, options)
        cut = encodings.truncated.tolist()
        results: list[list[Label]] = [[]] * len(texts)
        for batch in self.forward(encodings, options):
            scores = self._scores(batch.outputs, options.function_to_apply)
            for row, row_scores in zip(batch.rows, scores, strict=True):
                results[row] = self._labels(row_scores, options.top_k, cut[row])
        return results

    def _scores(self, outputs: Any, function: str | None) -> NDArray[np.float32]:
        """Shape (rows, labels)."""
        logits = outputs.get("logits")
        if logits is None or logits.ndim != 2:
            raise FileFormatError(
                "[text-classification] the model must give logits of shape (rows, labels), "
                f"got {list(outputs)}"
            )
        logits = logits.astype(np.float32, copy=False)
        function = function or self._default_function(logits.shape[1])
        if function == "sigmoid":
            return ops.sigmoid(logits)
        return logits if function == "none" else ops.softmax(logits)

    def _default_function(self, num_labels: int) -> str:
        problem = self.model.config.get("problem_type")
        if problem == "regression":
            return "none"
        if problem == "multi_label_classification" or num_labels == 1:
            return "sigmoid"
        return "softmax"

    def _labels(self, scores: NDArray[np.float32], top_k: int | None, is_cut: bool) -> list[Label]:
        names = self.model.config.id2label
        # A stable sort: equal scores keep the order of the labels.
        best = np.argsort(-scores, kind="stable")[:top_k].tolist()
        labels: list[Label] = [
            {"label": names.get(i, f"LABEL_{i}"), "score": float(scores[i])} for i in best
        ]
        if is_cut:
            for label in labels:
                label["truncated"] = True
        return labels
