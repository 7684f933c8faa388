"""The ways of normalizing, splitting and decoding that the rows of `conversion_rows` name.

Source: convert_slow_tokenizer.py of transformers 4.46.3; SentencePiece's normalizer.cc.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from onnxformers.errors import FileFormatError
from onnxformers.tokenizers import conversion_sections as sections

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from onnxformers._native.tokenizers import SentencePieceFile

Section = dict[str, Any]


class Settings(NamedTuple):
    """tokenizer_config.json, what the class assumes, and the model where it is SentencePiece's."""

    config: Mapping[str, Any]
    defaults: Mapping[str, Any]
    model: SentencePieceFile | None

    def flag(self, name: str, otherwise: bool) -> bool:
        """A setting that is on or off."""
        value = self.config.get(name)
        return bool(self.defaults.get(name, otherwise) if value is None else value)

    def text(self, name: str, otherwise: str) -> str:
        """A setting that is a token, as text or as an object of the file."""
        value = self.config.get(name)
        if isinstance(value, dict):
            value = value.get("content")
        return value if isinstance(value, str) else otherwise

    @property
    def scheme(self) -> str:
        """Where a space is put in front."""
        if not self.flag("add_prefix_space", True):
            return "never"
        return "always" if self.flag("legacy", True) else "first"

    @property
    def charsmap(self) -> list[Section]:
        """The model's character map as a list of no or one normalizer."""
        return sections.precompiled(self.model.charsmap) if self.model else []


def _steps(*steps: Section) -> Section:
    return sections.sequence("normalizers", steps)


def _plain(settings: Settings) -> Section:
    return _steps(
        *settings.charsmap, sections.strip(False, True), sections.replace_spaces(sections.SPACE)
    )


def _accents(settings: Settings) -> list[Section]:
    steps: list[Section] = []
    if not settings.flag("keep_accents", False):
        steps += [{"type": "NFKD"}, {"type": "StripAccents"}]
    if settings.flag("do_lower_case", False):
        steps.append({"type": "Lowercase"})
    return [*steps, *settings.charsmap]


_QUOTES = (sections.replace("``", '"'), sections.replace("''", '"'))


def _albert(settings: Settings) -> Section:
    return _steps(*_QUOTES, *_accents(settings), sections.replace_spaces(" "))


def _rembert(settings: Settings) -> Section:
    return _steps(*_QUOTES, sections.replace_spaces(" "), *_accents(settings))


def _deberta(settings: Settings) -> Section:
    lower: list[Section] = [{"type": "Lowercase"}] if settings.flag("do_lower_case", False) else []
    strip = sections.strip(True, True)
    return _steps(*lower, strip, *settings.charsmap, sections.replace_spaces(" "))


def _llama(settings: Settings) -> Section | None:
    if not settings.flag("legacy", True):
        return None
    prepend: list[Section] = [{"type": "Prepend", "prepend": sections.SPACE}]
    if not settings.flag("add_prefix_space", True):
        prepend = []
    return _steps(*prepend, sections.replace(" ", sections.SPACE))


def _sentencepiece(settings: Settings) -> Section | None:
    model = settings.model
    if model is None or model.treat_whitespace_as_suffix:
        raise FileFormatError("[SentencePiece model] white space as a suffix is not supported")
    steps = settings.charsmap
    if model.remove_extra_whitespaces:
        ends = {"type": "Replace", "pattern": {"Regex": r"\A +| +\z"}, "content": ""}
        steps += [ends, sections.replace_spaces(" ")]
    space = sections.SPACE if model.escape_whitespaces else " "
    if model.add_dummy_prefix and _prepends(model):
        steps.append({"type": "Prepend", "prepend": space})
    if model.escape_whitespaces and _prepends(model):
        steps.append(sections.replace(" ", space))
    return _steps(*steps) if steps else None


def _prepends(model: SentencePieceFile) -> bool:
    # A normalizer puts a space behind user-defined symbols too, which SentencePiece does not.
    # Metaspace puts none before another one or where white space was taken away, which it does.
    symbols = any(not is_control for _, _, is_control in model.marked())
    return not (model.escape_whitespaces and symbols)


def _whole(settings: Settings) -> Section | None:
    if settings.model is None or _prepends(settings.model):
        return None
    return sections.metaspace("first" if settings.model.add_dummy_prefix else "never", split=False)


def _deberta_words(settings: Settings) -> Section:
    steps: list[Section] = [sections.metaspace(settings.scheme)]
    if settings.flag("split_by_punct", False):
        steps.insert(0, {"type": "Punctuation", "behavior": "Isolated"})
    return sections.sequence("pretokenizers", steps)


def _words(settings: Settings) -> Section:
    steps = [{"type": "WhitespaceSplit"}, sections.metaspace(settings.scheme)]
    return sections.sequence("pretokenizers", steps)


def _llama_words(settings: Settings) -> Section | None:
    if settings.flag("legacy", True):
        return None
    return sections.metaspace(settings.scheme, split=False)


def _gemma_words(_: Settings) -> Section:
    return {
        "type": "Split",
        "pattern": {"String": " "},
        "behavior": "MergedWithPrevious",
        "invert": False,
    }


def _bert_normalizer(lowercase: bool, strip_accents: bool | None) -> Section:
    return {
        "type": "BertNormalizer",
        "clean_text": True,
        "handle_chinese_chars": True,
        "strip_accents": strip_accents,
        "lowercase": lowercase,
    }


def _clip_normalizer(_: Settings) -> Section:
    spaces = {"type": "Replace", "pattern": {"Regex": r"\s+"}, "content": " "}
    return _steps({"type": "NFC"}, spaces, {"type": "Lowercase"})


def _clip_words(_: Settings) -> Section:
    parts = sections.split(sections.CLIP_PATTERN, "Removed", invert=True)
    return sections.sequence("pretokenizers", [parts, sections.byte_level(add_prefix_space=False)])


NORMALIZERS: Mapping[str, Callable[[Settings], Section | None]] = {
    "plain": _plain,
    "albert": _albert,
    "deberta": _deberta,
    "gemma": lambda _: sections.replace(" ", sections.SPACE),
    "llama": _llama,
    "rembert": _rembert,
    "sentencepiece": _sentencepiece,
    "xlnet": _albert,
}
PRE_TOKENIZERS: Mapping[str, Callable[[Settings], Section | None]] = {
    "deberta": _deberta_words,
    "gemma": _gemma_words,
    "llama": _llama_words,
    "metaspace": lambda settings: sections.metaspace(settings.scheme),
    "whole": _whole,
    "words": _words,
}
DECODERS: Mapping[str, Callable[[Settings], Section | None]] = {
    "bytes": lambda s: sections.byte_fallback_decoder(s.flag("add_prefix_space", True)),
    "gemma": lambda _: sections.byte_fallback_decoder(strips_space=False),
    "metaspace": lambda settings: sections.metaspace(settings.scheme),
    "sentencepiece": lambda s: sections.byte_fallback_decoder(
        s.model is not None and s.model.add_dummy_prefix
    ),
}
BYTE_PAIR_NORMALIZERS: Mapping[str, Callable[[Settings], Section | None]] = {
    "": lambda _: None,
    "clip": _clip_normalizer,
    "herbert": lambda _: _bert_normalizer(lowercase=False, strip_accents=False),
    "nfc": lambda _: {"type": "NFC"},
    "openai": lambda _: _bert_normalizer(lowercase=True, strip_accents=None),
}
BYTE_PAIR_PRE_TOKENIZERS: Mapping[str, Callable[[Settings], Section | None]] = {
    "bert": lambda _: {"type": "BertPreTokenizer"},
    "bytes": lambda s: sections.byte_level(add_prefix_space=s.flag("add_prefix_space", False)),
    "clip": _clip_words,
    "qwen": lambda s: sections.split_bytes(
        sections.QWEN_PATTERN, s.flag("add_prefix_space", False)
    ),
}
