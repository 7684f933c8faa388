"""Decoding while ids come in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onnxformers._native import tokenizers as native_tokenizers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import numpy as np
    import numpy.typing as npt

    from onnxformers._native.tokenizers import Tokenizer


class DecodeStream:
    """Text of ids that come one after the other, given out as soon as it is certain.

    All pieces joined are what `decode` makes of all ids at once. No piece ends within a character,
    and nothing given out is changed by an id that comes later. An id costs the same however many
    came before. For one thread at a time; `tokenizer.decode_stream()` makes one.

    Args:
        native: the core's tokenizer.
        skip_special_tokens: leave special tokens out.
        clean_up: take out spaces before punctuation and in English contractions.

    Example:
        >>> stream = tokenizer.decode_stream()
        >>> [stream.add(token_id) for token_id in [7592, 2088]], stream.finish()
        (['hello', ' world'], '')
    """

    def __init__(
        self, native: Tokenizer, *, skip_special_tokens: bool = False, clean_up: bool = False
    ) -> None:
        self._native = native_tokenizers.DecodeStream(
            native, skip_special_tokens=skip_special_tokens, clean_up=clean_up
        )

    def add(self, ids: int | np.integer | Sequence[int] | npt.NDArray[np.integer]) -> str:
        """The text that is certain now and was not before; often empty.

        Args:
            ids: the next id, or several.

        Raises:
            InvalidTypeError: not integers.
            InvalidArgumentError: an id that cannot be, such as a negative one.
        """
        return self._native.add(ids)

    def finish(self) -> str:
        """What was held back, as nothing follows. The stream is then as new."""
        return self._native.finish()

    def texts(self, ids: Iterable[int]) -> Iterator[str]:
        """The pieces of text, none of them empty, of all of `ids`; finishes the stream."""
        for token_id in ids:
            if text := self.add(token_id):
                yield text
        if text := self.finish():
            yield text


class HeldStream(DecodeStream):
    """The text of all ids at the end, where only the whole text tells what it is.

    Args:
        read: what `add` is given to a list of ids.
        decode: all ids to their text.
    """

    def __init__(
        self, read: Callable[[object], list[int]], decode: Callable[[list[int]], str]
    ) -> None:
        self._read, self._decode = read, decode
        self._ids: list[int] = []

    def add(self, ids: int | np.integer | Sequence[int] | npt.NDArray[np.integer]) -> str:
        """Nothing yet; arguments and errors as in `DecodeStream.add`."""
        self._ids += self._read(ids)
        return ""

    def finish(self) -> str:
        """The text of all ids. The stream is then as new."""
        ids, self._ids = self._ids, []
        return self._decode(ids)
