"""One encoded text with its maps between characters, words and tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from onnxformers._native.tokenizers import Encodings

T = TypeVar("T")


class CharSpan(NamedTuple):
    """A span of characters of the text: `text[start:end]`."""

    start: int
    end: int


class TokenSpan(NamedTuple):
    """A span of tokens of an encoded text: `tokens[start:end]`."""

    start: int
    end: int


class Padding(NamedTuple):
    """What fills a row up.

    Attributes:
        pad_id: the token id.
        pad_type_id: its token type id.
        side: "right" or "left".
        pad_token: the token.
    """

    pad_id: int
    pad_type_id: int
    side: str
    pad_token: str

    def fill(self, values: list[T], width: int, value: T) -> list[T]:
        """`values` with as many `value` on this side as are wanting to `width`."""
        missing = width - len(values)
        if missing <= 0:
            return values
        return values + [value] * missing if self.side == "right" else [value] * missing + values


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """One row of a `BatchEncoding`, padding included: a text, or an overflowing part of it.

    Attributes:
        ids: token ids.
        type_ids: 0 for the first text, 1 for the second, as the model's post-processor says.
        tokens: the tokens as the vocabulary spells them.
        offsets: where each token comes from, in characters; (0, 0) for tokens that were added.
        word_ids: index of the word each token belongs to, None for tokens that were added.
        sequence_ids: 0 or 1 for tokens of the first or second text, None for added ones.
        special_tokens_mask: 1 for tokens that were added.
        attention_mask: 0 for padding.

    Source: the `Encoding` of Hugging Face tokenizers.
    """

    ids: list[int]
    type_ids: list[int]
    tokens: list[str]
    offsets: list[tuple[int, int]]
    word_ids: list[int | None]
    sequence_ids: list[int | None]
    special_tokens_mask: list[int]
    attention_mask: list[int]

    def __len__(self) -> int:
        return len(self.ids)

    def __repr__(self) -> str:
        return f"Encoding({len(self.ids)} tokens)"

    def char_to_token(self, char: int, sequence: int = 0) -> int | None:
        """The token that covers a character of a text, None if none does."""
        for token in self._tokens_of(sequence):
            start, end = self.offsets[token]
            if start <= char < end:
                return token
        return None

    def token_to_chars(self, token: int) -> CharSpan | None:
        """The characters a token comes from, None for a token that was added."""
        return None if self.sequence_ids[token] is None else CharSpan(*self.offsets[token])

    def token_to_word(self, token: int) -> int | None:
        """The word a token belongs to, None for a token that was added."""
        return self.word_ids[token]

    def token_to_sequence(self, token: int) -> int | None:
        """0 or 1 for a token of the first or second text, None for a token that was added."""
        return self.sequence_ids[token]

    def char_to_word(self, char: int, sequence: int = 0) -> int | None:
        """The word that covers a character of a text, None if none does."""
        token = self.char_to_token(char, sequence)
        return None if token is None else self.word_ids[token]

    def word_to_tokens(self, word: int, sequence: int = 0) -> TokenSpan | None:
        """The tokens of a word of a text, None if there is no such word."""
        tokens = [t for t in self._tokens_of(sequence) if self.word_ids[t] == word]
        return TokenSpan(tokens[0], tokens[-1] + 1) if tokens else None

    def word_to_chars(self, word: int, sequence: int = 0) -> CharSpan | None:
        """The characters of a word of a text, None if there is no such word."""
        span = self.word_to_tokens(word, sequence)
        if span is None:
            return None
        return CharSpan(self.offsets[span.start][0], self.offsets[span.end - 1][1])

    def _tokens_of(self, sequence: int) -> Sequence[int]:
        return [token for token, owner in enumerate(self.sequence_ids) if owner == sequence]


def read_row(encodings: Encodings, row: int, width: int, padding: Padding) -> Encoding:
    """Row `row` of the native result (which must hold offsets), filled up to `width` tokens."""
    fill = padding.fill
    ids = encodings.ids(row)
    return Encoding(
        ids=fill(ids, width, padding.pad_id),
        type_ids=fill(encodings.type_ids(row), width, padding.pad_type_id),
        tokens=fill(encodings.tokens(row), width, padding.pad_token),
        offsets=fill(encodings.offsets(row), width, (0, 0)),
        word_ids=fill(encodings.word_ids(row), width, None),
        sequence_ids=fill(encodings.sequence_ids(row), width, None),
        special_tokens_mask=fill(encodings.special_tokens_mask(row), width, 1),
        attention_mask=fill([1] * len(ids), width, 0),
    )
