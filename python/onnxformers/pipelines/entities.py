"""From the probabilities of tokens to entities: words, neighbours of one label, windows.

Everything works on the tokens of many texts at once, one text after the other; only entities that
are kept are ever looked at one by one.

Source: transformers 4.46.3, TokenClassificationPipeline, for every rule and for the order in which
floats are added.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from onnxformers.pipelines.results import Entity

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float32]
    Bools = NDArray[np.bool_]


class LabelTable(NamedTuple):
    """What a label's name says, by the label's index.

    Attributes:
        names: The label as the config has it.
        groups: The name without what stands before its first hyphen.
        tags: int64, the same number for "B-X", "I-X" and "X".
        begins: bool, a "B-" label.
    """

    names: tuple[str, ...]
    groups: tuple[str, ...]
    tags: Ints
    begins: Bools


class Tokens(NamedTuple):
    """Tokens that are no special tokens, row after row.

    Attributes:
        rows: int64, shape (tokens,), the row of each.
        indices: int64, its place in the row, special tokens counted.
        ids: int64.
        starts: int64, its first character in the text.
        ends: int64, the character after its last one.
        probabilities: float32, shape (tokens, labels).
    """

    rows: Ints
    indices: Ints
    ids: Ints
    starts: Ints
    ends: Ints
    probabilities: Floats


class Runs(NamedTuple):
    """Neighbours that belong together: tokens of a word, words of an entity.

    Attributes:
        first: int64, shape (runs,), index of the first item of each.
        sizes: int64, how many items each has.
    """

    first: Ints
    sizes: Ints

    @classmethod
    def of(cls, begins: Bools) -> Runs:
        """The runs that begin where `begins`, shape (items,), is True; its first item is."""
        edges = np.append(np.flatnonzero(begins), len(begins))
        return cls(edges[:-1], edges[1:] - edges[:-1])

    def choose(self, chosen: Bools | Ints) -> Runs:
        """Some of the runs."""
        return Runs(self.first[chosen], self.sizes[chosen])

    def by_size(self) -> Iterator[tuple[Ints, Ints]]:
        """Runs of one size above 1: their indices (n,), and those of their items (n, size)."""
        for size in np.unique(self.sizes[self.sizes > 1]):
            chosen = np.flatnonzero(self.sizes == size)
            yield chosen, self.first[chosen, None] + np.arange(size)


class Words(NamedTuple):
    """Items that each have one label: tokens, or whole words.

    Attributes:
        tokens: The tokens of each.
        rows: int64, shape (words,).
        labels: int64, index of the label.
        scores: float32, its probability.
    """

    tokens: Runs
    rows: Ints
    labels: Ints
    scores: Floats


@lru_cache(maxsize=16)
def label_table(names: tuple[str, ...]) -> LabelTable:
    """The table of the labels of a model."""
    begins = [name.startswith("B-") for name in names]
    bare = [name[2:] if name.startswith(("B-", "I-")) else name for name in names]
    numbers = {tag: number for number, tag in enumerate(dict.fromkeys(bare))}
    tags = np.array([numbers[tag] for tag in bare], dtype=np.int64)
    groups = tuple(name.split("-", 1)[-1] for name in names)
    return LabelTable(names, groups, tags, np.array(begins, dtype=np.bool_))


def changes(values: Ints) -> Bools:
    """True where a value is not the one before it, and for the first one."""
    changed = np.ones(len(values), dtype=np.bool_)
    changed[1:] = values[1:] != values[:-1]
    return changed


def starts_inside_words(tokens: Tokens, texts: Sequence[str]) -> Bools:
    """Whether each token goes on a word, judged by the characters around its beginning.

    Args:
        tokens: At least one token.
        texts: The text of each row of `tokens`, in their order.

    Returns:
        bool, shape (tokens,): neither the first character nor the one before it is a space.
    """
    rows = Runs.of(changes(tokens.rows))
    # Of a text only what the row covers: it may be a window of a very long one.
    low = np.maximum(np.minimum.reduceat(tokens.starts, rows.first) - 1, 0)
    high = np.maximum.reduceat(tokens.starts, rows.first) + 1
    parts = [text[a:b] for text, a, b in zip(texts, low.tolist(), high.tolist(), strict=True)]
    joined = np.frombuffer("\n".join([*parts, ""]).encode("utf-32-le"), dtype="<u4")
    base = np.cumsum([0, *(len(part) + 1 for part in parts[:-1])]) - low
    at = np.repeat(base, rows.sizes) + tokens.starts
    has_space = (joined[at] == ord(" ")) | (joined[at - 1] == ord(" "))
    inside: Bools = (tokens.starts > 0) & ~has_space
    return inside


def label_words(tokens: Tokens, is_inside: Bools | None, strategy: str) -> Words:
    """One label for each token or, by strategy, for each word.

    Args:
        tokens: The tokens.
        is_inside: bool, shape (tokens,): the token goes on the word before it. Not needed for
            "none" and "simple", which label every token.
        strategy: "none", "simple", "first", "average" or "max".
    """
    probabilities = tokens.probabilities
    if is_inside is None:
        runs = Runs(np.arange(len(probabilities)), np.ones(len(probabilities), dtype=np.int64))
    else:
        runs = Runs.of(changes(tokens.rows) | ~is_inside)
        if strategy == "first":
            probabilities = probabilities[runs.first]
        elif strategy == "max":
            probabilities = probabilities[_best_items(runs, probabilities.max(axis=1))]
        else:
            probabilities = means(runs, probabilities)
    labels = probabilities.argmax(axis=1)
    scores = probabilities[np.arange(len(labels)), labels]
    return Words(runs, tokens.rows[runs.first], labels, scores)


def _best_items(runs: Runs, values: Floats) -> Ints:
    """The item with the highest value in each run, the first one of equals."""
    best: Ints = runs.first.copy()
    for chosen, items in runs.by_size():
        best[chosen] = items[np.arange(len(items)), values[items].argmax(axis=1)]
    return best


def means(runs: Runs, values: Floats) -> Floats:
    """The mean of the values of each run that are numbers.

    Args:
        runs: The runs.
        values: float32, shape (items,) or (items, n).

    Returns:
        float32, shape (runs,) or (runs, n); added up as `numpy.nanmean` does for one run.
    """
    result = values[runs.first]
    for chosen, items in runs.by_size():
        taken = values[items]
        is_number = ~np.isnan(taken)
        total = np.where(is_number, taken, np.float32(0)).sum(axis=1)
        with np.errstate(invalid="ignore"):  # no number at all: NaN
            result[chosen] = total / is_number.sum(axis=1)
    return result


def group_words(words: Words, table: LabelTable) -> Runs:
    """Runs of neighbouring words with the same tag; "B-" begins a new one."""
    tags = table.tags[words.labels]
    return Runs.of(changes(words.rows) | changes(tags) | table.begins[words.labels])


def merge_windows(entities: list[Entity]) -> list[Entity]:
    """Entities of overlapping windows: of those that overlap the longest, then the likeliest."""
    if not entities:
        return []
    first, *rest = sorted(entities, key=lambda entity: entity["start"])
    merged = [first]
    for entity in rest:
        last = merged[-1]
        if not last["start"] <= entity["start"] < last["end"]:
            merged.append(entity)
        elif _rank(entity) > _rank(last):
            merged[-1] = entity
    return merged


def _rank(entity: Entity) -> tuple[int, float]:
    return entity["end"] - entity["start"], entity["score"]
