"""Transcripts in one way of writing, so that two can be compared word by word.

Source: openai/whisper, whisper/normalizers; transformers 4.46.3,
models/whisper/english_normalizer.py.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from onnxformers.tokenizers.whisper_numbers import numbers_in_digits

# Letters with strokes and the like, which Unicode does not take apart.
LETTERS = {
    "œ": "oe",
    "Œ": "OE",
    "ø": "o",
    "Ø": "O",
    "æ": "ae",
    "Æ": "AE",
    "ß": "ss",
    "ẞ": "SS",
    "đ": "d",
    "Đ": "D",
    "ð": "d",
    "Ð": "D",
    "þ": "th",
    "Þ": "th",
    "ł": "l",
    "Ł": "L",
}
KEPT_WITH_NUMBERS = ".%$¢€£"

BRACKETS = re.compile(r"[<\[][^>\]]*[>\]]")
PARENTHESES = re.compile(r"\([^)]+?\)")
HESITATION = re.compile(r"\b(?:hmm|mm|mhm|mmm|uh|um)\b")

WORDS = {
    "won't": "will not",
    "can't": "can not",
    "let's": "let us",
    "ain't": "aint",
    "y'all": "you all",
    "wanna": "want to",
    "gotta": "got to",
    "gonna": "going to",
    "i'ma": "i am going to",
    "imma": "i am going to",
    "woulda": "would have",
    "coulda": "could have",
    "shoulda": "should have",
    "ma'am": "madam",
}
TITLES = {
    "mr": "mister",
    "mrs": "missus",
    "st": "saint",
    "dr": "doctor",
    "prof": "professor",
    "capt": "captain",
    "gov": "governor",
    "ald": "alderman",
    "gen": "general",
    "sen": "senator",
    "rep": "representative",
    "pres": "president",
    "rev": "reverend",
    "hon": "honorable",
    "asst": "assistant",
    "assoc": "associate",
    "lt": "lieutenant",
    "col": "colonel",
    "jr": "junior",
    "sr": "senior",
    "esq": "esquire",
}
ENDINGS = {
    "'d been": " had been",
    "'s been": " has been",
    "'d gone": " had gone",
    "'s gone": " has gone",
    "'d done": " had done",
    "'s got": " has got",
    "n't": " not",
    "'re": " are",
    "'s": " is",
    "'d": " would",
    "'ll": " will",
    "'t": " not",
    "'ve": " have",
    "'m": " am",
}
# One after the other: each works on what the one before left.
REPLACEMENTS = [
    *((re.compile(rf"\b{word}\b"), text) for word, text in WORDS.items()),
    *((re.compile(rf"\b{title}\b"), f"{text} ") for title, text in TITLES.items()),
    *((re.compile(rf"{ending}\b"), text) for ending, text in ENDINGS.items()),
]


def basic_text(text: str, *, remove_diacritics: bool = False) -> str:
    """Text of any language in lower case, without punctuation and what stands in brackets."""
    text = _without_brackets(text.lower())
    if remove_diacritics:
        text = without_symbols_and_diacritics(text)
    else:
        normal = unicodedata.normalize("NFKC", text)
        text = "".join(" " if unicodedata.category(c)[0] in "MSP" else c for c in normal)
    return re.sub(r"\s+", " ", text.lower())


def english_text(text: str, spellings: Mapping[str, str]) -> str:
    """English text with contractions, titles, numbers and spellings written in one way.

    Args:
        text: of a transcript.
        spellings: British spellings and the American ones that stand for them.
    """
    text = HESITATION.sub("", _without_brackets(text.lower()))
    text = re.sub(r"(?<!\s)\s+'", "'", text)
    for pattern, replacement in REPLACEMENTS:
        text = pattern.sub(replacement, text)
    text = re.sub(r"(\d),(\d)", r"\1\2", text)
    text = re.sub(r"\.([^0-9]|$)", r" \1", text)
    text = without_symbols_and_diacritics(text, keep=KEPT_WITH_NUMBERS)
    text = numbers_in_digits(text)
    text = " ".join(spellings.get(word, word) for word in text.split())
    # Marks of numbers that stand beside none.
    text = re.sub(r"[.$¢€£]([^0-9])", r" \1", text)
    text = re.sub(r"([^0-9])%", r"\1 ", text)
    return re.sub(r"\s+", " ", text)


def without_symbols_and_diacritics(text: str, keep: str = "") -> str:
    """Marks, symbols and punctuation as spaces, letters without their accents."""
    return "".join(_plain(c, keep) for c in unicodedata.normalize("NFKD", text))


def _plain(character: str, keep: str) -> str:
    if character in keep:
        return character
    if character in LETTERS:
        return LETTERS[character]
    category = unicodedata.category(character)
    if category == "Mn":
        return ""
    return " " if category[0] in "MSP" else character


def _without_brackets(text: str) -> str:
    return _cut(PARENTHESES, _cut(BRACKETS, text, ">]"), ")")


def _cut(pattern: re.Pattern[str], text: str, closing: str) -> str:
    """Text without the matches; nothing behind the last closing mark is searched for one."""
    end = max(map(text.rfind, closing)) + 1
    return pattern.sub("", text[:end]) + text[end:]
