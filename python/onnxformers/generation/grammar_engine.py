"""Which tokens may come next by a grammar: the engine llguidance, an optional dependency.

Source: https://github.com/guidance-ai/llguidance, python/llguidance/_lib.pyi.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from onnxformers.errors import GuidedGenerationError, InvalidArgumentError, MissingExtraError
from onnxformers.generation.answer_formats import PLACE, AnswerFormat

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Words = NDArray[np.int32]

INSTALL = "pip install 'onnxformers[guided]'"
#: Between the parts of JSON: nothing, a space, or a new line and how far it is indented. Without an
#: end to it a weak model writes space for ever.
_WHITESPACE = {"whitespace_pattern": r"[ ]?|\n[ ]{0,20}"}


class Matcher(Protocol):
    """How far one answer has come in a grammar."""

    def fill(self, words: Words) -> None:
        """Set bit i, from the lowest of the first word on, where token i may come next."""

    def take(self, token: int) -> bool:
        """Go on by a token; False where it may not come, and nothing has changed."""

    def is_complete(self) -> bool:
        """Whether what was taken is a whole answer."""

    def fork(self) -> Matcher:
        """Another one at the same place."""


class Vocabulary(Protocol):
    """What tokens spell, as of `PreTrainedTokenizer.token_bytes`."""

    @property
    def spelt(self) -> list[bytes]:
        """By id; b"" for what is not text."""

    @property
    def is_text(self) -> NDArray[np.bool_]:
        """By id, whether it is text."""

    @property
    def special(self) -> frozenset[int]:
        """Ids that are not text."""

    @property
    def drops_first_space(self) -> bool:
        """Whether decoding leaves out a space in front."""


class Engine:
    """Matchers over the tokens of one vocabulary. One object may serve many threads.

    Args:
        vocabulary: What the tokens spell.
        encode: Text to ids, without special tokens.

    Raises:
        MissingExtraError: llguidance is not installed.
    """

    def __init__(self, vocabulary: Vocabulary, encode: Callable[[str], Sequence[int]]) -> None:
        self._library = _import_library()
        # The engine wants a token that ends texts; ours are added to its masks elsewhere.
        self._end = len(vocabulary.spelt)
        words = _Words(vocabulary, encode, self._end)
        self._tokens = self._library.LLTokenizer(words)

    @property
    def size(self) -> int:
        """How many words of 32 bits a mask has."""
        return (self._end + 32) // 32

    def compile(self, answer: AnswerFormat, after_space: bool = False) -> Matcher:
        """A matcher at the begin of an answer.

        Args:
            answer: What it must be like.
            after_space: One space stands before it.

        Raises:
            InvalidArgumentError: The engine cannot read the schema, expression or grammar.
        """
        matcher_class = self._library.LLMatcher
        text = {
            "json": self._of_schema,
            "regex": matcher_class.grammar_from_regex,
            "grammar": matcher_class.grammar_from_lark,
        }[answer.kind](answer.text)
        if after_space:
            text = _after_space(text)
        matcher = matcher_class(self._tokens, text, log_level=0)
        if matcher.is_error():
            raise InvalidArgumentError(f"[{PLACE}] {answer.kind}: {matcher.get_error().strip()}")
        return _Matcher(matcher)

    def _of_schema(self, text: str) -> str:
        # A pattern would win over what the schema itself says of white space.
        own = json.loads(text).get("x-guidance") or {}
        defaults = {} if "whitespace_flexible" in own else _WHITESPACE
        grammar: str = self._library.LLMatcher.grammar_from_json_schema(text, defaults=defaults)
        return grammar


class _Matcher:
    """A matcher of llguidance."""

    def __init__(self, matcher: Any) -> None:
        self._matcher = matcher

    def fill(self, words: Words) -> None:
        self._matcher.unsafe_compute_mask_ptr(words.ctypes.data, words.nbytes)
        if self._matcher.is_error():
            raise GuidedGenerationError(f"[{PLACE}] {self._matcher.get_error().strip()}")

    def take(self, token: int) -> bool:
        return bool(self._matcher.try_consume_tokens([token]) == 1)

    def is_complete(self) -> bool:
        return bool(self._matcher.is_accepting())

    def fork(self) -> _Matcher:
        return _Matcher(self._matcher.deep_copy())


class _Words:
    """A tokenizer as llguidance wants it."""

    is_tokenizer_wrapper = True
    bos_token_id = None

    def __init__(
        self, vocabulary: Vocabulary, encode: Callable[[str], Sequence[int]], end: int
    ) -> None:
        self.tokens = [*vocabulary.spelt, b"<end>"]
        self.special_token_ids = [*sorted(vocabulary.special), end]
        self.eos_token_id = end
        self._encode = encode
        self._ids = {spelt: i for i, spelt in enumerate(vocabulary.spelt) if spelt}
        self._longest = max(map(len, self._ids), default=1)

    def __call__(self, text: str) -> list[int]:
        """How the model's tokenizer writes what must come next, so that it reads as in training."""
        wanted = text.encode()
        ids = list(self._encode(text))
        if ids and self.tokens[ids[0]] == b" ":  # put in front of any text
            ids = ids if wanted.startswith(b" ") else ids[1:]
        spelt = b"".join(self.tokens[i] for i in ids)
        return ids if spelt == wanted else self._greedy(wanted)

    def _greedy(self, wanted: bytes) -> list[int]:
        """The longest token each time; what ends a text where no token spells what must come."""
        ids: list[int] = []
        begin = 0
        while begin < len(wanted):
            ends = range(min(len(wanted), begin + self._longest), begin, -1)
            found = next((end for end in ends if wanted[begin:end] in self._ids), None)
            if found is None:
                return [self.eos_token_id]
            ids.append(self._ids[wanted[begin:found]])
            begin = found
        return ids


def _after_space(grammar: str) -> str:
    if not grammar.lstrip().startswith("{"):
        grammar = json.dumps({"grammars": [{"lark_grammar": grammar}]})
    parts = json.loads(grammar)
    parts["grammars"][0]["name"] = "answer"
    parts["grammars"].insert(0, {"name": "text", "lark_grammar": 'start: " " @answer'})
    return json.dumps(parts)


def _import_library() -> Any:
    try:
        import llguidance
    except ImportError as error:
        raise MissingExtraError(
            f"[{PLACE}] answers of a given form need llguidance, which cannot be imported "
            f"({error}): {INSTALL}"
        ) from None
    return llguidance
