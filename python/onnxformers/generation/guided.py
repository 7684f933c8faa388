"""The `guided=` and `response_format=` of generate()."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from onnxformers.errors import InvalidArgumentError
from onnxformers.generation.answer_formats import PLACE, read_format
from onnxformers.generation.grammar_engine import Engine
from onnxformers.generation.guide import Guide

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onnxformers.generation.config import GenerationConfig
    from onnxformers.generation.grammar_engine import Vocabulary

#: Options under which rows are not written one token after the other, with what turns them off.
_ONE_BY_ONE: Mapping[str, Any] = {
    "num_beam_groups": 1,
    "force_words_ids": None,
    "penalty_alpha": None,
    "prompt_lookup_num_tokens": None,
    "forced_decoder_ids": None,
}


class Tokenizer(Protocol):
    """What guiding needs of a tokenizer."""

    @property
    def all_special_ids(self) -> list[int]:
        """Ids of special tokens."""

    def __len__(self) -> int:
        """How many ids there are."""

    def token_bytes(self) -> Vocabulary:
        """What its tokens spell."""

    def encode(self, text: str, *, add_special_tokens: bool = ...) -> Sequence[int]:
        """Text to ids."""


class EndHeld:
    """A streamer that does not hear of the end, which it may come to only if the answer is whole.

    Args:
        streamer: Who hears of everything else.
    """

    def __init__(self, streamer: Any) -> None:
        self.put = streamer.put

    def end(self) -> None:
        """Nothing; whoever checks the answer says it."""


class _Known(NamedTuple):
    """A tokenizer's engine, and what the tokenizer was like."""

    state: tuple[int, ...]
    vocabulary: Vocabulary
    engine: Engine


_engines: weakref.WeakKeyDictionary[Any, _Known] = weakref.WeakKeyDictionary()
_lock = threading.Lock()


def make_guide(
    guided: Any,
    response_format: Any,
    tokenizer: Tokenizer | None,
    config: GenerationConfig,
    prompt: NDArray[np.int64],
) -> Guide | None:
    """The guide of a call of generate(); None where any text will do.

    Args:
        guided: What `read_format` takes, or None.
        response_format: The same by another name.
        tokenizer: The model's.
        config: The options of the call.
        prompt: What the decoder reads first, of shape (rows, tokens).

    Raises:
        InvalidArgumentError: It cannot be read, or does not go with other options.
        MissingExtraError: The engine is not installed.
        UnsupportedModelError: The tokens of the model do not spell texts.
    """
    if guided is not None and response_format is not None:
        raise InvalidArgumentError(
            f"[{PLACE}] guided and response_format are the same; give one of them"
        )
    answer = read_format(response_format if guided is None else guided)
    if answer is None:
        return None
    if tokenizer is None:
        raise InvalidArgumentError(
            f"[{PLACE}] needs the model's tokenizer: generate(..., tokenizer=tokenizer)"
        )
    for name, neutral in _ONE_BY_ONE.items():
        if getattr(config, name) not in (None, neutral):
            raise InvalidArgumentError(
                f"[{PLACE}] answers of a given form are written without {name}; got "
                f"{getattr(config, name)!r}, set it to {neutral}"
            )
    known = _known(tokenizer)
    special = known.vocabulary.special
    is_first = known.vocabulary.drops_first_space and special.issuperset(prompt.ravel().tolist())
    matcher = known.engine.compile(answer, after_space=is_first)
    forced = int(config.forced_bos_token_id is not None and prompt.shape[1] == 1)
    ends = config.eos_token_id
    ends = [] if ends is None else np.atleast_1d(ends).tolist()
    return Guide(matcher, known.vocabulary, ends, forced)


def _known(tokenizer: Tokenizer) -> _Known:
    """Its engine; kept, as the large vocabularies take a second."""
    state = (len(tokenizer), *tokenizer.all_special_ids)
    with _lock:
        known = _engines.get(tokenizer)
        if known is None or known.state != state:
            vocabulary = tokenizer.token_bytes()
            # Weakly, or what is kept would keep the tokenizer.
            reference = weakref.ref(tokenizer)
            engine = Engine(vocabulary, partial(_encode, reference))
            known = _engines[tokenizer] = _Known(state, vocabulary, engine)
        return known


def _encode(reference: weakref.ref[Tokenizer], text: str) -> Sequence[int]:
    tokenizer = reference()
    return [] if tokenizer is None else tokenizer.encode(text, add_special_tokens=False)
