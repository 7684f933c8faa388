"""Feature extraction: embeddings of texts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from onnxformers import ops
from onnxformers._native.models import TextEmbedder, pool
from onnxformers.errors import FileFormatError, InvalidArgumentError
from onnxformers.pipelines.sentence_transformers import Recipe, read_recipe
from onnxformers.pipelines.text import Batch, TextOptions, TextPipeline

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from onnxformers._native.tokenizers import Tokenizer
    from onnxformers.models.outputs import ModelOutput

_POOLINGS = ("none", "mean", "cls", "auto")
#: Outputs that may hold the vectors of the tokens, in order of preference, and their rank: (rows,
#: tokens, width).
_RANK = 3
_OUTPUTS = ("last_hidden_state", "logits", "token_embeddings")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureExtractionOptions(TextOptions):
    """Options of a feature-extraction call.

    Attributes:
        pooling: "none" gives a vector for each token; "mean" and "cls" one for each text; "auto"
            does what the model's sentence-transformers modules.json says (pooling, normalisation
            and longest input).
        normalize: Scale each vector to length 1.
        quantize: Give one bit for each dimension in place of floats.
        precision: "binary" (int8) or "ubinary" (uint8), for `quantize`.
    """

    pooling: str = "none"
    normalize: bool = False
    quantize: bool = False
    precision: str = "binary"

    def __post_init__(self) -> None:
        TextOptions.__post_init__(self)
        for name, known in (("pooling", _POOLINGS), ("precision", ("binary", "ubinary"))):
            value = getattr(self, name)
            if value not in known:
                raise InvalidArgumentError(
                    f"[feature-extraction] {name} must be one of {', '.join(known)}, got {value!r}"
                )


class FeatureExtractionPipeline(
    TextPipeline[
        FeatureExtractionOptions,
        "NDArray[np.float32 | np.int8 | np.uint8]",
        "NDArray[np.float32 | np.int8 | np.uint8]",
        "NDArray[np.float32 | np.int8 | np.uint8]",
    ]
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

    @cached_property
    def recipe(self) -> Recipe:
        """What modules.json asks for; read when first used."""
        return read_recipe(self.model.name_or_path, self.model.options.files)

    def token_limit(self, options: FeatureExtractionOptions) -> int | None:
        """With pooling="auto", where sentence-transformers would cut."""
        limit = TextPipeline.token_limit(self, options)
        if options.pooling != "auto" or options.max_length is not None or not options.truncation:
            return limit
        return min(filter(None, (limit, self.recipe.max_length)), default=None)

    @property
    def embedder(self) -> TextEmbedder | None:
        """Text to vector without Python between; None for models that take more than tokens."""
        native = self.tokenizer.native
        if self._embedder is None or self._embedder[0] is not native:
            self._embedder = (native, self._make_embedder(native))
        return self._embedder[1]

    # The tokenizer it was made with, which may change, and the embedder.
    _embedder: tuple[Tokenizer, TextEmbedder | None] | None = None

    def _make_embedder(self, native: Tokenizer) -> TextEmbedder | None:
        session = self.model.session
        names = [node.name for node in session.outputs if len(node.shape) == _RANK]
        output = next((name for name in _OUTPUTS if name in names), "")
        try:
            return TextEmbedder(native, session, output)
        except InvalidArgumentError:
            return None

    def run_single(self, item: str, options: FeatureExtractionOptions) -> NDArray[Any]:
        """The embedding of one text, with a first axis of 1."""
        poolings, normalize = self._pooling(options)
        is_quick = len(poolings) == 1 and options.truncation != "error"
        embedder = self.embedder if is_quick else None
        if embedder is not None:
            limit = self.token_limit(options)
            vectors, is_cut = embedder.embed(
                item,
                poolings[0],
                normalize,
                limit or 0,
                self._cuts_left,
                self.tokenizer.split_special_tokens,
                options.timeout_s,
                options.cancel,
            )
            if is_cut:
                self._warn_cut(1, 1, limit)
            return self._finish(vectors, options)
        batch, _ = self.forward_one(item, options)
        return self._finish(self._vectors(batch, options), options)

    def _pooling(self, options: FeatureExtractionOptions) -> tuple[tuple[str, ...], bool]:
        """Poolings whose vectors are joined, none for vectors of tokens; and whether to scale."""
        if options.pooling == "none":
            return (), options.normalize
        if options.pooling != "auto":
            return (options.pooling,), options.normalize
        return self.recipe.poolings, options.normalize or self.recipe.normalize

    def run_many(self, items: Sequence[str], options: FeatureExtractionOptions) -> NDArray[Any]:
        """Embeddings in the order of the texts."""
        parts = self._embed(items, options)
        return self._finish(_in_order(parts, len(items)), options)

    def run_stream(
        self, items: Sequence[str], options: FeatureExtractionOptions
    ) -> Iterable[NDArray[Any]]:
        """One array a text; token vectors come without padding."""
        if options.pooling != "none":
            return iter(self.run_many(items, options))
        lengths = self.encode(items, options).lengths
        padded = self.run_many(items, options)
        return (vectors[:length] for vectors, length in zip(padded, lengths, strict=True))

    def _embed(
        self, texts: Sequence[str], options: FeatureExtractionOptions
    ) -> list[tuple[Any, NDArray[np.float32]]]:
        """Rows and their vectors, batch by batch."""
        encodings = self.encode(texts, options)
        return [
            (batch.rows, self._vectors(batch, options))
            for batch in self.forward(encodings, options)
        ]

    def _vectors(self, batch: Batch, options: FeatureExtractionOptions) -> NDArray[np.float32]:
        hidden = _token_vectors(batch.outputs)
        if options.pooling == "none":
            hidden = hidden * batch.mask[:, :, None].astype(np.float32)
            return _normalized(hidden) if options.normalize else hidden
        poolings, normalize = self._pooling(options)
        if len(poolings) == 1:
            return pool(hidden, batch.mask, poolings[0], normalize)
        joined = np.concatenate([pool(hidden, batch.mask, p, False) for p in poolings], axis=1)
        return _normalized(joined) if normalize else joined

    @staticmethod
    def _finish(values: NDArray[np.float32], options: FeatureExtractionOptions) -> NDArray[Any]:
        return ops.quantize_embeddings(values, options.precision) if options.quantize else values


def _token_vectors(outputs: ModelOutput) -> NDArray[np.float32]:
    """Shape (rows, tokens, width), from whichever name the exporter gave it."""
    for name in _OUTPUTS:
        hidden = outputs.get(name)
        if hidden is not None and hidden.ndim == _RANK:
            return np.ascontiguousarray(hidden, dtype=np.float32)
    raise FileFormatError(
        "[feature-extraction] the model must give last_hidden_state of shape (rows, tokens, "
        f"width), got {', '.join(f'{k} {v.shape}' for k, v in outputs.items())}"
    )


def _in_order(parts: list[tuple[Any, NDArray[np.float32]]], count: int) -> NDArray[np.float32]:
    """One array of all rows; token vectors of shorter batches end in zeros."""
    longest = np.max([values.shape[1:] for _, values in parts], axis=0)
    result = np.zeros((count, *longest), dtype=np.float32)
    for rows, values in parts:
        if values.ndim == 2:
            result[rows] = values
        else:
            result[rows, : values.shape[1]] = values
    return result


def _normalized(values: NDArray[np.float32]) -> NDArray[np.float32]:
    norms = np.linalg.norm(values, axis=-1, keepdims=True)
    result: NDArray[np.float32] = values / np.where(norms > 0, norms, np.float32(1))
    return result
