"""The families of the tokenizer benchmark, their files, and the texts."""

from __future__ import annotations

import base64
import functools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from measure import UnavailableError

CHARACTERS = 2000
TEXTS = ("english", "code", "chinese", "mixed")
# What ByteLevel splits by when no Split stands before it.
GPT2_PATTERN = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"


@dataclass(frozen=True)
class Family:
    """One tokenizer.json.

    Attributes:
        name: how the tables call it.
        kind: the algorithm.
        folder: where tokenizer.json lies.
        toktok, quicktok: the built-in encodings of these peers, where they have one.
    """

    name: str
    kind: str
    folder: Path
    toktok: str | None = None
    quicktok: str | None = None

    @property
    def file(self) -> Path:
        """The path of tokenizer.json."""
        return self.folder / "tokenizer.json"


# Name, algorithm, folder, encoding of toktok-rs, encoding of quicktok-v1.
ROWS = (
    ("minilm", "WordPiece", "Xenova-all-MiniLM-L6-v2", None, None),
    ("gpt2", "byte-level BPE", "gpt2", None, None),
    ("llama3.1", "byte-level BPE", "llama3.1", "cl100k_base", "llama3"),
    ("qwen2.5", "byte-level BPE", "qwen2.5-coder", None, "qwen3"),
    ("o200k", "byte-level BPE", "gpt-oss-o200k-harmony", "o200k_harmony", "o200k_harmony"),
    ("llama2", "SentencePiece BPE", "llama2", None, None),
    ("gemma", "SentencePiece BPE", "gemma", None, None),
    ("mistral-v3", "SentencePiece BPE", "mistral-v3-instruct", None, None),
    ("t5", "Unigram", "t5-small", None, None),
    ("xlm-r", "Unigram", "paraphrase-multilingual-mpnet-base-v2", None, None),
)


def families(data: Path, names: list[str] | None = None) -> list[Family]:
    """The families of a folder of tokenizers: all, or those asked for by part of "=name"."""
    found = [Family(row[0], row[1], data / row[2], *row[3:]) for row in ROWS]
    return [f for f in found if not names or any(name in f"={f.name}" for name in names)]


def documents(folders: list[Path], text: str) -> list[str]:
    """All documents of 2000 characters that the files of a kind of text hold."""
    files = [path for folder in folders for path in sorted(folder.glob(f"*{text}*.txt"))]
    if not files:
        places = ", ".join(map(str, folders))
        raise UnavailableError(f"no file named *{text}*.txt in {places}")
    whole = [path.read_text(encoding="utf-8") for path in files]
    return [
        content[start : start + CHARACTERS]
        for content in whole
        for start in range(0, len(content) - CHARACTERS + 1, CHARACTERS)
    ]


@functools.cache
def byte_of_character() -> dict[str, int]:
    """The printable character that stands for each byte in byte-level vocabularies, turned round.

    Source: Radford et al. 2019, GPT-2, encoder.py `bytes_to_unicode`.
    """
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    pairs = {chr(byte): byte for byte in printable}
    return pairs | {chr(256 + index): byte for index, byte in enumerate(others)}


def tiktoken_parts(family: Family) -> tuple[str, dict[bytes, int]]:
    """The split pattern of a byte-level BPE and its tokens as bytes with their ranks."""
    if family.kind != "byte-level BPE":
        raise UnavailableError("is for byte-level BPE only")
    document = json.loads(family.file.read_bytes())
    stages = document["pre_tokenizer"].get("pretokenizers", [document["pre_tokenizer"]])
    splits = [stage["pattern"]["Regex"] for stage in stages if stage["type"] == "Split"]
    added = {token["content"] for token in document["added_tokens"]}
    table = byte_of_character()
    ranks = {
        bytes(table[character] for character in token): token_id
        for token, token_id in document["model"]["vocab"].items()
        if token not in added
    }
    return (splits or [GPT2_PATTERN])[0], ranks


def made_sentencepiece_model(family: Family) -> bytes:
    """A SentencePiece model with the pieces, scores and charsmap of tokenizer.json.

    Piece numbers are the ids of the file. A BPE's scores are the order of its pieces, as in the
    models that such files were made from.
    """
    if family.kind not in {"SentencePiece BPE", "Unigram"}:
        raise UnavailableError("is for SentencePiece models only")
    from sentencepiece import sentencepiece_model_pb2 as messages

    document: dict[str, Any] = json.loads(family.file.read_bytes())
    model, special = document["model"], {t["content"] for t in document["added_tokens"]}
    is_unigram = family.kind == "Unigram"
    if is_unigram:
        pieces, unknown = [tuple(pair) for pair in model["vocab"]], model["unk_id"]
    else:
        order = sorted(model["vocab"], key=model["vocab"].get)
        pieces, unknown = [(piece, -float(rank)) for rank, piece in enumerate(order)], 0
    proto = messages.ModelProto()
    types = messages.ModelProto.SentencePiece.Type
    for index, (piece, score) in enumerate(pieces):
        is_byte = model.get("byte_fallback") and len(piece) == 6 and piece.startswith("<0x")
        kind = types.BYTE if is_byte else types.NORMAL
        kind = types.CONTROL if piece in special else kind
        kind = types.UNKNOWN if index == unknown else kind
        proto.pieces.add(piece=piece, score=score, type=kind)
    _settings(proto, document, is_unigram=is_unigram)
    return proto.SerializeToString()


def _settings(proto: Any, document: dict[str, Any], *, is_unigram: bool) -> None:
    trainer, normalizer = proto.trainer_spec, proto.normalizer_spec
    trainer.model_type = 1 if is_unigram else 2
    trainer.byte_fallback = bool(document["model"].get("byte_fallback"))
    whole = document["normalizer"] or {}
    stages = whole.get("normalizers", [whole])
    prepends = any(stage.get("type") == "Prepend" for stage in stages)
    normalizer.add_dummy_prefix = is_unigram or prepends
    normalizer.remove_extra_whitespaces = is_unigram
    for stage in stages:
        if stage.get("type") == "Precompiled":
            normalizer.precompiled_charsmap = base64.b64decode(stage["precompiled_charsmap"])
