"""The special tokens that families of tokenizer classes assume, and longer lists of model types."""

from __future__ import annotations

BERT_TOKENS = {
    "unk_token": "[UNK]",
    "sep_token": "[SEP]",
    "pad_token": "[PAD]",
    "cls_token": "[CLS]",
    "mask_token": "[MASK]",
}
# In the order of special_tokens.NAMES, as all sets with more than one of them.
DEBERTA_TOKENS = {"bos_token": "[CLS]", "eos_token": "[SEP]", **BERT_TOKENS}
ALBERT_TOKENS = {**DEBERTA_TOKENS, "unk_token": "<unk>", "pad_token": "<pad>"}
BASIC_TOKENS = {
    "bos_token": "<s>",
    "eos_token": "</s>",
    "unk_token": "<unk>",
    "pad_token": "<pad>",
}
ROBERTA_TOKENS = {**BASIC_TOKENS, "sep_token": "</s>", "cls_token": "<s>", "mask_token": "<mask>"}
FUNNEL_TOKENS = {
    **BASIC_TOKENS,
    "sep_token": "<sep>",
    "cls_token": "<cls>",
    "mask_token": "<mask>",
}
MPNET_TOKENS = {**ROBERTA_TOKENS, "unk_token": "[UNK]"}
M2M100_TOKENS = {**BASIC_TOKENS, "sep_token": "</s>"}
XGLM_TOKENS = {**BASIC_TOKENS, "sep_token": "</s>", "cls_token": "<s>"}
BIG_BIRD_TOKENS = {
    **BASIC_TOKENS,
    "sep_token": "[SEP]",
    "cls_token": "[CLS]",
    "mask_token": "[MASK]",
}
FNET_TOKENS = {
    "unk_token": "<unk>",
    "sep_token": "[SEP]",
    "pad_token": "<pad>",
    "cls_token": "[CLS]",
    "mask_token": "[MASK]",
}
MBART50_TOKENS = {name: token for name, token in ROBERTA_TOKENS.items() if name != "bos_token"}
HERBERT_TOKENS = {
    name: token for name, token in ROBERTA_TOKENS.items() if name not in {"bos_token", "eos_token"}
}
T5_TOKENS = {"eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"}
PEGASUS_TOKENS = {**T5_TOKENS, "mask_token": "<mask_2>"}
SIGLIP_TOKENS = {**T5_TOKENS, "pad_token": "</s>"}
REFORMER_TOKENS = {"eos_token": "</s>", "unk_token": "<unk>"}
VITS_TOKENS = {"unk_token": "<unk>", "pad_token": "<pad>"}
GPT2_TOKENS = dict.fromkeys(("bos_token", "eos_token", "unk_token"), "<|endoftext|>")
QWEN2_TOKENS = dict.fromkeys(("eos_token", "unk_token", "pad_token"), "<|endoftext|>")
CLIP_TOKENS = {
    "bos_token": "<|startoftext|>",
    "eos_token": "<|endoftext|>",
    "unk_token": "<|endoftext|>",
    "pad_token": "<|endoftext|>",
}
LLAMA_TOKENS = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
GEMMA_TOKENS = {
    "bos_token": "<bos>",
    "eos_token": "<eos>",
    "unk_token": "<unk>",
    "pad_token": "<pad>",
}
COHERE_TOKENS = {
    "bos_token": "<BOS_TOKEN>",
    "eos_token": "<|END_OF_TURN_TOKEN|>",
    "unk_token": "<UNK>",
}
ESM_TOKENS = {
    "eos_token": "<eos>",
    "unk_token": "<unk>",
    "pad_token": "<pad>",
    "cls_token": "<cls>",
    "mask_token": "<mask>",
}
XLM_TOKENS = {
    "bos_token": "<s>",
    "unk_token": "<unk>",
    "sep_token": "</s>",
    "pad_token": "<pad>",
    "cls_token": "</s>",
    "mask_token": "<special1>",
}

CLIP_MODELS = "clip clipseg groupvit omdet-turbo oneformer owlv2 owlvit xclip"
GPT2_MODELS = (
    "blip-2 dbrx gpt2 gpt_bigcode gpt_neo gptj instructblip instructblipvideo opt starcoder2"
)
LLAMA_MODELS = (
    "chameleon idefics idefics2 idefics3 jamba jetmoe llama llava llava_next llava_next_video "
    "llava_onevision mistral mixtral mllama paligemma persimmon phi3 phimoe video_llava vipllava "
    "zamba"
)
T5_MODELS = "longt5 musicgen musicgen_melody pix2struct switch_transformers t5 umt5"
WAV2VEC2_MODELS = "data2vec-audio hubert wav2vec2 wav2vec2-bert wav2vec2-conformer"
