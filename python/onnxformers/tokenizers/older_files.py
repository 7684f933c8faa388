"""Finds the files that came before tokenizer.json, and reads them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from onnxformers.errors import MissingFileError
from onnxformers.hub import files as hub_files
from onnxformers.tokenizers import (
    conversion,
    conversion_letters,
    conversion_marian,
    conversion_sentencepiece,
)
from onnxformers.tokenizers import conversion_rows as rows
from onnxformers.tokenizers.conversion_parts import Source
from onnxformers.tokenizers.registry import GENERIC_NAMES, row_by_model_type

if TYPE_CHECKING:
    import os
    from collections.abc import Set as AbstractSet

    from onnxformers.hub.options import LoadOptions

logger = logging.getLogger(__name__)


class OlderForm(NamedTuple):
    """Files that belong together.

    Attributes:
        names: all of them are needed.
        convert: makes tokenizer.json of them.
        classes: tokenizer classes that read them this way.
        needs_class: whether they say too little to be read so where no class is named.
    """

    names: tuple[str, ...]
    convert: Callable[[Source], bytes]
    classes: AbstractSet[str]
    needs_class: bool = False


_SENTENCEPIECE = frozenset(rows.SENTENCEPIECE)
_TIKTOKEN = frozenset({*rows.TIKTOKEN_BY_CLASS, *rows.BYTE_PAIR})
MODEL_NAMES = (
    *("spiece.model", "sentencepiece.bpe.model", "tokenizer.model", "spm.model"),
    *("sentencepiece.model", "sentencepiece.unigram.model"),
)
RANK_NAMES = (
    *("qwen.tiktoken", "tokenizer.tiktoken", "cl100k_base.tiktoken", "o200k_base.tiktoken"),
    "gpt2.tiktoken",
)
FORMS = (
    OlderForm(("vocab.txt",), conversion.from_vocab_txt, rows.WORDPIECE_CLASSES),
    OlderForm(
        conversion_marian.FILES, conversion_marian.from_marian, frozenset({"MarianTokenizer"})
    ),
    OlderForm(("vocab.json", "merges.txt"), conversion.from_byte_pairs, frozenset(rows.BYTE_PAIR)),
    *(
        OlderForm((name,), conversion_sentencepiece.from_sentencepiece, _SENTENCEPIECE)
        for name in MODEL_NAMES
    ),
    *(OlderForm((name,), conversion.from_tiktoken, _TIKTOKEN) for name in RANK_NAMES),
    OlderForm(
        ("vocab.json",),
        conversion_letters.from_letters,
        frozenset({"Wav2Vec2CTCTokenizer"}),
        needs_class=True,
    ),
)


def find(
    name_or_path: str | os.PathLike[str],
    prefix: str,
    options: LoadOptions,
    facts: tuple[dict[str, Any], dict[str, Any]],
) -> bytes | None:
    """The tokenizer.json that older files stand for; None where there are none.

    Args:
        name_or_path: a folder or a model's name on the Hub.
        prefix: folder of the files with its slash.
        options: of the load under way.
        facts: tokenizer_config.json and config.json.

    Raises:
        FileFormatError: a file is broken.
        MissingFileError: there are such files, but their class reads them in a way not known here.
    """
    class_name = _class_name(*facts)
    refused = ""
    for form in FORMS:
        if form.needs_class and not class_name:
            continue
        found = [hub_files.find_file(name_or_path, prefix + name, options) for name in form.names]
        paths = [path for path in found if path is not None]
        if len(paths) < len(found):
            continue
        if class_name and class_name not in form.classes:
            refused = refused or " + ".join(form.names)
            continue
        logger.info("[%s] read from %s", class_name or "tokenizer", " + ".join(form.names))
        files = {name: path.read_bytes() for name, path in zip(form.names, paths, strict=True)}
        return form.convert(Source(class_name, facts[0], files))
    if refused:
        raise MissingFileError(
            f"[AutoTokenizer] {name_or_path} has no tokenizer.json, and {refused} in the way of "
            f"{class_name} is not read; save it as tokenizer.json with Python's transformers"
        )
    return None


def _class_name(config: dict[str, Any], model_config: dict[str, Any]) -> str:
    name = config.get("tokenizer_class") or model_config.get("tokenizer_class")
    if isinstance(name, str):
        return "" if name in GENERIC_NAMES else name.removesuffix("Fast")
    model_type = model_config.get("model_type")
    row = row_by_model_type(model_type) if isinstance(model_type, str) else None
    return "" if row is None or row.name in GENERIC_NAMES else row.name
