"""Which special tokens a tokenizer has, from its class and its files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from onnxformers.errors import FileFormatError
from onnxformers.tokenizers.added_token import AddedToken, from_dict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from onnxformers.tokenizers.row import TokenizerRow

# In the order in which `all_special_tokens` lists them.
NAMES = (
    "bos_token",
    "eos_token",
    "unk_token",
    "sep_token",
    "pad_token",
    "cls_token",
    "mask_token",
)
ADDITIONAL = "additional_special_tokens"


def token_of(place: str, name: str, value: object) -> str | AddedToken | None:
    """A special token, which files write as a string or as an object with flags.

    Raises:
        FileFormatError: it is neither, or no text.
    """
    if isinstance(value, dict):
        content = value.get("content")
        value = from_dict(value) if isinstance(content, str) else content
    if value is None or isinstance(value, str | AddedToken):
        _check_text(place, name, str(value))
        return value
    raise FileFormatError(
        f"[{place}] {name} must be a string or an object with 'content', got {type(value).__name__}"
    )


def _check_text(place: str, name: str, token: str) -> None:
    try:
        token.encode()
    except UnicodeEncodeError:
        raise FileFormatError(f"[{place}] {name} has a lone surrogate, which is no text") from None


def special_tokens_of(
    place: str, row: TokenizerRow, config: Mapping[str, Any]
) -> dict[str, str | AddedToken]:
    """Attribute name → token, for those that are set.

    Args:
        place: what an error message begins with.
        row: the class, with the tokens it assumes.
        config: tokenizer_config.json, with special_tokens_map.json and overrides already in it.
    """
    tokens: dict[str, str | AddedToken] = {}
    for name in NAMES:
        token = token_of(place, name, config.get(name, row.special_tokens.get(name)))
        if token is not None:
            tokens[name] = token
    return tokens


def additional_tokens_of(
    place: str, row: TokenizerRow, config: Mapping[str, Any]
) -> list[str | AddedToken]:
    """The tokens of `additional_special_tokens`, in order."""
    values = config.get(ADDITIONAL)
    if values is None:
        values = row.additional
    if not isinstance(values, list | tuple):
        raise FileFormatError(f"[{place}] {ADDITIONAL} must be a list, got {type(values).__name__}")
    tokens: dict[str, str | AddedToken] = {}
    for value in values:
        token = token_of(place, ADDITIONAL, value)
        if token is not None:
            tokens.setdefault(str(token), token)
    return list(tokens.values())


def with_special_tokens_map(
    config: Mapping[str, Any], special_tokens_map: Mapping[str, Any]
) -> dict[str, Any]:
    """tokenizer_config.json with the tokens of special_tokens_map.json in it.

    Source: transformers 4.46.3, `_from_pretrained`.
    """
    merged = dict(config)
    for name, value in special_tokens_map.items():
        before = merged.get(ADDITIONAL) or []
        if name == ADDITIONAL and isinstance(value, list) and isinstance(before, list):
            merged[ADDITIONAL] = [*before, *(v for v in value if v not in before)]
        else:
            merged[name] = value
    return merged
