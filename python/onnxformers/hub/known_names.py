"""Names that files of models have: what to ask a file server for, which tells no names itself."""

from __future__ import annotations

from onnxformers.hub.names import join
from onnxformers.hub.variants import DTYPE_SUFFIXES

_MODULES = ("Pooling", "Dense", "Normalize", "LayerNorm")

#: What is read beside the ONNX files.
CONFIGS = (
    "config.json",
    "generation_config.json",
    "preprocessor_config.json",
    "processor_config.json",
    "quantize_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "normalizer.json",
    "vocab.json",
    "vocab.txt",
    "merges.txt",
    "spiece.model",
    "spm.model",
    "sentencepiece.model",
    "sentencepiece.bpe.model",
    "sentencepiece.unigram.model",
    "tokenizer.model",
    "source.spm",
    "target.spm",
    "tokenizer.tiktoken",
    "qwen.tiktoken",
    "cl100k_base.tiktoken",
    "o200k_base.tiktoken",
    "gpt2.tiktoken",
    "chat_template.jinja",
    "chat_template.json",
    "modules.json",
    "config_sentence_transformers.json",
    "sentence_bert_config.json",
    *(f"{place}_{name}/config.json" for place in (1, 2, 3) for name in _MODULES),
    *(f"{place}_Dense/model.safetensors" for place in (1, 2, 3)),
)

#: ONNX files, without variant and ".onnx".
STEMS = (
    "model",
    "encoder_model",
    "decoder_model",
    "decoder_model_merged",
    "decoder_with_past_model",
    "decoder_postnet_and_vocoder",
    "text_model",
    "vision_model",
    "audio_model",
    "text_encoder",
    "embed_tokens",
    "vision_encoder",
    "prompt_encoder_mask_decoder",
    "encodec_decode",
    "build_delay_pattern_mask",
)


def usual_names(subfolder: str) -> list[str]:
    """Paths of all files that a model may have, without external data."""
    onnx = [
        join(subfolder, f"{stem}{suffix}.onnx")
        for stem in STEMS
        for suffix in DTYPE_SUFFIXES.values()
    ]
    return [*CONFIGS, *onnx]
