"""The bytes of a tokenizer.json that does what a vocab.json of letters does: speech to text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from onnxformers.errors import FileFormatError
from onnxformers.tokenizers import token_sets
from onnxformers.tokenizers.bare_vocabulary import bare_vocabulary
from onnxformers.tokenizers.conversion_parts import vocabulary_of

if TYPE_CHECKING:
    from onnxformers.tokenizers.conversion_parts import Source

SPACE = " "
# More than a text has at its ends.
MANY = 1 << 20


def from_letters(source: Source) -> bytes:
    """tokenizer.json for the vocab.json of a Wav2Vec2 model: each letter a token, CTC's decoding.

    Raises:
        FileFormatError: the file is broken, or asks for what tokenizer.json cannot say.

    Source: transformers 4.46.3, `Wav2Vec2CTCTokenizer`.
    """
    options = {**token_sets.BASIC_TOKENS, **source.config}
    _refuse_other_letters(options)
    vocabulary = vocabulary_of(source.files["vocab.json"])
    if not vocabulary:
        raise FileFormatError("[vocab.json] must be an object that maps tokens to ids; it is empty")
    model = {"model": {"vocab": vocabulary}}
    made = json.loads(bare_vocabulary(json.dumps(model).encode("ascii"), options))["model"]
    delimiter = _text(options.get("word_delimiter_token", "|"))
    document = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": _tokens_of_several_letters(made["vocab"], options),
        "normalizer": {"type": "Replace", "pattern": {"String": SPACE}, "content": delimiter},
        "pre_tokenizer": {
            "type": "Split",
            "pattern": {"Regex": ""},
            "behavior": "Isolated",
            "invert": False,
        },
        "post_processor": None,
        "decoder": _decoder(_text(options["pad_token"]), delimiter),
        "model": made,
    }
    return json.dumps(document).encode("ascii")


def _refuse_other_letters(options: dict[str, Any]) -> None:
    if options.get("do_lower_case"):
        raise FileFormatError(
            "[tokenizer_config.json] do_lower_case reads capitals as small letters and back, which "
            "no tokenizer.json can say; set it to false and change the case of the text"
        )
    if options.get("replace_word_delimiter_char", SPACE) != SPACE:
        raise FileFormatError(
            "[tokenizer_config.json] replace_word_delimiter_char must be a space, got "
            f"{options['replace_word_delimiter_char']!r}"
        )


def _decoder(pad: str, delimiter: str) -> dict[str, Any]:
    """Repeated tokens and blanks taken out, spaces for delimiters, none at the ends."""
    decoders = [
        # Without its own cleaning up, which takes out spaces before punctuation too.
        {"type": "CTC", "pad_token": pad, "word_delimiter_token": delimiter, "cleanup": False},
        {"type": "Replace", "pattern": {"String": delimiter}, "content": SPACE},
        {"type": "Fuse"},
        {"type": "Strip", "content": SPACE, "start": MANY, "stop": MANY},
    ]
    return {"type": "Sequence", "decoders": decoders}


def _tokens_of_several_letters(
    vocabulary: dict[str, Any], options: dict[str, Any]
) -> list[dict[str, Any]]:
    """Found as they are in a text, with the spaces around them, before it is cut into letters."""
    flags = {"single_word": False, "lstrip": True, "rstrip": True, "normalized": False}
    special = {_text(options[name]) for name in token_sets.BASIC_TOKENS}
    return [
        {"id": index, "content": token, **flags, "special": token in special}
        for token, index in vocabulary.items()
        if len(token) > 1
    ]


def _text(token: object) -> str:
    return str(token.get("content") if isinstance(token, dict) else token)
