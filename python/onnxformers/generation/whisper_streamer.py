"""What Whisper hears, with its times, while it is written.

Source: spec/transformers.js/generation_streamers.md, WhisperTextStreamer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from onnxformers.generation.streamers import TextStreamer, Tokenizer

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

TIME_PRECISION = 0.02


class WhisperTokenizer(Tokenizer, Protocol):
    """What the streamer needs of Whisper's tokenizer."""

    @property
    def timestamp_begin(self) -> int:
        """The id of <|0.00|>."""


class WhisperTextStreamer(TextStreamer):
    """As `TextStreamer`, and says where the parts of a transcript begin and end.

    Args:
        tokenizer: The model's.
        skip_prompt: Leave the prompt out.
        callback_function: Takes each piece of text in place of standard output.
        token_callback_function: Takes the ids of each step, a list of int.
        on_chunk_start: Takes the second at which a part begins, within its window.
        on_chunk_end: Takes the second at which it ends.
        on_finalize: Called when a window is over.
        time_precision: Seconds from one timestamp to the next.
        **options: As of `TextStreamer`: skip_special_tokens, decode_kwargs, ...

    Raises:
        InvalidArgumentError: An option is none of `decode`.

    Example:
        >>> streamer = WhisperTextStreamer(tokenizer, on_chunk_start=print)
        >>> transcribe("talk.wav", return_timestamps=True, streamer=streamer)
    """

    def __init__(
        self,
        tokenizer: WhisperTokenizer,
        skip_prompt: bool = False,
        callback_function: Callable[[str], Any] | None = None,
        token_callback_function: Callable[[list[int]], Any] | None = None,
        on_chunk_start: Callable[[float], Any] | None = None,
        on_chunk_end: Callable[[float], Any] | None = None,
        on_finalize: Callable[[], Any] | None = None,
        time_precision: float = TIME_PRECISION,
        **options: Any,
    ) -> None:
        super().__init__(
            tokenizer, skip_prompt, callback_function, token_callback_function, **options
        )
        self._timestamp_begin = tokenizer.timestamp_begin
        self._on_chunk_start = on_chunk_start
        self._on_chunk_end = on_chunk_end
        self._on_finalize = on_finalize
        self._precision = time_precision
        self._is_within = False

    def put(self, value: ArrayLike) -> None:
        """Take the prompt, or the token of a step; timestamps become calls.

        Raises:
            InvalidArgumentError: There are several rows.
        """
        ids = np.asarray(value)
        if ids.size != 1 or self._is_prompt or int(ids.ravel()[0]) < self._timestamp_begin:
            super().put(value)
            return
        token = int(ids.ravel()[0])
        if self._token_callback is not None:
            self._token_callback([token])
        self._give(self._stream.finish())
        told = self._on_chunk_end if self._is_within else self._on_chunk_start
        self._is_within = not self._is_within
        if told is not None:
            told((token - self._timestamp_begin) * self._precision)

    def end(self) -> None:
        """Give out what was held back; the streamer is then as new."""
        super().end()
        self._is_within = False
        if self._on_finalize is not None:
            self._on_finalize()
