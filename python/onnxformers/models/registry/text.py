"""Text architectures: one row each; heads as Transformers.js 3.0.0 has them.

Source: spec/transformers.js/models.md.
"""

from __future__ import annotations

from onnxformers.models.registry.row import Architecture

ENCODER = "encoder-only"
SEQ2SEQ = "encoder-decoder"
DECODER = "decoder-only"

_MASKED_LM = "ForMaskedLM"
_SEQUENCE = "ForSequenceClassification"
_TOKEN = "ForTokenClassification"
_QUESTION = "ForQuestionAnswering"

_EVERY_HEAD = dict.fromkeys(("Model", _MASKED_LM, _SEQUENCE, _TOKEN, _QUESTION), ENCODER)
_NO_TOKEN_HEAD = dict.fromkeys(("Model", _MASKED_LM, _SEQUENCE, _QUESTION), ENCODER)
_TRANSLATES = dict.fromkeys(("Model", "ForConditionalGeneration"), SEQ2SEQ)
_WRITES = dict.fromkeys(("Model", "ForCausalLM"), DECODER)
_LM_HEAD = dict.fromkeys(("Model", "LMHeadModel"), DECODER)
_XLM = dict.fromkeys(("Model", "WithLMHeadModel", _SEQUENCE, _TOKEN, _QUESTION), ENCODER)

ARCHITECTURES = (
    Architecture("albert", "Albert", _NO_TOKEN_HEAD),
    Architecture("bart", "Bart", {**_TRANSLATES, _SEQUENCE: ENCODER}),
    Architecture("bert", "Bert", _EVERY_HEAD),
    Architecture("blenderbot", "Blenderbot", _TRANSLATES),
    Architecture("blenderbot-small", "BlenderbotSmall", _TRANSLATES),
    Architecture("bloom", "Bloom", _WRITES),
    Architecture("camembert", "Camembert", _EVERY_HEAD),
    Architecture("codegen", "CodeGen", _WRITES),
    Architecture("cohere", "Cohere", _WRITES),
    Architecture("convbert", "ConvBert", _EVERY_HEAD),
    Architecture("deberta", "Deberta", _EVERY_HEAD),
    Architecture("deberta-v2", "DebertaV2", _EVERY_HEAD),
    Architecture("distilbert", "DistilBert", _EVERY_HEAD),
    Architecture("electra", "Electra", _EVERY_HEAD),
    Architecture("esm", "Esm", dict.fromkeys(("Model", _MASKED_LM, _SEQUENCE, _TOKEN), ENCODER)),
    Architecture("falcon", "Falcon", _WRITES),
    Architecture("gemma", "Gemma", _WRITES),
    Architecture("gemma2", "Gemma2", _WRITES),
    Architecture("gpt2", "GPT2", _LM_HEAD),
    Architecture("gpt_bigcode", "GPTBigCode", _WRITES),
    Architecture("gpt_neo", "GPTNeo", _WRITES),
    Architecture("gpt_neox", "GPTNeoX", _WRITES),
    Architecture("gptj", "GPTJ", _WRITES),
    Architecture("granite", "Granite", _WRITES),
    Architecture("jais", "JAIS", _LM_HEAD),
    Architecture("llama", "Llama", _WRITES),
    Architecture("longt5", "LongT5", _TRANSLATES),
    Architecture("m2m_100", "M2M100", _TRANSLATES),
    Architecture("marian", "Marian", dict.fromkeys(("Model", "MTModel"), SEQ2SEQ)),
    Architecture("mbart", "MBart", {**_TRANSLATES, _SEQUENCE: ENCODER, "ForCausalLM": DECODER}),
    Architecture("mistral", "Mistral", _WRITES),
    Architecture("mobilebert", "MobileBert", _NO_TOKEN_HEAD),
    Architecture("mpnet", "MPNet", _EVERY_HEAD),
    Architecture("mpt", "Mpt", _WRITES),
    Architecture("mt5", "MT5", _TRANSLATES),
    Architecture("nomic_bert", "NomicBert", {"Model": ENCODER}),
    Architecture("openelm", "OpenELM", _WRITES),
    Architecture("opt", "OPT", _WRITES),
    Architecture("phi", "Phi", _WRITES),
    Architecture("phi3", "Phi3", _WRITES),
    Architecture("qwen2", "Qwen2", _WRITES),
    Architecture("roberta", "Roberta", _EVERY_HEAD),
    Architecture("roformer", "RoFormer", _EVERY_HEAD),
    Architecture("squeezebert", "SqueezeBert", _NO_TOKEN_HEAD),
    Architecture("stablelm", "StableLm", _WRITES),
    Architecture("starcoder2", "Starcoder2", _WRITES),
    Architecture("t5", "T5", _TRANSLATES),
    Architecture("trocr", "TrOCR", {"ForCausalLM": DECODER}),
    Architecture("xlm", "XLM", _XLM),
    Architecture("xlm-roberta", "XLMRoberta", _EVERY_HEAD),
)
