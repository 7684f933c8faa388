"""Texts to vectors: what feature extraction and the similarity of sentences share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np

from onnxformers._native.models import TextEmbedder, pool
from onnxformers.errors import FileFormatError, InvalidArgumentError
from onnxformers.options import check_flag, check_positive, refuse_unknown
from onnxformers.pipelines.embedding_layers import normalized
from onnxformers.pipelines.sentence_transformers import (
    POOLINGS,
    Prompts,
    Recipe,
    read_prompts,
    read_recipe,
)
from onnxformers.pipelines.text import Batch, TextOptions, TokenizedPipeline

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from onnxformers._native.tokenizers import Tokenizer
    from onnxformers.models.outputs import ModelOutput
    from onnxformers.pipelines.embedding_layers import Layer

    Vectors = NDArray[np.float32]

#: Outputs that may hold the vectors of the tokens, in order of preference, and their rank: (rows,
#: tokens, width).
_RANK = 3
_OUTPUTS = ("last_hidden_state", "logits", "token_embeddings")


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddingOptions(TextOptions):
    """How texts become vectors.

    Attributes:
        pooling: "none" gives a vector for each token; "mean", "cls", "max",
            "mean_sqrt_len_tokens", "weightedmean" and "lasttoken" one for each text, a sequence of
            these all of them joined; "auto" does what the model's sentence-transformers
            modules.json says (poolings, layers, normalisation, longest input, prompt).
        normalize: Scale each vector to length 1.
        truncate_dim: Keep this many dimensions, the first ones, of a model trained for that; a
            vector that was scaled is scaled again.
        prompt: Put in front of each text.
        prompt_name: Name of a prompt in config_sentence_transformers.json; `prompt` wins.
    """

    pooling: str | Sequence[str] = "none"
    normalize: bool = False
    truncate_dim: int | None = None
    prompt: str | None = None
    prompt_name: str | None = None

    def __post_init__(self) -> None:
        TextOptions.__post_init__(self)
        pooling = self.pooling
        several = isinstance(pooling, (list, tuple)) and pooling
        if not (
            all(name in POOLINGS for name in pooling)
            if several
            else isinstance(pooling, str) and pooling in ("none", "auto", *POOLINGS)
        ):
            raise InvalidArgumentError(
                "[feature-extraction] pooling must be one of none, auto, "
                f"{', '.join(POOLINGS)}, or several of the latter, got {pooling!r}"
            )
        check_flag(self.normalize, "normalize", "feature-extraction")
        check_positive(self.truncate_dim, "truncate_dim", "feature-extraction")
        for name in ("prompt", "prompt_name"):
            value = getattr(self, name)
            if value is not None and not isinstance(value, str):
                raise InvalidArgumentError(
                    f"[feature-extraction] {name} must be a str or None, got {value!r}"
                )


Options = TypeVar("Options", bound=EmbeddingOptions)


class _Plan(NamedTuple):
    """What a call does with the vectors of the tokens.

    Attributes:
        poolings: Those whose vectors are joined; none for vectors of tokens.
        layers: What comes after them.
        normalize: Whether vectors are scaled in the end.
        prompt: In front of each text.
        prompt_tokens: First tokens that are not pooled.
    """

    poolings: tuple[str, ...]
    layers: tuple[Layer, ...]
    normalize: bool
    prompt: str
    prompt_tokens: int


class EmbeddingPipeline(TokenizedPipeline[Options]):
    """Base of the pipelines that embed texts with a base model."""

    @cached_property
    def recipe(self) -> Recipe:
        """What modules.json asks for; read when first used."""
        return read_recipe(self.model.name_or_path, self.model.options.files)

    @cached_property
    def prompts(self) -> Prompts:
        """The prompts that lie with the model; read when first used."""
        return read_prompts(self.model.name_or_path, self.model.options.files)

    def token_limit(self, options: Options) -> int | None:
        """With pooling="auto", where sentence-transformers would cut."""
        limit = TokenizedPipeline.token_limit(self, options)
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

    def embed_one(self, text: str, options: Options) -> Vectors:
        """The embedding of one text, shape (1, width), or its tokens', shape (1, tokens, width)."""
        plan = self._plan(options)
        (text,) = self._prepared((text,), plan, options)
        is_quick = len(plan.poolings) == 1 and not plan.prompt_tokens
        embedder = self.embedder if is_quick and options.truncation != "error" else None
        if embedder is None:
            batch, _ = self.forward_one(text, options)
            return self._vectors(batch, plan, options)
        limit = self.token_limit(options)
        scales = plan.normalize and not plan.layers and options.truncate_dim is None
        vectors, is_cut = embedder.embed(
            text,
            plan.poolings[0],
            scales,
            limit or 0,
            self._cuts_left,
            self.tokenizer.split_special_tokens,
            options.timeout_s,
            options.cancel,
        )
        if is_cut:
            self._warn_cut(1, 1, limit)
        return vectors if scales else _finished(vectors, plan, options)

    def embed(self, texts: Sequence[str], options: Options) -> Vectors:
        """The embeddings of texts in their order, shape (texts, width) or (texts, tokens, width).

        Vectors of tokens of shorter texts end in zeros.
        """
        plan = self._plan(options)
        encodings = self.encode(self._prepared(texts, plan, options), options)
        parts = [
            (batch.rows, self._vectors(batch, plan, options))
            for batch in self.forward(encodings, options)
        ]
        return _in_order(parts, len(texts))

    def lengths(self, texts: Sequence[str], options: Options) -> list[int]:
        """Tokens of each text, as many as `embed` gives vectors of."""
        texts = self._prepared(texts, self._plan(options), options)
        lengths: list[int] = self.encode(texts, options).lengths.tolist()
        return lengths

    def _plan(self, options: Options) -> _Plan:
        pooling, prompt = options.pooling, self._prompt(options)
        if pooling == "auto":
            recipe = self.recipe
            normalize = options.normalize or recipe.normalize
            skipped = 0 if recipe.pools_prompt or not prompt else self._prompt_tokens(prompt)
            return _Plan(recipe.poolings, recipe.layers, normalize, prompt, skipped)
        poolings = (pooling,) if isinstance(pooling, str) else tuple(pooling)
        return _Plan(() if pooling == "none" else poolings, (), options.normalize, prompt, 0)

    def _prompt(self, options: Options) -> str:
        if options.prompt is not None:
            return options.prompt
        name = options.prompt_name
        if name is None:
            name = self.prompts.default if options.pooling == "auto" else None
            return "" if name is None else self.prompts.texts[name]
        if not self.prompts.texts:
            raise InvalidArgumentError(
                f"[{self.task}] {self.model.name_or_path} has no prompts by name; give the text as "
                "prompt"
            )
        refuse_unknown([name], self.prompts.texts, f"{self.task}, prompt_name")
        return self.prompts.texts[name]

    def _prompt_tokens(self, prompt: str) -> int:
        """Tokens in front of the text: those of the prompt without the closing special token."""
        ids = self.tokenizer.encode(prompt.lower() if self.recipe.lowers_case else prompt)
        return len(ids) - (bool(ids) and ids[-1] in self.tokenizer.all_special_ids)

    def _prepared(self, texts: Sequence[Any], plan: _Plan, options: Options) -> Sequence[str]:
        """Texts with their prompt and, where the recipe says so, in lower case."""
        lowers = options.pooling == "auto" and self.recipe.lowers_case
        if not plan.prompt and not lowers:
            return texts
        # What is no str stays, for the tokenizer to refuse it by its place.
        prompted = [plan.prompt + text if isinstance(text, str) else text for text in texts]
        return [t.lower() if isinstance(t, str) else t for t in prompted] if lowers else prompted

    def _vectors(self, batch: Batch, plan: _Plan, options: Options) -> Vectors:
        hidden, mask = _token_vectors(batch.outputs), batch.mask
        if not plan.poolings:
            return _finished(hidden * mask[:, :, None].astype(np.float32), plan, options)
        if plan.prompt_tokens:
            is_prompt = (np.cumsum(mask, axis=1) <= plan.prompt_tokens) & (mask > 0)
            mask = np.where(is_prompt, np.int64(-1), mask)
        if len(plan.poolings) == 1 and not plan.layers and options.truncate_dim is None:
            return pool(hidden, mask, plan.poolings[0], plan.normalize)
        joined = np.concatenate([pool(hidden, mask, p, False) for p in plan.poolings], axis=1)
        return _finished(joined, plan, options)


def _finished(vectors: Vectors, plan: _Plan, options: EmbeddingOptions) -> Vectors:
    """What comes after pooling."""
    for layer in plan.layers:
        vectors = layer(vectors)
    if options.truncate_dim is not None:
        if options.truncate_dim > vectors.shape[-1]:
            raise InvalidArgumentError(
                f"[feature-extraction] truncate_dim must be at most the {vectors.shape[-1]} "
                f"dimensions of the vectors, got {options.truncate_dim}"
            )
        vectors = np.ascontiguousarray(vectors[..., : options.truncate_dim])
    return normalized(vectors) if plan.normalize else vectors


def _token_vectors(outputs: ModelOutput) -> Vectors:
    """Shape (rows, tokens, width), from whichever name the exporter gave it."""
    for name in _OUTPUTS:
        hidden = outputs.get(name)
        if hidden is not None and hidden.ndim == _RANK:
            return np.ascontiguousarray(hidden, dtype=np.float32)
    raise FileFormatError(
        "[feature-extraction] the model must give last_hidden_state of shape (rows, tokens, "
        f"width), got {', '.join(f'{k} {v.shape}' for k, v in outputs.items())}"
    )


def _in_order(parts: list[tuple[Any, Vectors]], count: int) -> Vectors:
    """One array of all rows; token vectors of shorter batches end in zeros."""
    longest = np.max([values.shape[1:] for _, values in parts], axis=0)
    result = np.zeros((count, *longest), dtype=np.float32)
    for rows, values in parts:
        if values.ndim == 2:
            result[rows] = values
        else:
            result[rows, : values.shape[1]] = values
    return result
