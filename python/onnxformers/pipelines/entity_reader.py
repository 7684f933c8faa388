"""Entities as users see them, from tokens and their probabilities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from onnxformers.pipelines.entities import (
    Runs,
    changes,
    group_words,
    label_words,
    means,
    starts_inside_words,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from onnxformers.pipelines.entities import Bools, Ints, LabelTable, Tokens, Words
    from onnxformers.pipelines.results import Entity
    from onnxformers.tokenizers import PreTrainedTokenizer


@dataclass(frozen=True, slots=True)
class EntityReader:
    """Finds the entities among the tokens of one batch.

    Attributes:
        tokenizer: That of the pipeline.
        tokens: The tokens.
        texts: All texts of the call.
        samples: int64, shape (tokens,), the text of each token.
        table: The labels of the model.
    """

    tokenizer: PreTrainedTokenizer
    tokens: Tokens
    texts: Sequence[str]
    samples: Ints
    table: LabelTable

    def read(self, strategy: str, ignored: Sequence[str]) -> Iterator[tuple[int, Entity]]:
        """The entities in the order of the texts, each with its row.

        Args:
            strategy: "none", "simple", "first", "average" or "max".
            ignored: Labels, or labels of groups, that are left out.
        """
        if not len(self.tokens.rows):
            return iter(())
        if strategy == "none":
            return self._labelled_tokens(label_words(self.tokens, None, strategy), ignored)
        is_inside = None if strategy == "simple" else self._is_inside()
        words = label_words(self.tokens, is_inside, strategy)
        return self._groups(words, ignored, joins_words=is_inside is not None)

    def _labelled_tokens(
        self, words: Words, ignored: Sequence[str]
    ) -> Iterator[tuple[int, Entity]]:
        names = self.table.names
        kept = np.flatnonzero(~np.isin(words.labels, _places(names, ignored)))
        tokens = self.tokens
        columns = (
            tokens.rows,
            tokens.indices,
            tokens.starts,
            tokens.ends,
            words.labels,
            words.scores,
        )
        rows = zip(*(column[kept].tolist() for column in columns), self._decoded(kept), strict=True)
        for row, index, start, end, label, score, word in rows:
            yield (
                row,
                {
                    "entity": names[label],
                    "score": score,
                    "index": index,
                    "word": word,
                    "start": start,
                    "end": end,
                },
            )

    def _decoded(self, kept: Ints) -> list[str]:
        """The text of single tokens; that in the text where the tokenizer knows none."""
        ids = self.tokens.ids[kept].tolist()
        different = list(dict.fromkeys(ids))
        texts = self.tokenizer.batch_decode([[token_id] for token_id in different])
        decoded = dict(zip(different, texts, strict=True))
        unknown = self.tokenizer.unk_token_id
        return [
            self._cut(token) if token_id == unknown else decoded[token_id]
            for token, token_id in zip(kept.tolist(), ids, strict=True)
        ]

    def _groups(
        self, words: Words, ignored: Sequence[str], joins_words: bool
    ) -> Iterator[tuple[int, Entity]]:
        names = self.table.groups
        groups = group_words(words, self.table)
        is_ignored = np.isin(words.labels[groups.first], _places(names, ignored))
        groups = groups.choose(~is_ignored)
        last = groups.first + groups.sizes - 1
        last_token = words.tokens.first[last] + words.tokens.sizes[last] - 1
        columns = (
            words.rows[groups.first],
            groups.first,
            last + 1,
            words.labels[groups.first],
            means(groups, words.scores),
            self.tokens.starts[words.tokens.first[groups.first]],
            self.tokens.ends[last_token],
        )
        rows = zip(*(column.tolist() for column in columns), strict=True)
        for row, first, end_word, label, score, start, end in rows:
            yield (
                row,
                {
                    "entity_group": names[label],
                    "score": score,
                    "word": self._spelled(words.tokens, first, end_word, joins_words),
                    "start": start,
                    "end": end,
                },
            )

    def _spelled(self, words: Runs, first: int, end: int, joins_words: bool) -> str:
        """Some words as one text; single tokens as words unless `joins_words`."""
        starts = words.first[first:end].tolist()
        stops = (words.first[first:end] + words.sizes[first:end]).tolist()
        decode = self.tokenizer.convert_tokens_to_string
        if not joins_words:
            return decode(self._pieces(starts[0], stops[-1]))
        return decode([decode(self._pieces(a, b)) for a, b in zip(starts, stops, strict=True)])

    def _pieces(self, first: int, end: int) -> list[str]:
        """Tokens as the vocabulary spells them, the unknown one as the text does."""
        to_token, unknown = self.tokenizer.native.id_to_token, self.tokenizer.unk_token_id
        ids = self.tokens.ids[first:end].tolist()
        return [
            self._cut(first + i) if token_id == unknown else to_token(token_id) or ""
            for i, token_id in enumerate(ids)
        ]

    def _cut(self, token: int) -> str:
        """What stands in the text where the token does."""
        start, end = int(self.tokens.starts[token]), int(self.tokens.ends[token])
        return self.texts[int(self.samples[token])][start:end]

    def _is_inside(self) -> Bools:
        """Whether each token goes on the word before it."""
        tokens, native = self.tokens, self.tokenizer.native
        if native.has_subword_prefix:
            ids, where = np.unique(tokens.ids, return_inverse=True)
            lengths = np.array([len(native.id_to_token(i) or "") for i in ids.tolist()])
            inside = lengths[where] != tokens.ends - tokens.starts
        else:
            self.tokenizer.warn_once(
                "this tokenizer does not mark tokens inside words; words are told by spaces"
            )
            first = Runs.of(changes(tokens.rows)).first
            texts = [self.texts[sample] for sample in self.samples[first].tolist()]
            inside = starts_inside_words(tokens, texts)
        unknown = self.tokenizer.unk_token_id
        # An unknown token stands for the whole word.
        known = True if unknown is None else tokens.ids != unknown
        is_inside: Bools = inside & known
        return is_inside


def _places(names: Sequence[str], wanted: Sequence[str]) -> list[int]:
    return [place for place, name in enumerate(names) if name in wanted]
