"""Sentence similarity: how near sentences are to another one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, overload

from onnxformers import ops
from onnxformers.errors import InvalidArgumentError
from onnxformers.pipelines.embedding import EmbeddingOptions, EmbeddingPipeline
from onnxformers.pipelines.items import read_item, read_text, read_texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Item = Mapping[str, str | Sequence[str]]
    Several = list[str] | tuple[str, ...]

_TASK = "sentence-similarity"


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceSimilarityOptions(EmbeddingOptions):
    """Options of a sentence-similarity call.

    Attributes:
        pooling: As of `EmbeddingOptions`, but for "none": the model's own recipe unless told
            otherwise.
    """

    pooling: str | Sequence[str] = "auto"

    def __post_init__(self) -> None:
        EmbeddingOptions.__post_init__(self)
        if self.pooling == "none":
            raise InvalidArgumentError(
                f"[{_TASK}] pooling 'none' gives no vector for a sentence; choose 'auto' or 'mean'"
            )


class SentenceSimilarityPipeline(EmbeddingPipeline[SentenceSimilarityOptions]):
    """Compares a sentence with others by the cosine of their embeddings.

    Call it with the sentence and a list of others, with a dict that has the keys
    "source_sentence" and "sentences", or with a list or a generator of such dicts; and with the
    fields of `SentenceSimilarityOptions`.

    Returns:
        For one sentence a list of floats from -1 to 1, one for each of the others. For a list or a
        generator: a list or a generator of such lists.

    Raises:
        InvalidArgumentError: An empty list, a key that is missing or unknown, an unknown option.
        InvalidTypeError: Something that is no str.

    Example:
        >>> from onnxformers import pipeline
        >>> near = pipeline("sentence-similarity", "examples/models/all-MiniLM-L6-v2")
        >>> cat, law = near("A cat sleeps.", ["The kitten rests.", "The court has ruled."])
        >>> cat > law
        True

    Source: spec/inference/HfInference_class.md, sentenceSimilarity.
    """

    if TYPE_CHECKING:

        @overload
        def __call__(
            self, source_sentence: str, sentences: Several, **options: Any
        ) -> list[float]: ...
        @overload
        def __call__(self, source_sentence: Item, **options: Any) -> list[float]: ...
        @overload
        def __call__(self, source_sentence: list[Item], **options: Any) -> list[list[float]]: ...
        @overload
        def __call__(
            self, source_sentence: Iterator[Item], **options: Any
        ) -> Iterator[list[float]]: ...
        def __call__(self, *args: Any, **options: Any) -> Any:
            """See `Pipeline`."""

    options_class: ClassVar[type[Any]] = SentenceSimilarityOptions
    input_names: ClassVar[tuple[str, ...]] = ("source_sentence", "sentences")
    input_name: ClassVar[str] = "a sentence and a list of others"

    def is_single(self, inputs: Any) -> bool:
        """A dict is one input."""
        return isinstance(inputs, Mapping)

    def join_inputs(self, inputs: dict[str, Any]) -> Any:
        """One item: a sentence has a list of others."""
        return inputs

    def run_single(self, item: Any, options: SentenceSimilarityOptions) -> list[float]:
        """The similarities of one sentence."""
        return self.run_many([item], options)[0]

    def run_many(
        self, items: Sequence[Any], options: SentenceSimilarityOptions
    ) -> list[list[float]]:
        """The similarities of each sentence, in the order given."""
        groups = []
        for index, item in enumerate(items):
            source, others = read_item(self.task, item, index, self.input_names)
            source = read_text(self.task, "source_sentence", index, source, may_be_empty=True)
            groups.append([source, *read_texts(self.task, "sentences", index, others)])
        # Each text once, however many items it is in.
        texts = dict.fromkeys(text for group in groups for text in group)
        rows = {text: row for row, text in enumerate(texts)}
        vectors = self.embed([*texts], options)
        return [
            ops.cos_sim(vectors[rows[source]], vectors[[rows[text] for text in others]])[0].tolist()
            for source, *others in groups
        ]
