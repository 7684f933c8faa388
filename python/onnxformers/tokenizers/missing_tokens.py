"""The tokens that the files beside tokenizer.json add to it, or describe in another way."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from onnxformers.tokenizers.added_token import AddedToken, from_dict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from onnxformers.tokenizers.row import TokenizerRow
    from onnxformers.tokenizers.settings import Settings


def missing_tokens(
    present: Iterable[Mapping[str, Any]],
    row: TokenizerRow,
    settings: Settings,
    config: Mapping[str, Any],
) -> list[AddedToken]:
    """What must be added to the tokens of tokenizer.json, in the order of the ids it gets.

    Args:
        present: the added tokens of tokenizer.json.
        row: the class.
        settings: the special tokens.
        config: tokenizer_config.json; its `added_tokens_decoder` maps ids to tokens with flags.

    Source: transformers 4.46.3, `PreTrainedTokenizerFast.__init__` and `_from_pretrained`.
    """
    known = {token["content"]: _without_id(token) for token in present}
    filled = [_filled(token) for token in _listed(config, known)]
    listed = [token for token in filled if token.as_dict() != known.get(token.content)]
    special = [*settings.special_tokens.items()]
    special += [("", token) for token in settings.additional_special_tokens]
    if row.letters_stay:
        special = [(name, token) for name, token in special if len(str(token)) > 1]
    names = {str(token) for _, token in special}
    found = {token.content: _as_special(token, token.content in names) for token in listed}
    described = {text: from_dict(known[text]) for text in names & known.keys()}
    described.update({token.content: token for token in listed})
    for name, token in special:
        wanted = _described(name, token, described, config, row)
        if isinstance(wanted, AddedToken):
            found.setdefault(wanted.content, _as_special(wanted, True))
        elif wanted not in known:
            found.setdefault(wanted, AddedToken(wanted, special=True))
    return [
        token for token in found.values() if _filled(token).as_dict() != known.get(token.content)
    ]


def _without_id(token: Mapping[str, Any]) -> dict[str, Any]:
    """The token as `added_tokens_decoder` writes it."""
    facts = dict(token)
    del facts["id"]
    return facts


def _listed(config: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]]) -> list[AddedToken]:
    """The tokens of `added_tokens_decoder` by their ids, without those that are known as they are.

    Entries that cannot be are passed over.
    """
    decoder = config.get("added_tokens_decoder")
    entries = [
        (int(index), from_dict(token))
        for index, token in (decoder.items() if isinstance(decoder, dict) else ())
        if isinstance(token, dict)
        and isinstance(token.get("content"), str)
        and token != known.get(token["content"])  # of hundreds most are
        and len(index) < 10
        and index.isdecimal()
    ]
    return [token for _, token in sorted(entries, key=lambda entry: entry[0])]


def _described(
    name: str,
    token: str | AddedToken,
    described: Mapping[str, AddedToken],
    config: Mapping[str, Any],
    row: TokenizerRow,
) -> str | AddedToken:
    """A special token with the flags that a file gives it, or its class where no file does."""
    if name in config and str(token) in described:
        return described[str(token)]
    if name == "mask_token" and row.mask_takes_space and isinstance(token, str):
        return AddedToken(token, lstrip=True)
    return token


def _as_special(token: AddedToken, is_special: bool) -> AddedToken:
    """The token, special if it is that by itself or by its name."""
    return replace(token, special=True) if is_special and not token.special else token


def _filled(token: AddedToken) -> AddedToken:
    """The token with every flag given, for comparing."""
    normalized = not token.special if token.normalized is None else token.normalized
    return replace(token, normalized=normalized)
