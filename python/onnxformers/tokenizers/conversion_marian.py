"""The bytes of a tokenizer.json that does what Marian's files do: vocab.json and source.spm.

The SentencePiece model says how a text is cut, the vocabulary which ids the pieces have.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from onnxformers._native import tokenizers as native_tokenizers
from onnxformers.errors import FileFormatError
from onnxformers.tokenizers import conversion_sections as sections
from onnxformers.tokenizers.conversion_parts import vocabulary_of

if TYPE_CHECKING:
    from onnxformers.tokenizers.conversion_parts import Source

END, UNKNOWN, PADDING = "</s>", "<unk>", "<pad>"
UNSCORED = frozenset({END, UNKNOWN, PADDING, "<s>"})
# The score of a token that the SentencePiece model does not have: never better than its parts.
MISSING = -1000.0
FILES = ("vocab.json", "source.spm")


def from_marian(source: Source) -> bytes:
    """tokenizer.json for the source side of a Marian model.

    Raises:
        FileFormatError: a file is broken, or they do not go together.

    Source: Transformers.js, scripts/extra/marian.py; transformers 4.46.3, `MarianTokenizer`.
    """
    vocabulary, model = (source.files[name] for name in FILES)
    pieces = native_tokenizers.SentencePieceFile(model)
    scores = {text: score for text, score, _ in pieces.pieces()}
    ids = _ids(vocabulary)
    tokens = sorted(ids, key=ids.__getitem__)
    vocab = [[t, 0.0 if t in UNSCORED else scores.get(t, MISSING)] for t in tokens]
    spaces = sections.metaspace("always")
    end = {"SpecialToken": {"id": END, "type_id": 0}}
    first, second = ({"Sequence": {"id": name, "type_id": 0}} for name in "AB")
    # Runs of spaces need no step of their own: texts are split at white space anyway.
    charsmap = sections.precompiled(pieces.charsmap)
    flags = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
    document = {
        "version": "1.0",
        "added_tokens": [
            {"id": ids[token], "content": token, "special": True, **flags}
            for token in sorted((END, UNKNOWN, PADDING), key=ids.__getitem__)
        ],
        "normalizer": charsmap[0] if charsmap else None,
        "pre_tokenizer": sections.sequence("pretokenizers", [{"type": "WhitespaceSplit"}, spaces]),
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [first, end],
            "pair": [first, second, end],
            "special_tokens": {END: {"id": END, "ids": [ids[END]], "tokens": [END]}},
        },
        "decoder": spaces,
        "model": {"type": "Unigram", "unk_id": ids[UNKNOWN], "vocab": vocab},
    }
    return json.dumps(document).encode("ascii")


def _ids(vocabulary: bytes) -> dict[str, int]:
    """Token → id, all ids from 0 on in use."""
    ids = vocabulary_of(vocabulary)
    whole = all(type(index) is int for index in ids.values())
    if not whole or sorted(ids.values()) != list(range(len(ids))):
        raise FileFormatError("[vocab.json] must map tokens to the numbers from 0 on, each once")
    missing = [token for token in (END, UNKNOWN, PADDING) if token not in ids]
    if missing:
        raise FileFormatError(f"[vocab.json] has no {', '.join(missing)}")
    return ids
