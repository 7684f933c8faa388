"""Local work for both clients: done at once, or in a thread while an event loop goes on."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterator
from typing import ParamSpec, TypeVar

T = TypeVar("T")
P = ParamSpec("P")
_END = object()


def blocking(work: Callable[P, T], *args: P.args, **options: P.kwargs) -> T:
    """The result of the work."""
    return work(*args, **options)


def each(values: Iterator[T]) -> Iterator[T]:
    """The values."""
    return values


async def in_thread(work: Callable[P, T], *args: P.args, **options: P.kwargs) -> T:
    """The result of the work, for which the event loop need not wait."""
    import asyncio

    return await asyncio.to_thread(work, *args, **options)


async def each_in_thread(values: Iterator[T]) -> AsyncGenerator[T, None]:
    """The values, each made in a thread."""
    import asyncio

    try:
        while True:
            value = await asyncio.to_thread(next, values, _END)
            if value is _END:
                return
            yield value  # type: ignore[misc]
    finally:
        close = getattr(values, "close", None)
        if close is not None:
            await asyncio.to_thread(close)
