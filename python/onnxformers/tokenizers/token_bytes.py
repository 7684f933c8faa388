"""The bytes that each token puts into a text, for those who choose tokens by what they spell."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from onnxformers.errors import UnsupportedModelError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from onnxformers._native.tokenizers import Tokenizer

_BYTE_TOKEN = re.compile(r"<0x([0-9A-Fa-f]{2})>")
#: Bytes that byte-level vocabularies write as themselves; the others follow from 256 on.
_PRINTED = (range(0x21, 0x7F), range(0xA1, 0xAD), range(0xAE, 0x100))


class TokenBytes(NamedTuple):
    """What the tokens of a vocabulary spell.

    Attributes:
        spelt: By id, what the token adds to a text; b"" for special tokens and unused ids.
        is_text: By id, whether it spells something; shape (ids,).
        special: Ids that stand for no text.
        drops_first_space: Whether a space that a text begins with is left out by decoding.
    """

    spelt: list[bytes]
    is_text: NDArray[np.bool_]
    special: frozenset[int]
    drops_first_space: bool


def read_token_bytes(
    native: Tokenizer, decoder: Mapping[str, Any] | None, special: frozenset[int]
) -> TokenBytes:
    """What the tokens of a tokenizer spell.

    Args:
        native: The tokenizer.
        decoder: "decoder" of its tokenizer.json.
        special: Ids that stand for no text; those that are marked so are added.

    Raises:
        UnsupportedModelError: What a token spells depends on its neighbours, as with WordPiece.
    """
    steps = _flatten(decoder)
    spell = _speller(steps)
    special |= {token["id"] for token in native.added_tokens if token["special"]}
    spelt = [b""] * native.vocab_size
    for token, i in native.vocab().items():
        if i not in special:
            spelt[i] = spell(token)
    is_text = np.fromiter(map(bool, spelt), np.bool_, len(spelt))
    return TokenBytes(spelt, is_text, special, any(map(_drops_space, steps)))


def _flatten(decoder: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    if decoder is None:
        return []
    if decoder["type"] != "Sequence":
        return [decoder]
    return [step for inner in decoder["decoders"] for step in _flatten(inner)]


def _speller(steps: list[Mapping[str, Any]]) -> Callable[[str], bytes]:
    kinds = [step["type"] for step in steps]
    if kinds == ["ByteLevel"]:
        return _spell_byte_level
    replaced = [pair for pair in map(_replacement, steps) if pair is not None]
    unknown = set(kinds) - {"ByteFallback", "Fuse", "Metaspace", "Replace", "Strip"}
    if unknown or not replaced or None in map(_plain_strip, steps):
        raise UnsupportedModelError(
            "[tokenizer] the tokens of this tokenizer have no bytes of their own: its decoder is "
            f"{' + '.join(kinds) or 'none'}, expected ByteLevel, Metaspace or ByteFallback"
        )
    has_bytes = "ByteFallback" in kinds

    def spell(token: str) -> bytes:
        byte = _BYTE_TOKEN.fullmatch(token) if has_bytes else None
        if byte is not None:
            return bytes([int(byte[1], 16)])
        for old, new in replaced:
            token = token.replace(old, new)
        return token.encode()

    return spell


def _replacement(step: Mapping[str, Any]) -> tuple[str, str] | None:
    if step["type"] == "Metaspace":
        return str(step["replacement"]), " "
    if step["type"] == "Replace" and "String" in step["pattern"]:
        return str(step["pattern"]["String"]), str(step["content"])
    return None


def _plain_strip(step: Mapping[str, Any]) -> bool | None:
    """Whether it takes one space off the front; None for what changes other places."""
    if step["type"] == "Replace" and "String" not in step["pattern"]:
        return None
    if step["type"] != "Strip":
        return False
    is_plain = step["content"] == " " and step["start"] <= 1 and step["stop"] == 0
    return bool(step["start"]) if is_plain else None


def _drops_space(step: Mapping[str, Any]) -> bool:
    if step["type"] != "Metaspace":
        return bool(_plain_strip(step))
    prepends = step.get("prepend_scheme", "always") != "never"
    return prepends and bool(step.get("add_prefix_space", True))


def _letters() -> dict[str, int]:
    printed = [byte for part in _PRINTED for byte in part]
    others = [byte for byte in range(256) if byte not in printed]
    letters = {chr(byte): byte for byte in printed}
    return letters | {chr(256 + i): byte for i, byte in enumerate(others)}


_LETTERS = _letters()


def _spell_byte_level(token: str) -> bytes:
    try:
        return bytes(map(_LETTERS.__getitem__, token))
    except KeyError:  # written as it is, as decoding does
        return token.encode()
