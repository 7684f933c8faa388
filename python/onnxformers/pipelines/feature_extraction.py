"""Feature extraction: embeddings of texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from onnxformers import ops
from onnxformers.errors import InvalidArgumentError
from onnxformers.options import check_flag
from onnxformers.pipelines.embedding import EmbeddingOptions, EmbeddingPipeline
from onnxformers.pipelines.text import TextPipeline

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureExtractionOptions(EmbeddingOptions):
    """Options of a feature-extraction call.

    Attributes:
        quantize: Give one bit for each dimension in place of floats.
        precision: "binary" (int8) or "ubinary" (uint8), for `quantize`.
    """

    quantize: bool = False
    precision: str = "binary"

    def __post_init__(self) -> None:
        EmbeddingOptions.__post_init__(self)
        check_flag(self.quantize, "quantize", "feature-extraction")
        if self.precision not in ("binary", "ubinary"):
            raise InvalidArgumentError(
                "[feature-extraction] precision must be one of binary, ubinary, "
                f"got {self.precision!r}"
            )


class FeatureExtractionPipeline(
    EmbeddingPipeline[FeatureExtractionOptions],
    TextPipeline[
        FeatureExtractionOptions,
        "NDArray[np.float32 | np.int8 | np.uint8]",
        "NDArray[np.float32 | np.int8 | np.uint8]",
        "NDArray[np.float32 | np.int8 | np.uint8]",
    ],
):
    """Embeds texts with the base model.

    Call it with a str, a list of str, or a generator of str, and with the fields of
    `FeatureExtractionOptions`.

    Returns:
        float32. With pooling, shape (texts, width). With ``pooling="none"``, shape (texts, tokens,
        width), where texts shorter than the longest end in zeros. A str counts as one text. With
        ``quantize``, int8 or uint8 and an eighth of the width. For a generator: a generator of one
        such array a text, without the first axis.

    Raises:
        InvalidArgumentError: An empty list, a lone surrogate, an unknown option.
        InvalidTypeError: Something that is no str.

    Example:
        >>> from onnxformers import pipeline
        >>> embed = pipeline("feature-extraction", "examples/models/all-MiniLM-L6-v2")
        >>> embed(["Hello", "world"], pooling="mean", normalize=True).shape
        (2, 384)

    Source: spec/transformers.js/pipelines.md, FeatureExtractionPipeline; sentence-transformers for
        pooling="auto".
    """

    options_class: ClassVar[type[Any]] = FeatureExtractionOptions

    def run_single(self, item: str, options: FeatureExtractionOptions) -> NDArray[Any]:
        """The embedding of one text, with a first axis of 1."""
        return self._packed(self.embed_one(item, options), options)

    def run_many(self, items: Sequence[str], options: FeatureExtractionOptions) -> NDArray[Any]:
        """Embeddings in the order of the texts."""
        return self._packed(self.embed(items, options), options)

    def run_stream(
        self, items: Sequence[str], options: FeatureExtractionOptions
    ) -> Iterable[NDArray[Any]]:
        """One array a text; token vectors come without padding."""
        if options.pooling != "none":
            return iter(self.run_many(items, options))
        lengths = self.lengths(items, options)
        padded = self.run_many(items, options)
        return (vectors[:length] for vectors, length in zip(padded, lengths, strict=True))

    @staticmethod
    def _packed(values: NDArray[np.float32], options: FeatureExtractionOptions) -> NDArray[Any]:
        return ops.quantize_embeddings(values, options.precision) if options.quantize else values
