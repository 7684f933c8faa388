"""Fill-mask: the likeliest tokens in place of a mask."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from onnxformers import ops
from onnxformers.errors import FileFormatError, InvalidArgumentError
from onnxformers.options import check_positive
from onnxformers.pipelines.text import Batch, TextOptions, TextPipeline

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from onnxformers._native.tokenizers import Encodings
    from onnxformers.pipelines.results import Filling

_log = logging.getLogger("onnxformers")

#: Most numbers that a batch may come back with: a score for each token of the vocabulary at each
#: place. 256 MiB of float32.
MAX_SCORES = 1 << 26


@dataclass(frozen=True, slots=True, kw_only=True)
class FillMaskOptions(TextOptions):
    """Options of a fill-mask call.

    Attributes:
        top_k: How many tokens for each mask, best first.
        targets: A str or a list of them: only these tokens are ranked; their scores are still
            probabilities among all tokens. One that is no token of the vocabulary is tokenised,
            its first token taken, and a warning logged. None: all tokens.
    """

    top_k: int = 5
    targets: str | tuple[str, ...] | None = None

    replaced: ClassVar[Mapping[str, str]] = {
        "tokenizer_kwargs": "pass truncation and max_length as they are"
    }

    def __post_init__(self) -> None:
        TextOptions.__post_init__(self)
        check_positive(self.top_k, "top_k", "fill-mask")
        if self.top_k is None:
            raise InvalidArgumentError("[fill-mask] top_k must be a positive int, got None")
        if self.targets is not None:
            object.__setattr__(self, "targets", _read_targets(self.targets))


def _read_targets(targets: Any) -> tuple[str, ...]:
    texts = (targets,) if isinstance(targets, str) else targets
    is_list = isinstance(texts, (list, tuple, set, frozenset))
    if not is_list or not all(isinstance(text, str) for text in texts):
        raise InvalidArgumentError(
            f"[fill-mask] targets must be a str or a list of str, got {targets!r}"
        )
    if not texts:
        raise InvalidArgumentError("[fill-mask] the list of targets is empty")
    return tuple(texts)


class FillMaskPipeline(
    TextPipeline[
        FillMaskOptions,
        "list[Filling] | list[list[Filling]]",
        "list[list[Filling] | list[list[Filling]]]",
        "list[Filling] | list[list[Filling]]",
    ]
):
    """Finds tokens for the masks of texts with a masked language model.

    Call it with a str, a list of str, or a generator of str, each with at least one mask token
    (``fill.tokenizer.mask_token``), and with the fields of `FillMaskOptions`.

    Returns:
        For a str: a list of ``{"score": float, "token": int, "token_str": str, "sequence": str}``,
        best first, `top_k` long. With several masks a list of such lists, one for each mask, whose
        sequences keep the other masks and the special tokens: each mask is filled as if the others
        stayed. For a list: a list of these. For a generator: a generator of them. What comes of a
        text that was cut has ``"truncated": True``.

    Raises:
        InvalidArgumentError: A tokenizer without mask token; a text without mask; an empty list, a
            lone surrogate, an unknown option.
        InvalidTypeError: Something that is no str.

    Example:
        >>> from onnxformers import pipeline
        >>> fill = pipeline("fill-mask")  # doctest: +SKIP
        >>> fill("The capital of France is [MASK].", top_k=1)  # doctest: +SKIP
        [{'score': 0.41, 'token': 3000, 'token_str': 'paris', 'sequence': 'the capital of ...'}]

    Source: spec/transformers.js/pipelines.md, FillMaskPipeline; Python transformers' class of that
        name for several masks and targets.
    """

    options_class: ClassVar[type[Any]] = FillMaskOptions

    def __init__(self, **parts: Any) -> None:
        super().__init__(**parts)
        self._mask_id()
        self._token_budget = min(
            self._token_budget, max(1, MAX_SCORES // max(1, len(self.tokenizer)))
        )

    def _mask_id(self) -> int:
        mask_id = self.tokenizer.mask_token_id
        if mask_id is None:
            raise InvalidArgumentError(
                f"[fill-mask] the tokenizer of {self.model.name_or_path!r} has no mask token; "
                "choose a model trained to fill masks, or set tokenizer.mask_token"
            )
        return mask_id

    def run_single(
        self, item: str, options: FillMaskOptions
    ) -> list[Filling] | list[list[Filling]]:
        """The tokens for the masks of one text."""
        return self.run_many([item], options)[0]

    def run_many(
        self, items: Sequence[str], options: FillMaskOptions
    ) -> list[list[Filling] | list[list[Filling]]]:
        """The tokens for the masks of each text, in the order given."""
        mask_id = self._mask_id()
        targets = None if options.targets is None else self._target_ids(options.targets)
        encodings = self.encode(items, options)
        self._check_masks(items, encodings, mask_id)
        cut = encodings.truncated.tolist()
        results: list[list[Filling] | list[list[Filling]]] = [[]] * len(items)
        for batch in self.forward(encodings, options):
            is_mask = (batch.ids == mask_id) & (batch.mask == 1)
            tokens, scores = _best(batch, is_mask, targets, options.top_k)
            first = 0
            for place, row in enumerate(batch.rows):
                ids = batch.ids[place][batch.mask[place] == 1]
                masks = np.flatnonzero(ids == mask_id)
                end = first + len(masks)
                filled = self._fill(ids, masks, tokens[first:end], scores[first:end], cut[row])
                results[row] = filled[0] if len(masks) == 1 else filled
                first = end
        return results

    def _check_masks(self, texts: Sequence[str], encodings: Encodings, mask_id: int) -> None:
        for row, text in enumerate(texts):
            if mask_id not in encodings.ids(row):
                mask = self.tokenizer.mask_token
                is_cut = encodings.truncated[row] and mask is not None and mask in text
                reason = "it lies in what was cut" if is_cut else "put it where a token is sought"
                raise InvalidArgumentError(
                    f"[{self.task}] text {row} has no mask token {mask!r}; {reason}"
                )

    def _target_ids(self, targets: Sequence[str]) -> NDArray[np.int64]:
        """Ids of the targets, ascending, each once."""
        ids = {found for target in targets if (found := self._target_id(target)) is not None}
        if not ids:
            raise InvalidArgumentError(
                f"[{self.task}] none of the targets has a token, got {list(targets)!r}"
            )
        return np.array(sorted(ids), dtype=np.int64)

    def _target_id(self, target: str) -> int | None:
        found = self.tokenizer.native.token_to_id(target)
        if found is not None:
            return found
        ids = self.tokenizer.encode(target, add_special_tokens=False)
        if not ids:
            _log.warning("[%s] the target %r has no token: left out", self.task, target)
            return None
        token = self.tokenizer.convert_ids_to_tokens(ids[0])
        _log.warning(
            "[%s] the target %r is no token of the vocabulary: %r is taken",
            self.task,
            target,
            token,
        )
        return ids[0]

    def _fill(
        self,
        ids: NDArray[np.int64],
        masks: NDArray[np.int64],
        tokens: NDArray[np.int64],
        scores: NDArray[np.float32],
        is_cut: bool,
    ) -> list[list[Filling]]:
        """What may stand for each mask of a text.

        Args:
            ids: Shape (tokens,), the text.
            masks: Shape (masks,), where in it they are.
            tokens: Shape (masks, n), the best for each.
            scores: The same shape.
            is_cut: Something of the text is missing.
        """
        # Without the special tokens the sequence reads better, but other masks are some too.
        sequences = self.tokenizer.batch_decode(
            [row[row != self.tokenizer.pad_token_id] for row in _filled(ids, masks, tokens)],
            skip_special_tokens=len(masks) == 1,
        )
        texts = self.tokenizer.batch_decode(tokens.reshape(-1, 1))
        columns = (scores.ravel().tolist(), tokens.ravel().tolist(), texts, sequences)
        fillings: list[Filling] = [
            {"score": score, "token": token, "token_str": text, "sequence": sequence}
            for score, token, text, sequence in zip(*columns, strict=True)
        ]
        if is_cut:
            for filling in fillings:
                filling["truncated"] = True
        size = tokens.shape[1]
        return [fillings[first : first + size] for first in range(0, len(fillings), size)]


def _best(
    batch: Batch, is_mask: NDArray[np.bool_], targets: NDArray[np.int64] | None, top_k: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The best tokens for each mask, best first, of equals the lower id; and their scores.

    Args:
        batch: What the model gave.
        is_mask: Shape (rows, tokens).
        targets: Ids to choose from, ascending; None for all.
        top_k: How many are sought.

    Returns:
        Two arrays of shape (masks, n), `n` at most `top_k`.
    """
    logits = batch.outputs.get("logits")
    if logits is None or logits.ndim != 3 or logits.shape[:2] != batch.ids.shape:
        raise FileFormatError(
            "[fill-mask] the model must give logits of shape (rows, tokens, vocabulary), "
            f"got {', '.join(f'{name} {value.shape}' for name, value in batch.outputs.items())}"
        )
    logits = logits[is_mask].astype(np.float32, copy=False)
    if targets is not None and targets[-1] >= logits.shape[1]:
        raise InvalidArgumentError(
            f"[fill-mask] the model scores {logits.shape[1]} tokens, and a target is token "
            f"{targets[-1]}"
        )
    # A softmax whose division is left to those that are chosen.
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    total = powers.sum(axis=1, keepdims=True)
    scores, tokens = ops.topk(powers if targets is None else powers[:, targets], top_k)
    return (tokens if targets is None else targets[tokens]), scores / total


def _filled(
    ids: NDArray[np.int64], masks: NDArray[np.int64], tokens: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The text once for each candidate, shape (masks * n, tokens)."""
    rows = np.repeat(ids[None], tokens.size, axis=0)
    rows[np.arange(tokens.size), np.repeat(masks, tokens.shape[1])] = tokens.ravel()
    return rows
