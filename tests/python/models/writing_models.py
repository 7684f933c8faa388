"""Small models of the conformance cases that write, loaded once."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from onnxformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM, AutoTokenizer

FOLDER = Path(__file__).parents[2] / "conformance" / "models"
PROMPT = [[32, 43, 300, 286, 45]]


@cache
def load(name: str) -> Any:
    auto = AutoModelForSeq2SeqLM if name in ("t5", "bart-cnn") else AutoModelForCausalLM
    return auto.from_pretrained(FOLDER / name)


@cache
def tokenizer(name: str) -> Any:
    return AutoTokenizer.from_pretrained(FOLDER / name)
