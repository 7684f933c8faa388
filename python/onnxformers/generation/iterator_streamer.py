"""Text while it is written, as an iterator for another thread or for asyncio.

Source: transformers 4.46.3, generation/streamers.py.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from onnxformers.errors import RunTimeoutError
from onnxformers.generation.streamers import TextStreamer

if TYPE_CHECKING:
    from typing_extensions import Self

    from onnxformers.generation.streamers import Tokenizer


class TextIteratorStreamer(TextStreamer):
    """Text of one row as an iterator, for a generation on another thread; also for `async for`.

    An error of the generation is raised where the text is taken.

    Args:
        tokenizer: The model's.
        skip_prompt: Leave the prompt out.
        timeout: Seconds to wait for a piece of text; None: as long as it takes.
        **options: As of `TextStreamer`.

    Raises:
        RunTimeoutError: While iterating: nothing came for `timeout` seconds.

    Example:
        >>> from threading import Thread
        >>> streamer = TextIteratorStreamer(tokenizer, skip_prompt=True)
        >>> options = {**tokenizer("Once upon a time"), "streamer": streamer}
        >>> Thread(target=model.generate, kwargs=options).start()
        >>> "".join(streamer)
    """

    def __init__(
        self,
        tokenizer: Tokenizer,
        skip_prompt: bool = False,
        timeout: float | None = None,
        **options: Any,
    ) -> None:
        super().__init__(tokenizer, skip_prompt, **options)
        self._timeout = timeout
        self._changed = threading.Condition()
        self._pieces: deque[str | BaseException | None] = deque()  # None: the end
        self._wakers: list[Callable[[], Any]] = []
        self._is_over = False

    def on_finalized_text(self, text: str, stream_end: bool = False) -> None:
        """Keep a piece for whoever iterates."""
        if self._callback is not None and text:
            self._callback(text)
        if text:
            self._add(text)
        if stream_end:
            self._add(None)

    def fail(self, error: BaseException) -> None:
        """End the stream with an error."""
        self._add(error)

    def _add(self, piece: str | BaseException | None) -> None:
        with self._changed:
            self._is_over = False
            self._pieces.append(piece)
            self._changed.notify_all()
            wakers, self._wakers = self._wakers, []
            for wake in wakers:
                wake()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        with self._changed:
            if not self._changed.wait_for(self._has_piece, self._timeout):
                raise self._late()
            piece = self._take()
        if piece is None:
            raise StopIteration
        return piece

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> str:
        end = None if self._timeout is None else time.monotonic() + self._timeout
        while True:
            woken = asyncio.Event()
            wake = partial(asyncio.get_running_loop().call_soon_threadsafe, woken.set)
            with self._changed:
                if self._has_piece():
                    piece = self._take()
                    break
                self._wakers.append(wake)
            left = None if end is None else end - time.monotonic()
            try:
                await asyncio.wait_for(woken.wait(), left)
            except asyncio.TimeoutError:
                raise self._late() from None
            finally:
                self._forget(wake)
        if piece is None:
            raise StopAsyncIteration
        return piece

    def _forget(self, wake: Callable[[], Any]) -> None:
        """Its loop may be closed when the next piece comes."""
        with self._changed:
            if wake in self._wakers:
                self._wakers.remove(wake)

    def _has_piece(self) -> bool:
        return self._is_over or bool(self._pieces)

    def _take(self) -> str | None:
        piece = self._pieces.popleft() if self._pieces else None
        self._is_over = not isinstance(piece, str)
        if isinstance(piece, BaseException):
            raise piece
        return piece

    def _late(self) -> RunTimeoutError:
        return RunTimeoutError(
            f"[{type(self).__name__}] no text came for {self._timeout} seconds; does generate() "
            "run, with this streamer?"
        )
