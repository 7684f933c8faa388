"""A GPT-2 of four layers with random weights: the model of generate.py.

    python benchmarks/generation_model.py --tokenizer FOLDER --to FOLDER

Exported by optimum as onnx/model.onnx with its cache, beside the same weights as model.safetensors.
Needs torch, transformers 4 and optimum-onnx. What it writes means nothing; how long it takes does.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from optimum.exporters.onnx import main_export
from transformers import GPT2Config, GPT2LMHeadModel, GPT2TokenizerFast

# "<|endoftext|>" of GPT-2.
END = 50256


def make(tokenizer: Path, target: Path) -> None:
    """Writes the folder."""
    torch.manual_seed(0)
    config = GPT2Config(n_layer=4, n_embd=512, n_head=8, bos_token_id=END, eos_token_id=END)
    target.mkdir(parents=True, exist_ok=True)
    GPT2LMHeadModel(config).eval().save_pretrained(target)
    names = dict.fromkeys(("bos_token", "eos_token", "unk_token"), "<|endoftext|>")
    file = str(tokenizer / "tokenizer.json")
    GPT2TokenizerFast(tokenizer_file=file, **names).save_pretrained(target)
    main_export(
        target,
        output=target / "onnx",
        task="text-generation-with-past",
        library_name="transformers",
        do_validation=False,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--tokenizer", type=Path, required=True, help="folder of GPT-2's tokenizer")
    parser.add_argument("--to", type=Path, required=True)
    options = parser.parse_args()
    make(options.tokenizer, options.to)


if __name__ == "__main__":
    main()
