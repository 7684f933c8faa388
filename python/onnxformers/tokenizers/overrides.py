"""What the options beside tokenizer.json, the class and the caller change in it: rules by name."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from onnxformers.errors import FileFormatError
from onnxformers.tokenizers.bare_vocabulary import bare_vocabulary
from onnxformers.tokenizers.sections import find_section, section, with_section

if TYPE_CHECKING:
    from onnxformers.tokenizers.state import State

Options = Mapping[str, Any]
Rule = Callable[[bytes, Options], bytes]

# Option of tokenizer_config.json → field of a BertNormalizer, and what the class assumes.
NORMALIZER_OPTIONS: dict[str, tuple[str, bool | None]] = {
    "do_lower_case": ("lowercase", True),
    "strip_accents": ("strip_accents", None),
    "tokenize_chinese_chars": ("handle_chinese_chars", True),
}
# What other rules ask for.
OPTIONS = frozenset(
    {
        *NORMALIZER_OPTIONS,
        "add_prefix_space",
        "trim_offsets",
        "add_bos_token",
        "add_eos_token",
        "target_lang",
    }
)


def apply_rules(rules: tuple[str, ...], tokenizer_json: bytes, options: Options) -> bytes:
    """tokenizer.json as a class with these rules reads it.

    A broken file is returned as it is, for the core to say what is wrong with it.

    Raises:
        FileFormatError: `target_lang` names no vocabulary of a file that has several.
    """
    tokenizer_json = bare_vocabulary(tokenizer_json, options)
    for name in rules:
        rule = RULES.get(name)
        if rule is not None:
            tokenizer_json = rule(tokenizer_json, options)
    return tokenizer_json


def bert_normalizer(tokenizer_json: bytes, options: Options) -> bytes:
    """Options of the BERT family overrule the file's BertNormalizer.

    Source: transformers 4.46.3, `BertTokenizerFast.__init__`.
    """
    normalizer = section(tokenizer_json, "normalizer")
    if normalizer is None or normalizer.get("type") != "BertNormalizer":
        return tokenizer_json
    wanted = {
        key: options.get(option, default)
        for option, (key, default) in NORMALIZER_OPTIONS.items()
        if key in normalizer
    }
    return _changed(tokenizer_json, "normalizer", normalizer, wanted)


def prefix_space(tokenizer_json: bytes, options: Options) -> bytes:
    """`add_prefix_space` (False unless given) overrules a pre-tokenizer that has such a field.

    Source: transformers 4.46.3, `GPT2TokenizerFast.__init__`.
    """
    return _overrule(tokenizer_json, "pre_tokenizer", options, add_prefix_space=False)


def post_offsets(tokenizer_json: bytes, options: Options) -> bytes:
    """`add_prefix_space` and `trim_offsets` overrule the post-processor.

    Source: transformers 4.46.3, `RobertaTokenizerFast.__init__`.
    """
    return _overrule(
        tokenizer_json, "post_processor", options, add_prefix_space=False, trim_offsets=True
    )


def prefix_space_everywhere(tokenizer_json: bytes, options: Options) -> bytes:
    """`add_prefix_space=True` switches it on in pre-tokenizer and decoder, however deep.

    Source: transformers 4.46.3, `BloomTokenizerFast.__init__`.
    """
    if not options.get("add_prefix_space"):
        return tokenizer_json
    for name in ("pre_tokenizer", "decoder"):
        component = section(tokenizer_json, name)
        if component is not None:
            before = json.dumps(component)
            after = before.replace('"add_prefix_space": false', '"add_prefix_space": true')
            if after != before:
                tokenizer_json = with_section(tokenizer_json, name, json.loads(after))
    return tokenizer_json


def sentencepiece_prefix(tokenizer_json: bytes, options: Options) -> bytes:
    """`add_prefix_space` says whether a text begins with the mark of a space.

    The reference makes a new tokenizer from the SentencePiece model for that; here the stages that
    put the mark there are taken out or in.

    Source: transformers 4.46.3, `LlamaConverter`.
    """
    wanted = options.get("add_prefix_space")
    if wanted is None:
        return tokenizer_json
    pre_tokenizer = section(tokenizer_json, "pre_tokenizer")
    if pre_tokenizer is not None and pre_tokenizer.get("type") == "Metaspace":
        legacy = options.get("legacy", True) not in {False, None}
        scheme = ("always" if legacy else "first") if wanted else "never"
        if pre_tokenizer.get("prepend_scheme", "always") in {"always", "first"} and wanted:
            return tokenizer_json
        changes = {"prepend_scheme": scheme, "add_prefix_space": bool(wanted)}
        return _changed(tokenizer_json, "pre_tokenizer", pre_tokenizer, changes)
    return _with_prepend(tokenizer_json, bool(wanted))


def bos_eos_template(state: State) -> dict[str, Any]:
    """The post-processor that puts `bos_token` before a text and `eos_token` behind it, if wanted.

    Raises:
        FileFormatError: such a token is wanted and there is none.

    Source: transformers 4.46.3, `LlamaTokenizerFast.update_post_processor`.
    """
    settings, special = state.settings, dict[str, Any]()

    def parts(name: str, is_wanted: bool, type_id: int) -> list[dict[str, Any]]:
        token, token_id = state.token(name), state.token_ids.get(name)
        if not is_wanted:
            return []
        if token is None or token_id is None:
            raise FileFormatError(
                f"[{state.place}] add_{name} is on, but this tokenizer has no {name}"
            )
        special[token] = {"id": token, "ids": [token_id], "tokens": [token]}
        return [{"SpecialToken": {"id": token, "type_id": type_id}}]

    def around(text: str, type_id: int) -> list[dict[str, Any]]:
        return [
            *parts("bos_token", settings.add_bos_token, type_id),
            {"Sequence": {"id": text, "type_id": type_id}},
            *parts("eos_token", settings.add_eos_token, type_id),
        ]

    single = around("A", 0)
    return {
        "type": "TemplateProcessing",
        "single": single,
        "pair": [*single, *around("B", 1)],
        "special_tokens": special,
    }


RULES: dict[str, Rule] = {
    "bert_normalizer": bert_normalizer,
    "prefix_space": prefix_space,
    "post_offsets": post_offsets,
    "prefix_space_everywhere": prefix_space_everywhere,
    "sentencepiece_prefix": sentencepiece_prefix,
}

PREPEND = {"type": "Prepend", "prepend": "▁"}
STRIP = {"type": "Strip", "content": " ", "start": 1, "stop": 0}


def _with_prepend(tokenizer_json: bytes, wanted: bool) -> bytes:
    """The stages of a BPE made from a SentencePiece model, with or without the space in front."""
    found = find_section(tokenizer_json, "normalizer")
    if found is None:
        return tokenizer_json
    stages = _stages(found.value, "normalizers")
    has_prepend = any(stage.get("type") == "Prepend" for stage in stages)
    if has_prepend == wanted or not any(stage.get("type") == "Replace" for stage in stages):
        return tokenizer_json
    rest = [stage for stage in stages if stage.get("type") != "Prepend"]
    normalizers = [PREPEND, *rest] if wanted else rest
    tokenizer_json = with_section(
        tokenizer_json, "normalizer", {"type": "Sequence", "normalizers": normalizers}
    )
    decoders = _stages(section(tokenizer_json, "decoder"), "decoders")
    rest = [stage for stage in decoders if stage.get("type") != "Strip"]
    if not rest:
        return tokenizer_json
    return with_section(
        tokenizer_json,
        "decoder",
        {"type": "Sequence", "decoders": [*rest, STRIP] if wanted else rest},
    )


def _stages(component: Any, key: str) -> list[dict[str, Any]]:
    """The stages of a Sequence, or the one component that it is."""
    if not isinstance(component, dict):
        return []
    stages = component.get(key) if component.get("type") == "Sequence" else [component]
    if not isinstance(stages, list) or not all(isinstance(stage, dict) for stage in stages):
        return []
    return stages


def _overrule(tokenizer_json: bytes, name: str, options: Options, **defaults: bool) -> bytes:
    """The fields of a component that options of the same name overrule, where it has them."""
    component = section(tokenizer_json, name)
    if component is None:
        return tokenizer_json
    wanted = {
        key: bool(options.get(key, default))
        for key, default in defaults.items()
        if key in component
    }
    return _changed(tokenizer_json, name, component, wanted)


def _changed(tokenizer_json: bytes, name: str, component: Options, changes: Options) -> bytes:
    if all(component.get(key) == value for key, value in changes.items()):
        return tokenizer_json
    return with_section(tokenizer_json, name, {**component, **changes})
