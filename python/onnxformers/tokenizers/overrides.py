"""What the files beside tokenizer.json, the class and the caller change in it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

# Option of tokenizer_config.json → field of a BertNormalizer, and what the class assumes.
NORMALIZER_OPTIONS: dict[str, tuple[str, bool | None]] = {
    "do_lower_case": ("lowercase", True),
    "strip_accents": ("strip_accents", None),
    "tokenize_chinese_chars": ("handle_chinese_chars", True),
}

# A section is small; what follows it may be a vocabulary of megabytes that need not be parsed here.
MAX_SECTION_BYTES = 16_384


def section(tokenizer_json: bytes, name: str) -> dict[str, Any] | None:
    """One object of tokenizer.json, read without parsing the rest.

    The name may also be a token of the vocabulary, whose value is a number: only an object counts.
    A broken file gives None; the native reader, which sees all of it, says what is wrong.
    """
    key, start = b'"%s"' % name.encode(), 0
    while (start := tokenizer_json.find(key, start)) >= 0:
        start += len(key)
        value = _object_after_colon(tokenizer_json[start : start + MAX_SECTION_BYTES])
        if value is not None:
            return value
    return None


def _object_after_colon(tokenizer_json: bytes) -> dict[str, Any] | None:
    text = tokenizer_json.decode("utf-8", "replace").lstrip()
    if not text.startswith(":"):
        return None
    try:
        value, _ = json.JSONDecoder().raw_decode(text[1:].lstrip())
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def normalizer_changes(tokenizer_json: bytes, config: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of the file's BertNormalizer that the options of the class overrule.

    Source: transformers 4.46.3, `BertTokenizerFast.__init__`.
    """
    normalizer = section(tokenizer_json, "normalizer")
    if normalizer is None or normalizer.get("type") != "BertNormalizer":
        return {}
    changes = {}
    for option, (key, default) in NORMALIZER_OPTIONS.items():
        wanted = config.get(option, default)
        if key in normalizer and normalizer[key] != wanted:
            changes[key] = wanted
    return changes


def with_normalizer(tokenizer_json: bytes, changes: Mapping[str, Any]) -> bytes:
    """tokenizer.json with other values in its normalizer.

    A broken file is returned as it is, for the core to say what is wrong with it.
    """
    try:
        document = json.loads(tokenizer_json)
        document["normalizer"].update(changes)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return tokenizer_json
    return _dump(document)


def missing_tokens(
    present: Iterable[str], special: Sequence[str], config: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Tokens that the files beside tokenizer.json add to it, in the order of their ids.

    Args:
        present: the added tokens of tokenizer.json.
        special: all special tokens.
        config: tokenizer_config.json; its `added_tokens_decoder` maps ids to tokens with flags.

    Source: transformers 4.46.3, `PreTrainedTokenizerFast.__init__`.
    """
    known, found = set(present), []
    decoder = config.get("added_tokens_decoder")
    listed = decoder.items() if isinstance(decoder, dict) else ()
    entries = [
        (int(index), token)
        for index, token in listed
        if len(index) < 10 and index.isdecimal() and isinstance(token, dict)
    ]
    for _, token in sorted(entries, key=lambda entry: entry[0]):
        if isinstance(token.get("content"), str) and token["content"] not in known:
            known.add(token["content"])
            found.append({**token, "special": token.get("special") or token["content"] in special})
    for content in special:
        if content not in known:
            known.add(content)
            found.append({"content": content, "special": True})
    return found


def with_added_tokens(
    tokenizer_json: bytes,
    tokens: Sequence[Mapping[str, Any]],
    vocab: Mapping[str, int],
) -> bytes:
    """tokenizer.json with more added tokens.

    A token of the vocabulary keeps its id, another gets the next free one.
    """
    document = json.loads(tokenizer_json)
    added = document["added_tokens"] = document.get("added_tokens") or []
    next_id = max(vocab.values(), default=-1) + 1
    for token in tokens:
        token_id = vocab.get(token["content"])
        if token_id is None:
            token_id, next_id = next_id, next_id + 1
        special = bool(token.get("special"))
        flags = {name: bool(token.get(name)) for name in ("single_word", "lstrip", "rstrip")}
        normalized = bool(token.get("normalized", not special))
        added.append(
            {
                "id": token_id,
                "content": token["content"],
                **flags,
                "normalized": normalized,
                "special": special,
            }
        )
    added.sort(key=lambda entry: entry["id"])
    return _dump(document)


def _dump(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document).encode("ascii")
