"""How much a chat template may do: time, output, and the work in between."""

from __future__ import annotations

import threading
import time
from typing import Any, NamedTuple

from onnxformers.errors import ChatTemplateError

# Work in characters, and elements of containers, that rendering may touch per character of output.
WORK_PER_CHARACTER = 8
# Calls within calls: macros that call themselves, recursive loops.
MAX_DEPTH = 100
# The clock is read every so many steps, and after each large one.
STEPS_PER_LOOK = 8
LARGE_STEP = 4096

_active = threading.local()


class TemplateLimits(NamedTuple):
    """What rendering one conversation may take.

    Attributes:
        seconds: CPU time of the thread that renders.
        characters: of the rendered text.
    """

    seconds: float = 0.25
    characters: int = 4_000_000


class Budget:
    """What one rendering has used of its limits.

    Every operation of a template that can make something large asks here first or reports
    afterwards, so that each single step is small and the clock is looked at between steps.

    Attributes:
        emitted: characters of output so far, those that have left the template.
        generated: (begin, end) of each `{% generation %}` block in the output.
    """

    def __init__(self, limits: TemplateLimits) -> None:
        self.limits = limits
        self.emitted = 0
        self.generated: list[tuple[int, int]] = []
        self._work_left = limits.characters * WORK_PER_CHARACTER
        self._deadline = time.thread_time() + limits.seconds
        self._steps = self._depth = 0
        # Weights of containers by identity; the containers are kept, so that no identity is reused.
        self._weights: dict[int, tuple[int, object]] = {}

    def __enter__(self) -> Budget:
        """Becomes the one that the template running in this thread is charged to."""
        self._outer = getattr(_active, "budget", None)
        _active.budget = self
        return self

    def __exit__(self, *_: object) -> None:
        """Hands over to the one before."""
        _active.budget = self._outer

    def spend(self, amount: int) -> None:
        """Charge some work that was done.

        Raises:
            ChatTemplateError: too much work, or the time is over.
        """
        self._work_left -= amount + 1
        self._steps += 1
        if self._work_left < 0:
            raise self.too_much("handles too much text")
        large = amount > LARGE_STEP or not self._steps % STEPS_PER_LOOK
        if large and time.thread_time() > self._deadline:
            raise ChatTemplateError(f"takes longer than {self.limits.seconds:g} s")

    def allow(self, size: int) -> None:
        """Refuse work that would be too much, before it is done.

        Raises:
            ChatTemplateError: it would.
        """
        if size > self._work_left:
            raise self.too_much("asks for something too large")

    def emit(self, text: str) -> None:
        """Count a part of the output.

        Raises:
            ChatTemplateError: the output is too long.
        """
        self.emitted += len(text)
        if self.emitted > self.limits.characters:
            raise self.too_much("writes too much")

    def enter(self) -> None:
        """One call deeper.

        Raises:
            ChatTemplateError: too deep.
        """
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ChatTemplateError(f"calls itself more than {MAX_DEPTH} levels deep")

    def leave(self) -> None:
        """Back from a call."""
        self._depth -= 1

    def admit(self, value: Any) -> Any:
        """Charge a value that an operation gave, and hand it on.

        Raises:
            ChatTemplateError: it is too large.
        """
        kind = type(value)
        if kind is bool or value is None or kind is int:
            return value
        if isinstance(value, str | bytes):
            self.spend(len(value))
        elif isinstance(value, list | tuple | dict):
            self.allow(self.weight(value))
        return value

    def weight(self, value: object) -> int:
        """Characters and elements below a value, as often as they would be written out.

        Lists that hold the same list many times, level upon level, are small in memory and have no
        end on paper; their weights are known from those of their parts.
        """
        if isinstance(value, str | bytes):
            return len(value) + 2
        if not isinstance(value, list | tuple | dict):
            return 1
        known = self._weights.get(id(value))
        if known is not None:
            return known[0]
        self.spend(len(value))
        parts = [*value.keys(), *value.values()] if isinstance(value, dict) else value
        total = 2 + sum(map(self.weight, parts))
        self._weights[id(value)] = total, value
        return total

    def too_much(self, what: str) -> ChatTemplateError:
        """The error for work over the limit."""
        return ChatTemplateError(f"{what} (limit: {self.limits.characters} characters of output)")


def current_budget() -> Budget | None:
    """The budget of the template that runs in this thread; None while one is compiled."""
    budget: Budget | None = getattr(_active, "budget", None)
    return budget


def needed_budget() -> Budget:
    """The budget of the template that runs in this thread.

    Raises:
        ChatTemplateError: none runs; the compiler, which tries constants out, then leaves them.
    """
    budget = current_budget()
    if budget is None:
        raise ChatTemplateError("this is for running templates only")
    return budget
