"""The attributes of a tokenizer that may be set: each change makes a new state of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from onnxformers.errors import InvalidTypeError
from onnxformers.tokenizers.added_token import AddedToken, read_token

if TYPE_CHECKING:
    from typing_extensions import Self

    from onnxformers.tokenizers.changeable import Changeable

T = TypeVar("T")


class Setting(Generic[T]):
    """A field of `Settings` of the same name."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, tokenizer: None, owner: type) -> Self: ...
    @overload
    def __get__(self, tokenizer: Changeable, owner: type) -> T: ...
    def __get__(self, tokenizer: Changeable | None, owner: type) -> Self | T:
        """The value."""
        if tokenizer is None:
            return self
        value: T = getattr(tokenizer._state.settings, self._name)
        return value

    def __set__(self, tokenizer: Changeable, value: T) -> None:
        """Another value, from the next call on."""
        tokenizer._change({self._name: value})


class SpecialToken:
    """A special token, None where the tokenizer has none."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, tokenizer: None, owner: type) -> Self: ...
    @overload
    def __get__(self, tokenizer: Changeable, owner: type) -> str | None: ...
    def __get__(self, tokenizer: Changeable | None, owner: type) -> Self | str | None:
        """The token."""
        return self if tokenizer is None else tokenizer._state.token(self._name)

    def __set__(self, tokenizer: Changeable, value: str | AddedToken | None) -> None:
        """Another token, which should be one of the vocabulary."""
        tokenizer._change({self._name: file_value(tokenizer._state.place, self._name, value)})


class SpecialTokenId:
    """The id of a special token, None where the tokenizer has none."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name.removesuffix("_id")

    @overload
    def __get__(self, tokenizer: None, owner: type) -> Self: ...
    @overload
    def __get__(self, tokenizer: Changeable, owner: type) -> int | None: ...
    def __get__(self, tokenizer: Changeable | None, owner: type) -> Self | int | None:
        """The id."""
        return self if tokenizer is None else tokenizer._state.token_ids.get(self._name)

    def __set__(self, tokenizer: Changeable, value: int | None) -> None:
        """The token of another id."""
        token = None if value is None else tokenizer._state.native.id_to_token(value)
        tokenizer._change({self._name: token})


def file_value(place: str, name: str, value: object) -> str | dict[str, Any] | None:
    """A special token as files write it: a str, or an object where it has flags."""
    if value is None or isinstance(value, str):
        return value
    try:
        return {"__type": "AddedToken", **read_token(place, value).as_dict()}
    except InvalidTypeError:
        raise InvalidTypeError(
            f"[{place}] {name} must be a str, an AddedToken or None, got {type(value).__name__}"
        ) from None
