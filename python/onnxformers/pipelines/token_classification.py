"""Token classification: labels of tokens, and named entities."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from onnxformers import ops
from onnxformers.errors import FileFormatError, InvalidArgumentError
from onnxformers.pipelines.entities import Tokens, label_table, merge_windows
from onnxformers.pipelines.entity_reader import EntityReader
from onnxformers.pipelines.text import Batch, TextOptions, TextPipeline

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from onnxformers._native.tokenizers import Encodings
    from onnxformers.pipelines.results import Entity

_STRATEGIES = ("none", "simple", "first", "average", "max")
_AGGREGATE = 'aggregation_strategy="simple" or "first"'


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenClassificationOptions(TextOptions):
    """Options of a token-classification call.

    Attributes:
        ignore_labels: Labels that are left out. With an aggregation strategy they are compared with
            the label of the group, which has no "B-" or "I-".
        aggregation_strategy: "none" gives labelled tokens. "simple" joins neighbours with the same
            label. The others do so too, but first give each word one label: that of its "first"
            token, that of the token that is surest ("max"), or the best "average" of its tokens.
        stride: Texts longer than the model are read in windows, and this many tokens of a window
            are read again in the next. None: they are cut. Needs an aggregation strategy.
    """

    ignore_labels: tuple[str, ...] = ("O",)
    aggregation_strategy: str = "none"
    stride: int | None = None

    replaced: ClassVar[Mapping[str, str]] = {
        "grouped_entities": f"pass {_AGGREGATE}",
        "ignore_subwords": f"pass {_AGGREGATE}",
    }

    def __post_init__(self) -> None:
        TextOptions.__post_init__(self)
        given: Any = self.ignore_labels
        is_list = isinstance(given, (list, tuple, set, frozenset))
        if not is_list or not all(isinstance(label, str) for label in given):
            raise InvalidArgumentError(
                '[token-classification] ignore_labels must be a list of str such as ["O"], '
                f"got {given!r}"
            )
        object.__setattr__(self, "ignore_labels", tuple(given))
        if self.aggregation_strategy not in _STRATEGIES:
            raise InvalidArgumentError(
                f"[token-classification] aggregation_strategy must be one of "
                f"{', '.join(_STRATEGIES)}, got {self.aggregation_strategy!r}"
            )
        self._check_stride()

    def _check_stride(self) -> None:
        if self.stride is None:
            return
        if type(self.stride) is not int or self.stride < 0:
            raise InvalidArgumentError(
                "[token-classification] stride must be an int from 0 up or None, "
                f"got {self.stride!r}"
            )
        if self.aggregation_strategy == "none":
            raise InvalidArgumentError(
                "[token-classification] stride joins the entities of overlapping windows, which "
                f"needs an aggregation strategy, got 'none'; pass {_AGGREGATE}"
            )


class TokenClassificationPipeline(
    TextPipeline[TokenClassificationOptions, "list[Entity]", "list[list[Entity]]", "list[Entity]"]
):
    """Labels the tokens of texts, or finds named entities (`ner` is an alias).

    Call it with a str, a list of str, or a generator of str, and with the fields of
    `TokenClassificationOptions`.

    Returns:
        For a str: a list of ``{"entity": str, "score": float, "index": int, "word": str,
        "start": int, "end": int}``, one for each token; with an aggregation strategy
        ``entity_group`` in place of ``entity``, and no ``index``. For a list: a list of such lists.
        For a generator: a generator of them. The entities of a text that was cut have
        ``"truncated": True``.

    Raises:
        InvalidArgumentError: An empty list, a lone surrogate, an unknown option.
        InvalidTypeError: Something that is no str.

    Example:
        >>> from onnxformers import pipeline
        >>> ner = pipeline("ner", aggregation_strategy="simple")  # doctest: +SKIP
        >>> ner("Sarah lives in London")  # doctest: +SKIP
        [{'entity_group': 'PER', 'score': 0.99, 'word': 'Sarah', 'start': 0, 'end': 5}, ...]

    Source: spec/transformers.js/pipelines.md, TokenClassificationPipeline; Python transformers'
        class of that name for aggregation and windows.
    """

    options_class: ClassVar[type[Any]] = TokenClassificationOptions

    def run_single(self, item: str, options: TokenClassificationOptions) -> list[Entity]:
        """Entities of one text."""
        return self.run_many([item], options)[0]

    def run_many(
        self, items: Sequence[str], options: TokenClassificationOptions
    ) -> list[list[Entity]]:
        """Entities of each text, in the order given."""
        if options.stride is None:
            encodings = self.encode(items, options, with_offsets=True)
        else:
            encodings = self.encode_windows(items, options, stride=options.stride)
        found: list[list[Entity]] = [[] for _ in range(len(encodings))]
        for batch in self.forward(encodings, options):
            for row, entity in self._entities(batch, encodings, items, options):
                found[row].append(entity)
        if options.stride is not None:
            return _join_windows(found, encodings.sample.tolist(), len(items))
        for row in np.flatnonzero(encodings.truncated).tolist():
            for entity in found[row]:
                entity["truncated"] = True
        return found

    def _entities(
        self,
        batch: Batch,
        encodings: Encodings,
        texts: Sequence[str],
        options: TokenClassificationOptions,
    ) -> Iterator[tuple[int, Entity]]:
        """The entities of a batch, each with its row."""
        tokens = _tokens(batch, encodings, self.tokenizer.pad_options.side)
        names = self.model.config.id2label
        labels = tuple(names.get(i, f"LABEL_{i}") for i in range(tokens.probabilities.shape[1]))
        reader = EntityReader(
            tokenizer=self.tokenizer,
            tokens=tokens,
            texts=texts,
            samples=encodings.sample[tokens.rows],
            table=label_table(labels),
        )
        return reader.read(options.aggregation_strategy, options.ignore_labels)


def _tokens(batch: Batch, encodings: Encodings, side: str) -> Tokens:
    """The tokens of a batch with their probabilities."""
    logits = batch.outputs.get("logits")
    if logits is None or logits.ndim != 3 or logits.shape[:2] != batch.ids.shape:
        raise FileFormatError(
            "[token-classification] the model must give logits of shape (rows, tokens, labels), "
            f"got {', '.join(f'{name} {value.shape}' for name, value in batch.outputs.items())}"
        )
    rows = np.asarray(batch.rows, dtype=np.int64)
    at = np.nonzero(encodings.pad_sequences(rows, side=side) >= 0)
    offsets = encodings.pad_offsets(rows, side=side)[at]
    return Tokens(
        rows=rows[at[0]],
        # Padding on the left does not count.
        indices=at[1] - batch.mask.argmax(axis=1)[at[0]],
        ids=batch.ids[at],
        starts=offsets[:, 0],
        ends=offsets[:, 1],
        probabilities=ops.softmax(logits[at].astype(np.float32, copy=False)),
    )


def _join_windows(found: list[list[Entity]], samples: list[int], count: int) -> list[list[Entity]]:
    """The entities of each text from those of its windows."""
    joined: list[list[Entity]] = [[] for _ in range(count)]
    for sample, part in zip(samples, found, strict=True):
        joined[sample] += part
    windows = Counter(samples)
    return [merge_windows(part) if windows[i] > 1 else part for i, part in enumerate(joined)]
