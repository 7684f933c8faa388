"""English numbers in words, written in digits: "two hundred and one dollars" → "$201".

Source: openai/whisper, whisper/normalizers/english.py; transformers 4.46.3,
`EnglishNumberNormalizer`.
"""

from __future__ import annotations

import re
from fractions import Fraction

ZEROS = {"o", "oh", "zero"}
_ONES = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_POWERS = (
    "thousand million billion trillion quadrillion quintillion sextillion septillion octillion "
    "nonillion decillion"
)

ONES = {name: value for value, name in enumerate(_ONES.split(), start=1)}
TENS = {name: 10 * value for value, name in enumerate(_TENS.split(), start=2)}
MULTIPLIERS = {"hundred": 100} | {
    name: 1000**power for power, name in enumerate(_POWERS.split(), start=1)
}

Suffixed = dict[str, tuple[int, str]]

ONES_SUFFIXED: Suffixed = {
    **{"sixes" if name == "six" else f"{name}s": (value, "s") for name, value in ONES.items()},
    "zeroth": (0, "th"),
    "first": (1, "st"),
    "second": (2, "nd"),
    "third": (3, "rd"),
    "fifth": (5, "th"),
    "twelfth": (12, "th"),
    **{
        name + ("h" if name.endswith("t") else "th"): (value, "th")
        for name, value in ONES.items()
        if value > 3 and value not in {5, 12}
    },
}
TENS_SUFFIXED: Suffixed = {
    name.replace("y", ending): (value, suffix)
    for name, value in TENS.items()
    for ending, suffix in (("ies", "s"), ("ieth", "th"))
}
MULTIPLIERS_SUFFIXED: Suffixed = {
    name + suffix: (value, suffix) for name, value in MULTIPLIERS.items() for suffix in ("s", "th")
}
SIGNS = {"minus": "-", "negative": "-", "plus": "+", "positive": "+"}
CURRENCIES = {
    "pound": "£",
    "pounds": "£",
    "euro": "€",
    "euros": "€",
    "dollar": "$",
    "dollars": "$",
    "cent": "¢",
    "cents": "¢",
}
PREFIXES = frozenset({*SIGNS.values(), *CURRENCIES.values()})
PERCENT = {"per", "percent"}
SPECIALS = {"and", "double", "triple", "point"}
DECIMALS = {*ONES, *TENS, *ZEROS}
# Python converts numbers of some 4300 digits.
MOST_DIGITS = 4000
DIGITS = re.compile(r"\d+(\.\d+)?")

Value = int | str


def numbers_in_digits(text: str) -> str:
    """A text with its numbers in digits. One, and words that are no numbers, stay as they are."""
    words = _prepared(text).split()
    return _with_cents(" ".join(_Reader(words).read()))


class _Reader:
    """Goes through the words with a number that is not finished and the sign before it.

    A number is an int as long as more can be added to it, a str where digits were only put side by
    side, as in years and telephone numbers.
    """

    def __init__(self, words: list[str]) -> None:
        self._words = words
        self._found: list[str] = []
        self._prefix = ""
        self._value: Value | None = None
        self._skips = False

    def read(self) -> list[str]:
        """The words, numbers in digits."""
        for place, word in enumerate(self._words):
            if self._skips:
                self._skips = False
                continue
            before = self._words[place - 1] if place else ""
            after = self._words[place + 1] if place + 1 < len(self._words) else ""
            self._take(word, before, after)
        self._flush()
        return self._found

    def _take(self, word: str, before: str, after: str) -> None:
        bare = word[1:] if word[0] in PREFIXES else word
        if DIGITS.fullmatch(bare):
            self._take_digits(word, bare)
        elif word in ZEROS:
            self._value = f"{self._value or ''}0"
        elif word in ONES:
            self._value = self._with_ones(ONES[word], before)
        elif word in ONES_SUFFIXED:
            value, suffix = ONES_SUFFIXED[word]
            self._write(f"{self._with_ones(value, before)}{suffix}")
        elif word in TENS:
            self._value = self._with_tens(TENS[word])
        elif word in TENS_SUFFIXED:
            value, suffix = TENS_SUFFIXED[word]
            self._write(f"{self._with_tens(value)}{suffix}")
        elif word in MULTIPLIERS:
            self._value = self._multiplied(MULTIPLIERS[word], keeps_zero=False)
        elif word in MULTIPLIERS_SUFFIXED:
            value, suffix = MULTIPLIERS_SUFFIXED[word]
            self._write(f"{self._multiplied(value, keeps_zero=True)}{suffix}")
        else:
            self._take_other(word, before, after)

    def _take_digits(self, word: str, bare: str) -> None:
        if isinstance(self._value, str) and self._value.endswith("."):
            self._value += word
            return
        self._flush()
        if bare is not word:
            self._prefix = word[0]
        number = _fraction(bare)
        self._value = bare if number is None or number.denominator != 1 else number.numerator

    def _take_other(self, word: str, before: str, after: str) -> None:
        is_number_next = after in WORDS or DIGITS.fullmatch(after) is not None
        if word in SIGNS and is_number_next:
            self._flush()
            self._prefix = SIGNS[word]
        elif word in CURRENCIES and self._value is not None:
            self._prefix = CURRENCIES[word]
            self._flush()
        elif word in PERCENT and self._value is not None:
            self._take_percent(word, after)
        elif word in SPECIALS and is_number_next:
            self._take_special(word, before, after)
        else:
            self._flush()
            self._write(word)

    def _take_percent(self, word: str, after: str) -> None:
        if word == "percent" or after == "cent":
            self._skips = word == "per"
            self._write(f"{self._value}%")
        else:
            self._flush()
            self._write(word)

    def _take_special(self, word: str, before: str, after: str) -> None:
        if word == "point":
            if after in DECIMALS or DIGITS.fullmatch(after):
                self._value = f"{self._value or ''}."
        elif word == "and" and before in MULTIPLIERS:
            pass  # "two hundred and one"
        elif word != "and" and (after in ONES or after in ZEROS):
            times = 2 if word == "double" else 3
            self._value = f"{self._value or ''}{str(ONES.get(after, 0)) * times}"
            self._skips = True
        else:
            self._flush()
            self._write(word)

    def _with_ones(self, ones: int, before: str) -> Value:
        value = self._value
        if value is None:
            return ones
        if isinstance(value, str) or before in ONES:
            # "nineteen eighty four": the four takes the place of the zero.
            kept = str(value)[:-1] if before in TENS and ones < 10 else value
            return f"{kept}{ones}"
        return value + ones if value % (10 if ones < 10 else 100) == 0 else f"{value}{ones}"

    def _with_tens(self, tens: int) -> Value:
        value = self._value
        if value is None:
            return tens
        if isinstance(value, str) or value % 100:
            return f"{value}{tens}"
        return value + tens

    def _multiplied(self, multiplier: int, *, keeps_zero: bool) -> Value:
        """The number times a power of ten; one that cannot be multiplied is written out."""
        value = self._value
        if value is None:
            return multiplier
        if isinstance(value, int) and (value or keeps_zero):
            return value // 1000 * 1000 + value % 1000 * multiplier
        product = _fraction(str(value))
        if product is None or (product * multiplier).denominator != 1:
            self._flush()
            return multiplier
        return (product * multiplier).numerator

    def _flush(self) -> None:
        """Write the number that is not finished, if there is one."""
        if self._value is not None:
            self._write(str(self._value))

    def _write(self, text: str) -> None:
        self._found.append(self._prefix + text)
        self._prefix, self._value = "", None


WORDS = frozenset(
    {
        *DECIMALS,
        *ONES_SUFFIXED,
        *TENS_SUFFIXED,
        *MULTIPLIERS,
        *MULTIPLIERS_SUFFIXED,
        *SIGNS,
        *CURRENCIES,
        *PERCENT,
        *SPECIALS,
    }
)


def _fraction(text: str) -> Fraction | None:
    """The number that a text is; None for what is none, or too long for one."""
    try:
        return Fraction(text) if len(text) < MOST_DIGITS else None
    except ValueError:
        return None


def _prepared(text: str) -> str:
    """Write "and a half" as a decimal, and a space between letters and digits."""
    segments = re.split(r"\band\s+a\s+half\b", text)
    parts = []
    for segment in segments[:-1]:
        if segment.strip():
            last = segment.rsplit(maxsplit=2)[-1]
            is_number = last in DECIMALS or last in MULTIPLIERS
            parts += [segment, "point five" if is_number else "and a half"]
    if segments[-1].strip():
        parts.append(segments[-1])
    text = " ".join(parts)
    text = re.sub(r"([a-z])([0-9])", r"\1 \2", text)
    text = re.sub(r"([0-9])([a-z])", r"\1 \2", text)
    return re.sub(r"([0-9])\s+(st|nd|rd|th|s)\b", r"\1\2", text)


def _with_cents(text: str) -> str:
    """Turn "$2 and ¢7" into "$2.07", "$0.07" into "¢7", and one into a word."""
    text = re.sub(r"([€£$])([0-9]+) (?:and )?¢([0-9]{1,2})\b", _joined_cents, text)
    text = re.sub(r"[€£$]0.([0-9]{1,2})\b", lambda found: f"¢{int(found.group(1))}", text)
    return re.sub(r"\b1(s?)\b", r"one\1", text)


def _joined_cents(found: re.Match[str]) -> str:
    return f"{found.group(1)}{found.group(2)}.{int(found.group(3)):02d}"
