"""Text while it is written.

Source: spec/transformers.js/generation_streamers.md; transformers 4.46.3, generation/streamers.py.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from onnxformers.errors import InvalidArgumentError
from onnxformers.options import refuse_unknown

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


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
