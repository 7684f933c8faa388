"""BPE by its definition: one merge at a time, each found by looking at every pair."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field


@dataclass
class Bpe:
    """The "model" of a tokenizer.json, merges as pairs."""

    vocab: dict[str, int]
    merges: list[tuple[str, str]]
    unk_token: str | None = None
    continuing_subword_prefix: str = ""
    end_of_word_suffix: str = ""
    fuse_unk: bool = False
    byte_fallback: bool = False
    ignore_merges: bool = False
    ranks: dict[tuple[int, int], tuple[int, int]] = field(init=False)

    def __post_init__(self) -> None:
        skip = len(self.continuing_subword_prefix)
        self.ranks = {
            (self.vocab[a], self.vocab[b]): (rank, self.vocab[a + b[skip:]])
            for rank, (a, b) in enumerate(self.merges)
        }

    def document(self) -> dict[str, object]:
        """A tokenizer.json of this model alone."""
        model = {
            "type": "BPE",
            "dropout": None,
            "unk_token": self.unk_token,
            "continuing_subword_prefix": self.continuing_subword_prefix or None,
            "end_of_word_suffix": self.end_of_word_suffix or None,
            "fuse_unk": self.fuse_unk,
            "byte_fallback": self.byte_fallback,
            "ignore_merges": self.ignore_merges,
            "vocab": self.vocab,
            "merges": [list(pair) for pair in self.merges],
        }
        stages = ("normalizer", "pre_tokenizer", "post_processor", "decoder")
        return {"version": "1.0", "added_tokens": [], **dict.fromkeys(stages), "model": model}

    def characters(self, word: str) -> list[int]:
        """The tokens of the characters; an unknown one waits for more to join it."""
        ids: list[int] = []
        waiting = False
        for index, character in enumerate(word):
            prefix = self.continuing_subword_prefix if index > 0 else ""
            suffix = self.end_of_word_suffix if index == len(word) - 1 else ""
            text = prefix + character + suffix
            if text in self.vocab:
                if waiting and self.unk_token is not None:
                    ids.append(self.vocab[self.unk_token])
                waiting = False
                ids.append(self.vocab[text])
                continue
            names = [f"<0x{byte:02X}>" for byte in text.encode()]
            if self.byte_fallback and all(name in self.vocab for name in names):
                ids.extend(self.vocab[name] for name in names)
                continue
            if waiting and not self.fuse_unk and self.unk_token is not None:
                ids.append(self.vocab[self.unk_token])
            waiting = self.unk_token is not None
        if waiting and self.unk_token is not None:
            ids.append(self.vocab[self.unk_token])
        return ids

    def encode(self, word: str) -> list[int]:
        """The ids of a word."""
        if not word:
            return []
        if self.ignore_merges and word in self.vocab:
            return [self.vocab[word]]
        ids = self.characters(word)
        while True:
            found = [
                (*self.ranks[pair], index)
                for index, pair in enumerate(itertools.pairwise(ids))
                if pair in self.ranks
            ]
            if not found:
                return ids
            _, merged, index = min(found, key=lambda merge: (merge[0], merge[2]))
            ids[index : index + 2] = [merged]
