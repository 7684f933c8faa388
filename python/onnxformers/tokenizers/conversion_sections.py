"""Sections of tokenizer.json, as the JSON values they are."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Section = dict[str, Any]

SPACE = "▁"

# Source: the split patterns of transformers 4.46.3 and of tiktoken 0.8.
GPT2_PATTERN = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
CL100K_PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|"
    r" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
QWEN_PATTERN = CL100K_PATTERN.replace(r"\p{N}{1,3}", r"\p{N}")
O200K_PATTERN = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"
    r"\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
CLIP_PATTERN = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"


def sequence(kind: str, steps: Sequence[Section]) -> Section:
    """Several components as one; `kind` names their list in the file."""
    return {"type": "Sequence", kind: list(steps)}


def replace(old: str, new: str) -> Section:
    """What takes the place of a string, for normalizers and decoders."""
    return {"type": "Replace", "pattern": {"String": old}, "content": new}


def replace_spaces(new: str) -> Section:
    """Two spaces and more become one text."""
    return {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": new}


def strip(left: bool, right: bool) -> Section:
    """White space at the ends goes."""
    return {"type": "Strip", "strip_left": left, "strip_right": right}


def precompiled(charsmap: bytes) -> list[Section]:
    """SentencePiece's character map; nothing where there is none."""
    if not charsmap:
        return []
    text = base64.b64encode(charsmap).decode("ascii")
    return [{"type": "Precompiled", "precompiled_charsmap": text}]


def metaspace(scheme: str, split: bool = True) -> Section:
    """Spaces as a character of their own, for pre-tokenizers and decoders."""
    return {"type": "Metaspace", "replacement": SPACE, "prepend_scheme": scheme, "split": split}


def byte_level(add_prefix_space: bool = True, trim: bool = True, use_regex: bool = True) -> Section:
    """Bytes as characters, for pre-tokenizers, post-processors and decoders."""
    return {
        "type": "ByteLevel",
        "add_prefix_space": add_prefix_space,
        "trim_offsets": trim,
        "use_regex": use_regex,
    }


def split(pattern: str, behavior: str = "Isolated", invert: bool = False) -> Section:
    """A regular expression that parts a text."""
    return {
        "type": "Split",
        "pattern": {"Regex": pattern},
        "behavior": behavior,
        "invert": invert,
    }


def split_bytes(pattern: str, add_prefix_space: bool = False) -> Section:
    """A regular expression that parts a text, then bytes as characters."""
    byte_step = byte_level(add_prefix_space=add_prefix_space, use_regex=False)
    return sequence("pretokenizers", [split(pattern), byte_step])


def byte_fallback_decoder(strips_space: bool) -> Section:
    """The decoder of SentencePiece's BPE with tokens for bytes."""
    steps = [replace(SPACE, " "), {"type": "ByteFallback"}, {"type": "Fuse"}]
    if strips_space:
        steps.append({"type": "Strip", "content": " ", "start": 1, "stop": 0})
    return sequence("decoders", steps)


def template(single: str, pair: str, id_of: Callable[[str], int | None]) -> Section | None:
    """A TemplateProcessing of "<s> $A </s>" and the like; None where a token has no id."""
    special: dict[str, Section] = {}

    def part(text: str) -> Section:
        name, _, type_id = text.partition(":")
        if name in {"$A", "$B"}:
            return {"Sequence": {"id": name[1], "type_id": int(type_id or 0)}}
        special[name] = {"id": name, "ids": [id_of(name)], "tokens": [name]}
        return {"SpecialToken": {"id": name, "type_id": int(type_id or 0)}}

    parts = {name: [part(p) for p in t.split()] for name, t in (("single", single), ("pair", pair))}
    if any(None in entry["ids"] for entry in special.values()):
        return None
    return {"type": "TemplateProcessing", **parts, "special_tokens": special}
