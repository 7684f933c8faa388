"""The special tokens of a tokenizer, as attributes and lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from onnxformers.errors import InvalidTypeError
from onnxformers.tokenizers.added_token import AddedToken, from_dict, read_token
from onnxformers.tokenizers.attributes import (
    Setting,
    SpecialToken,
    SpecialTokenId,
    file_value,
)
from onnxformers.tokenizers.changeable import Changeable
from onnxformers.tokenizers.special_tokens import ADDITIONAL, NAMES
from onnxformers.tokenizers.state import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


class SpecialTokens(Changeable):
    """Special tokens. All of the attributes may be set.

    Attributes:
        bos_token, eos_token, unk_token, sep_token, pad_token, cls_token, mask_token: special
            tokens; None where the tokenizer has none. Each with its id: `bos_token_id`, ...
        add_bos_token, add_eos_token: for the classes that put them round a text by these.
        split_special_tokens: special tokens in a text are text like any other.
    """

    SPECIAL_TOKENS_ATTRIBUTES = (*NAMES, ADDITIONAL)

    bos_token = SpecialToken()
    eos_token = SpecialToken()
    unk_token = SpecialToken()
    sep_token = SpecialToken()
    pad_token = SpecialToken()
    cls_token = SpecialToken()
    mask_token = SpecialToken()
    bos_token_id = SpecialTokenId()
    eos_token_id = SpecialTokenId()
    unk_token_id = SpecialTokenId()
    sep_token_id = SpecialTokenId()
    pad_token_id = SpecialTokenId()
    cls_token_id = SpecialTokenId()
    mask_token_id = SpecialTokenId()
    add_bos_token = Setting[bool]()
    add_eos_token = Setting[bool]()
    split_special_tokens = Setting[bool]()

    @property
    def additional_special_tokens(self) -> list[str]:
        """Special tokens beside those with a name of their own."""
        return list(map(str, self._state.settings.additional_special_tokens))

    @additional_special_tokens.setter
    def additional_special_tokens(self, tokens: Sequence[str | AddedToken]) -> None:
        place = type(self).__name__
        self._change({ADDITIONAL: [file_value(place, ADDITIONAL, token) for token in tokens]})

    @property
    def additional_special_tokens_ids(self) -> list[int]:
        """The ids of `additional_special_tokens`."""
        return _known(map(self._state.token_id, self.additional_special_tokens))

    @property
    def special_tokens_map(self) -> dict[str, str | list[str]]:
        """Attribute name → special token, of those that are set."""
        state = self._state
        found: dict[str, str | list[str]] = {}
        for name in NAMES:
            token = state.token(name)
            if token:
                found[name] = token
        if state.settings.additional_special_tokens:
            found[ADDITIONAL] = list(map(str, state.settings.additional_special_tokens))
        return found

    @property
    def special_tokens_map_extended(self) -> dict[str, Any]:
        """As `special_tokens_map`, with the flags of those that the files give flags."""
        settings = self._state.settings
        found: dict[str, Any] = {
            name: settings.special_tokens[name] for name in NAMES if name in settings.special_tokens
        }
        if settings.additional_special_tokens:
            found[ADDITIONAL] = list(settings.additional_special_tokens)
        return found

    @property
    def all_special_tokens(self) -> list[str]:
        """The special tokens, each once."""
        return self._state.all_special_tokens()

    @property
    def all_special_tokens_extended(self) -> list[str | AddedToken]:
        """As `all_special_tokens`, with the flags of those that the files give flags."""
        settings = self._state.settings
        tokens = [settings.special_tokens[n] for n in NAMES if n in settings.special_tokens]
        tokens += settings.additional_special_tokens
        return list({str(token): token for token in reversed(tokens)}.values())[::-1]

    @property
    def all_special_ids(self) -> list[int]:
        """The ids of `all_special_tokens`, in the same order."""
        state = self._state
        return _known(map(state.token_id, state.all_special_tokens()))

    def add_tokens(
        self,
        new_tokens: str | AddedToken | Sequence[str | AddedToken],
        special_tokens: bool = False,
    ) -> int:
        """Add tokens that are looked for in a text before the model sees it.

        A token of the vocabulary keeps its id, another gets the next free one; the model must have
        a row for it. Calls of other threads that have begun go on without the tokens.

        Args:
            new_tokens: one or several; with flags as `AddedToken`.
            special_tokens: they are special whatever their flags say.

        Returns:
            How many were added or took other flags.

        Raises:
            InvalidTypeError: neither str nor `AddedToken`.
            InvalidArgumentError: a token of more than 1024 bytes.

        Example:
            >>> tokenizer.add_tokens(["<a>", "<b>"])
            2

        Source: transformers 4.46.3, `SpecialTokensMixin.add_tokens`.
        """
        place = type(self).__name__
        several = new_tokens if isinstance(new_tokens, list | tuple) else [new_tokens]
        tokens = [read_token(place, token).as_dict() for token in several]
        if special_tokens:
            for token, given in zip(tokens, several, strict=True):
                token["special"] = True
                if getattr(given, "normalized", None) is None:
                    token["normalized"] = False
        added = 0

        def changed(state: State) -> State:
            nonlocal added
            state, added = _with_tokens(state, tokens)
            return state

        self._swap(changed)
        return added

    def add_special_tokens(
        self,
        special_tokens_dict: Mapping[str, str | AddedToken | Sequence[str | AddedToken]],
        replace_additional_special_tokens: bool = True,
    ) -> int:
        """Set special tokens by their attribute names, and add those that are no tokens yet.

        Args:
            special_tokens_dict: attribute name → token; `additional_special_tokens` → a list.
            replace_additional_special_tokens: that list takes the place of the present one;
                False adds to it.

        Returns:
            How many tokens were added or took other flags.

        Raises:
            InvalidTypeError: a name that is no attribute of special tokens, or no token.

        Example:
            >>> tokenizer.add_special_tokens({"pad_token": "[PAD]"})
            1

        Source: transformers 4.46.3, `SpecialTokensMixin.add_special_tokens`.
        """
        place, changes = type(self).__name__, dict[str, Any]()
        tokens: list[AddedToken] = []
        for name, value in special_tokens_dict.items():
            if name == ADDITIONAL and isinstance(value, list | tuple):
                several = [_special(place, token) for token in value]
                present = [] if replace_additional_special_tokens else self._additional()
                known = {str(token) for token in present}
                several = [token for token in several if token.content not in known]
                if several:
                    together = [*present, *several]
                    changes[name] = [file_value(place, name, token) for token in together]
                tokens += several
            elif name in NAMES and not isinstance(value, list | tuple):
                token = _special(place, value)
                changes[name] = file_value(place, name, token)
                tokens.append(token)
            else:
                raise InvalidTypeError(
                    f"[{place}] {name} cannot be set so; there are {', '.join(NAMES)} with a token "
                    f"each, and {ADDITIONAL} with a list of them"
                )
        added = self.add_tokens(tokens, special_tokens=True) if tokens else 0
        self._change(changes)
        return added

    def _additional(self) -> list[str | AddedToken]:
        return self._state.settings.additional_special_tokens


def _special(place: str, value: Any) -> AddedToken:
    if isinstance(value, str):
        return AddedToken(value, special=True, normalized=False)
    return read_token(place, value)


def _with_tokens(state: State, tokens: Sequence[dict[str, Any]]) -> tuple[State, int]:
    """The state with these tokens, and how many of them changed something."""
    present = {token["content"]: from_dict(token) for token in state.native.added_tokens}
    changed = []
    for token in tokens:
        flags = from_dict(token)
        if token["content"] and present.get(token["content"]) != flags:
            present[token["content"]] = flags
            changed.append(token)
    if not changed:
        return state, 0
    native = state.native.with_added_tokens(changed)
    made = State(
        state.place, native, state.settings, state.config, state.post_processor, state.warned
    )
    return made, len(changed)


def _known(ids: Iterable[int | None]) -> list[int]:
    return [token_id for token_id in ids if token_id is not None]
