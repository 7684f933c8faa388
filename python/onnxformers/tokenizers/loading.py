"""The files of a tokenizer, and the options of loading one."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict

from onnxformers.errors import MissingFileError
from onnxformers.hub import files as hub_files
from onnxformers.hub.options import ONLY_FOR_MODELS, LoadOptions
from onnxformers.options import refuse_unknown
from onnxformers.tokenizers.chat_files import chat_template_of
from onnxformers.tokenizers.overrides import OPTIONS
from onnxformers.tokenizers.special_tokens import ADDITIONAL, NAMES, with_special_tokens_map

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Mapping
    from pathlib import Path

logger = logging.getLogger(__name__)

TOKENIZER = "tokenizer.json"
TOKENIZER_CONFIG = "tokenizer_config.json"
SPECIAL_TOKENS_MAP = "special_tokens_map.json"
OVERRIDES = frozenset(
    {
        *NAMES,
        ADDITIONAL,
        *OPTIONS,
        "model_max_length",
        "padding_side",
        "truncation_side",
        "model_input_names",
        "clean_up_tokenization_spaces",
        "pad_token_type_id",
        "chat_template",
        "split_special_tokens",
        "legacy",
        "tiktoken_encoding",
        "src_lang",
        "tgt_lang",
        "legacy_behaviour",
        "language",
        "task",
        "predict_timestamps",
    }
)
# Files that single classes read, and what they are called in the config.
MORE_FILES = {"WhisperTokenizer": ("normalizer.json", "english_spelling_normalizer")}
# What other Auto classes take, so that one set of loading options serves all of them.
NOT_FOR_TOKENIZERS = ONLY_FOR_MODELS | {"use_fast"}
LOADING = frozenset(
    {"revision", "subfolder", "cache_dir", "local_files_only", "token", "progress_callback"}
)


class TokenizerLoadOptions(TypedDict, total=False):
    """The keyword options of `from_pretrained`; `AutoTokenizer.from_pretrained` tells each."""

    revision: str
    subfolder: str
    cache_dir: str | os.PathLike[str] | None
    local_files_only: bool
    token: str | bool | None
    progress_callback: Callable[[dict[str, Any]], object] | None
    bos_token: str | None
    eos_token: str | None
    unk_token: str | None
    sep_token: str | None
    pad_token: str | None
    cls_token: str | None
    mask_token: str | None
    additional_special_tokens: list[str]
    model_max_length: int | None
    padding_side: str
    truncation_side: str
    model_input_names: list[str]
    clean_up_tokenization_spaces: bool
    pad_token_type_id: int
    chat_template: str | dict[str, str] | None
    tiktoken_encoding: str
    do_lower_case: bool
    strip_accents: bool | None
    tokenize_chinese_chars: bool
    add_prefix_space: bool
    trim_offsets: bool
    add_bos_token: bool
    add_eos_token: bool
    split_special_tokens: bool
    legacy: bool
    src_lang: str | None
    tgt_lang: str | None
    target_lang: str | None
    legacy_behaviour: bool
    language: str | None
    task: str | None
    predict_timestamps: bool
    use_fast: bool
    trust_remote_code: bool


class TokenizerFiles(NamedTuple):
    """What was read.

    Attributes:
        tokenizer_json: where tokenizer.json lies; its bytes if they were made from older files.
        config: tokenizer_config.json with special_tokens_map.json and the caller's overrides in it.
        model_config: config.json, read only where tokenizer_config.json names no class.
    """

    tokenizer_json: bytes | Path
    config: dict[str, Any]
    model_config: dict[str, Any]


def read_files(
    place: str, name_or_path: str | os.PathLike[str], options: Mapping[str, Any]
) -> TokenizerFiles:
    """Read the files of a tokenizer from a local folder, the Hub's cache or the Hub.

    Raises:
        MissingFileError: no tokenizer.json there, nor an older form.
        InvalidArgumentError: an unknown option.
    """
    overrides = _overrides(place, options)
    load_options = LoadOptions(**{name: options[name] for name in options if name in LOADING})
    # The default names the folder of the ONNX files; a tokenizer lies beside config.json.
    folder = "" if load_options.subfolder == "onnx" else load_options.subfolder
    return read_folder(name_or_path, folder, load_options, overrides)


def read_folder(
    name_or_path: str | os.PathLike[str],
    folder: str,
    load_options: LoadOptions,
    overrides: Mapping[str, Any],
) -> TokenizerFiles:
    """As `read_files`, from a folder of the model and with the options of a load under way."""
    prefix = f"{folder}/" if folder else ""
    config = hub_files.find_json(name_or_path, prefix + TOKENIZER_CONFIG, load_options) or {}
    template = chat_template_of(name_or_path, prefix, load_options, config.get("chat_template"))
    if template is not None:
        config["chat_template"] = template
    for class_name, (file, key) in MORE_FILES.items():
        if str(config.get("tokenizer_class")).removesuffix("Fast") == class_name:
            found = hub_files.find_json(name_or_path, prefix + file, load_options)
            config.update({} if found is None else {key: found})
    if "added_tokens_decoder" not in config:  # else the map, the older file, adds nothing
        special = hub_files.find_json(name_or_path, prefix + SPECIAL_TOKENS_MAP, load_options)
        config = with_special_tokens_map(config, special or {})
    model_config = None
    if config.get("tokenizer_class") is None:
        model_config = hub_files.find_json(name_or_path, prefix + "config.json", load_options)
    config = {**config, **overrides}
    facts = (config, model_config or {})
    return TokenizerFiles(
        tokenizer_json=_read_tokenizer(name_or_path, prefix, load_options, facts),
        config=config,
        model_config=model_config or {},
    )


def _overrides(place: str, options: Mapping[str, Any]) -> dict[str, Any]:
    refuse_unknown(sorted(options.keys() - NOT_FOR_TOKENIZERS), OVERRIDES | LOADING, place)
    if options.get("trust_remote_code"):
        logger.warning("[%s] trust_remote_code: code of a repository is never run here", place)
    return {name: value for name, value in options.items() if name in OVERRIDES}


def _read_tokenizer(
    name_or_path: str | os.PathLike[str],
    prefix: str,
    options: LoadOptions,
    facts: tuple[dict[str, Any], dict[str, Any]],
) -> bytes | Path:
    try:
        return hub_files.resolve_file(name_or_path, prefix + TOKENIZER, options)
    except MissingFileError:
        from onnxformers.tokenizers import older_files

        converted = older_files.find(name_or_path, prefix, options, facts)
        if converted is None:
            raise
        return converted
