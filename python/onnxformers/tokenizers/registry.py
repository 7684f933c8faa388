"""The tokenizer classes, as rows of data.

A row says what tokenizer.json cannot: the special tokens a class assumes, the inputs its models
take, and which `model_type`s of config.json mean it when no file names a class.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

WITH_TYPE_IDS = ("input_ids", "token_type_ids", "attention_mask")
WITHOUT_TYPE_IDS = ("input_ids", "attention_mask")

BERT_TOKENS = {
    "unk_token": "[UNK]",
    "sep_token": "[SEP]",
    "pad_token": "[PAD]",
    "cls_token": "[CLS]",
    "mask_token": "[MASK]",
}
FUNNEL_TOKENS = {
    "bos_token": "<s>",
    "eos_token": "</s>",
    "unk_token": "<unk>",
    "sep_token": "<sep>",
    "pad_token": "<pad>",
    "cls_token": "<cls>",
    "mask_token": "<mask>",
}
MPNET_TOKENS = {
    "bos_token": "<s>",
    "eos_token": "</s>",
    "unk_token": "[UNK]",
    "sep_token": "</s>",
    "pad_token": "<pad>",
    "cls_token": "<s>",
    "mask_token": "<mask>",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenizerRow:
    """What one tokenizer class adds to the files.

    Attributes:
        name: the class, without the "Fast" that files may put behind it.
        model_types: values of `model_type` in config.json that mean this class.
        model_input_names: what a call returns unless told otherwise.
        special_tokens: those the class has when no file names them.
        rules_normalizer: `do_lower_case`, `strip_accents` and `tokenize_chinese_chars` of
            tokenizer_config.json overrule the file's BertNormalizer.
    """

    name: str
    model_types: tuple[str, ...] = ()
    model_input_names: tuple[str, ...] = WITH_TYPE_IDS
    special_tokens: Mapping[str, str] = field(default_factory=dict)
    rules_normalizer: bool = False


def _bert(
    name: str,
    *model_types: str,
    names: tuple[str, ...] = WITH_TYPE_IDS,
    tokens: Mapping[str, str] = BERT_TOKENS,
) -> TokenizerRow:
    return TokenizerRow(
        name=name,
        model_types=model_types,
        model_input_names=names,
        special_tokens=tokens,
        rules_normalizer=True,
    )


GENERIC = TokenizerRow(name="PreTrainedTokenizer")

# model_types as in transformers 4.46.3, TOKENIZER_MAPPING_NAMES.
ROWS = (
    _bert(
        "BertTokenizer",
        *("align", "bark", "bert", "blip", "bros", "chinese_clip", "ernie", "git"),
        *("grounding-dino", "megatron-bert", "nezha", "qdqbert", "tvp", "vilt", "visual_bert"),
    ),
    _bert("ConvBertTokenizer", "convbert"),
    _bert("DistilBertTokenizer", "distilbert", names=WITHOUT_TYPE_IDS),
    _bert("ElectraTokenizer", "electra"),
    _bert("FunnelTokenizer", "funnel", tokens=FUNNEL_TOKENS),
    _bert("LayoutLMTokenizer", "layoutlm"),
    _bert("LxmertTokenizer", "lxmert"),
    _bert("MobileBertTokenizer", "mobilebert"),
    _bert("MPNetTokenizer", "mpnet", names=WITHOUT_TYPE_IDS, tokens=MPNET_TOKENS),
    _bert("RetriBertTokenizer", "retribert", names=WITHOUT_TYPE_IDS),
    _bert("SqueezeBertTokenizer", "squeezebert"),
)

_BY_NAME = {row.name: row for row in ROWS}
_BY_MODEL_TYPE = {model_type: row for row in ROWS for model_type in row.model_types}

# What files and users call the class that has no behaviour of its own.
GENERIC_NAMES = frozenset({"PreTrainedTokenizer", "PreTrainedTokenizerFast"})


def row_by_name(name: str) -> TokenizerRow | None:
    """The row of a class name, with or without "Fast"; None for a name that is not in the table."""
    if name in GENERIC_NAMES:
        return GENERIC
    return _BY_NAME.get(name.removesuffix("Fast"))


def row_by_model_type(model_type: str) -> TokenizerRow | None:
    """The row that a `model_type` of config.json stands for, or None."""
    return _BY_MODEL_TYPE.get(model_type)
