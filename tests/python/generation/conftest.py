"""A grammar engine in plain Python, for tests without the real one."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from onnxformers.generation.answer_formats import AnswerFormat


class ChoiceMatcher:
    """One of some byte strings must come."""

    def __init__(self, spelt: list[bytes], choices: list[bytes], taken: bytes = b"") -> None:
        self.spelt, self.choices, self.taken = spelt, choices, taken
        self.threads: list[str] = []

    def fill(self, words: np.ndarray) -> None:
        self.threads.append(threading.current_thread().name)
        flags = np.array([self._fits(self.taken + spelt) for spelt in self.spelt])
        bits = np.zeros(len(words) * 32, np.bool_)
        bits[: len(flags)] = flags
        words[:] = np.packbits(bits, bitorder="little").view(np.int32)

    def take(self, token: int) -> bool:
        taken = self.taken + self.spelt[token]
        if not self.spelt[token] or not self._fits(taken):
            return False
        self.taken = taken
        return True

    def is_complete(self) -> bool:
        return self.taken in self.choices

    def fork(self) -> ChoiceMatcher:
        made = ChoiceMatcher(self.spelt, self.choices, self.taken)
        made.threads = self.threads
        return made

    def _fits(self, text: bytes) -> bool:
        return any(choice.startswith(text) for choice in self.choices)


class ChoiceEngine:
    """Of the formats it has lists of choices only."""

    def __init__(self, vocabulary: Any, encode: Callable[[str], Sequence[int]]) -> None:
        self.spelt = vocabulary.spelt

    def compile(self, answer: AnswerFormat, after_space: bool = False) -> ChoiceMatcher:
        choices = answer.text.removeprefix("(?:").removesuffix(")").split("|")
        texts = [re.sub(r"\\x{(\w+)}", lambda m: chr(int(m[1], 16)), each) for each in choices]
        return ChoiceMatcher(self.spelt, [(" " * after_space + text).encode() for text in texts])


@pytest.fixture
def choice_engine(monkeypatch: pytest.MonkeyPatch) -> type[ChoiceEngine]:
    """The engine of `guided=` in this test."""
    monkeypatch.setattr("onnxformers.generation.guided.Engine", ChoiceEngine)
    monkeypatch.setattr("onnxformers.generation.guided._engines", {})
    return ChoiceEngine
