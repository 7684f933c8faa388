"""Text while it is written.

Source: spec/transformers.js/generation_streamers.md; transformers 4.46.3, generation/streamers.py.
"""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from onnxformers.errors import InvalidArgumentError, RunTimeoutError
from onnxformers.options import refuse_unknown

if TYPE_CHECKING:
    from numpy.typing import ArrayLike
    from typing_extensions import Self


class Tokenizer(Protocol):
    """What a streamer needs of a tokenizer."""

    def decode_stream(
        self, skip_special_tokens: bool = ..., clean_up_tokenization_spaces: bool | None = ...
    ) -> Any:
        """An object with `add(ids)` and `finish()`, as of `PreTrainedTokenizer`."""


_DECODE_OPTIONS = ("skip_special_tokens", "clean_up_tokenization_spaces")


class BaseStreamer:
    """Base of the streamers; any object with these methods will do."""

    def put(self, value: ArrayLike) -> None:
        """Take the prompts, of shape (rows, tokens), and then the tokens of each step, (rows,)."""
        raise NotImplementedError(f"[{type(self).__name__}] has no put")

    def end(self) -> None:
        """Hear that the generation has ended."""
        raise NotImplementedError(f"[{type(self).__name__}] has no end")


class TextStreamer(BaseStreamer):
    """Writes the text of one row to standard output, or hands it to a function.

    All pieces joined are what decoding all tokens at once gives. No piece ends within a character,
    nor within one of the generation's stop strings.

    Args:
        tokenizer: The model's.
        skip_prompt: Leave the prompt out.
        callback_function: Takes each piece of text in place of standard output.
        token_callback_function: Takes the ids of each step, a list of int.
        skip_special_tokens: Leave special tokens out.
        decode_kwargs: Further options of `tokenizer.decode`.
        stop_strings: What the generation stops at; `generate` sets it.
        **decode_options: The same as `decode_kwargs`, by keyword.

    Raises:
        InvalidArgumentError: An option is none of `decode`.

    Example:
        >>> streamer = TextStreamer(tokenizer, skip_prompt=True)
        >>> model.generate(**tokenizer("Once upon a time"), streamer=streamer)
    """

    def __init__(
        self,
        tokenizer: Tokenizer,
        skip_prompt: bool = False,
        callback_function: Callable[[str], Any] | None = None,
        token_callback_function: Callable[[list[int]], Any] | None = None,
        skip_special_tokens: bool = True,
        decode_kwargs: Mapping[str, Any] | None = None,
        stop_strings: tuple[str, ...] = (),
        **decode_options: Any,
    ) -> None:
        options = {
            "skip_special_tokens": skip_special_tokens,
            **(decode_kwargs or {}),
            **decode_options,
        }
        refuse_unknown(options, _DECODE_OPTIONS, type(self).__name__)
        self._stream = tokenizer.decode_stream(**options)
        self._skip_prompt = skip_prompt
        self._callback = callback_function
        self._token_callback = token_callback_function
        self._is_prompt = True
        self._held = ""
        self.stop_strings = stop_strings

    def put(self, value: ArrayLike) -> None:
        """Take the prompt, or the token of a step.

        Raises:
            InvalidArgumentError: There are several rows.
        """
        ids = np.asarray(value)
        if len(ids) > 1 and (ids.ndim > 1 or not self._is_prompt):
            raise InvalidArgumentError(
                f"[{type(self).__name__}] can follow one row only, got {len(ids)}"
            )
        tokens = [int(token) for token in ids.ravel()]
        was_prompt, self._is_prompt = self._is_prompt, False
        if was_prompt and self._skip_prompt:
            return
        if self._token_callback is not None:
            self._token_callback(tokens)
        self._give(self._stream.add(tokens))

    def end(self) -> None:
        """Give out what was held back; the streamer is then as new."""
        text, self._held = self._held + self._stream.finish(), ""
        self._is_prompt = True
        self.on_finalized_text(text, stream_end=True)

    def on_finalized_text(self, text: str, stream_end: bool = False) -> None:
        """Take a piece of text; a subclass may do with it what it likes.

        Args:
            text: The piece; may be empty at the end.
            stream_end: Whether it is the last one.
        """
        if self._callback is not None:
            if text:
                self._callback(text)
            return
        sys.stdout.write(text + ("\n" if stream_end else ""))
        sys.stdout.flush()

    def _give(self, text: str) -> None:
        self._held += text
        ready = len(self._held) - _begun(self._held, self.stop_strings)
        text, self._held = self._held[:ready], self._held[ready:]
        if text:
            self.on_finalized_text(text)


def _begun(text: str, stop_strings: tuple[str, ...]) -> int:
    """How many characters at the end may be the begin of a stop string."""
    if text.endswith(stop_strings):
        return 0
    longest = 0
    for stop in stop_strings:
        for size in range(min(len(stop) - 1, len(text)), longest, -1):
            if text.endswith(stop[:size]):
                longest = size
                break
    return longest


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
