"""What single tokens spell, for answers that tell how likely each was."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from onnxformers.errors import UnsupportedModelError

if TYPE_CHECKING:
    from onnxformers.pipelines.hosted.meter import Likely

_known: weakref.WeakKeyDictionary[Any, list[bytes]] = weakref.WeakKeyDictionary()


def spell(tokenizer: Any, token: int) -> bytes:
    """The bytes that a token adds to a text; of a special token its name."""
    spelt = _known.get(tokenizer)
    if spelt is None:
        try:
            spelt = tokenizer.token_bytes().spelt
        except UnsupportedModelError:  # it depends on the neighbours
            spelt = []
        _known[tokenizer] = spelt
    if token < len(spelt) and spelt[token]:
        return spelt[token]
    name = tokenizer.convert_ids_to_tokens(token)
    return name.encode() if isinstance(name, str) else b""


def as_chat(tokenizer: Any, written: Sequence[Likely]) -> dict[str, Any]:
    """`logprobs` of a chat's choice."""
    content = [
        {
            **_entry(tokenizer, likely.token, likely.logprob),
            "top_logprobs": [_entry(tokenizer, *other) for other in likely.others],
        }
        for likely in written
    ]
    return {"content": content, "refusal": None}


def _entry(tokenizer: Any, token: int, logprob: float) -> dict[str, Any]:
    spelt = spell(tokenizer, token)
    return {"token": _shown(spelt), "logprob": logprob, "bytes": list(spelt)}


def as_completion(tokenizer: Any, written: Sequence[Likely], offset: int) -> dict[str, Any]:
    """`logprobs` of a completion's choice.

    Args:
        tokenizer: The model's.
        written: The tokens.
        offset: Characters of the choice's text before them.
    """
    tokens = [_shown(spell(tokenizer, likely.token)) for likely in written]
    offsets, pieces = [], b""
    for likely in written:
        offsets.append(offset + len(pieces.decode(errors="ignore")))
        pieces += spell(tokenizer, likely.token)
    tops = [
        {_shown(spell(tokenizer, other)): logprob for other, logprob in likely.others}
        for likely in written
    ]
    return {
        "tokens": tokens,
        "token_logprobs": [likely.logprob for likely in written],
        "top_logprobs": tops,
        "text_offset": offsets,
    }


def _shown(spelt: bytes) -> str:
    return spelt.decode(errors="replace")
