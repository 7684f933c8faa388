"""Tokenizers of translation models: the source language is a special token in each text."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from onnxformers.errors import FileFormatError, InvalidArgumentError
from onnxformers.tokenizers.targets import Targets

if TYPE_CHECKING:
    import os

    from typing_extensions import Self

    from onnxformers.tokenizers.batch_encoding import BatchEncoding

Texts = str | Sequence[str]


class Translation(Targets):
    """What the tokenizers of many languages have in common.

    Each language has a code, which users write, and a special token. The token of the source
    language stands in the texts, that of the target language begins what the model writes.

    Attributes:
        CODE: what a token of a language looks like; its group is the code.
        TOKEN: the token of a code.
        SOURCE: the source language where nobody says.

    Source: transformers 4.46.3, the tokenizers of NLLB, M2M100 and mBART;
    spec/transformers.js/tokenizers.md.
    """

    CODE: ClassVar[re.Pattern[str]]
    TOKEN: ClassVar[str] = "{}"
    SOURCE: ClassVar[str]

    def __init__(
        self,
        tokenizer_json: bytes | os.PathLike[str],
        config: Mapping[str, Any] | None = None,
        **named: Any,
    ) -> None:
        super().__init__(tokenizer_json, config, **named)
        source = self.config.get("src_lang")
        if source is None and self.SOURCE not in self.language_codes:
            return  # not the languages of the published models; the file's own layout stays
        try:
            self.set_src_lang_special_tokens(source or self.SOURCE)
        except InvalidArgumentError as error:
            raise FileFormatError(f"{error} (src_lang of tokenizer_config.json)") from None

    @property
    def language_codes(self) -> list[str]:
        """The codes of all languages."""
        return list(self.lang_code_to_token)

    @property
    def lang_code_to_token(self) -> dict[str, str]:
        """Code → special token of each language."""
        found = {}
        tokens = [token["content"] for token in self.native.added_tokens]
        for token in dict.fromkeys([*self.additional_special_tokens, *tokens]):
            match = self.CODE.fullmatch(token)
            if match is not None and self.native.token_to_id(token) is not None:
                found[match.group(1)] = token
        return found

    @property
    def lang_code_to_id(self) -> dict[str, int]:
        """Code → id of the special token of each language."""
        codes = self.lang_code_to_token.items()
        return {code: self._token_id(token) or 0 for code, token in codes}

    @property
    def lang_token_to_id(self) -> dict[str, int]:
        """Special token of each language → its id."""
        return {token: self._token_id(token) or 0 for token in self.lang_code_to_token.values()}

    @property
    def id_to_lang_token(self) -> dict[int, str]:
        """Id → special token of each language."""
        return {index: token for token, index in self.lang_token_to_id.items()}

    def get_lang_token(self, lang: str) -> str:
        """The special token of a language.

        Raises:
            InvalidArgumentError: there is no such language.
        """
        token = self.TOKEN.format(lang)
        if self.CODE.fullmatch(token) is None or self.native.token_to_id(token) is None:
            raise InvalidArgumentError(
                f"[{type(self).__name__}] {lang!r} is no language of this tokenizer; there are "
                f"{', '.join(self.language_codes)}"
            )
        return token

    def get_lang_id(self, lang: str) -> int:
        """The id of the special token of a language.

        Raises:
            InvalidArgumentError: there is no such language.
        """
        found = self.native.token_to_id(self.get_lang_token(lang))
        assert found is not None
        return found

    @property
    def src_lang(self) -> str:
        """The language of the texts; may be set."""
        value: str = self.config.get("src_lang") or self.SOURCE
        return value

    @src_lang.setter
    def src_lang(self, value: str) -> None:
        self._set_language(value, {"src_lang": value})

    @property
    def tgt_lang(self) -> str | None:
        """The language to translate to; may be set."""
        value: str | None = self.config.get("tgt_lang")
        return value

    @tgt_lang.setter
    def tgt_lang(self, value: str | None) -> None:
        if value is not None:
            self.get_lang_token(value)
        self._change({"tgt_lang": value})

    @property
    def prefix_tokens(self) -> list[int]:
        """Ids that stand before a text."""
        return self._around()[0]

    @property
    def suffix_tokens(self) -> list[int]:
        """Ids that stand behind a text."""
        return self._around()[1]

    def set_src_lang_special_tokens(self, src_lang: str) -> None:
        """Put the special tokens of a source language round texts.

        Raises:
            InvalidArgumentError: there is no such language.
        """
        self._set_language(src_lang, {})

    def set_tgt_lang_special_tokens(self, lang: str) -> None:
        """Put the special tokens of a target language round texts.

        Raises:
            InvalidArgumentError: there is no such language.
        """
        self._set_language(lang, {})

    def _build_translation_inputs(
        self,
        raw_inputs: Texts,
        src_lang: str | None = None,
        tgt_lang: str | None = None,
        **options: Any,
    ) -> BatchEncoding:
        """Inputs of a model that is to translate.

        The tokenizer itself stays in its language, for others may use it at the same time.

        Args:
            raw_inputs: a text or a list of them.
            src_lang: their language; None means the tokenizer's.
            tgt_lang: the language to translate to; None means the tokenizer's.
            **options: of a call of the tokenizer.

        Returns:
            What the call returns, and `forced_bos_token_id`: what the translation begins with.

        Raises:
            InvalidArgumentError: there is no such language, or no target language.
        """
        reader, forced = self.for_translation(src_lang, tgt_lang)
        encoded = reader(raw_inputs, **options)
        encoded["forced_bos_token_id"] = forced
        return encoded

    def for_translation(self, src_lang: str | None, tgt_lang: str | None) -> tuple[Self, int]:
        """A tokenizer for texts to translate, and the token that their translation begins with.

        Args:
            src_lang: the language of the texts; None means the tokenizer's.
            tgt_lang: the language to translate to; None means the tokenizer's.

        Raises:
            InvalidArgumentError: there is no such language, or no target language.
        """
        target = self.tgt_lang if tgt_lang is None else tgt_lang
        if target is None:
            raise InvalidArgumentError(
                f"[{type(self).__name__}] translation needs tgt_lang; there are "
                f"{', '.join(self.language_codes)}"
            )
        return self.in_language(src_lang), self.get_lang_id(target)

    def in_language(self, language: str | None) -> Self:
        """A tokenizer for another source language; this one stays as it is.

        Raises:
            InvalidArgumentError: there is no such language.
        """
        other = copy.copy(self)
        other._set_language(language or self.src_lang, {})
        return other

    def _for_targets(self) -> Self:
        if self.tgt_lang is None:
            raise InvalidArgumentError(
                f"[{type(self).__name__}] text_target needs a target language: set tgt_lang"
            )
        return self.in_language(self.tgt_lang)

    def _set_language(self, language: str, changes: Mapping[str, Any]) -> None:
        before, behind = self._layout(self.get_lang_token(language))
        self._surround(before, behind, changes)

    def _layout(self, token: str) -> tuple[list[str], list[str]]:
        """Special tokens before and behind a text in the language of `token`."""
        return [token], [self.eos_token or ""]

    def _around(self) -> tuple[list[int], list[int]]:
        """Ids before and behind a text."""
        before: list[int] = []
        behind: list[int] = []
        part = before
        for _, token, _ in self.native.layout(False):
            if token is None:
                part = behind
            else:
                part.append(token)
        return before, behind


class NllbMethods(Translation):
    """NLLB: the language before a text and the end behind it, or both behind in its old way."""

    CODE = re.compile(r"([a-z]{3}_[A-Z][a-z]{3})")
    SOURCE = "eng_Latn"

    def _layout(self, token: str) -> tuple[list[str], list[str]]:
        end = self.eos_token or ""
        return ([], [end, token]) if self.config.get("legacy_behaviour") else ([token], [end])


class M2M100Methods(Translation):
    """M2M100: the token of the language "en" is `__en__`."""

    CODE = re.compile(r"__([a-z]{2,3})__")
    TOKEN = "__{}__"
    SOURCE = "en"


class MBart50Methods(Translation):
    """mBART-50: the language before a text, the end behind it."""

    CODE = re.compile(r"([a-z]{2}_[A-Z]{2})")
    SOURCE = "en_XX"


class MBartMethods(MBart50Methods):
    """mBART: the end and the language behind a text."""

    def _layout(self, token: str) -> tuple[list[str], list[str]]:
        return [], [self.eos_token or "", token]
