"""A Whisper of the size of tiny with random weights: the model of speech.py.

    python benchmarks/speech_model.py --tokenizer FOLDER --to FOLDER

39 million parameters, exported by optimum with its cache as onnx/encoder_model.onnx and
onnx/decoder_model_merged.onnx, beside the same weights as model.safetensors. Needs torch,
transformers 4 and optimum-onnx. What it writes means nothing; how long it takes does.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

import torch
from optimum.exporters.onnx import main_export
from transformers import (
    GenerationConfig,
    WhisperConfig,
    WhisperFeatureExtractor,
    WhisperForConditionalGeneration,
)

END, START, ENGLISH, TRANSLATE, TRANSCRIBE, NO_TIMES = 50257, 50258, 50259, 50358, 50359, 50363
FILES = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.json")


def make(tokenizer: Path, target: Path) -> None:
    """Writes the folder."""
    torch.manual_seed(0)
    tiny = {"d_model": 384, "encoder_layers": 4, "decoder_layers": 4}
    heads = {"encoder_attention_heads": 6, "decoder_attention_heads": 6}
    sizes = {"encoder_ffn_dim": 1536, "decoder_ffn_dim": 1536, "vocab_size": 51865}
    special = {"bos_token_id": END, "eos_token_id": END, "pad_token_id": END}
    config = WhisperConfig(**tiny, **heads, **sizes, **special, decoder_start_token_id=START)
    model = WhisperForConditionalGeneration(config).eval()
    model.generation_config = GenerationConfig(
        **special,
        decoder_start_token_id=START,
        max_length=448,
        is_multilingual=True,
        lang_to_id={"<|en|>": ENGLISH},
        task_to_id={"transcribe": TRANSCRIBE, "translate": TRANSLATE},
        no_timestamps_token_id=NO_TIMES,
        begin_suppress_tokens=[220, END],
    )
    target.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(target)
    WhisperFeatureExtractor().save_pretrained(target)
    for name in FILES:
        if (tokenizer / name).exists():
            shutil.copy(tokenizer / name, target / name)
    if not (target / "tokenizer_config.json").exists():
        values = {"tokenizer_class": "WhisperTokenizer", "eos_token": "<|endoftext|>"}
        (target / "tokenizer_config.json").write_text(json.dumps(values))
    main_export(
        target,
        output=target / "onnx",
        task="automatic-speech-recognition-with-past",
        library_name="transformers",
        do_validation=False,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--tokenizer", type=Path, required=True, help="folder of Whisper's tokenizer"
    )
    parser.add_argument("--to", type=Path, required=True)
    options = parser.parse_args()
    make(options.tokenizer, options.to)


if __name__ == "__main__":
    main()
