"""The part of a tokenizer that holds its state and puts another in its place."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, ClassVar

from onnxformers.errors import FileFormatError, InvalidArgumentError
from onnxformers.tokenizers.overrides import bos_eos_template
from onnxformers.tokenizers.row import GENERIC, TokenizerRow
from onnxformers.tokenizers.settings import read_settings
from onnxformers.tokenizers.state import State

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from typing_extensions import Self

    from onnxformers._native.tokenizers import Tokenizer

# Settings that make another post-processor.
POST_PROCESSOR_OPTIONS = frozenset({"add_bos_token", "add_eos_token"})


class Changeable:
    """What a tokenizer is at the moment, and how that changes.

    One object may serve many threads, also while it is changed: a call sees all of a change or
    nothing of it.

    Attributes:
        row: the class's defaults.
    """

    row: ClassVar[TokenizerRow] = GENERIC

    _state: State
    _lock: threading.Lock
    _saved: Mapping[str, Any]

    def __init__(self, state: State, saved: Mapping[str, Any]) -> None:
        self.__dict__.update(_state=state, _saved=saved, _lock=threading.Lock())

    def __setattr__(self, name: str, value: object) -> None:
        """Sets what a tokenizer has; a name that it has not is taken for a mistake.

        Raises:
            InvalidArgumentError: no such setting, or a value that cannot be.
        """
        if not name.startswith("_") and not hasattr(type(self), name):
            raise InvalidArgumentError(
                f"[{type(self).__name__}] {name} cannot be set: a tokenizer has no such setting"
            )
        object.__setattr__(self, name, value)

    def __copy__(self) -> Self:
        """Another tokenizer in the same state; both go on by themselves."""
        other = type(self).__new__(type(self))
        other.__dict__.update(self.__dict__)
        other.__dict__["_lock"] = threading.Lock()
        return other

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """As a copy: what both share never changes."""
        return self.__copy__()

    @property
    def native(self) -> Tokenizer:
        """The core's tokenizer."""
        return self._state.native

    @property
    def config(self) -> Mapping[str, Any]:
        """tokenizer_config.json with what was set since."""
        return self._state.config

    def warn_once(self, message: str) -> None:
        """Log a warning that this tokenizer has not logged before."""
        self._state.warn_once(message)

    def update_post_processor(self) -> None:
        """Put the special tokens around texts that are those of the settings now.

        Setting `add_bos_token` or `add_eos_token` does so by itself, setting `bos_token` does not.
        Tokenizers whose class does not add these tokens by such settings stay as they are.
        """
        self._change({}, updates_post_processor=True)

    def _change(self, changes: Mapping[str, Any], updates_post_processor: bool = False) -> None:
        """Put these values of tokenizer_config.json in place of the old ones."""

        def changed(state: State) -> State:
            config = {**state.config, **changes}
            try:
                settings = read_settings(state.place, self.row, config, self._saved)
                made = State(
                    state.place, state.native, settings, config, state.post_processor, state.warned
                )
                if updates_post_processor or changes.keys() & POST_PROCESSOR_OPTIONS:
                    return with_bos_eos(made, self.row)
            except FileFormatError as error:
                raise InvalidArgumentError(str(error)) from None
            return made

        self._swap(changed)

    def _swap(self, change: Callable[[State], State]) -> None:
        """Put the state that `change` makes of the present one in its place."""
        with self._lock:
            self.__dict__["_state"] = change(self._state)


def with_bos_eos(state: State, row: TokenizerRow) -> State:
    """The state with the post-processor that `add_bos_token` and `add_eos_token` ask for.

    Raises:
        FileFormatError: such a token is wanted and there is none.

    Source: transformers 4.46.3, `LlamaTokenizerFast.update_post_processor`.
    """
    if "bos_eos" not in row.rules:
        return state
    template = bos_eos_template(state)
    return with_post_processor(state, template)


def with_post_processor(state: State, post_processor: Mapping[str, Any]) -> State:
    """The state with another post-processor, written as in tokenizer.json."""
    import json

    native = state.native.with_post_processor(json.dumps(post_processor).encode("ascii"))
    return State(state.place, native, state.settings, state.config, post_processor, state.warned)
