"""The settings of a tokenizer beside its vocabulary: lengths, sides, names, special tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from onnxformers.errors import FileFormatError
from onnxformers.tokenizers import special_tokens
from onnxformers.tokenizers.options import SIDES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from onnxformers.tokenizers.added_token import AddedToken
    from onnxformers.tokenizers.row import TokenizerRow

# Files write 1e30 and the like where a model has no limit.
LARGEST_LENGTH = 1_000_000_000


class Settings(NamedTuple):
    """What a `PreTrainedTokenizer` can be told; most names are attributes of it."""

    special_tokens: dict[str, str | AddedToken]
    additional_special_tokens: list[str | AddedToken]
    model_max_length: int | None
    padding_side: str
    truncation_side: str
    model_input_names: list[str]
    clean_up_tokenization_spaces: bool
    pad_token_type_id: int
    split_special_tokens: bool
    add_bos_token: bool
    add_eos_token: bool
    add_prefix_space: bool


def read_settings(
    place: str, row: TokenizerRow, config: Mapping[str, Any], saved: Mapping[str, Any]
) -> Settings:
    """Settings from tokenizer_config.json, then the class, then what tokenizer.json was saved with.

    Args:
        place: what an error message begins with.
        row: the class.
        config: tokenizer_config.json with all that goes before it.
        saved: the sections "padding" and "truncation" of tokenizer.json, where they are objects.

    Raises:
        FileFormatError: a value that cannot be.

    Source: transformers 4.46.3, `PreTrainedTokenizerFast.__init__`.
    """
    padding = saved.get("padding") or {}
    truncation = saved.get("truncation") or {}
    tokens = special_tokens.special_tokens_of(place, row, config)
    pad_token = padding.get("pad_token")
    if isinstance(pad_token, str):
        tokens.setdefault("pad_token", pad_token)
    options = {**row.options, **config}
    pad_type_id = config.get("pad_token_type_id", padding.get("pad_type_id", 0))
    return Settings(
        special_tokens=tokens,
        additional_special_tokens=special_tokens.additional_tokens_of(place, row, config),
        model_max_length=_max_length(place, options),
        padding_side=_side(place, "padding_side", config, padding, row.padding_side),
        truncation_side=_side(place, "truncation_side", config, truncation, SIDES[0]),
        model_input_names=_names(place, config, row),
        clean_up_tokenization_spaces=bool(config.get("clean_up_tokenization_spaces", False)),
        pad_token_type_id=_whole(place, "pad_token_type_id", pad_type_id),
        split_special_tokens=bool(config.get("split_special_tokens", False)),
        add_bos_token=bool(options.get("add_bos_token", False)),
        add_eos_token=bool(options.get("add_eos_token", False)),
        add_prefix_space=bool(options.get("add_prefix_space", False)),
    )


def _max_length(place: str, config: Mapping[str, Any]) -> int | None:
    value = config.get("model_max_length", config.get("max_len"))
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 1:
        raise FileFormatError(f"[{place}] model_max_length must be at least 1, got {value!r}")
    return None if value > LARGEST_LENGTH else int(value)


def _side(
    place: str, name: str, config: Mapping[str, Any], saved: Mapping[str, Any], default: str
) -> str:
    value = config.get(name)
    if value is None:
        value = str(saved.get("direction", default)).lower()
    if value not in SIDES:
        raise FileFormatError(f"[{place}] {name} must be 'right' or 'left', got {value!r}")
    return str(value)


def _names(place: str, config: Mapping[str, Any], row: TokenizerRow) -> list[str]:
    names = config.get("model_input_names")
    if names is None:
        return list(row.model_input_names)
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        raise FileFormatError(f"[{place}] model_input_names must be a list of strings")
    return list(names)


def _whole(place: str, name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise FileFormatError(f"[{place}] {name} must be a whole number, got {value!r}")
    return value
