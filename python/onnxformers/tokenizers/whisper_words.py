"""Tokens of a transcript grouped to words, with the times of the words."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

from onnxformers.tokenizers.whisper_languages import WITHOUT_SPACES

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
# Marks that belong to the word behind them, and to the word before them.
OPENING = "\"'“¡¿([{-"
CLOSING = "\"'.。,，!！?？:：”)]}、"  # noqa: RUF001 - the full-width marks are meant

Span = tuple[float, float | None]


class TokenDecoder(Protocol):
    """What is needed of a tokenizer here."""

    @property
    def eos_token_id(self) -> int | None:
        """Ids from here on are special."""

    def decode(self, token_ids: list[int], *, decode_with_timestamps: bool) -> str:
        """The text of tokens."""


class Word(NamedTuple):
    """A word and the tokens that make it, by their places in the transcript."""

    text: str
    tokens: list[int]
    places: list[int]


def words_with_times(
    tokenizer: TokenDecoder, tokens: list[int], times: list[Span], language: str | None
) -> list[dict[str, Any]]:
    """The words of a transcript: text and (start, end).

    Args:
        tokenizer: decodes tokens.
        tokens: of the transcript.
        times: of each token.
        language: its English name; None is read as English.
    """
    return [
        {"text": word.text, "timestamp": (times[word.places[0]][0], times[word.places[-1]][1])}
        for word in words_of(tokenizer, tokens, language)
    ]


def words_of(
    tokenizer: TokenDecoder,
    tokens: list[int],
    language: str | None,
    opening: str = OPENING,
    closing: str = CLOSING,
) -> list[Word]:
    """Tokens grouped to words; punctuation goes with the word it stands at.

    Source: openai/whisper, whisper/timing.py and tokenizer.py; transformers 4.46.3,
    `_combine_tokens_into_words`.
    """
    if (language or "english") in WITHOUT_SPACES:
        words = split_on_unicode(tokenizer, tokens)
    else:
        words = split_on_spaces(tokenizer, tokens)
    return merge_punctuation(words, opening, closing)


def split_on_unicode(tokenizer: TokenDecoder, tokens: list[int]) -> list[Word]:
    """Tokens in groups that decode to whole characters."""
    whole = tokenizer.decode(tokens, decode_with_timestamps=True)
    words: list[Word] = []
    group: list[int] = []
    characters = 0
    for place, token in enumerate(tokens):
        group.append(token)
        text = tokenizer.decode(group, decode_with_timestamps=True)
        broken = text.find(REPLACEMENT)
        # A replacement character that stays one in the whole text is no half of another.
        at = characters + broken
        if broken < 0 or whole[at : at + 1] == REPLACEMENT:
            words.append(Word(text, group, list(range(place + 1 - len(group), place + 1))))
            characters += len(text)
            group = []
    return words


def split_on_spaces(tokenizer: TokenDecoder, tokens: list[int]) -> list[Word]:
    """Tokens in groups that begin with a space, a punctuation mark or a special token."""
    words: list[Word] = []
    special_from = tokenizer.eos_token_id
    for part in split_on_unicode(tokenizer, tokens):
        is_special = special_from is not None and part.tokens[0] >= special_from
        begins = is_special or part.text.startswith(" ") or part.text.strip() in PUNCTUATION
        if begins or not words:
            words.append(part)
        else:
            words[-1] = _joined(words[-1], part)
    return words


def merge_punctuation(words: list[Word], opening: str, closing: str) -> list[Word]:
    """Opening marks joined to the word behind them, closing marks to the word before."""
    forward: list[Word] = []  # from the end
    for word in reversed(words):
        opens = word.text.startswith(" ") and word.text.strip() in opening
        if forward and opens:
            forward[-1] = _joined(word, forward[-1])
        else:
            forward.append(word)
    merged: list[Word] = []
    for word in reversed(forward):
        if merged and not merged[-1].text.endswith(" ") and word.text in closing:
            merged[-1] = _joined(merged[-1], word)
        else:
            merged.append(word)
    return [word for word in merged if word.text]


def _joined(left: Word, right: Word) -> Word:
    return Word(
        left.text + right.text, [*left.tokens, *right.tokens], [*left.places, *right.places]
    )
