"""`AutoTokenizer`, and the classes made from the rows of the registry."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from onnxformers.errors import InvalidTypeError
from onnxformers.tokenizers import loading
from onnxformers.tokenizers.base import PreTrainedTokenizer
from onnxformers.tokenizers.behaviours import behaviour_of
from onnxformers.tokenizers.registry import (
    GENERIC,
    TokenizerRow,
    row_by_model_type,
    row_by_name,
)

if TYPE_CHECKING:
    import os

    from typing_extensions import Unpack

    from onnxformers.hub.options import LoadOptions

logger = logging.getLogger(__name__)

_classes: dict[str, type[PreTrainedTokenizer]] = {GENERIC.name: PreTrainedTokenizer}


def tokenizer_class(name: str) -> type[PreTrainedTokenizer] | None:
    """The class of a name, with or without "Fast"; None for a name that is not in the registry.

    The same name always gives the same class.
    """
    row = row_by_name(name)
    return None if row is None else _class_of(row)


class AutoTokenizer:
    """Loads a tokenizer of the class that its files name."""

    def __init__(self) -> None:
        raise InvalidTypeError("[AutoTokenizer] use AutoTokenizer.from_pretrained(name_or_path)")

    @staticmethod
    def from_pretrained(
        name_or_path: str | os.PathLike[str],
        **options: Unpack[loading.TokenizerLoadOptions],
    ) -> PreTrainedTokenizer:
        """Load a tokenizer from a local folder, the Hub's cache or the Hub.

        Reads tokenizer.json, and tokenizer_config.json and special_tokens_map.json where they are
        there; the class comes from `tokenizer_class`, else from config.json. A class that is not
        in the registry becomes `PreTrainedTokenizer`, with a line in the log.

        Args:
            name_or_path: a folder, or a model's name on the Hub.
            **options: keyword options:
                revision: branch, tag or commit on the Hub.
                subfolder: folder of the tokenizer's files inside the model; the default is the
                    model's own folder ("onnx", where models keep their graphs, means that too).
                cache_dir, local_files_only, token, progress_callback: as for models.
                bos_token, eos_token, unk_token, sep_token, pad_token, cls_token, mask_token,
                    additional_special_tokens: special tokens in place of those of the files.
                model_max_length, padding_side, truncation_side, model_input_names,
                    clean_up_tokenization_spaces, pad_token_type_id: settings likewise.
                chat_template: a template for conversations, or templates by name.
                do_lower_case, strip_accents, tokenize_chinese_chars: for BERT's family.
                add_prefix_space, trim_offsets: for byte-level tokenizers such as GPT-2's.
                add_bos_token, add_eos_token: for Llama's family.
                split_special_tokens, legacy: settings of tokenizer_config.json.
                src_lang, tgt_lang, legacy_behaviour: for translation.
                target_lang: for files with a vocabulary for each language.
                language, task, predict_timestamps: for Whisper.
                use_fast, trust_remote_code: accepted and without effect.

        Raises:
            MissingFileError: no tokenizer.json there.
            FileFormatError: a file is broken or asks for something unknown.
            InvalidArgumentError: an unknown option.

        Example:
            >>> AutoTokenizer.from_pretrained("Xenova/all-MiniLM-L6-v2")("Hello").input_ids
            array([[ 101, 7592,  102]])

        Source: spec/transformers.js/tokenizers.md, AutoTokenizer.
        """
        files = loading.read_files("AutoTokenizer", name_or_path, options)
        return _made_from(files, str(name_or_path))

    @staticmethod
    def load(name_or_path: str, options: LoadOptions) -> PreTrainedTokenizer:
        """Load the tokenizer beside config.json, as part of a load under way."""
        return _made_from(loading.read_folder(name_or_path, "", options, {}), name_or_path)


def _made_from(files: loading.TokenizerFiles, name: str) -> PreTrainedTokenizer:
    return _class_of(_row_of(files))(files.tokenizer_json, files.config, name_or_path=name)


def _row_of(files: loading.TokenizerFiles) -> TokenizerRow:
    name = files.config.get("tokenizer_class") or files.model_config.get("tokenizer_class")
    model_type = files.model_config.get("model_type")
    if isinstance(name, str):
        row = row_by_name(name)
    elif isinstance(model_type, str):
        row = row_by_model_type(model_type)
    else:
        row = GENERIC
    if row is None:
        logger.info(
            "[AutoTokenizer] %s has no class of its own here; PreTrainedTokenizer reads it",
            name or f"model_type {model_type}",
        )
    return row or GENERIC


def _class_of(row: TokenizerRow) -> type[PreTrainedTokenizer]:
    if row.name not in _classes:
        made = type(
            row.name,
            (*behaviour_of(row.name), PreTrainedTokenizer),
            {
                "__doc__": f"`PreTrainedTokenizer` with the defaults of {row.name}.",
                "__module__": "onnxformers.tokenizers",
                "row": row,
            },
        )
        # Of two threads that made one, both take the first.
        _classes.setdefault(row.name, made)
    return _classes[row.name]
