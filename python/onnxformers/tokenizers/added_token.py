"""A token that is looked for in the text before the model sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from onnxformers.errors import InvalidTypeError

if TYPE_CHECKING:
    from collections.abc import Mapping

FLAGS = ("single_word", "lstrip", "rstrip", "normalized", "special")


@dataclass(frozen=True, slots=True)
class AddedToken:
    """A token with the flags that say where it is found.

    Attributes:
        content: its text.
        single_word: found only where no letter or digit touches it.
        lstrip: takes the whitespace to its left with it.
        rstrip: takes the whitespace to its right with it.
        special: left out by `decode(skip_special_tokens=True)`.
        normalized: looked for in normalised text, in normalised form; None means if not special.

    Example:
        >>> tokenizer.add_tokens([AddedToken("<sql>", rstrip=True)])
        1

    Source: the `AddedToken` of Hugging Face tokenizers.
    """

    content: str
    single_word: bool = False
    lstrip: bool = False
    rstrip: bool = False
    special: bool = False
    normalized: bool | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.content, str):
            raise InvalidTypeError(
                f"[AddedToken] content must be a str, got {type(self.content).__name__}"
            )

    def __str__(self) -> str:
        return self.content

    def as_dict(self) -> dict[str, Any]:
        """Content and flags, as files write them."""
        return {
            "content": self.content,
            "single_word": bool(self.single_word),
            "lstrip": bool(self.lstrip),
            "rstrip": bool(self.rstrip),
            "normalized": not self.special if self.normalized is None else bool(self.normalized),
            "special": bool(self.special),
        }


def from_dict(value: Mapping[str, Any]) -> AddedToken:
    """A token from what a file writes, which must have `content`."""
    flags = {name: bool(value[name]) for name in FLAGS if value.get(name) is not None}
    return AddedToken(value["content"], **flags)


def read_token(place: str, value: object) -> AddedToken:
    """A token from what a caller passes: a str or an `AddedToken` of any library.

    Raises:
        InvalidTypeError: it is neither.
    """
    if isinstance(value, AddedToken):
        return value
    if isinstance(value, str):
        return AddedToken(value)
    if isinstance(getattr(value, "content", None), str):
        return from_dict({name: getattr(value, name, None) for name in ("content", *FLAGS)})
    raise InvalidTypeError(
        f"[{place}] a token must be a str or an AddedToken, got {type(value).__name__}"
    )
