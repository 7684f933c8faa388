"""What every conversion of older files puts its tokenizer.json together from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from onnxformers.errors import FileFormatError
from onnxformers.tokenizers import conversion_sections as sections

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

Section = dict[str, Any]


class Source(NamedTuple):
    """Where a conversion takes its files from.

    Attributes:
        class_name: the tokenizer's class without "Fast"; empty where none is known.
        config: tokenizer_config.json.
        files: name → content of the files of one form.
    """

    class_name: str
    config: Mapping[str, Any]
    files: Mapping[str, bytes]


def vocabulary_of(vocab_json: bytes) -> dict[str, Any]:
    """The object in a vocab.json.

    Raises:
        FileFormatError: it holds none.
    """
    try:
        vocabulary = json.loads(vocab_json)
    except (ValueError, RecursionError) as error:
        raise FileFormatError(f"[vocab.json] is not usable JSON: {error}") from None
    if not isinstance(vocabulary, dict):
        raise FileFormatError("[vocab.json] must be an object that maps tokens to ids")
    return vocabulary


def template_of(
    texts: tuple[str, str] | None, id_of: Callable[[str], int | None]
) -> Section | None:
    """The post-processor of the ends of a text and of a pair; None where there are none."""
    return sections.template(*texts, id_of) if texts else None


def added_of(
    names: Mapping[str, bool],
    id_of: Callable[[str], int | None],
    mask: str,
    normalized: tuple[str, ...] = (),
) -> list[Section]:
    """Added tokens of the vocabulary, by id; those it does not have are left to the settings."""
    found: Iterable[tuple[int | None, str]] = ((id_of(name), name) for name in names)
    return [
        {
            "id": token_id,
            "content": name,
            "single_word": False,
            "lstrip": name == mask,
            "rstrip": False,
            "normalized": name in normalized,
            "special": names[name],
        }
        for token_id, name in sorted(entry for entry in found if entry[0] is not None)
    ]


def document_of(*, added: list[Section], model: bytes, **stages: Section | None) -> bytes:
    """A tokenizer.json of added tokens, stages and a model that is JSON already."""
    head = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": added, **stages}
    return json.dumps(head).encode()[:-1] + b',"model":' + model + b"}"
