"""The tokenizer class that all others are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from onnxformers.errors import FileFormatError, InvalidArgumentError
from onnxformers.tokenizers import loading
from onnxformers.tokenizers.changeable import with_bos_eos
from onnxformers.tokenizers.chat_template import ChatTokenizer
from onnxformers.tokenizers.compiled import open_tokenizer
from onnxformers.tokenizers.missing_tokens import missing_tokens
from onnxformers.tokenizers.sections import section, with_section
from onnxformers.tokenizers.settings import read_settings
from onnxformers.tokenizers.state import State
from onnxformers.tokenizers.token_bytes import read_token_bytes

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Mapping

    from typing_extensions import Self, Unpack

    from onnxformers._native.tokenizers import Tokenizer
    from onnxformers.tokenizers.added_token import AddedToken
    from onnxformers.tokenizers.token_bytes import TokenBytes


class PreTrainedTokenizer(ChatTokenizer):
    """Text to token ids and back. One object may serve many threads, also while it is changed.

    Args:
        tokenizer_json: the bytes of tokenizer.json, or where it lies: then a compiled form of it
            is kept in `env.cache_dir`, and opened the next time.
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

    is_fast: ClassVar[bool] = True

    name_or_path: str
    _read_document: Callable[[], bytes]
    _file_tokens: list[dict[str, Any]]

    def __init__(
        self,
        tokenizer_json: bytes | os.PathLike[str],
        config: Mapping[str, Any] | None = None,
        *,
        name_or_path: str = "",
    ) -> None:
        place, config = type(self).__name__, dict(config or {})
        options = {**self.row.special_tokens, **self.row.options, **config}
        native, sections, document = open_tokenizer(tokenizer_json, self.row.rules, options)
        saved = {name: section(sections, name) for name in ("padding", "truncation")}
        settings = read_settings(place, self.row, config, saved)
        file_tokens = native.added_tokens
        missing = missing_tokens(file_tokens, self.row, settings, config)
        if missing:
            native = _with_tokens(place, native, missing)
        state = State(place, native, settings, config)
        super().__init__(with_bos_eos(state, self.row), saved)
        self.__dict__.update(
            name_or_path=name_or_path, _read_document=document, _file_tokens=file_tokens
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
        state = self._state
        contents = {
            loading.TOKENIZER_CONFIG: _json_bytes(_saved_config(type(self).__name__, state)),
            loading.SPECIAL_TOKENS_MAP: _json_bytes(self.special_tokens_map),
            loading.TOKENIZER: self._document(state),
        }
        for name, content in contents.items():
            (folder / name).write_bytes(content)
        return tuple(str(folder / name) for name in contents)

    def token_bytes(self) -> TokenBytes:
        """What each token adds to a text, for choosing tokens by what they spell.

        Reads tokenizer.json anew; keep what it returns.

        Raises:
            UnsupportedModelError: What a token spells depends on its neighbours, as with WordPiece.

        Example:
            >>> tokenizer = AutoTokenizer.from_pretrained("tests/conformance/models/gpt2")
            >>> spelt = tokenizer.token_bytes().spelt
            >>> b"".join(spelt[i] for i in tokenizer.encode("a thé")).decode()
            'a thé'
        """
        state = self._state
        decoder = section(self._read_document(), "decoder")
        return read_token_bytes(state.native, decoder, frozenset(self.all_special_ids))

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickled as its files."""
        state = self._state
        config = dict(state.config)
        return _reload, (type(self), self._document(state), config, self.name_or_path)

    def _document(self, state: State) -> bytes:
        """tokenizer.json with what was changed since it was read."""
        document = self._read_document()
        if state.native.added_tokens != self._file_tokens:
            added = sorted(state.native.added_tokens, key=lambda token: int(token["id"]))
            document = with_section(document, "added_tokens", added)
        if state.post_processor is not None:
            document = with_section(document, "post_processor", state.post_processor)
        return document

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(name_or_path={self.name_or_path!r}, "
            f"vocab_size={len(self)}, model_max_length={self.model_max_length}, "
            f"padding_side={self.padding_side!r}, special_tokens={self.special_tokens_map})"
        )


def _with_tokens(place: str, native: Tokenizer, missing: list[AddedToken]) -> Tokenizer:
    try:
        return native.with_added_tokens([token.as_dict() for token in missing])
    except InvalidArgumentError as error:
        raise FileFormatError(
            f"[{place}] a token of the files beside tokenizer.json: {error}"
        ) from None


def _saved_config(name: str, state: State) -> dict[str, Any]:
    """tokenizer_config.json of a tokenizer in this state."""
    tokens = {
        str(token.pop("id")): token
        for token in sorted(state.native.added_tokens, key=lambda token: int(token["id"]))
    }
    return {**state.config, "added_tokens_decoder": tokens, "tokenizer_class": name}


def _json_bytes(value: object) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()


def _reload(
    cls: type[PreTrainedTokenizer], tokenizer_json: bytes, config: dict[str, Any], name: str
) -> PreTrainedTokenizer:
    return cls(tokenizer_json, config, name_or_path=name)
