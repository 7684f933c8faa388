"""What stands before the model in published tokenizers, with a small model behind it.

The patterns are those of the files (falcon, CLIP, BLOOM, kogpt2, ChatGLM, DeepSeek and others);
charsmaps are made up here.
"""

# ruff: noqa: RUF001 - characters that look alike are what is tried

from __future__ import annotations

from typing import Any

from normalizer_cases import precompiled, prepend, replace, sequence, strip
from small_models import DECODERS, MODELS, SIGN, byte_level, metaspace

Section = dict[str, Any]

SPACES = {"Regex": " {2,}"}
FORMS = {"ﬁ": "fi", "Ａ": "A", "１": "1", "…": "...", "\t": " ", "\u3000": " ", "\u200b": ""}
CHARSMAP = precompiled(
    {**FORMS, "\u00a0": " ", "e\u0301": "é", "½": "1\u20442", "\x00": "", "か\u3099": "が"}
)
QUOTES = [replace({"String": quote}, '"') for quote in ("``", "''")]
FOLDED = [{"type": name} for name in ("NFKD", "StripAccents", "Lowercase")]

LETTERS = (
    r"A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-ՖႠ-ჅᎠ-Ᏽᏸ-ᏽᲐ-ᲺᲽ-Ჿᴀ-ᴫᵫ-ᵷᵹ-ᶚḀ-ἕἘ-Ἕ"
    r"ℂℇℊ-ℓℕℙ-ℝℤΩℨK-ℭℯ-ℴℹℼ-ℿⅅ-ⅉⅎↃↄⰀ-ⱻⱾ-ⳤꙀ-ꙭꚀ-ꚛꜢ-ꝯꝱ-ꞇꞋ-ꞎꭰ-ꮿﬀ-ﬆﬓ-ﬗＡ-Ｚａ-ｚ𐐀-𐑏𐒰-𐓓𑢠-𑣟𞤀-𞥃"
)


def bert(clean: bool, chinese: bool, accents: bool | None, lowercase: bool) -> Section:
    flags = {"clean_text": clean, "handle_chinese_chars": chinese, "strip_accents": accents}
    return {"type": "BertNormalizer", **flags, "lowercase": lowercase}


def regex(pattern: str, behavior: str = "Isolated", *, invert: bool = False) -> Section:
    return {
        "type": "Split",
        "pattern": {"Regex": pattern},
        "behavior": behavior,
        "invert": invert,
    }


def steps(*sections: Section) -> Section:
    return {"type": "Sequence", "pretokenizers": list(sections)}


def digits(*, each: bool) -> Section:
    return {"type": "Digits", "individual_digits": each}


BARE_BYTES = byte_level(use_regex=False)
OLD_METASPACE = {
    "type": "Metaspace",
    "replacement": SIGN,
    "str_rep": SIGN,
    "add_prefix_space": True,
}
CLIP = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
CL100K_POSSESSIVE = (
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+"
    r"|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
)
DEEPSEEK_V3 = (
    r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+"
    r"| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
CASED = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]"
SMALL = r"[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]"
CONTRACTION = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
KIMI = (
    rf"[\p{{Han}}]+|[^\r\n\p{{L}}\p{{N}}]?{CASED}*{SMALL}+{CONTRACTION}"
    rf"|[^\r\n\p{{L}}\p{{N}}]?{CASED}+{SMALL}*{CONTRACTION}|\p{{N}}{{1,3}}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
VITS = [
    {"type": "Lowercase"},
    replace({"Regex": "[^k'zjxqp_bvgywcfmudlrhisntoae -]"}, ""),
    strip(),
    replace({"Regex": "(?=.)|(?<!^)$"}, "k"),
]

# Normalizer, pre-tokenizer, kind of model.
PIPELINES: dict[str, tuple[Section | None, Section | None, str]] = {
    "falcon": (
        None,
        steps(
            {"type": "Punctuation", "behavior": "Contiguous"},
            byte_level(),
            digits(each=False),
            regex("[0-9][0-9][0-9]"),
        ),
        "bytes",
    ),
    "clip": (
        sequence({"type": "NFC"}, replace({"Regex": r"\s+"}, " "), {"type": "Lowercase"}),
        steps(regex(CLIP, "Removed", invert=True), byte_level()),
        "bytes to ends of words",
    ),
    "clip as transformers writes it": (
        sequence({"type": "NFC"}, replace({"Regex": r"\s+"}, " "), {"type": "Lowercase"}),
        steps(
            regex(rf"<\|startoftext\|>|<\|endoftext\|>|{CLIP}", "Removed", invert=True),
            byte_level(),
        ),
        "bytes to ends of words",
    ),
    "bloom": (
        None,
        steps(regex(r" ?[^(\s|[.,!?…。，、।۔،])]+"), BARE_BYTES),
        "bytes",
    ),
    "deepseek-llm, deepseek-v2": (
        None,
        steps(
            regex("[\r\n]"),
            regex(rf"\s?[{LETTERS}]+"),
            regex(r"\s?[!-/:-~！-／：-～‘-‟　-。]+"),
            regex(r"\s+$"),
            regex("[一-龥ࠀ-一가-퟿]+"),
            digits(each=True),
            BARE_BYTES,
        ),
        "bytes",
    ),
    "deepseek-coder": (
        None,
        steps(
            regex("[\r\n]"),
            regex(r"\s?\p{L}+"),
            regex(r"\s?\p{P}+"),
            regex("[一-龥ࠀ-一가-퟿]+"),
            digits(each=True),
            BARE_BYTES,
        ),
        "bytes",
    ),
    "deepseek-v3, deepseek-r1": (
        sequence(),
        steps(regex(r"\p{N}{1,3}"), regex("[一-龥぀-ゟ゠-ヿ]+"), regex(DEEPSEEK_V3), BARE_BYTES),
        "bytes",
    ),
    "kimi": (None, steps(regex(KIMI), BARE_BYTES), "bytes"),
    "cl100k as tiktoken has it": (None, steps(regex(CL100K_POSSESSIVE), BARE_BYTES), "bytes"),
    "gpt2": (None, byte_level(), "bytes"),
    "gpt-neox, cohere": ({"type": "NFC"}, byte_level(), "bytes"),
    "starcoder, smollm2": (None, steps(digits(each=True), byte_level()), "bytes"),
    "command-r": ({"type": "NFC"}, steps(digits(each=True), byte_level()), "bytes"),
    "deberta": (None, byte_level(add_prefix_space=True), "bytes"),
    "kogpt2": (
        sequence({"type": "NFKC"}, bert(False, False, False, False)),
        OLD_METASPACE,
        "characters",
    ),
    "chatglm": (
        sequence(replace({"String": "<!dummy-prefix!>"}, SIGN), replace({"String": " "}, SIGN)),
        {
            **regex("", "MergedWithNext"),
            "pattern": {"String": "<!dummy-prefix!>"},
        },
        "characters or bytes",
    ),
    "gemma": (
        replace({"String": " "}, SIGN),
        {**regex("", "MergedWithPrevious"), "pattern": {"String": " "}},
        "characters or bytes",
    ),
    "llama2": (
        sequence(prepend(SIGN), replace({"String": " "}, SIGN)),
        None,
        "characters or bytes",
    ),
    "mistral-v3": (None, metaspace("never", split=False), "characters or bytes"),
    "tortoise": (None, {"type": "Whitespace"}, "characters"),
    "xlm": (
        bert(True, True, True, True),
        {"type": "BertPreTokenizer"},
        "characters to ends of words",
    ),
    "bert-uncased": (bert(True, True, None, True), {"type": "BertPreTokenizer"}, "word pieces"),
    "bert-cased": (bert(True, True, None, False), {"type": "BertPreTokenizer"}, "word pieces"),
    "t5": (CHARSMAP, steps({"type": "WhitespaceSplit"}, OLD_METASPACE), "unigram"),
    "xlm-roberta, nllb": (CHARSMAP, steps({"type": "WhitespaceSplit"}, metaspace()), "unigram"),
    "camembert, pegasus, opus": (
        sequence(CHARSMAP, replace(SPACES, " ")),
        steps({"type": "WhitespaceSplit"}, metaspace()),
        "unigram",
    ),
    "mt5": (sequence(CHARSMAP, replace(SPACES, " ")), steps(metaspace()), "unigram"),
    "deberta-v2": (
        sequence(strip(), CHARSMAP, replace(SPACES, " ")),
        metaspace(),
        "unigram",
    ),
    "albert": (
        sequence(*QUOTES, *FOLDED, CHARSMAP),
        steps({"type": "WhitespaceSplit"}, metaspace()),
        "unigram",
    ),
    "albert, done twice": (
        sequence(*QUOTES, *FOLDED, replace(SPACES, " "), *FOLDED, replace(SPACES, " ")),
        steps({"type": "WhitespaceSplit"}, metaspace()),
        "unigram",
    ),
    "xlnet": (
        sequence(*QUOTES, *FOLDED[:2], CHARSMAP, replace(SPACES, " ")),
        metaspace(),
        "unigram",
    ),
    "nmt": (
        sequence(CHARSMAP, strip(left=False), replace(SPACES, SIGN)),
        metaspace(),
        "unigram",
    ),
    "siglip": (
        sequence({"type": "Lowercase"}, strip(), replace(SPACES, " ")),
        metaspace(),
        "unigram",
    ),
    "llava": (sequence(replace(SPACES, " ")), metaspace("first"), "unigram"),
    "esm": (None, regex("."), "letters"),
    "wav2vec2": (replace({"String": " "}, "|"), regex(""), "letters"),
    "vits": (sequence(*VITS), regex(""), "letters"),
}


def document(name: str, added: list[Section] | None = None) -> Section:
    """The tokenizer.json of a pipeline, with a small model."""
    normalizer, pre_tokenizer, kind = PIPELINES[name]
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": added or [],
        "normalizer": normalizer,
        "pre_tokenizer": pre_tokenizer,
        "post_processor": None,
        "decoder": DECODERS[kind],
        "model": MODELS[kind](),
    }


def added_token(content: str, index: int, **flags: bool) -> Section:
    names = ("single_word", "lstrip", "rstrip", "normalized", "special")
    return {"id": index, "content": content, **dict.fromkeys(names, False), **flags}
