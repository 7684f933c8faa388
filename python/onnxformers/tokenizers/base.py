"""The tokenizer class that all others are."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from onnxformers._native import tokenizers as native_tokenizers
from onnxformers.tokenizers import loading, overrides
from onnxformers.tokenizers.chat_template import ChatTokenizer
from onnxformers.tokenizers.registry import GENERIC, TokenizerRow
from onnxformers.tokenizers.settings import read_settings

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from typing_extensions import Self, Unpack

    from onnxformers._native.tokenizers import Tokenizer
    from onnxformers.tokenizers.settings import Settings

logger = logging.getLogger(__name__)


class PreTrainedTokenizer(ChatTokenizer):
    """Text to token ids and back. Immutable; one object may serve many threads.

    Args:
        tokenizer_json: the bytes of tokenizer.json.
        config: tokenizer_config.json, special_tokens_map.json and overrides, in one mapping.
        name_or_path: where it came from.

    Attributes:
        row: the class's defaults.
        config: what the tokenizer was made with, beside tokenizer.json.
        name_or_path: where it came from.

    Raises:
        FileFormatError: a file is broken or asks for something unknown.

    Example:
        >>> tokenizer = AutoTokenizer.from_pretrained("Xenova/all-MiniLM-L6-v2")
        >>> tokenizer(["one text", "and another one"], padding=True).input_ids.shape
        (2, 5)

    Source: spec/transformers.js/tokenizers.md; transformers 4.46.3, `PreTrainedTokenizerFast`.
    """

    row: ClassVar[TokenizerRow] = GENERIC
    is_fast: ClassVar[bool] = True

    config: Mapping[str, Any]
    name_or_path: str
    _tokenizer_json: bytes

    def __init__(
        self,
        tokenizer_json: bytes,
        config: Mapping[str, Any] | None = None,
        *,
        name_or_path: str = "",
    ) -> None:
        place, config = type(self).__name__, dict(config or {})
        settings = read_settings(place, self.row, config, tokenizer_json)
        if self.row.rules_normalizer:
            tokenizer_json = _rule_normalizer(place, tokenizer_json, config)
        native, tokenizer_json = _load_native(tokenizer_json, config, settings)
        super().__init__(native, settings)
        self.__dict__.update(
            config=config, name_or_path=name_or_path, _tokenizer_json=tokenizer_json
        )

    @classmethod
    def from_pretrained(
        cls,
        name_or_path: str | os.PathLike[str],
        **options: Unpack[loading.TokenizerLoadOptions],
    ) -> Self:
        """Load this class from a local folder, the Hub's cache or the Hub.

        Arguments as in `AutoTokenizer.from_pretrained`, which picks the class by the files.

        Raises:
            MissingFileError: no tokenizer.json there.
            FileFormatError: a file is broken or asks for something unknown.
        """
        files = loading.read_files(cls.__name__, name_or_path, options)
        return cls(files.tokenizer_json, files.config, name_or_path=str(name_or_path))

    def save_pretrained(self, save_directory: str | os.PathLike[str]) -> tuple[str, ...]:
        """Write tokenizer.json, tokenizer_config.json and special_tokens_map.json to a folder.

        Returns:
            The paths written.
        """
        folder = Path(save_directory)
        folder.mkdir(parents=True, exist_ok=True)
        config = {**self.config, "tokenizer_class": type(self).__name__}
        contents = {
            loading.TOKENIZER_CONFIG: _json_bytes(config),
            loading.SPECIAL_TOKENS_MAP: _json_bytes(self.special_tokens_map),
            loading.TOKENIZER: self._tokenizer_json,
        }
        for name, content in contents.items():
            (folder / name).write_bytes(content)
        return tuple(str(folder / name) for name in contents)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickled as its files."""
        return _reload, (type(self), self._tokenizer_json, dict(self.config), self.name_or_path)

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(name_or_path={self.name_or_path!r}, "
            f"vocab_size={len(self)}, model_max_length={self.model_max_length}, "
            f"padding_side={self.padding_side!r}, special_tokens={self.special_tokens_map})"
        )


def _load_native(
    tokenizer_json: bytes, config: Mapping[str, Any], settings: Settings
) -> tuple[Tokenizer, bytes]:
    """The core's tokenizer with all tokens of all files, and the tokenizer.json that makes it."""
    native = native_tokenizers.Tokenizer.from_json(tokenizer_json)
    special = [*settings.special_tokens.values(), *settings.additional_special_tokens]
    present = [token["content"] for token in native.added_tokens]
    missing = overrides.missing_tokens(present, special, config)
    if not missing:
        return native, tokenizer_json
    tokenizer_json = overrides.with_added_tokens(tokenizer_json, missing, native.vocab())
    return native_tokenizers.Tokenizer.from_json(tokenizer_json), tokenizer_json


def _rule_normalizer(place: str, tokenizer_json: bytes, config: Mapping[str, Any]) -> bytes:
    changes = overrides.normalizer_changes(tokenizer_json, config)
    if not changes:
        return tokenizer_json
    logger.info("[%s] normalizer of tokenizer.json overruled: %s", place, changes)
    return overrides.with_normalizer(tokenizer_json, changes)


def _json_bytes(value: object) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()


def _reload(
    cls: type[PreTrainedTokenizer], tokenizer_json: bytes, config: dict[str, Any], name: str
) -> PreTrainedTokenizer:
    return cls(tokenizer_json, config, name_or_path=name)
