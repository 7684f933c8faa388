"""Translation: texts in another language, by models of one pair of languages or of many."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from onnxformers.errors import InvalidArgumentError
from onnxformers.options import check_text
from onnxformers.pipelines.generation_options import GenerationOptions
from onnxformers.pipelines.registry import TRANSLATION_PAIR
from onnxformers.pipelines.results import Translated
from onnxformers.pipelines.text2text_generation import RewritingPipeline, Source
from onnxformers.tokenizers.marian import MarianMethods
from onnxformers.tokenizers.translation import Translation

if TYPE_CHECKING:
    from collections.abc import Sequence

_log = logging.getLogger("onnxformers")


@dataclass(frozen=True, slots=True, kw_only=True)
class TranslationOptions(GenerationOptions):
    """Options of a translation call; beside these all of `GenerationConfig`.

    Attributes:
        src_lang: The language of the texts, as the model spells it ("eng_Latn", "en_XX", "en").
            None: that of the task's name ("translation_en_to_fr"), else the tokenizer's.
        tgt_lang: The language to translate to, likewise.
    """

    src_lang: str | None = None
    tgt_lang: str | None = None

    def __post_init__(self) -> None:
        GenerationOptions.__post_init__(self)
        check_text(self.src_lang, "src_lang", "translation")
        check_text(self.tgt_lang, "tgt_lang", "translation")


class TranslationPipeline(RewritingPipeline[TranslationOptions, Translated]):
    """Translates texts.

    Call it as `Text2TextGenerationPipeline`, and with `src_lang` and `tgt_lang` for models of many
    languages (NLLB, M2M100, mBART; for Marian models to several languages `tgt_lang` alone). The
    keys of results are `translation_text` and `translation_token_ids`.

    Raises:
        InvalidArgumentError: The model has no such language, or needs one that was not given; and
            as `Text2TextGenerationPipeline`.

    Example:
        >>> from onnxformers import pipeline
        >>> translate = pipeline("translation", "Xenova/nllb-200-distilled-600M")  # doctest: +SKIP
        >>> translate("Hello", src_lang="eng_Latn", tgt_lang="fra_Latn")  # doctest: +SKIP
        [{'translation_text': 'Bonjour'}]

    Source: spec/transformers.js/pipelines.md and transformers 4.46.3, TranslationPipeline.
    """

    key: ClassVar[str] = "translation"
    options_class: ClassVar[type[Any]] = TranslationOptions

    def __init__(self, **parts: Any) -> None:
        super().__init__(**parts)
        pair = TRANSLATION_PAIR.fullmatch(self.task)
        self._pair = {} if pair is None else pair.groupdict()

    def read(self, texts: Sequence[str], options: TranslationOptions) -> Source:
        """The texts as the encoder reads them, in their language."""
        if isinstance(self.tokenizer, Translation):
            return self._read_languages(self.tokenizer, texts, options)
        if isinstance(self.tokenizer, MarianMethods) and self.tokenizer.supported_language_codes:
            return super().read(self._with_code(self.tokenizer, texts, options), options)
        if options.src_lang is not None or options.tgt_lang is not None:
            _log.warning(
                "[%s] %s has no codes of languages: src_lang and tgt_lang change nothing",
                self.task,
                self.model.name_or_path,
            )
        return super().read(texts, options)

    def _languages(self, options: TranslationOptions) -> tuple[str | None, str | None]:
        """Source and target: those of the call, else both of the task's name."""
        if options.src_lang is None and options.tgt_lang is None:
            return self._pair.get("src_lang"), self._pair.get("tgt_lang")
        return options.src_lang, options.tgt_lang

    def _read_languages(
        self, tokenizer: Translation, texts: Sequence[str], options: TranslationOptions
    ) -> Source:
        source, target = self._languages(options)
        if "forced_bos_token_id" in options.generation:
            if options.tgt_lang is not None:
                raise InvalidArgumentError(
                    f"[{self.task}] tgt_lang says what forced_bos_token_id does; give one of them"
                )
            reader, arguments = tokenizer.in_language(source), {}
        else:
            reader, forced = tokenizer.for_translation(source, target)
            arguments = {"forced_bos_token_id": forced}
        return Source(self.encode(texts, options, tokenizer=reader), arguments)

    def _with_code(
        self, tokenizer: MarianMethods, texts: Sequence[str], options: TranslationOptions
    ) -> Sequence[str]:
        """The texts with the token of the target language in front, if that was named."""
        _, target = self._languages(options)
        if target is None:
            return texts
        code, known = f">>{target}<<", tokenizer.supported_language_codes
        if code not in known:
            raise InvalidArgumentError(
                f"[{self.task}] {target!r} is no language of this model; there are "
                f"{', '.join(known)}"
            )
        return [f"{code} {text}" for text in texts]
