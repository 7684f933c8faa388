"""From the letters that a CTC model hears in each frame to text, and the times of its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from onnxformers.tokenizers.decoding import clean_up_tokenization

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

_DELIMITER, _SPACE = "|", " "


class Letter(NamedTuple):
    """A token and the frames in which it was heard: from `begin` up to, not with, `end`."""

    text: str
    begin: int
    end: int


class Letters:
    """Makes text of the tokens of frames.

    Args:
        tokenizer: The model's, whose padding token is the blank.

    Source: Graves et al., 2006; transformers 4.46.3, `Wav2Vec2CTCTokenizer`.
    """

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self.blank = tokenizer.pad_token_id
        self._special = frozenset(tokenizer.all_special_ids)
        self._delimiter = str(tokenizer.config.get("word_delimiter_token") or _DELIMITER)
        self._is_lower = bool(tokenizer.config.get("do_lower_case"))

    def collapse(self, ids: NDArray[np.int64]) -> list[Letter]:
        """What was heard: equal neighbours are one token, and a blank between two keeps them apart.

        Args:
            ids: The likeliest token of each frame, shape (frames,).
        """
        begins = np.flatnonzero(np.diff(ids, prepend=-1))
        ends = [*begins[1:].tolist(), len(ids)]
        return [
            Letter(self.spell(int(ids[begin])), begin, end)
            for begin, end in zip(begins.tolist(), ends, strict=True)
            if int(ids[begin]) != self.blank
        ]

    def is_silent(self, token: int) -> bool:
        """Whether a token is no letter of a text: the blank, or a special one."""
        return token == self.blank or token in self._special

    def spell(self, token: int) -> str:
        """The text of a token; a space for what stands between words."""
        text = str(self._tokenizer.convert_ids_to_tokens(token))
        return _SPACE if text == self._delimiter else text

    def text(self, letters: Iterable[Letter]) -> str:
        """The text of letters."""
        joined = "".join(letter.text for letter in letters).strip()
        joined = joined.lower() if self._is_lower else joined
        cleans = getattr(self._tokenizer, "clean_up_tokenization_spaces", False)
        return clean_up_tokenization(joined) if cleans else joined


def words(letters: Iterable[Letter]) -> list[Letter]:
    """The words of letters: what stands between spaces."""
    found: list[Letter] = []
    is_open = False
    for letter in letters:
        if letter.text == _SPACE:
            is_open = False
        elif is_open:
            last = found[-1]
            found[-1] = Letter(last.text + letter.text, last.begin, letter.end)
        else:
            found.append(letter)
            is_open = True
    return found


def with_times(parts: Iterable[Letter], seconds: float, length: float) -> list[dict[str, Any]]:
    """Parts of a text as `SpeechChunk`s.

    Args:
        parts: Letters or words.
        seconds: Of a frame.
        length: Of the sound; nothing ends behind it.
    """
    return [
        {
            "text": part.text,
            "timestamp": (min(part.begin * seconds, length), min(part.end * seconds, length)),
        }
        for part in parts
    ]
