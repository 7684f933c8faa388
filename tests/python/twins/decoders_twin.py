"""Decoders written down plainly: what the core's must do, token list in, token list out."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import groupby
from typing import Any

Tokens = list[str]
Spec = dict[str, Any]

CLEANUP = (
    (" .", "."),
    (" ?", "?"),
    (" !", "!"),
    (" ,", ","),
    (" ' ", "'"),
    (" n't", "n't"),
    (" 'm", "'m"),
    (" do not", " don't"),
    (" 's", "'s"),
    (" 've", "'ve"),
    (" 're", "'re"),
)


def cleanup(text: str) -> str:
    for old, new in CLEANUP:
        text = text.replace(old, new)
    return text


def wordpiece(spec: Spec, tokens: Tokens) -> Tokens:
    prefix, out = spec["prefix"], tokens[:1]
    for token in tokens[1:]:
        out.append(token[len(prefix) :] if token.startswith(prefix) else " " + token)
    return [cleanup(token) for token in out] if spec["cleanup"] else out


def metaspace(spec: Spec, tokens: Tokens) -> Tokens:
    character = spec["replacement"]
    first = " " if spec.get("prepend_scheme") == "never" else ""
    return [token.replace(character, " " if i else first) for i, token in enumerate(tokens)]


def bpe(spec: Spec, tokens: Tokens) -> Tokens:
    last = len(tokens) - 1
    return [t.replace(spec["suffix"], "" if i == last else " ") for i, t in enumerate(tokens)]


def ctc(spec: Spec, tokens: Tokens) -> Tokens:
    out = []
    for token, _ in groupby(tokens):
        text = token.replace(spec["pad_token"], "") if spec["pad_token"] else token
        if spec["cleanup"]:
            text = cleanup(text).replace(spec["word_delimiter_token"], " ")
        out += [text] if text else []
    return out


def byte_fallback(_: Spec, tokens: Tokens) -> Tokens:
    out = []
    is_byte = re.compile(r"<0x([0-9A-Fa-f]{2}|\+[0-9A-Fa-f])>").fullmatch
    for found, group in groupby(tokens, key=lambda token: is_byte(token) is not None):
        row = list(group)
        if not found:
            out += row
            continue
        data = bytes(int(token[3:5], 16) for token in row)
        try:
            out.append(data.decode())
        except UnicodeDecodeError:
            out += ["\ufffd"] * len(data)
    return out


def _byte_characters() -> dict[str, int]:
    own = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in own]
    return {chr(byte): byte for byte in own} | {chr(256 + i): b for i, b in enumerate(others)}


BYTES = _byte_characters()


def byte_level(_: Spec, tokens: Tokens) -> Tokens:
    data = bytearray()
    for token in tokens:
        stands_for_bytes = all(character in BYTES for character in token)
        data += bytes(BYTES[c] for c in token) if stands_for_bytes else token.encode()
    return [data.decode(errors="replace")]


def fuse(_: Spec, tokens: Tokens) -> Tokens:
    return ["".join(tokens)]


def strip(spec: Spec, tokens: Tokens) -> Tokens:
    out = []
    for token in tokens:
        text = token
        for _ in range(spec["start"]):
            text = text.removeprefix(spec["content"])
        for _ in range(spec["stop"]):
            text = text.removesuffix(spec["content"])
        out.append(text)
    return out


def replace(spec: Spec, tokens: Tokens) -> Tokens:
    pattern, new = spec["pattern"], spec["content"]
    if "Regex" in pattern:
        return [re.sub(pattern["Regex"], lambda _: new, token) for token in tokens]
    return [token and token.replace(pattern["String"], new) for token in tokens]


def sequence(spec: Spec, tokens: Tokens) -> Tokens:
    for step in spec["decoders"]:
        tokens = DECODERS[step["type"]](step, tokens)
    return tokens


DECODERS: dict[str, Callable[[Spec, Tokens], Tokens]] = {
    "BPEDecoder": bpe,
    "ByteFallback": byte_fallback,
    "ByteLevel": byte_level,
    "CTC": ctc,
    "Fuse": fuse,
    "Metaspace": metaspace,
    "Replace": replace,
    "Sequence": sequence,
    "Strip": strip,
    "WordPiece": wordpiece,
}


def decode(spec: Spec | None, tokens: Tokens) -> str:
    """The text of tokens."""
    return " ".join(tokens) if spec is None else "".join(DECODERS[spec["type"]](spec, tokens))
