"""The tokens of a tokenizer and their ids."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, overload

from onnxformers.errors import InvalidArgumentError, InvalidTypeError
from onnxformers.tokenizers.added_token import AddedToken, from_dict
from onnxformers.tokenizers.special import SpecialTokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import numpy.typing as npt

    IdArray = npt.NDArray[np.integer[Any]]

# The core keeps ids in 32 bits.
LARGEST_ID = 0xFFFFFFFF


class Vocabulary(SpecialTokens):
    """Tokens and ids."""

    def __len__(self) -> int:
        """Number of ids, added tokens included."""
        return self._state.native.vocab_size

    def __bool__(self) -> bool:
        """True, also with an empty vocabulary."""
        return True

    @property
    def vocab_size(self) -> int:
        """Number of ids of the model's own vocabulary, without tokens added to it."""
        return self._state.native.model_vocab_size

    @property
    def added_tokens_decoder(self) -> dict[int, AddedToken]:
        """Id → added token."""
        tokens = sorted(self._state.native.added_tokens, key=operator.itemgetter("id"))
        return {token["id"]: from_dict(token) for token in tokens}

    @property
    def added_tokens_encoder(self) -> dict[str, int]:
        """Added token → id."""
        return {token.content: token_id for token_id, token in self.added_tokens_decoder.items()}

    def get_added_vocab(self) -> dict[str, int]:
        """Added token → id."""
        return self.added_tokens_encoder

    def get_vocab(self) -> dict[str, int]:
        """Token → id, added tokens included; a new dict."""
        return self._state.native.vocab()

    @property
    def vocab(self) -> dict[str, int]:
        """Token → id, added tokens included; a new dict."""
        return self.get_vocab()

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
            return self._state.native.id_to_token(self._id_list(ids)[0])
        special = set(self.all_special_ids) if skip_special_tokens else set[int]()
        to_token = self._state.native.id_to_token
        return [to_token(i) for i in self._id_list(ids) if i not in special]

    def _token_id(self, token: str) -> int | None:
        if not isinstance(token, str):
            raise InvalidTypeError(self._message("a token", "a str", token))
        return self._state.token_id(token)

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
            wrong = next((v for v in values if not hasattr(v, "__index__")), values[0])
            raise InvalidTypeError(self._message("token ids", "integers", wrong)) from None
        if numbers and not 0 <= min(numbers) <= max(numbers) <= LARGEST_ID:
            wrong = next(number for number in numbers if not 0 <= number <= LARGEST_ID)
            raise InvalidArgumentError(f"[{type(self).__name__}] {wrong} is no token id")
        return numbers

    def _message(self, what: str, expected: str, value: object) -> str:
        place = type(self).__name__
        return f"[{place}] {what} must be {expected}, got {type(value).__name__}"
