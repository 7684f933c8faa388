"""What a tokenizer is at one moment.

A tokenizer's settings may be set and tokens added while other threads use it. All that a call needs
hangs on one object that never changes; setting something makes another one and puts it in its place
in a single step. A call that has begun goes on with the one it began with.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, NamedTuple

from onnxformers.tokenizers import special_tokens
from onnxformers.tokenizers.plan import make_plan

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from onnxformers._native.tokenizers import Tokenizer
    from onnxformers.tokenizers.plan import EncodePlan
    from onnxformers.tokenizers.settings import Settings

logger = logging.getLogger(__name__)

MAX_PLANS = 64


class PadOptions(NamedTuple):
    """Keyword arguments of the native `Encodings.pad`.

    Attributes:
        pad_id: the padding token; the end-of-sequence token or 0 where there is none.
        pad_type_id: its token type id.
        side: "right" or "left".
    """

    pad_id: int
    pad_type_id: int
    side: str


class State:
    """A native tokenizer with its settings, and what is worked out from both. Immutable.

    Attributes:
        place: the name of the class, for messages.
        native: the core's tokenizer.
        settings: lengths, sides, names, special tokens.
        config: tokenizer_config.json with what was set since.
        post_processor: what stands for the one of tokenizer.json, None where that one holds.
        token_ids: attribute name → id of the special tokens that are set.
        pad_options: how rows are filled up.
        plain: the plan of a call without options.
        encode_one: ids of one text without options.
        plans: the plans of the last few other calls.
        warned: messages that were logged; all states of a tokenizer share it.
    """

    __slots__ = (
        "config",
        "encode_one",
        "native",
        "pad_options",
        "place",
        "plain",
        "plans",
        "post_processor",
        "settings",
        "token_ids",
        "warned",
    )

    def __init__(
        self,
        place: str,
        native: Tokenizer,
        settings: Settings,
        config: Mapping[str, Any],
        post_processor: Mapping[str, Any] | None = None,
        warned: set[str] | None = None,
    ) -> None:
        self.place = place
        self.native = native
        self.settings = settings
        self.config = config
        self.post_processor = post_processor
        self.warned = set[str]() if warned is None else warned
        self.token_ids = _token_ids(native, settings)
        pad_id = self.token_ids.get("pad_token", self.token_ids.get("eos_token"))
        self.pad_options = PadOptions(
            pad_id or 0, settings.pad_token_type_id, settings.padding_side
        )
        self.plans: dict[tuple[Any, ...], EncodePlan] = {}
        self.plain: EncodePlan = make_plan(self, {})
        set_options = self.plain.native
        self.encode_one: Callable[[str], list[int]] = (
            (lambda text: native.encode_batch((text,), **set_options).ids(0))
            if set_options
            else native.encode_ids
        )

    def token(self, name: str) -> str | None:
        """The special token of this attribute name."""
        token = self.settings.special_tokens.get(name)
        return None if token is None else str(token)

    def all_special_tokens(self) -> list[str]:
        """The special tokens, each once."""
        tokens = [self.token(name) for name in special_tokens.NAMES]
        named = [token for token in tokens if token is not None]
        additional = map(str, self.settings.additional_special_tokens)
        return list(dict.fromkeys([*named, *additional]))

    def token_id(self, token: str) -> int | None:
        """The id of a token, that of the unknown token for what is none."""
        found = self.native.token_to_id(token)
        return self.token_ids.get("unk_token") if found is None else found

    def plan(self, options: Mapping[str, Any]) -> EncodePlan:
        """The plan for these options; the last few are kept, as calls repeat."""
        # With the types, for True == 1 and 1 is no value of padding.
        key = (tuple(options.items()), tuple(map(type, options.values())))
        try:
            plan = self.plans.get(key)
        except TypeError:  # a value that cannot be hashed, which no option takes
            return make_plan(self, options)
        if plan is None:
            plan = make_plan(self, options)
            if len(self.plans) >= MAX_PLANS:
                self.plans.clear()
            self.plans[key] = plan
        return plan

    def warn_once(self, message: str) -> None:
        """Log a warning that this tokenizer has not logged before."""
        if message not in self.warned:
            self.warned.add(message)
            logger.warning("[%s] %s", self.place, message)


def _token_ids(native: Tokenizer, settings: Settings) -> dict[str, int]:
    unknown = settings.special_tokens.get("unk_token")
    unk_id = None if unknown is None else native.token_to_id(str(unknown))
    ids: dict[str, int] = {}
    for name, token in settings.special_tokens.items():
        found = native.token_to_id(str(token))
        found = unk_id if found is None else found
        if found is not None:
            ids[name] = found
    return ids
