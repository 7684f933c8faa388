"""Entities as users see them, from tokens and their probabilities."""

from __future__ import annotations

import itertools
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
    from collections.abc import Callable, Iterator, Sequence

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
        names, tokens = self.table.names, self.tokens
        kept = np.flatnonzero(~_is_ignored(names, ignored)[words.labels])
        columns = (
            tokens.rows,
            words.labels,
            words.scores,
            tokens.indices,
            tokens.starts,
            tokens.ends,
        )
        rows = zip(*(column[kept].tolist() for column in columns), self._decoded(kept), strict=True)
        for row, label, score, index, start, end, word in rows:
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
        names, tokens = self.table.groups, self.tokens
        groups = group_words(words, self.table)
        groups = groups.choose(~_is_ignored(names, ignored)[words.labels[groups.first]])
        end = groups.first + groups.sizes
        edges = np.append(words.tokens.first, len(tokens.ids))
        columns = (
            words.rows[groups.first],
            words.labels[groups.first],
            means(groups, words.scores),
            groups.first,
            end,
            tokens.starts[edges[groups.first]],
            tokens.ends[edges[end] - 1],
        )
        spelled = self._speller(edges.tolist(), joins_words)
        rows = zip(*(column.tolist() for column in columns), strict=True)
        for row, label, score, first_word, end_word, start, end_character in rows:
            yield (
                row,
                {
                    "entity_group": names[label],
                    "score": score,
                    "word": spelled(first_word, end_word),
                    "start": start,
                    "end": end_character,
                },
            )

    def _speller(self, edges: list[int], joins_words: bool) -> Callable[[int, int], str]:
        """What gives words [first, end) as one text.

        Args:
            edges: The first token of each word, and where the last word ends.
            joins_words: Words are decoded before they are joined.
        """
        ids = self.tokens.ids.tolist()
        decode, to_token = (
            self.tokenizer.convert_tokens_to_string,
            self.tokenizer.native.id_to_token,
        )
        unknown = self.tokenizer.unk_token_id

        def pieces(first: int, end: int) -> list[str]:
            """Tokens as the vocabulary spells them, the unknown one as the text does."""
            return [
                self._cut(token) if ids[token] == unknown else to_token(ids[token]) or ""
                for token in range(first, end)
            ]

        def spelled(first: int, end: int) -> str:
            if not joins_words:
                return decode(pieces(edges[first], edges[end]))
            words = itertools.pairwise(edges[first : end + 1])
            return decode([decode(pieces(a, b)) for a, b in words])

        return spelled

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


def _is_ignored(names: Sequence[str], ignored: Sequence[str]) -> Bools:
    return np.array([name in ignored for name in names], dtype=np.bool_)
