"""The tokenizer classes, as rows of data.

A row says what tokenizer.json cannot: the special tokens a class assumes, the inputs its models
take, which `model_type`s of config.json mean it when no file names a class, and which options of
tokenizer_config.json overrule tokenizer.json.

Source: transformers 4.46.3, the fast tokenizers and TOKENIZER_MAPPING_NAMES.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from onnxformers.tokenizers import token_sets as sets
from onnxformers.tokenizers.row import WITH_TYPE_IDS, WITHOUT_TYPE_IDS, TokenizerRow

Tokens = Mapping[str, str]

# Names of rules in `overrides`.
BYTE_LEVEL = ("prefix_space",)
BYTE_LEVEL_OFFSETS = ("prefix_space", "post_offsets")
EVERY_PREFIX = ("prefix_space_everywhere",)
LLAMA = ("bos_eos", "sentencepiece_prefix")
BOS = {"add_bos_token": True, "add_eos_token": False}
NO_BOS = {"add_bos_token": False, "add_eos_token": False}


def _row(name: str, types: str, tokens: Tokens, **rest: Any) -> TokenizerRow:
    """A row; `types` are its model types, separated by spaces."""
    return TokenizerRow(name=name, model_types=tuple(types.split()), special_tokens=tokens, **rest)


def _bert(
    name: str, types: str, tokens: Tokens = sets.BERT_TOKENS, has_type_ids: bool = True
) -> TokenizerRow:
    names = WITH_TYPE_IDS if has_type_ids else WITHOUT_TYPE_IDS
    return _row(name, types, tokens, model_input_names=names, rules=("bert_normalizer",))


def _byte_level(name: str, types: str, tokens: Tokens, **rest: Any) -> TokenizerRow:
    return _row(name, types, tokens, **{"rules": BYTE_LEVEL, "needs_prefix_space": True, **rest})


def _roberta(name: str, types: str, **rest: Any) -> TokenizerRow:
    return _byte_level(
        name,
        types,
        sets.ROBERTA_TOKENS,
        **{"rules": BYTE_LEVEL_OFFSETS, "mask_takes_space": True, **rest},
    )


def _unigram(
    name: str, types: str, tokens: Tokens = sets.ROBERTA_TOKENS, **rest: Any
) -> TokenizerRow:
    return _row(name, types, tokens, mask_takes_space=True, **rest)


def _typed(name: str, types: str, tokens: Tokens, **rest: Any) -> TokenizerRow:
    return _row(name, types, tokens, model_input_names=WITH_TYPE_IDS, **rest)


def _llama(name: str, types: str, tokens: Tokens = sets.LLAMA_TOKENS, **rest: Any) -> TokenizerRow:
    return _row(
        name, types, tokens, padding_side="left", **{"rules": LLAMA, "options": BOS, **rest}
    )


SPECIAL_0_TO_9 = tuple(f"<special{index}>" for index in range(10))
EXTRA_IDS = tuple(f"<extra_id_{index}>" for index in range(100))
PEGASUS_UNKNOWN = ("<mask_1>", *(f"<unk_{index}>" for index in range(2, 103)))

ROWS = (
    # ---- WordPiece
    _bert(
        "BertTokenizer",
        "align bark bert blip bros chinese_clip ernie git grounding-dino megatron-bert nezha "
        "qdqbert tvp vilt visual_bert",
    ),
    _bert("ConvBertTokenizer", "convbert"),
    _bert("DistilBertTokenizer", "distilbert", has_type_ids=False),
    _bert("DPRContextEncoderTokenizer", ""),
    _bert("DPRQuestionEncoderTokenizer", "dpr"),
    _bert("DPRReaderTokenizer", "", has_type_ids=False),
    _bert("ElectraTokenizer", "electra"),
    _bert("FunnelTokenizer", "funnel", sets.FUNNEL_TOKENS),
    _bert("LayoutLMTokenizer", "layoutlm"),
    _bert("LxmertTokenizer", "lxmert"),
    _bert("MobileBertTokenizer", "mobilebert"),
    _bert("MPNetTokenizer", "mpnet", sets.MPNET_TOKENS, has_type_ids=False),
    _bert("RealmTokenizer", "realm"),
    _bert("RetriBertTokenizer", "retribert", has_type_ids=False),
    _bert("RoFormerTokenizer", "roformer"),
    _bert("SplinterTokenizer", "splinter"),
    _bert("SqueezeBertTokenizer", "squeezebert"),
    # ---- byte-level BPE
    _roberta("BartTokenizer", "bart"),
    _roberta("BlenderbotTokenizer", "blenderbot"),
    _roberta("LEDTokenizer", "led"),
    _roberta("LongformerTokenizer", "longformer"),
    _roberta("MvpTokenizer", "mvp"),
    _roberta(
        "RobertaTokenizer",
        "bridgetower clap data2vec-text ibert mega mra roberta roberta-prelayernorm",
    ),
    _typed("BlenderbotSmallTokenizer", "blenderbot-small", sets.GPT2_TOKENS),
    _byte_level("BloomTokenizer", "bloom", sets.BASIC_TOKENS, rules=EVERY_PREFIX),
    _row("CLIPTokenizer", sets.CLIP_MODELS, sets.CLIP_TOKENS),
    _byte_level("CodeGenTokenizer", "codegen phi", sets.GPT2_TOKENS),
    _llama(
        "CohereTokenizer",
        "cohere",
        sets.COHERE_TOKENS,
        rules=("bos_eos", *EVERY_PREFIX),
        needs_prefix_space=True,
    ),
    _byte_level(
        "DebertaTokenizer",
        "deberta",
        sets.DEBERTA_TOKENS,
        model_input_names=("input_ids", "attention_mask", "token_type_ids"),
    ),
    _byte_level("GPT2Tokenizer", sets.GPT2_MODELS, sets.GPT2_TOKENS),
    _row(
        "GPTNeoXTokenizer",
        "falcon_mamba gpt_neox mamba mamba2 mpt olmo olmoe rwkv stablelm",
        sets.GPT2_TOKENS,
        options=NO_BOS,
        rules=("bos_eos", "prefix_space"),
    ),
    _row("NougatTokenizer", "", sets.BASIC_TOKENS),
    _row("Qwen2Tokenizer", "qwen2 qwen2_audio qwen2_moe qwen2_vl", sets.QWEN2_TOKENS),
    _byte_level("WhisperTokenizer", "whisper", sets.GPT2_TOKENS),
    # ---- BPE over characters
    _typed("HerbertTokenizer", "herbert", sets.HERBERT_TOKENS),
    _row("OpenAIGPTTokenizer", "openai-gpt", {"unk_token": "<unk>"}),
    _typed("FlaubertTokenizer", "flaubert", sets.XLM_TOKENS, additional=SPECIAL_0_TO_9),
    _typed("XLMTokenizer", "xlm", sets.XLM_TOKENS, additional=SPECIAL_0_TO_9),
    # ---- SentencePiece BPE
    _llama("CodeLlamaTokenizer", "code_llama"),
    _llama(
        "GemmaTokenizer",
        "gemma gemma2 gemma3 recurrent_gemma",
        sets.GEMMA_TOKENS,
        rules=("bos_eos",),
    ),
    _row("Grok1Tokenizer", "grok-1", {}),
    _llama("LlamaTokenizer", sets.LLAMA_MODELS),
    # ---- Unigram
    _typed(
        "AlbertTokenizer", "albert nystromformer yoso", sets.ALBERT_TOKENS, mask_takes_space=True
    ),
    _unigram("BarthezTokenizer", "barthez"),
    _unigram("BigBirdTokenizer", "big_bird", sets.BIG_BIRD_TOKENS),
    _unigram(
        "CamembertTokenizer",
        "camembert",
        additional=("<s>NOTUSED", "</s>NOTUSED", "<unk>NOTUSED"),
    ),
    _typed(
        "CpmTokenizer",
        "cpm",
        sets.FUNNEL_TOKENS,
        additional=("<eop>", "<eod>"),
        mask_takes_space=True,
    ),
    _typed("DebertaV2Tokenizer", "deberta-v2", sets.DEBERTA_TOKENS),
    _row(
        "FNetTokenizer", "fnet", sets.FNET_TOKENS, model_input_names=("input_ids", "token_type_ids")
    ),
    _row("M2M100Tokenizer", "m2m_100", sets.M2M100_TOKENS),
    _row("MarianTokenizer", "marian", sets.T5_TOKENS, options={"model_max_length": 512}),
    _unigram("MBart50Tokenizer", "mbart50", sets.MBART50_TOKENS),
    _unigram("MBartTokenizer", "mbart"),
    _row("MT5Tokenizer", "mt5", sets.T5_TOKENS, additional=EXTRA_IDS),
    _unigram("NllbTokenizer", "nllb nllb-moe"),
    _row(
        "PegasusTokenizer",
        "bigbird_pegasus pegasus pegasus_x",
        sets.PEGASUS_TOKENS,
        additional=PEGASUS_UNKNOWN,
    ),
    _row("ReformerTokenizer", "reformer", sets.REFORMER_TOKENS),
    _typed("RemBertTokenizer", "rembert", sets.ALBERT_TOKENS, mask_takes_space=True),
    _row("SeamlessM4TTokenizer", "seamless_m4t seamless_m4t_v2", sets.XGLM_TOKENS),
    _row("SiglipTokenizer", "siglip", sets.SIGLIP_TOKENS, options={"model_max_length": 64}),
    _row("T5Tokenizer", sets.T5_MODELS, sets.T5_TOKENS, additional=EXTRA_IDS),
    _row("XGLMTokenizer", "xglm", sets.XGLM_TOKENS),
    _unigram("XLMRobertaTokenizer", "kosmos-2 xlm-roberta xlm-roberta-xl xmod"),
    _typed(
        "XLNetTokenizer",
        "xlnet",
        sets.FUNNEL_TOKENS,
        additional=("<eop>", "<eod>"),
        padding_side="left",
        mask_takes_space=True,
    ),
    # ---- letters, residues, sounds
    _row("EsmTokenizer", "esm", sets.ESM_TOKENS),
    _row("SpeechT5Tokenizer", "speecht5", sets.BASIC_TOKENS),
    _row("VitsTokenizer", "vits", sets.VITS_TOKENS, letters_stay=True),
    _row("Wav2Vec2CTCTokenizer", sets.WAV2VEC2_MODELS, sets.BASIC_TOKENS),
)
