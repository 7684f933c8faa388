"""Models of every kind, small enough to read, and the decoders that go with them."""

from __future__ import annotations

import itertools
from typing import Any

from normalizer_cases import replace

Section = dict[str, Any]

SIGN = "\u2581"
# By bytes: what stands for each in a byte-level vocabulary.
PRINTABLE = [*range(33, 127), *range(161, 173), *range(174, 256)]
HIDDEN = [byte for byte in range(256) if byte not in PRINTABLE]
ALPHABET = {byte: chr(byte) for byte in PRINTABLE} | {
    byte: chr(256 + index) for index, byte in enumerate(HIDDEN)
}

WORDS = ("the", " other", "hello", "isn't", " statement", "12345", "中文", "née", "  \n", "...")


def byte_level(**options: bool) -> Section:
    flags = {"add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    return {"type": "ByteLevel", **flags, **options}


def metaspace(scheme: str = "always", *, split: bool = True) -> Section:
    return {"type": "Metaspace", "replacement": SIGN, "prepend_scheme": scheme, "split": split}


def learnt(words: list[list[str]], count: int = 60) -> list[tuple[str, str]]:
    """Merges of what stands side by side, taken in turn."""
    merges: list[tuple[str, str]] = []
    for number in range(count):
        pairs = sorted({pair for word in words for pair in itertools.pairwise(word)})
        if not pairs:
            break
        left, right = pairs[number * 7 % len(pairs)]
        merges.append((left, right))
        for word in words:
            for i in reversed(range(len(word) - 1)):
                if word[i : i + 2] == [left, right]:
                    word[i : i + 2] = [left + right]
    return merges


def bpe(alphabet: list[str], words: list[list[str]], **options: Any) -> Section:
    merges = learnt(words)
    vocab = dict.fromkeys([*alphabet, *(left + right for left, right in merges)])
    ids = {token: index for index, token in enumerate(vocab)}
    return {"type": "BPE", "vocab": ids, "merges": [list(pair) for pair in merges], **options}


def of_bytes(*, ends: bool = False) -> Section:
    words = [[ALPHABET[byte] for byte in word.encode()] for word in WORDS]
    alphabet = list(ALPHABET.values())
    if not ends:
        return bpe(alphabet, words)
    words = [[*word[:-1], word[-1] + "</w>"] for word in words]
    alphabet += [sign + "</w>" for sign in alphabet]
    return bpe(["<unk>", *alphabet], words, unk_token="<unk>", end_of_word_suffix="</w>")


def of_characters(*, ends: bool = False, fallback: bool = False) -> Section:
    words = [list(word.replace(" ", SIGN)) for word in WORDS]
    if ends:
        words = [[*word[:-1], word[-1] + "</w>"] for word in words]
    signs = sorted({sign for word in words for sign in word} | {SIGN})
    alphabet = ["<unk>", *(f"<0x{byte:02X}>" for byte in range(256) if fallback), *signs]
    options = {"unk_token": "<unk>", "fuse_unk": fallback, "byte_fallback": fallback}
    return bpe(alphabet, words, end_of_word_suffix="</w>" if ends else None, **options)


def unigram() -> Section:
    signs = sorted({*SIGN, *"".join(WORDS).replace(" ", ""), *'f1A"'})
    pieces = [
        SIGN + "the",
        SIGN + "h",
        "ello",
        "12",
        "45",
        "中文",
        SIGN + "is",
        "n't",
        SIGN * 2,
        "fi",
    ]
    scored = [(piece, -1.5 * (i % 5) - 2.0) for i, piece in enumerate([*signs, *pieces])]
    return {"type": "Unigram", "vocab": [("<unk>", 0.0), *scored], "unk_id": 0}


def word_pieces() -> Section:
    pieces = ["[UNK]", *"thelosna12中文.'", "##e", "##l", "##o", "the", "hell", "##s", "##2", "is"]
    vocab = {piece: index for index, piece in enumerate(dict.fromkeys(pieces))}
    options = {"continuing_subword_prefix": "##", "max_input_chars_per_word": 20}
    return {"type": "WordPiece", "vocab": vocab, "unk_token": "[UNK]", **options}


def letters() -> Section:
    vocab = {letter: index for index, letter in enumerate(["<unk>", *"|abehklost中é "])}
    return {"type": "WordLevel", "vocab": vocab, "unk_token": "<unk>"}


MODELS = {
    "bytes": of_bytes,
    "bytes to ends of words": lambda: of_bytes(ends=True),
    "characters": of_characters,
    "characters to ends of words": lambda: of_characters(ends=True),
    "characters or bytes": lambda: of_characters(fallback=True),
    "unigram": unigram,
    "word pieces": word_pieces,
    "letters": letters,
}
DECODERS: dict[str, Section] = {
    "bytes": byte_level(),
    "bytes to ends of words": byte_level(),
    "characters": metaspace(),
    "characters to ends of words": {"type": "BPEDecoder", "suffix": "</w>"},
    "characters or bytes": {
        "type": "Sequence",
        "decoders": [
            replace({"String": SIGN}, " "),
            {"type": "ByteFallback"},
            {"type": "Fuse"},
            {"type": "Strip", "content": " ", "start": 1, "stop": 0},
        ],
    },
    "unigram": metaspace(),
    "word pieces": {"type": "WordPiece", "prefix": "##", "cleanup": True},
    "letters": {
        "type": "CTC",
        "pad_token": "<unk>",
        "word_delimiter_token": "|",
        "cleanup": True,
    },
}
