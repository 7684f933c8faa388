"""Which special tokens a tokenizer has, from its class and its files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from onnxformers.errors import FileFormatError

if TYPE_CHECKING:
    from collections.abc import Mapping

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


def content_of(place: str, name: str, value: object) -> str | None:
    """The text of a special token, which files write as a string or as an object with flags.

    Raises:
        FileFormatError: it is neither.
    """
    if isinstance(value, dict):
        value = value.get("content")
    if value is None or isinstance(value, str):
        return value
    raise FileFormatError(
        f"[{place}] {name} must be a string or an object with 'content', got {type(value).__name__}"
    )


def special_tokens_of(
    place: str, defaults: Mapping[str, str], config: Mapping[str, Any]
) -> dict[str, str]:
    """Attribute name → token, for those that are set.

    Args:
        place: what an error message begins with.
        defaults: the tokens the class assumes.
        config: tokenizer_config.json, with special_tokens_map.json and overrides already in it.
    """
    tokens: dict[str, str] = {}
    for name in NAMES:
        token = content_of(place, name, config.get(name, defaults.get(name)))
        if token is not None:
            tokens[name] = token
    return tokens


def additional_tokens_of(place: str, config: Mapping[str, Any]) -> list[str]:
    """The tokens of `additional_special_tokens`, in order."""
    values = config.get(ADDITIONAL) or []
    if not isinstance(values, list | tuple):
        raise FileFormatError(f"[{place}] {ADDITIONAL} must be a list, got {type(values).__name__}")
    contents = [content_of(place, ADDITIONAL, value) for value in values]
    return list(dict.fromkeys(content for content in contents if content is not None))


def with_special_tokens_map(
    config: Mapping[str, Any], special_tokens_map: Mapping[str, Any] | None
) -> dict[str, Any]:
    """tokenizer_config.json with the tokens of special_tokens_map.json in it.

    The map is the older file: where the config lists `added_tokens_decoder` the map adds nothing.

    Source: transformers 4.46.3, `_from_pretrained`.
    """
    merged = dict(config)
    if special_tokens_map is None or "added_tokens_decoder" in config:
        return merged
    for name, value in special_tokens_map.items():
        before = merged.get(ADDITIONAL) or []
        if name == ADDITIONAL and isinstance(value, list) and isinstance(before, list):
            merged[ADDITIONAL] = [*before, *(v for v in value if v not in before)]
        else:
            merged[name] = value
    return merged
