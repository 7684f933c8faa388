"""Marian: translation models whose languages, where there are several, are tokens of the text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

from onnxformers.errors import InvalidArgumentError
from onnxformers.tokenizers.added_token import AddedToken
from onnxformers.tokenizers.targets import Targets

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from typing_extensions import Self


class MarianMethods(Targets):
    """Marian: models to several languages want a token like `>>fr<<` before a text.

    Source: spec/transformers.js/tokenizers.md; transformers 4.46.3, `MarianTokenizer`.
    """

    CODE: ClassVar[re.Pattern[str]] = re.compile(r">>[^<>\s]+<<")

    def __init__(
        self,
        tokenizer_json: bytes | os.PathLike[str],
        config: Mapping[str, Any] | None = None,
        **named: Any,
    ) -> None:
        super().__init__(tokenizer_json, config, **named)
        codes = self.supported_language_codes
        if codes:
            self.add_tokens([AddedToken(code, normalized=False) for code in codes])

    @property
    def supported_language_codes(self) -> list[str]:
        """The tokens of target languages, empty for models to a single one."""
        vocabulary = self.native.vocab()
        return sorted(filter(self.CODE.fullmatch, vocabulary), key=vocabulary.__getitem__)

    def _for_targets(self) -> Self:
        # The source's pieces would look right and be wrong: each side has a SentencePiece model.
        raise InvalidArgumentError(
            "[MarianTokenizer] text_target is not supported: tokenizer.json and source.spm cut "
            "texts of the source language only; read target.spm and vocab.json as a tokenizer of "
            "their own (name the file source.spm in another folder)"
        )
