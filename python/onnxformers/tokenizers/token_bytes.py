"""The bytes that each token puts into a text, for those who choose tokens by what they spell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from onnxformers.errors import UnsupportedModelError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onnxformers._native.tokenizers import Tokenizer


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
    _check(steps)
    special |= {token["id"] for token in native.added_tokens if token["special"]}
    spelt = [b"" if i in special else token for i, token in enumerate(native.token_bytes())]
    is_text = np.fromiter(map(bool, spelt), np.bool_, len(spelt))
    return TokenBytes(spelt, is_text, special, any(map(_drops_space, steps)))


def _flatten(decoder: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    if decoder is None:
        return []
    if decoder["type"] != "Sequence":
        return [decoder]
    return [step for inner in decoder["decoders"] for step in _flatten(inner)]


def _check(steps: list[Mapping[str, Any]]) -> None:
    """Refuse decoders for which what a token spells depends on its neighbours."""
    kinds = [step["type"] for step in steps]
    known = {"ByteFallback", "Fuse", "Metaspace", "Replace", "Strip"}
    if kinds == ["ByteLevel"]:
        return
    if set(kinds) - known or not any(map(_replaces, steps)) or None in map(_plain_strip, steps):
        raise UnsupportedModelError(
            "[tokenizer] the tokens of this tokenizer have no bytes of their own: its decoder is "
            f"{' + '.join(kinds) or 'none'}, expected ByteLevel, Metaspace or ByteFallback"
        )


def _replaces(step: Mapping[str, Any]) -> bool:
    """Whether it writes a text in place of another one."""
    return step["type"] == "Metaspace" or (
        step["type"] == "Replace" and "String" in step["pattern"]
    )


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
