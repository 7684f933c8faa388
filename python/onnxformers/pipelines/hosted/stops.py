"""Texts that end an answer and are no part of it, as OpenAI's interface has them.

Source: OpenAI's API reference, stop.
"""

from __future__ import annotations

from collections.abc import Sequence


def cut(text: str, stops: Sequence[str] | None) -> str:
    """A text up to the first stop in it.

    >>> cut("one. two. three", ["two", "."])
    'one'
    """
    places = [text.find(stop) for stop in stops or () if stop in text]
    return text[: min(places)] if places else text


class Cutter:
    """Cuts a text that comes piece by piece; holds back what may be the begin of a stop.

    >>> cutter = Cutter(["END"])
    >>> [cutter.feed(piece) for piece in ("a E", "N", "o", " EN", "D?", "b")], cutter.rest()
    (['a ', '', 'ENo', ' ', '', ''], '')

    Args:
        stops: The texts; None for none.
    """

    def __init__(self, stops: Sequence[str] | None) -> None:
        self._stops = [stop for stop in stops or () if stop]
        self._held = ""
        self._is_over = False

    def feed(self, piece: str) -> str:
        """What is certain to be part of the answer."""
        if self._is_over:
            return ""
        text = self._held + piece
        whole = cut(text, self._stops)
        if whole != text:
            self._is_over, self._held = True, ""
            return whole
        keep = max((_overlap(text, stop) for stop in self._stops), default=0)
        self._held = text[len(text) - keep :]
        return text[: len(text) - keep]

    def rest(self) -> str:
        """What was held back, now that nothing follows."""
        held, self._held = self._held, ""
        return held


def _overlap(text: str, stop: str) -> int:
    """Characters at the end of a text that a stop begins with."""
    for size in range(min(len(stop) - 1, len(text)), 0, -1):
        if text.endswith(stop[:size]):
            return size
    return 0
