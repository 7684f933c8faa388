"""Text ranking: documents by how well they answer a query, with a cross-encoder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, overload

import numpy as np

from onnxformers import ops
from onnxformers.errors import FileFormatError, InvalidArgumentError
from onnxformers.options import check_flag, check_positive
from onnxformers.pipelines.class_logits import class_logits
from onnxformers.pipelines.items import read_item, read_text, read_texts
from onnxformers.pipelines.text import TextOptions, TokenizedPipeline

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from onnxformers.pipelines.results import RankedDocument

    Item = Mapping[str, str | Sequence[str]]
    Several = list[str] | tuple[str, ...]

_TASK = "text-ranking"
_FUNCTIONS = ("sigmoid", "none")
#: Last part of the name of a torch module in config.json -> function.
_CONFIG_FUNCTIONS = {"Sigmoid": "sigmoid", "Identity": "none"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRankingOptions(TextOptions):
    """Options of a text-ranking call.

    Attributes:
        top_k: How many documents, best first; None for all.
        return_documents: Give the text of each document too.
        function_to_apply: "sigmoid" or "none" on the model's only logit. None: what the config
            says (`sentence_transformers.activation_fn`), else sigmoid. The order is the same.
    """

    top_k: int | None = None
    return_documents: bool = False
    function_to_apply: str | None = None

    def __post_init__(self) -> None:
        TextOptions.__post_init__(self)
        check_positive(self.top_k, "top_k", _TASK)
        check_flag(self.return_documents, "return_documents", _TASK)
        if self.function_to_apply not in (None, *_FUNCTIONS):
            raise InvalidArgumentError(
                f"[{_TASK}] function_to_apply must be one of {', '.join(_FUNCTIONS)}, "
                f"got {self.function_to_apply!r}"
            )


class TextRankingPipeline(TokenizedPipeline[TextRankingOptions]):
    """Ranks documents for a query with a model that reads both at once.

    Call it with a query and a list of documents, with a dict that has the keys "query" and
    "documents", or with a list or a generator of such dicts; and with the fields of
    `TextRankingOptions`.

    Returns:
        For one query a list of `RankedDocument`, best first: ``{"index", "score"}``, with
        `return_documents` also ``"text"``. For a list or a generator of dicts: a list or a
        generator of such lists. A document that was cut has ``"truncated": True``.

    Raises:
        InvalidArgumentError: An empty list, a key that is missing or unknown, an unknown option.
        InvalidTypeError: Something that is no str.
        FileFormatError: The model has not exactly one label.

    Example:
        >>> from onnxformers import pipeline
        >>> rank = pipeline("text-ranking")  # doctest: +SKIP
        >>> rank("How tall is the tower?", ["It rains.", "It has 324 metres."])  # doctest: +SKIP
        [{'index': 1, 'score': 0.98}, {'index': 0, 'score': 0.0001}]

    Source: sentence-transformers, CrossEncoder.rank, with "index" for its "corpus_id".
    """

    if TYPE_CHECKING:

        @overload
        def __call__(
            self, query: str, documents: Several, **options: Any
        ) -> list[RankedDocument]: ...
        @overload
        def __call__(self, query: Item, **options: Any) -> list[RankedDocument]: ...
        @overload
        def __call__(self, query: list[Item], **options: Any) -> list[list[RankedDocument]]: ...
        @overload
        def __call__(
            self, query: Iterator[Item], **options: Any
        ) -> Iterator[list[RankedDocument]]: ...
        def __call__(self, *args: Any, **options: Any) -> Any:
            """See `Pipeline`."""

    options_class: ClassVar[type[Any]] = TextRankingOptions
    input_names: ClassVar[tuple[str, ...]] = ("query", "documents")
    input_name: ClassVar[str] = "a query and a list of documents"

    def is_single(self, inputs: Any) -> bool:
        """A dict is one input."""
        return isinstance(inputs, Mapping)

    def join_inputs(self, inputs: dict[str, Any]) -> Any:
        """One item: a query has a list of documents."""
        return inputs

    def run_single(self, item: Any, options: TextRankingOptions) -> list[RankedDocument]:
        """The documents of one query, best first."""
        return self.run_many([item], options)[0]

    def run_many(
        self, items: Sequence[Any], options: TextRankingOptions
    ) -> list[list[RankedDocument]]:
        """The documents of each query, in the order of the queries."""
        queries: list[str] = []
        documents: list[list[str]] = []
        for index, item in enumerate(items):
            query, texts = read_item(self.task, item, index, self.input_names)
            queries.append(read_text(self.task, "query", index, query, may_be_empty=True))
            documents.append(read_texts(self.task, "documents", index, texts))
        encodings = self.encode(
            [query for query, texts in zip(queries, documents, strict=True) for _ in texts],
            options,
            [text for texts in documents for text in texts],
        )
        scores = np.empty(len(encodings), np.float32)
        for batch in self.forward(encodings, options):
            scores[batch.rows] = self._scores(batch.outputs, options.function_to_apply)
        cut = encodings.truncated.tolist()
        results, begin = [], 0
        for texts in documents:
            end = begin + len(texts)
            results.append(_ranked(texts, scores[begin:end], cut[begin:end], options))
            begin = end
        return results

    def _scores(self, outputs: Any, function: str | None) -> NDArray[np.float32]:
        """Shape (rows,)."""
        logits = class_logits(_TASK, outputs)
        if logits.shape[1] != 1:
            raise FileFormatError(
                f"[{_TASK}] the model must have one label, which says how well a document answers; "
                f"it has {logits.shape[1]}"
            )
        function = function or self._config_function()
        return ops.sigmoid(logits[:, 0]) if function == "sigmoid" else logits[:, 0]

    def _config_function(self) -> str:
        """As CrossEncoder reads it from the config of new and of older models."""
        config = self.model.config
        newer = config.get("sentence_transformers")
        name = newer.get("activation_fn") if isinstance(newer, dict) else None
        name = name or config.get("sbert_ce_default_activation_function")
        if name is None:
            return "sigmoid"
        function = _CONFIG_FUNCTIONS.get(str(name).rpartition(".")[2])
        if function is None:
            raise FileFormatError(
                f"[{_TASK}] the config asks for the activation {name!r}, which is not supported; "
                f"pass function_to_apply, one of {', '.join(_FUNCTIONS)}"
            )
        return function


def _ranked(
    texts: Sequence[str],
    scores: NDArray[np.float32],
    cut: Sequence[bool],
    options: TextRankingOptions,
) -> list[RankedDocument]:
    # A stable sort: equal scores keep the order of the documents.
    order = np.argsort(-scores, kind="stable")[: options.top_k].tolist()
    documents: list[RankedDocument] = [
        {"index": index, "score": float(scores[index])} for index in order
    ]
    for document in documents:
        if options.return_documents:
            document["text"] = texts[document["index"]]
        if cut[document["index"]]:
            document["truncated"] = True
    return documents
