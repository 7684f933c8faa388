"""How each tokenizer class reads the files that came before tokenizer.json, as rows of data.

Source: convert_slow_tokenizer.py of transformers 4.46.3.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

FAIRSEQ = ("<s>", "<pad>", "</s>", "<unk>")
BERT_TEMPLATE = ("[CLS] $A [SEP]", "[CLS] $A [SEP] $B:1 [SEP]:1")
XLM_R_TEMPLATE = ("<s> $A </s>", "<s> $A </s> </s> $B </s>")
T5_TEMPLATE = ("$A </s>", "$A </s> $B </s>")

_MBART = "ar_AR cs_CZ de_DE en_XX es_XX et_EE fi_FI fr_XX gu_IN hi_IN it_IT ja_XX kk_KZ ko_KR \
lt_LT lv_LV my_MM ne_NP nl_XX ro_RO ru_RU si_LK tr_TR vi_VN zh_CN"
_MBART50 = "af_ZA az_AZ bn_IN fa_IR he_IL hr_HR id_ID ka_GE km_KH mk_MK ml_IN mn_MN mr_IN pl_PL \
ps_AF pt_XX sv_SE sw_KE ta_IN te_IN th_TH tl_XX uk_UA ur_PK xh_ZA gl_ES sl_SI"
MBART_CODES = tuple(_MBART.split())
MBART50_CODES = (*MBART_CODES, *_MBART50.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class SentencePieceRow:
    """What a class makes of a SentencePiece model.

    Attributes:
        first: tokens in place of the first `skipped` pieces; "{0}" stands for the piece of id 0.
        last: tokens behind the pieces.
        low: how many of `first`, from the end, have a score of -100.
        extra_ids: tokens "<extra_id_99>" to "<extra_id_0>" are put behind, unless the files say how
            many there are.
        unk_id: where the unknown token lies; None: where the model's own comes to lie.
        special: tokens that are special; those the model does not have get the next ids.
        mask: the one of them that takes the space before it.
        normalized: those of them that are looked for in normalised text.
        normalizer, pre_tokenizer, decoder: which way, by name.
        template: single and pair.
        bos: `add_bos_token` and `add_eos_token` of the files make the template.
        byte_fallback, number_commas, tab: as the core's PieceChanges.
        settings: what the class assumes where the files say nothing.
    """

    first: tuple[str, ...] = ()
    skipped: int = 0
    last: tuple[str, ...] = ()
    low: int = 0
    extra_ids: int = 0
    unk_id: int | None = None
    special: tuple[str, ...] = ()
    mask: str = ""
    normalized: tuple[str, ...] = ()
    normalizer: str = "plain"
    pre_tokenizer: str = "metaspace"
    decoder: str = "metaspace"
    template: tuple[str, str] | None = None
    bos: tuple[str, str] | None = None
    byte_fallback: bool = False
    number_commas: bool = False
    tab: bool = False
    settings: Mapping[str, object] = field(default_factory=dict)


def _fairseq(
    *last: str,
    template: tuple[str, str],
    mask: str = "",
    special: tuple[str, ...] = (),
    normalized: tuple[str, ...] = (),
) -> SentencePieceRow:
    return SentencePieceRow(
        first=FAIRSEQ,
        skipped=3,
        last=last,
        unk_id=3,
        special=(*FAIRSEQ, *special),
        mask=mask,
        normalized=normalized,
        template=template,
    )


_ALBERT = SentencePieceRow(
    number_commas=True,
    normalizer="albert",
    special=("<unk>", "[CLS]", "[SEP]", "<pad>", "[MASK]"),
    mask="[MASK]",
    template=BERT_TEMPLATE,
    settings={"do_lower_case": True},
)
_XLM_R = _fairseq("<mask>", template=XLM_R_TEMPLATE, mask="<mask>", special=("<mask>",))
_LLAMA = SentencePieceRow(
    first=("{0}", "{1}", "{2}"),
    skipped=3,
    unk_id=0,
    special=("<unk>", "<s>", "</s>"),
    normalizer="llama",
    pre_tokenizer="llama",
    decoder="bytes",
    bos=("<s>", "</s>"),
    byte_fallback=True,
)
_T5 = SentencePieceRow(extra_ids=100, special=("</s>", "<unk>", "<pad>"), template=T5_TEMPLATE)

SENTENCEPIECE: Mapping[str, SentencePieceRow] = {
    "AlbertTokenizer": _ALBERT,
    "BarthezTokenizer": SentencePieceRow(
        unk_id=3, special=(*FAIRSEQ, "<mask>"), mask="<mask>", template=XLM_R_TEMPLATE
    ),
    "BertGenerationTokenizer": SentencePieceRow(special=("<s>", "</s>", "<unk>", "<pad>")),
    "BigBirdTokenizer": SentencePieceRow(
        special=("<s>", "</s>", "<unk>", "[SEP]", "<pad>", "[CLS]", "[MASK]"),
        mask="[MASK]",
        normalized=("<s>", "</s>", "<unk>", "[SEP]", "<pad>", "[CLS]", "[MASK]"),
        template=BERT_TEMPLATE,
    ),
    "CamembertTokenizer": SentencePieceRow(
        first=("<s>NOTUSED", "<pad>", "</s>NOTUSED", "<unk>", "<unk>NOTUSED"),
        low=1,
        skipped=1,
        last=("<mask>",),
        unk_id=3,
        special=(*FAIRSEQ, "<mask>", "<s>NOTUSED", "</s>NOTUSED", "<unk>NOTUSED"),
        mask="<mask>",
        template=XLM_R_TEMPLATE,
    ),
    "CodeLlamaTokenizer": replace(
        _LLAMA, special=(*_LLAMA.special, "▁<PRE>", "▁<MID>", "▁<SUF>", "▁<EOT>")
    ),
    "DebertaV2Tokenizer": SentencePieceRow(
        special=("[CLS]", "[SEP]", "[UNK]", "[PAD]", "[MASK]"),
        normalized=("[UNK]",),
        normalizer="deberta",
        pre_tokenizer="deberta",
        template=BERT_TEMPLATE,
    ),
    "FNetTokenizer": replace(
        _ALBERT,
        special=("<unk>", "[SEP]", "<pad>", "[CLS]", "[MASK]"),
        settings={"keep_accents": True},
    ),
    "GemmaTokenizer": SentencePieceRow(
        first=("<pad>", "<eos>", "<bos>"),
        skipped=3,
        unk_id=3,
        special=("<pad>", "<eos>", "<bos>", "<unk>", "<start_of_turn>", "<end_of_turn>"),
        normalizer="gemma",
        pre_tokenizer="gemma",
        decoder="gemma",
        bos=("<bos>", "<eos>"),
        byte_fallback=True,
        tab=True,
    ),
    "LayoutXLMTokenizer": _XLM_R,
    "LlamaTokenizer": _LLAMA,
    "MBart50Tokenizer": _fairseq(
        *MBART50_CODES,
        "<mask>",
        template=("en_XX $A </s>", "en_XX $A $B </s>"),
        mask="<mask>",
        special=(*MBART50_CODES, "<mask>"),
        normalized=("<mask>",),
    ),
    "MBartTokenizer": _fairseq(
        *MBART_CODES,
        "<mask>",
        template=("$A </s> en_XX", "$A $B </s> en_XX"),
        mask="<mask>",
        special=(*MBART_CODES, "<mask>"),
    ),
    # The codes of the languages are additional special tokens of the files.
    "NllbTokenizer": _fairseq(
        template=("eng_Latn $A </s>", "eng_Latn $A $B </s>"),
        mask="<mask>",
        special=("<mask>",),
        normalized=("<mask>",),
    ),
    "PegasusTokenizer": SentencePieceRow(
        first=(
            *("<pad>", "</s>", "<mask_1>", "<mask_2>"),
            *(f"<unk_{i}>" for i in range(2, 103)),
        ),
        low=101,
        skipped=2,
        special=(
            *("<pad>", "</s>", "<mask_1>", "<mask_2>", "<unk>"),
            *(f"<unk_{i}>" for i in range(2, 103)),
        ),
        pre_tokenizer="words",
        template=("$A </s>", "$A $B </s>"),
    ),
    "Phi3Tokenizer": _LLAMA,
    "ReformerTokenizer": SentencePieceRow(special=("</s>", "<unk>")),
    "RemBertTokenizer": SentencePieceRow(
        normalizer="rembert",
        special=("[CLS]", "[SEP]", "[UNK]", "[PAD]", "[MASK]"),
        mask="[MASK]",
        normalized=("[MASK]",),
        template=BERT_TEMPLATE,
        settings={"keep_accents": True},
    ),
    "T5Tokenizer": _T5,
    "UdopTokenizer": SentencePieceRow(special=("</s>", "<unk>", "<pad>"), template=T5_TEMPLATE),
    "XGLMTokenizer": _fairseq(
        *(f"<madeupword{i}>" for i in range(7)),
        template=("</s> $A", "</s> $A </s> </s> $B"),
        special=tuple(f"<madeupword{i}>" for i in range(7)),
    ),
    "XLMRobertaTokenizer": _XLM_R,
    "XLNetTokenizer": SentencePieceRow(
        number_commas=True,
        normalizer="xlnet",
        special=("<s>", "</s>", "<unk>", "<sep>", "<pad>", "<cls>", "<mask>", "<eop>", "<eod>"),
        mask="<mask>",
        template=("$A <sep> <cls>:2", "$A <sep> $B:1 <sep>:1 <cls>:2"),
    ),
}
# SentencePiece's own way, for a class that has no row.
PLAIN_SENTENCEPIECE = SentencePieceRow(
    normalizer="sentencepiece", pre_tokenizer="whole", decoder="sentencepiece"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WordPieceRow:
    """What a class makes of vocab.txt.

    Attributes:
        special: tokens that are special; the first is the unknown one.
        mask: the one of them that takes the space before it.
        template: single and pair.
    """

    special: tuple[str, ...] = ("[UNK]", "[SEP]", "[PAD]", "[CLS]", "[MASK]")
    mask: str = ""
    template: tuple[str, str] = BERT_TEMPLATE


WORDPIECE: Mapping[str, WordPieceRow] = {
    "FunnelTokenizer": WordPieceRow(
        special=("<unk>", "<sep>", "<pad>", "<cls>", "<mask>", "<s>", "</s>"),
        template=("<cls>:2 $A <sep>", "<cls>:2 $A <sep> $B:1 <sep>:1"),
    ),
    "MPNetTokenizer": WordPieceRow(
        special=("[UNK]", "<s>", "</s>", "<pad>", "<mask>"),
        mask="<mask>",
        template=("<s> $A </s>", "<s> $A </s> </s> $B:1 </s>:1"),
    ),
}
PLAIN_WORDPIECE = WordPieceRow()
# Those that have no row of their own.
_LIKE_BERT = (
    *("Bert", "ConvBert", "DistilBert", "DPRContextEncoder", "DPRQuestionEncoder", "DPRReader"),
    *("Electra", "LayoutLM", "LayoutLMv2", "Lxmert", "MobileBert", "Realm", "RetriBert"),
    "SqueezeBert",
)
WORDPIECE_CLASSES = frozenset({*WORDPIECE, *(f"{name}Tokenizer" for name in _LIKE_BERT)})


@dataclass(frozen=True, slots=True, kw_only=True)
class BytePairRow:
    """What a class makes of vocab.json and merges.txt.

    Attributes:
        special: tokens that are special, where they are in the vocabulary.
        mask: the one of them that takes the space before it.
        normalized: those of them that are looked for in normalised text.
        unk: the unknown token of the model.
        suffix: of the last piece of a word.
        normalizer, pre_tokenizer, decoder: which way, by name.
        post: "roberta" and "bert" with `ends`, "bytes", or a template.
        ends: the tokens before and after a text.
        template: single and pair.
        settings: what the class assumes where the files say nothing.
    """

    special: tuple[str, ...] = ()
    mask: str = ""
    normalized: tuple[str, ...] = ()
    unk: str | None = None
    suffix: str = ""
    normalizer: str = ""
    pre_tokenizer: str = "bytes"
    decoder: str = "bytes"
    post: str = "bytes"
    ends: tuple[str, str] = ("", "")
    template: tuple[str, str] | None = None
    settings: Mapping[str, object] = field(default_factory=dict)


_ROBERTA = BytePairRow(
    special=("<s>", "</s>", "<unk>", "<pad>", "<mask>"),
    mask="<mask>",
    normalized=("<s>", "</s>", "<unk>", "<pad>"),
    post="roberta",
    ends=("<s>", "</s>"),
)
_BART = replace(_ROBERTA, normalized=_ROBERTA.special)
_CODEGEN = BytePairRow(special=("<|endoftext|>",))
_GPT2 = replace(_CODEGEN, normalized=("<|endoftext|>",))

BYTE_PAIR: Mapping[str, BytePairRow] = {
    "BartTokenizer": _BART,
    "BlenderbotTokenizer": BytePairRow(
        special=_ROBERTA.special,
        mask="<mask>",
        normalized=_ROBERTA.normalized,
        post="template",
        template=("$A </s>", "$A $B:1"),
    ),
    "CLIPTokenizer": BytePairRow(
        special=("<|startoftext|>", "<|endoftext|>"),
        normalized=("<|startoftext|>", "<|endoftext|>"),
        unk="<|endoftext|>",
        suffix="</w>",
        normalizer="clip",
        pre_tokenizer="clip",
        post="clip",
        ends=("<|startoftext|>", "<|endoftext|>"),
    ),
    "CodeGenTokenizer": _CODEGEN,
    "DebertaTokenizer": BytePairRow(
        special=("[CLS]", "[SEP]", "[UNK]", "[PAD]", "[MASK]"),
        mask="[MASK]",
        normalized=("[MASK]",),
        post="template",
        template=BERT_TEMPLATE,
    ),
    "GPT2Tokenizer": _GPT2,
    "HerbertTokenizer": BytePairRow(
        special=("<s>", "<unk>", "<pad>", "<mask>", "</s>"),
        unk="<unk>",
        suffix="</w>",
        normalizer="herbert",
        pre_tokenizer="bert",
        decoder="suffix",
        post="bert",
        ends=("<s>", "</s>"),
    ),
    "LEDTokenizer": _BART,
    "LayoutLMv3Tokenizer": replace(_BART, settings={"add_prefix_space": True}),
    "LongformerTokenizer": _ROBERTA,
    "MvpTokenizer": _BART,
    "OpenAIGPTTokenizer": BytePairRow(
        special=("<unk>",),
        unk="<unk>",
        suffix="</w>",
        normalizer="openai",
        pre_tokenizer="bert",
        decoder="suffix",
        post="",
    ),
    "Qwen2Tokenizer": BytePairRow(
        special=("<|endoftext|>",), normalizer="nfc", pre_tokenizer="qwen"
    ),
    "RobertaTokenizer": _ROBERTA,
    "WhisperTokenizer": BytePairRow(
        special=("<|endoftext|>",),
        post="template",
        template=(
            "<|startoftranscript|> <|notimestamps|> $A <|endoftext|>",
            "<|startoftranscript|> <|notimestamps|> $A $B:1 <|endoftext|>:1",
        ),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TiktokenRow:
    """How the ranks of a .tiktoken file are used.

    Attributes:
        pattern: the name of a pattern in `conversion_sections`.
        special: token → id; without an id the next free one.
        bos: the token before a text.
    """

    pattern: str
    special: Mapping[str, int | None] = field(default_factory=dict)
    bos: str = ""


_LLAMA3_NAMED = (
    *("begin_of_text", "end_of_text", "reserved_special_token_0", "reserved_special_token_1"),
    *("finetune_right_pad_id", "step_id", "start_header_id", "end_header_id", "eom_id"),
    *("eot_id", "python_tag"),
)
_LLAMA3_SPECIAL = (*_LLAMA3_NAMED, *(f"reserved_special_token_{i}" for i in range(2, 247)))

TIKTOKEN: Mapping[str, TiktokenRow] = {
    "gpt2": TiktokenRow(pattern="GPT2_PATTERN", special={"<|endoftext|>": 50256}),
    "cl100k_base": TiktokenRow(
        pattern="CL100K_PATTERN",
        special={
            "<|endoftext|>": 100257,
            "<|fim_prefix|>": 100258,
            "<|fim_middle|>": 100259,
            "<|fim_suffix|>": 100260,
            "<|endofprompt|>": 100276,
        },
    ),
    "o200k_base": TiktokenRow(
        pattern="O200K_PATTERN", special={"<|endoftext|>": 199999, "<|endofprompt|>": 200018}
    ),
    "llama3": TiktokenRow(
        pattern="CL100K_PATTERN",
        special={f"<|{name}|>": None for name in _LLAMA3_SPECIAL},
        bos="<|begin_of_text|>",
    ),
    "qwen": TiktokenRow(
        pattern="CL100K_PATTERN",
        special={
            "<|endoftext|>": 151643,
            "<|im_start|>": 151644,
            "<|im_end|>": 151645,
            **{f"<|extra_{i}|>": 151646 + i for i in range(205)},
        },
    ),
}
# Class and file name that say which; the default is what transformers takes.
TIKTOKEN_BY_CLASS = {"LlamaTokenizer": "llama3", "QWenTokenizer": "qwen"}
DEFAULT_TIKTOKEN = TiktokenRow(pattern="CL100K_PATTERN")
