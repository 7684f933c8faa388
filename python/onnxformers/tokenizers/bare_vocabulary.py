"""tokenizer.json whose model is a vocabulary and nothing else.

Transformers.js writes it for tokenizers of letters and sounds, which Python's transformers keeps in
a vocab.json: a token is an id, and what is no token is the unknown token of the files beside it.

Source: spec/transformers.js/tokenizers.md, LegacyTokenizerModel.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from onnxformers.errors import FileFormatError
from onnxformers.tokenizers.sections import section, with_section

# Asked of every file, so it looks at the first bytes of the model alone: others have more fields,
# and the vocabulary never first.
_BARE = re.compile(rb'"model"\s*:\s*\{\s*"vocab"\s*:\s*\{')
# What tells other models that name no type.
_OTHERS = frozenset({"type", "merges", "max_input_chars_per_word", "continuing_subword_prefix"})


def bare_vocabulary(tokenizer_json: bytes, options: Mapping[str, Any]) -> bytes:
    """tokenizer.json with the model that a bare vocabulary stands for.

    Args:
        tokenizer_json: the file; one with another model is returned as it is.
        options: `unk_token`, and `target_lang` where the file has a vocabulary for each language.

    Raises:
        FileFormatError: there is no vocabulary of that language.
    """
    if _BARE.search(tokenizer_json) is None:
        return tokenizer_json
    model = section(tokenizer_json, "model")
    if model is None or _OTHERS & model.keys():
        return tokenizer_json
    vocabulary = _of_language(model["vocab"], options.get("target_lang"))
    made = {**model, "type": "WordLevel", "vocab": vocabulary}
    unknown = unknown_token(options)
    if unknown is not None:
        made.setdefault("unk_token", unknown)
    return with_section(tokenizer_json, "model", made)


def unknown_token(options: Mapping[str, Any]) -> str | None:
    """The text of `unk_token`, which may be an `AddedToken` or an object of a file."""
    token = options.get("unk_token")
    if isinstance(token, Mapping):
        token = token.get("content")
    return None if token is None else str(token)


def _of_language(vocabulary: dict[str, Any], language: object) -> dict[str, Any]:
    if not any(isinstance(value, dict) for value in vocabulary.values()):
        return vocabulary
    found = vocabulary.get(language) if isinstance(language, str) else None
    if not isinstance(found, dict):
        names = list(vocabulary)
        shown = ", ".join(names[:20]) + (", ..." if len(names) > 20 else "")
        raise FileFormatError(
            f"[tokenizer.json] model.vocab has a vocabulary for each language; target_lang must be "
            f"one of {shown}; got {language!r}"
        )
    return found
