"""Short texts of every kind that a tokenizer may treat in a way of its own."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence

Random = random.Random

WORDS = (
    *("the", "quick", "brown", "fox", "don't", "I'LL", "we're", "'s", "12,345.67", "3rd"),
    *("e-mail", "http://a.b/c?d=e#f", "{\n\t}", "-->", "/*", "x", "*/", "''", "``", "U.S.A."),
    *("\u201cquoted\u201d", "\u2026", "na\xefve", "fa\xe7ade", "Stra\xdfe", "\u0130stanbul"),
    *("\u03a3\u03af\u03c3\u03c5\u03c6\u03bf\u03c2", "\u03a3\u038a\u03a3\u03a5\u03a6\u039f\u03a3"),
    *("\ufb01nance", "\xbd", "\u2167", "x\xb2", "\uff21\uff42", "\uff11\uff12", "1\u0660\u0967"),
    *("\u1100\u1161\u11a8", "\u4e2d\u6587\u5b57\u7b26", "\u65e5\u672c\u8a9e\u30c6\u30ad"),
    *("\ud55c\uad6d\uc5b4", "\uac01", "\u0e20\u0e32\u0e29\u0e32\u0e44\u0e17\u0e22"),
    *("\u0939\u093f\u0928\u094d\u0926\u0940", "\u0928\u092e\u0938\u094d\u0924\u0947"),
    *("\u0627\u0644\u0639\u0631\u0628\u064a\u0629", "\u05e2\u05d1\u05e8\u05d9\u05ea"),
    *("ti\u1ebfng", "Vi\u1ec7t", "\U0001f642", "\U0001f469\u200d\U0001f469\u200d\U0001f467"),
    *("\U0001f1eb\U0001f1f7", "\u2603\ufe0f", "\U0001f44d\U0001f3fd", "e\u0301", "o\u0308\u0304"),
    *("\u200b\xad", "\ufeff", "\x00", "\ufffd", "a\u0325\u0301", "\u1e9b\u0323", "\u0f73\u0f71"),
)
SPACES = (
    *(" ", " ", " ", "  ", "   ", "\t", "\n", "\r\n", "\n\n", " \n", "\n "),
    *("\u00a0", "\u3000", "\u2028", "\u0085", "\u2581", "\u200b", "\x0b"),
)
CODE = (
    *("def f(x):", "\n    ", "return", " x", "+=", "1", ";", "//", "foo_bar", "camelCase", "0x1F"),
    *(
        "\t",
        "()",
        "};\n",
        '"',
        "'",
        "<div>",
        "</",
        "&amp;",
        "\\n",
        "==",
        "if ",
        "#",
        "@",
        "HTTPServer",
    ),
)
RANGES = (
    *((0x20, 0x7E), (0x20, 0x7E), (0, 0x1F), (0x80, 0xFF), (0x100, 0x24F), (0x300, 0x36F)),
    *((0x370, 0x5FF), (0x600, 0x6FF), (0x900, 0xDFF), (0xE00, 0xEFF), (0x1100, 0x11FF)),
    *((0x1E00, 0x1FFF), (0x2000, 0x206F), (0x2100, 0x218F), (0x2460, 0x24FF), (0x3000, 0x30FF)),
    *((0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0xF900, 0xFAFF), (0xFB00, 0xFB4F), (0xFF00, 0xFFEF)),
    *((0x1F300, 0x1FAFF), (0x1D400, 0x1D7FF), (0x20000, 0x2A6DF), (0xE0000, 0xE007F)),
)
NEIGHBOURS = ("", "a", " ", "1", "\u4e2d", "\u0301", "'", "\U0001f642", "\u1161", "\u200d", ".")
SURROGATES = range(0xD800, 0xE000)
# Without a divisor in common with their number, so that a walk meets every character once a round.
STRIDE = 7919


def character(rng: Random) -> str:
    """Of a range that matters, or any."""
    low, high = rng.choice(RANGES)
    code = rng.randint(low, high) if rng.random() < 0.95 else rng.randrange(0x110000)
    return "\ufffd" if code in SURROGATES else chr(code)


class RandomTexts:
    """Makes texts for one tokenizer.

    Args:
        rng: Where chance comes from.
        added: Texts of its added tokens.
        pieces: Texts of tokens of its vocabulary.
    """

    def __init__(self, rng: Random, added: Sequence[str], pieces: Sequence[str]) -> None:
        self._rng = rng
        self._added = [*added, "<s>"]
        self._pieces = [*pieces, "a"]
        self._characters: list[str] = []
        self._walk = rng.randrange(0x110000)
        plain = (self._words, self._words, self._vocabulary, self._vocabulary, self._mixed_case)
        chance = (self._random, self._random, self._runs, self._walked, self._edges)
        self._shapes: tuple[Callable[[], str], ...] = (
            *plain,
            *chance,
            self._with_added,
            self._code,
        )

    def batch(self, count: int) -> list[str]:
        """So many texts, of 0 to some 80 characters."""
        self._characters = [character(self._rng) for _ in range(count)]
        return [shape() for shape in self._rng.choices(self._shapes, k=count)]

    def _words(self) -> str:
        rng = self._rng
        count = int(rng.random() * 9)
        parts = zip(rng.choices(WORDS, k=count), rng.choices(SPACES, k=count), strict=True)
        return rng.choice(("", "", " ")) + "".join(map("".join, parts))

    def _vocabulary(self) -> str:
        rng = self._rng
        between = rng.choice(("", "", " ", rng.choice(SPACES)))
        return between.join(rng.choices(self._pieces, k=int(rng.random() * 10)))

    def _mixed_case(self) -> str:
        return "".join(c.upper() if self._rng.random() < 0.5 else c.lower() for c in self._words())

    def _random(self) -> str:
        return "".join(self._rng.choices(self._characters, k=int(self._rng.random() * 16)))

    def _runs(self) -> str:
        rng = self._rng
        pool = (rng.choice(self._characters), rng.choice(SPACES), *NEIGHBOURS)
        return "".join(rng.choice(pool) * int(1 + rng.random() * 9) for _ in "abcd")

    def _walked(self) -> str:
        """The next character of all, by itself or between two of several kinds."""
        self._walk = (self._walk + STRIDE) % 0x110000
        if self._walk in SURROGATES:
            return ""
        before, after = self._rng.choices(NEIGHBOURS, k=2)
        return before + chr(self._walk) + after

    def _edges(self) -> str:
        rng = self._rng
        one, other = rng.choices((*WORDS, *SPACES, *self._characters[:9]), k=2)
        return rng.choice(("", one, one + other, one * 2, one + "\u0301", " " + one, one + " "))

    def _with_added(self) -> str:
        rng = self._rng
        parts = [
            rng.choice(self._added) if rng.random() < 0.5 else rng.choice((*WORDS, *SPACES))
            for _ in range(int(rng.random() * 7))
        ]
        text = rng.choice(("", " ")).join(parts)
        return rng.choice((str, str, str.upper, str.lower))(text)

    def _code(self) -> str:
        return "".join(self._rng.choices(CODE, k=int(1 + self._rng.random() * 14)))


def readable_pieces(tokens: Sequence[str]) -> Iterator[str]:
    """What tokens stand for in a text, where that is text."""
    space = str.maketrans({"\u2581": " ", "\u0120": " ", "\u010a": "\n"})
    for token in tokens:
        text = token.removeprefix("##").removesuffix("</w>").translate(space)
        if text and len(text) <= 24:
            yield text
