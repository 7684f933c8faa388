"""A tokenizer of letters, as CTC models have them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

LETTERS = ["<pad>", "<s>", "</s>", "<unk>", "|", *"ABCDEFGHIJKLMNOPQRSTUVWXYZ'"]


def letter_tokenizer(**config: Any) -> Any:
    """What `Letters` needs of a tokenizer."""
    return SimpleNamespace(
        pad_token_id=0,
        all_special_ids=[0, 1, 2, 3],
        config=config,
        clean_up_tokenization_spaces=False,
        convert_ids_to_tokens=lambda token: LETTERS[token],
    )


def ids_of(text: str) -> list[int]:
    """Tokens of letters; "_" stands for the blank and "|" for a space."""
    return [0 if letter == "_" else LETTERS.index(letter) for letter in text]
