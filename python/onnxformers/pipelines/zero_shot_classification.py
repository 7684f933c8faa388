"""Zero-shot classification: labels that the model was never trained on."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, overload

import numpy as np

from onnxformers import ops
from onnxformers.errors import FileFormatError, InvalidArgumentError
from onnxformers.options import check_flag
from onnxformers.pipelines.candidate_labels import fill_template, read_labels
from onnxformers.pipelines.class_logits import class_logits
from onnxformers.pipelines.items import read_text
from onnxformers.pipelines.text import TextOptions, TokenizedPipeline

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from onnxformers._native.tokenizers import Encodings
    from onnxformers.pipelines.results import ZeroShotClassification

    Labels = list[str] | tuple[str, ...] | str

_log = logging.getLogger("onnxformers")

_TASK = "zero-shot-classification"


@dataclass(frozen=True, slots=True, kw_only=True)
class ZeroShotClassificationOptions(TextOptions):
    """Options of a zero-shot-classification call.

    Attributes:
        candidate_labels: A list of labels, or a str with commas between them. Also the second
            positional argument.
        multi_label: True scores each label by itself; False makes the scores sum to 1.
        hypothesis_template: What is asked of a text; "{}" stands for the label.
    """

    candidate_labels: Sequence[str] | str | None = None
    multi_label: bool = False
    hypothesis_template: str = "This example is {}."

    def __post_init__(self) -> None:
        TextOptions.__post_init__(self)
        check_flag(self.multi_label, "multi_label", _TASK)
        if self.candidate_labels is not None:
            read_labels(self.candidate_labels, _TASK)
        fill_template(self.hypothesis_template, "", _TASK)


class ZeroShotClassificationPipeline(TokenizedPipeline[ZeroShotClassificationOptions]):
    """Classifies texts by any labels, with a model for natural language inference.

    Each text is a premise and each label a hypothesis; how far the one entails the other is the
    label's score. Call it with a str, a list or a generator of str, the labels, and the fields of
    `ZeroShotClassificationOptions`. A text that is too long is cut, the hypothesis never.

    Returns:
        For a str a `ZeroShotClassification`: ``{"sequence", "labels", "scores"}``, best label
        first. For a list: a list of them. For a generator: a generator of them.

    Raises:
        InvalidArgumentError: No labels, a template without "{}", an empty list, an unknown option.
        InvalidTypeError: Something that is no str.

    Example:
        >>> from onnxformers import pipeline
        >>> classify = pipeline("zero-shot-classification")  # doctest: +SKIP
        >>> classify("My battery is empty again", ["phone", "garden"])  # doctest: +SKIP
        {'sequence': 'My battery is empty again', 'labels': ['phone', 'garden'], 'scores': [...]}

    Source: spec/transformers.js/pipelines.md and transformers 4.46.3,
        ZeroShotClassificationPipeline.
    """

    if TYPE_CHECKING:

        @overload
        def __call__(
            self, sequences: str, candidate_labels: Labels = ..., **options: Any
        ) -> ZeroShotClassification: ...
        @overload
        def __call__(
            self,
            sequences: list[str] | tuple[str, ...],
            candidate_labels: Labels = ...,
            **options: Any,
        ) -> list[ZeroShotClassification]: ...
        @overload
        def __call__(
            self, sequences: Iterator[str], candidate_labels: Labels = ..., **options: Any
        ) -> Iterator[ZeroShotClassification]: ...
        def __call__(self, *args: Any, **options: Any) -> Any:
            """See `Pipeline`."""

    options_class: ClassVar[type[Any]] = ZeroShotClassificationOptions
    input_names: ClassVar[tuple[str, ...]] = ("sequences",)
    positional_options: ClassVar[tuple[str, ...]] = ("candidate_labels",)

    @cached_property
    def _entailment_id(self) -> int:
        for label, index in self.model.config.label2id.items():
            if label.lower().startswith("entail"):
                return index
        _log.warning(
            "%s: no label of the config begins with 'entail'; the last one is taken for entailment",
            self.model.name_or_path,
        )
        return -1

    def run_single(
        self, item: str, options: ZeroShotClassificationOptions
    ) -> ZeroShotClassification:
        """The labels of one text."""
        return self.run_many([item], options)[0]

    def run_many(
        self, items: Sequence[str], options: ZeroShotClassificationOptions
    ) -> list[ZeroShotClassification]:
        """The labels of each text, in the order given."""
        labels = read_labels(options.candidate_labels, _TASK)
        texts = [
            read_text(self.task, "text", index, text, may_be_empty=True)
            for index, text in enumerate(items)
        ]
        hypotheses = [fill_template(options.hypothesis_template, label, _TASK) for label in labels]
        encodings = self._encode_all(texts, hypotheses, options)
        logits: list[NDArray[np.float32]] = [np.empty(0, np.float32)] * len(encodings)
        for batch in self.forward(encodings, options):
            for row, values in zip(batch.rows, class_logits(_TASK, batch.outputs), strict=True):
                logits[row] = values
        scores = self._scores(np.stack(logits).reshape(len(texts), len(labels), -1), options)
        cut = set((np.flatnonzero(encodings.truncated) // len(labels)).tolist())
        return [_ranked(text, scores[i], i in cut, labels) for i, text in enumerate(texts)]

    def _encode_all(
        self,
        texts: list[str],
        hypotheses: list[str],
        options: ZeroShotClassificationOptions,
    ) -> Encodings:
        """Text by text: row i * len(hypotheses) + j holds text i and hypothesis j."""
        premises = [text for text in texts for _ in hypotheses]
        try:
            return self.encode(
                premises,
                options,
                hypotheses * len(texts),
                strategy="only_first",
                rows_per_text=len(hypotheses),
            )
        except InvalidArgumentError as error:
            lengths = self.tokenizer.encode_ragged(hypotheses, add_special_tokens=False).lengths
            longest, limit = int(lengths.argmax()), self.token_limit(options)
            needed = int(lengths[longest]) + self.tokenizer.native.num_special_tokens(True)
            if limit is None or needed < limit:
                raise
            raise InvalidArgumentError(
                f"[{_TASK}] label {longest} in its template takes {needed} tokens, which leaves "
                f"nothing of {limit} to the text; choose shorter labels or a larger max_length"
            ) from error

    def _scores(
        self, logits: NDArray[np.float32], options: ZeroShotClassificationOptions
    ) -> NDArray[np.float32]:
        """Shape (texts, labels), of logits of shape (texts, labels, classes)."""
        entailment = self._entailment_id
        if not -1 <= entailment < logits.shape[2]:
            raise FileFormatError(
                f"[{_TASK}] label2id says {entailment} for entailment, and the model has "
                f"{logits.shape[2]} classes"
            )
        if not options.multi_label and logits.shape[1] > 1:
            return ops.softmax(logits[:, :, entailment])
        # The reference's guess, which is right for the usual orders of the three labels.
        contradiction = -1 if entailment == 0 else 0
        return ops.softmax(logits[:, :, [contradiction, entailment]])[:, :, 1]


def _ranked(
    text: str, scores: NDArray[np.float32], is_cut: bool, labels: list[str]
) -> ZeroShotClassification:
    # A stable sort: equal scores keep the order of the labels.
    order = np.argsort(-scores, kind="stable")
    result: ZeroShotClassification = {
        "sequence": text,
        "labels": [labels[i] for i in order.tolist()],
        "scores": scores[order].tolist(),
    }
    if is_cut:
        result["truncated"] = True
    return result
