"""The half of a tokenizer that needs no text to encode: its tokens, their ids, and the way back."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, overload

from onnxformers.errors import InvalidArgumentError, InvalidTypeError
from onnxformers.tokenizers import special_tokens
from onnxformers.tokenizers.decode_stream import DecodeStream

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np
    import numpy.typing as npt

    from onnxformers._native.tokenizers import Tokenizer
    from onnxformers.tokenizers.settings import Settings

    IdArray = npt.NDArray[np.integer[Any]]

# In this order; each works on what the one before left.
CLEAN_UP = (
    (" .", "."),
    (" ?", "?"),
    (" !", "!"),
    (" ,", ","),
    (" ' ", "'"),
    (" n't", "n't"),
    (" 'm", "'m"),
    (" 's", "'s"),
    (" 've", "'ve"),
    (" 're", "'re"),
)

InvalidError = (InvalidArgumentError, InvalidTypeError)

# The core keeps ids in 32 bits.
LARGEST_ID = 0xFFFFFFFF


def clean_up_tokenization(text: str) -> str:
    """Take out the spaces that splitting left before punctuation and English contractions.

    Source: transformers 4.46.3, `clean_up_tokenization`.
    """
    for old, new in CLEAN_UP:
        text = text.replace(old, new)
    return text


class Vocabulary:
    """Tokens, ids and special tokens. Immutable.

    Attributes:
        native: the core's tokenizer.
        bos_token, eos_token, unk_token, sep_token, pad_token, cls_token, mask_token: special
            tokens; None where the tokenizer has none. Each with its id: `bos_token_id`, ...
        additional_special_tokens: more of them; ids in `additional_special_tokens_ids`.
        clean_up_tokenization_spaces: what `decode` does unless told otherwise.
    """

    native: Tokenizer
    clean_up_tokenization_spaces: bool
    bos_token: str | None
    eos_token: str | None
    unk_token: str | None
    sep_token: str | None
    pad_token: str | None
    cls_token: str | None
    mask_token: str | None
    bos_token_id: int | None
    eos_token_id: int | None
    unk_token_id: int | None
    sep_token_id: int | None
    pad_token_id: int | None
    cls_token_id: int | None
    mask_token_id: int | None
    additional_special_tokens: list[str]
    additional_special_tokens_ids: list[int]

    def __init__(self, native: Tokenizer, settings: Settings) -> None:
        values: dict[str, Any] = {"native": native}
        for name in special_tokens.NAMES:
            token = settings.special_tokens.get(name)
            values[name] = token
            values[f"{name}_id"] = None if token is None else native.token_to_id(token)
        additional = settings.additional_special_tokens
        ids = [native.token_to_id(token) for token in additional]
        values["additional_special_tokens"] = additional
        values["additional_special_tokens_ids"] = [i for i in ids if i is not None]
        values["clean_up_tokenization_spaces"] = settings.clean_up_tokenization_spaces
        self.__dict__.update(values)

    def __setattr__(self, name: str, value: object) -> None:
        """Refused: one tokenizer serves many threads."""
        raise InvalidArgumentError(
            f"[{type(self).__name__}] {name} cannot be set: tokenizers do not change after loading;"
            f" load another with AutoTokenizer.from_pretrained(..., {name}=...)"
        )

    def __len__(self) -> int:
        """Number of ids, added tokens included."""
        return self.native.vocab_size

    def __bool__(self) -> bool:
        """True, also with an empty vocabulary."""
        return True

    @property
    def vocab_size(self) -> int:
        """Number of ids of the model's own vocabulary, without tokens added to it."""
        return self.native.model_vocab_size

    @property
    def special_tokens_map(self) -> dict[str, str | list[str]]:
        """Attribute name → special token, of those that are set."""
        found: dict[str, str | list[str]] = {}
        for name in special_tokens.NAMES:
            token = getattr(self, name)
            if token is not None:
                found[name] = token
        if self.additional_special_tokens:
            found[special_tokens.ADDITIONAL] = list(self.additional_special_tokens)
        return found

    @property
    def all_special_tokens(self) -> list[str]:
        """The special tokens, each once."""
        tokens = [getattr(self, name) for name in special_tokens.NAMES]
        named = [token for token in tokens if token is not None]
        return list(dict.fromkeys([*named, *self.additional_special_tokens]))

    @property
    def all_special_ids(self) -> list[int]:
        """The ids of `all_special_tokens`, in the same order."""
        ids = [self.native.token_to_id(token) for token in self.all_special_tokens]
        return [i for i in ids if i is not None]

    @property
    def added_tokens_decoder(self) -> dict[int, dict[str, Any]]:
        """Id → added token: content, single_word, lstrip, rstrip, normalized, special."""
        return {
            token["id"]: {name: value for name, value in token.items() if name != "id"}
            for token in sorted(self.native.added_tokens, key=operator.itemgetter("id"))
        }

    @property
    def added_tokens_encoder(self) -> dict[str, int]:
        """Added token → id."""
        return {token["content"]: token_id for token_id, token in self.added_tokens_decoder.items()}

    def get_added_vocab(self) -> dict[str, int]:
        """Added token → id."""
        return self.added_tokens_encoder

    def get_vocab(self) -> dict[str, int]:
        """Token → id, added tokens included; a new dict."""
        return self.native.vocab()

    @property
    def vocab(self) -> dict[str, int]:
        """Token → id, added tokens included; a new dict."""
        return self.native.vocab()

    def num_special_tokens_to_add(self, pair: bool = False) -> int:
        """How many special tokens a text, or a pair of texts, is given."""
        return self.native.num_special_tokens(pair)

    @overload
    def convert_tokens_to_ids(self, tokens: str) -> int | None: ...
    @overload
    def convert_tokens_to_ids(self, tokens: list[str] | tuple[str, ...]) -> list[int | None]: ...
    def convert_tokens_to_ids(
        self, tokens: str | list[str] | tuple[str, ...]
    ) -> int | list[int | None] | None:
        """The id of a token, or the ids of several; `unk_token_id` for what is no token.

        Raises:
            InvalidTypeError: not a string or strings.
        """
        if isinstance(tokens, str):
            return self._token_id(tokens)
        if not hasattr(tokens, "__iter__"):
            raise InvalidTypeError(self._message("tokens", "a str or strings", tokens))
        return [self._token_id(token) for token in tokens]

    @overload
    def convert_ids_to_tokens(
        self, ids: int | np.integer[Any], skip_special_tokens: bool = False
    ) -> str | None: ...
    @overload
    def convert_ids_to_tokens(
        self, ids: Sequence[int] | IdArray, skip_special_tokens: bool = False
    ) -> list[str | None]: ...
    def convert_ids_to_tokens(
        self,
        ids: int | np.integer[Any] | Sequence[int] | IdArray,
        skip_special_tokens: bool = False,
    ) -> str | list[str | None] | None:
        """The token of an id, or the tokens of several; None for an id that is not in use.

        Raises:
            InvalidTypeError: not an integer or integers.
            InvalidArgumentError: a negative number, or one that no id can be.
        """
        if isinstance(ids, int) or getattr(ids, "ndim", None) == 0:
            return self.native.id_to_token(self._id_list(ids)[0])
        special = set(self.all_special_ids) if skip_special_tokens else set[int]()
        to_token = self.native.id_to_token
        return [to_token(i) for i in self._id_list(ids) if i not in special]

    def convert_tokens_to_string(self, tokens: Sequence[str]) -> str:
        """Tokens joined to a text by the tokenizer's decoder.

        Raises:
            InvalidArgumentError: one of them is not in the vocabulary.
        """
        ids = [self.native.token_to_id(token) for token in tokens]
        known = [i for i in ids if i is not None]
        if len(known) != len(ids):
            unknown = tokens[ids.index(None)]
            raise InvalidArgumentError(
                f"[{type(self).__name__}] {unknown!r} is not a token of this vocabulary"
            )
        return self.native.decode(known)

    def decode(
        self,
        token_ids: int | np.integer[Any] | Sequence[int] | IdArray,
        skip_special_tokens: bool = False,
        clean_up_tokenization_spaces: bool | None = None,
    ) -> str:
        """Text of token ids.

        Args:
            token_ids: one id, or a one-dimensional sequence or integer array of them. Ids that are
                not in use give nothing.
            skip_special_tokens: leave special tokens out.
            clean_up_tokenization_spaces: take out spaces before punctuation and in English
                contractions; None does as the tokenizer's files say.

        Raises:
            InvalidTypeError: not integers.
            InvalidArgumentError: more than one dimension (see `batch_decode`), or a negative id.

        Example:
            >>> tokenizer.decode([101, 7592, 2088, 102], skip_special_tokens=True)
            'hello world'

        Source: transformers 4.46.3, `PreTrainedTokenizerFast._decode`.
        """
        try:
            text = self.native.decode(token_ids, skip_special_tokens=skip_special_tokens)
        except InvalidError:
            # Says what is wrong, or takes what only looks like integers.
            ids = self._id_list(token_ids)
            text = self.native.decode(ids, skip_special_tokens=skip_special_tokens)
        return (
            clean_up_tokenization(text) if self._cleans_up(clean_up_tokenization_spaces) else text
        )

    def batch_decode(
        self,
        sequences: Iterable[Sequence[int] | IdArray] | IdArray,
        skip_special_tokens: bool = False,
        clean_up_tokenization_spaces: bool | None = None,
    ) -> list[str]:
        """Texts of several rows of token ids; arguments as in `decode`."""
        rows = list(sequences)
        try:
            texts = self.native.decode_batch(rows, skip_special_tokens=skip_special_tokens)
        except InvalidError:
            return [
                self.decode(row, skip_special_tokens, clean_up_tokenization_spaces) for row in rows
            ]
        if self._cleans_up(clean_up_tokenization_spaces):
            return [clean_up_tokenization(text) for text in texts]
        return texts

    def decode_stream(
        self,
        skip_special_tokens: bool = False,
        clean_up_tokenization_spaces: bool | None = None,
    ) -> DecodeStream:
        """Text of ids that come one after the other; arguments as in `decode`.

        Example:
            >>> stream = tokenizer.decode_stream(skip_special_tokens=True)
            >>> text = "".join(stream.add(token_id) for token_id in ids) + stream.finish()
        """
        return DecodeStream(
            self.native,
            skip_special_tokens=skip_special_tokens,
            clean_up=self._cleans_up(clean_up_tokenization_spaces),
        )

    def _cleans_up(self, asked: bool | None) -> bool:
        return self.clean_up_tokenization_spaces if asked is None else asked

    def _token_id(self, token: str) -> int | None:
        if not isinstance(token, str):
            raise InvalidTypeError(self._message("a token", "a str", token))
        found = self.native.token_to_id(token)
        return self.unk_token_id if found is None else found

    def _id_list(self, ids: object) -> list[int]:
        """Ids as Python integers."""
        values = ids.tolist() if hasattr(ids, "tolist") else ids
        if isinstance(values, int):
            values = [values]
        if not isinstance(values, list | tuple):
            raise InvalidTypeError(self._message("token ids", "integers", ids))
        if values and isinstance(values[0], list | tuple):
            raise InvalidArgumentError(
                f"[{type(self).__name__}] token ids must have one dimension; "
                "use batch_decode for several rows"
            )
        try:
            numbers = [operator.index(value) for value in values]
        except TypeError:
            wrong = next(v for v in values if not isinstance(v, int))
            raise InvalidTypeError(self._message("token ids", "integers", wrong)) from None
        if numbers and not 0 <= min(numbers) <= max(numbers) <= LARGEST_ID:
            wrong = next(number for number in numbers if not 0 <= number <= LARGEST_ID)
            raise InvalidArgumentError(f"[{type(self).__name__}] {wrong} is no token id")
        return numbers

    def _message(self, what: str, expected: str, value: object) -> str:
        place = type(self).__name__
        return f"[{place}] {what} must be {expected}, got {type(value).__name__}"
