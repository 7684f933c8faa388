"""The result of a tokenizer call: arrays by name, and maps between characters, words and tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from onnxformers.errors import InvalidArgumentError, UnknownNameError
from onnxformers.tokenizers.encoding import Encoding, read_row

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Literal

    from onnxformers._native.tokenizers import Tokenizer
    from onnxformers.tokenizers.encoding import CharSpan, Padding, TokenSpan

    # What a `BatchEncoding` needs to tell where its tokens come from: native tokenizer, texts,
    # pairs, options, padding, and the tokens to which rows were filled up. A plain tuple, as every
    # call makes one.
    Origin: TypeAlias = tuple[
        Tokenizer, Sequence[str], Sequence[str] | None, Mapping[str, Any], Padding, int
    ]


def _rows_of(origin: Origin) -> list[Encoding]:
    """Every row with its offsets, which a plain call does not compute.

    The texts are encoded again, to the same tokens.
    """
    native, texts, pairs, options, padding, width = origin
    detailed = native.encode_batch(texts, pairs, **{**options, "with_offsets": True})
    return [read_row(detailed, row, width, padding) for row in range(len(detailed))]


class BatchEncoding(dict[str, Any]):
    """What a tokenizer call returns: a dict whose values are attributes too.

    Values are numpy int64 arrays of shape (batch, length), or Python's lists with
    `return_tensors=None`. Methods that take `(batch, index)` also take `(index)` alone, which means
    row 0.

    Args:
        data: names and values.
        origin: where the tokens come from; a plain dict has none and answers no question about it.
        tensor_type: "np" makes arrays of the values.
        prepend_batch_axis: with a first axis of 1 before them.

    Raises:
        InvalidArgumentError: a method asked about a row that is not there, or without an origin.

    Example:
        >>> encoded = tokenizer("Hello world", "How are you?")
        >>> model(**encoded)
        >>> encoded.input_ids.shape
        (1, 8)
        >>> encoded.char_to_token(6)
        2

    Source: transformers 4.46.3, `BatchEncoding`.
    """

    __slots__ = ("_origin", "_rows")

    def __init__(
        self,
        data: Mapping[str, Any] | Iterable[tuple[str, Any]] = (),
        origin: Origin | None = None,
        *,
        tensor_type: Literal["np"] | None = None,
        prepend_batch_axis: bool = False,
    ) -> None:
        self.update(data)
        self._origin = origin
        self._rows: list[Encoding] | None = None
        if tensor_type is not None:
            self.convert_to_tensors(tensor_type, prepend_batch_axis)

    def __getattr__(self, name: str) -> Any:
        """The value of that name."""
        try:
            return self[name]
        except KeyError:
            raise UnknownNameError(
                f"[BatchEncoding] it has no {name!r}; it holds {', '.join(self) or 'nothing'}"
            ) from None

    def __missing__(self, key: object) -> Encoding:
        """An integer key is a row."""
        if isinstance(key, int):
            return self._row(key)
        raise KeyError(key)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickled with its rows: the tokenizer stays behind."""
        rows = None if self._origin is None and self._rows is None else self.encodings
        return _rebuild, (dict(self), rows)

    def convert_to_tensors(
        self, tensor_type: Literal["np"] | None = "np", prepend_batch_axis: bool = False
    ) -> BatchEncoding:
        """Make numpy arrays of the values, in place.

        Args:
            tensor_type: "np"; None changes nothing.
            prepend_batch_axis: put a first axis of 1 before them.

        Raises:
            InvalidArgumentError: another type, or rows of different length.
        """
        if tensor_type is None:
            return self
        if tensor_type != "np":
            raise InvalidArgumentError(
                f"[BatchEncoding] tensor_type must be 'np' or None, got {tensor_type!r}"
            )
        import numpy as np

        for name, value in self.items():
            try:
                array = np.asarray([value] if prepend_batch_axis else value)
            except ValueError:
                raise InvalidArgumentError(
                    f"[BatchEncoding] the rows of {name} differ in length and make no array"
                ) from None
            self[name] = array
        return self

    @property
    def data(self) -> dict[str, Any]:
        """The names and values (this object itself)."""
        return self

    @property
    def is_fast(self) -> bool:
        """Whether rows can tell where their tokens come from."""
        return self._origin is not None or self._rows is not None

    @property
    def encodings(self) -> list[Encoding]:
        """The rows, in order."""
        if self._rows is None:
            if self._origin is None:
                raise InvalidArgumentError(
                    "[BatchEncoding] this one was not made by a tokenizer call, so it knows "
                    "nothing of characters and words"
                )
            self._rows = _rows_of(self._origin)
        return self._rows

    @property
    def n_sequences(self) -> int | None:
        """1 for single texts, 2 for pairs, None when that is not known."""
        if self._origin is None:
            return None
        return 1 if self._origin[2] is None else 2

    def tokens(self, batch_index: int = 0) -> list[str]:
        """The tokens of a row as the vocabulary spells them."""
        return self._row(batch_index).tokens

    def word_ids(self, batch_index: int = 0) -> list[int | None]:
        """The word of each token of a row; None for tokens that were added."""
        return self._row(batch_index).word_ids

    def words(self, batch_index: int = 0) -> list[int | None]:
        """As `word_ids`."""
        return self.word_ids(batch_index)

    def sequence_ids(self, batch_index: int = 0) -> list[int | None]:
        """0 or 1 for each token of the first or second text; None for tokens that were added."""
        return self._row(batch_index).sequence_ids

    def token_to_sequence(self, batch_or_token: int, token: int | None = None) -> int | None:
        """The text a token belongs to: 0, 1 or None."""
        row, token = self._row_and_token(batch_or_token, token)
        return row.token_to_sequence(token)

    def token_to_word(self, batch_or_token: int, token: int | None = None) -> int | None:
        """The word a token belongs to, None for a token that was added."""
        row, token = self._row_and_token(batch_or_token, token)
        return row.token_to_word(token)

    def token_to_chars(self, batch_or_token: int, token: int | None = None) -> CharSpan | None:
        """The characters a token comes from, None for a token that was added."""
        row, token = self._row_and_token(batch_or_token, token)
        return row.token_to_chars(token)

    def char_to_token(
        self, batch_or_char: int, char: int | None = None, sequence_index: int = 0
    ) -> int | None:
        """The token that covers a character of a text, None if none does."""
        row, char = self._row_and_index(batch_or_char, char)
        return row.char_to_token(char, sequence_index)

    def char_to_word(
        self, batch_or_char: int, char: int | None = None, sequence_index: int = 0
    ) -> int | None:
        """The word that covers a character of a text, None if none does."""
        row, char = self._row_and_index(batch_or_char, char)
        return row.char_to_word(char, sequence_index)

    def word_to_tokens(
        self, batch_or_word: int, word: int | None = None, sequence_index: int = 0
    ) -> TokenSpan | None:
        """The tokens of a word of a text, None if there is no such word."""
        row, word = self._row_and_index(batch_or_word, word)
        return row.word_to_tokens(word, sequence_index)

    def word_to_chars(
        self, batch_or_word: int, word: int | None = None, sequence_index: int = 0
    ) -> CharSpan | None:
        """The characters of a word of a text, None if there is no such word."""
        row, word = self._row_and_index(batch_or_word, word)
        return row.word_to_chars(word, sequence_index)

    def _row(self, index: int) -> Encoding:
        rows = self.encodings
        if not -len(rows) <= index < len(rows):
            raise InvalidArgumentError(f"[BatchEncoding] no row {index}; there are {len(rows)}")
        return rows[index]

    def _row_and_index(self, first: int, second: int | None) -> tuple[Encoding, int]:
        return (self._row(0), first) if second is None else (self._row(first), second)

    def _row_and_token(self, first: int, second: int | None) -> tuple[Encoding, int]:
        row, token = self._row_and_index(first, second)
        if not -len(row) <= token < len(row):
            raise InvalidArgumentError(f"[BatchEncoding] no token {token}; the row has {len(row)}")
        return row, token


def plain_encoding(ids: Any, type_ids: Any, mask: Any, origin: Origin) -> BatchEncoding:
    """What a call without options returns, in half the time that the class takes.

    Args:
        ids: the input ids.
        type_ids: None leaves them out.
        mask: the attention mask; None leaves it out.
        origin: as of the class.
    """
    encoding = BatchEncoding.__new__(BatchEncoding)
    encoding["input_ids"] = ids
    if type_ids is not None:
        encoding["token_type_ids"] = type_ids
    if mask is not None:
        encoding["attention_mask"] = mask
    encoding._origin = origin
    encoding._rows = None
    return encoding


def _rebuild(data: dict[str, Any], rows: list[Encoding] | None) -> BatchEncoding:
    encoding = BatchEncoding(data)
    encoding._rows = rows
    return encoding
