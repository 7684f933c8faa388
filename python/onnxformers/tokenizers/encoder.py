"""The half of a tokenizer that takes text."""

from __future__ import annotations

import functools
import logging
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from onnxformers._native import base as native_base
from onnxformers.errors import InvalidArgumentError, InvalidTypeError
from onnxformers.tokenizers import collate
from onnxformers.tokenizers.batch_encoding import BatchEncoding
from onnxformers.tokenizers.plan import make_plan, truncation_of
from onnxformers.tokenizers.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from typing_extensions import Unpack

    from onnxformers._native.tokenizers import Encodings, Tokenizer
    from onnxformers.tokenizers.options import EncodeOptions
    from onnxformers.tokenizers.plan import EncodePlan
    from onnxformers.tokenizers.settings import Settings

logger = logging.getLogger(__name__)

SEQUENCES = (list, tuple)
MAX_PLANS = 64
# Less takes less time than threads take to start and meet.
MIN_CHARACTERS_FOR_THREADS = 500_000


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


class Encoder(Vocabulary):
    """Text to token ids.

    Attributes:
        model_max_length: tokens the model takes, None where the files do not say.
        padding_side, truncation_side: "right" or "left".
        model_input_names: what a call returns unless told otherwise.
        pad_token_type_id: the token type id of padding.
        pad_options: how rows are filled up.
    """

    model_max_length: int | None
    padding_side: str
    truncation_side: str
    model_input_names: list[str]
    pad_token_type_id: int
    pad_options: PadOptions
    _longest: int
    _plain: EncodePlan
    _plans: dict[tuple[Any, ...], EncodePlan]
    _warned: set[str]

    def __init__(self, native: Tokenizer, settings: Settings) -> None:
        super().__init__(native, settings)
        pad_id = self.eos_token_id if self.pad_token_id is None else self.pad_token_id
        padding = (pad_id or 0, settings.pad_token_type_id, settings.padding_side)
        self.__dict__.update(
            model_max_length=settings.model_max_length,
            padding_side=settings.padding_side,
            truncation_side=settings.truncation_side,
            model_input_names=settings.model_input_names,
            pad_token_type_id=settings.pad_token_type_id,
            pad_options=PadOptions(*padding),
            _longest=settings.model_max_length or sys.maxsize,
            _plans={},
            _warned=set[str](),
        )
        self.__dict__["_plain"] = make_plan(self, {})

    def __call__(
        self,
        text: str | Sequence[str],
        text_pair: str | Sequence[str] | None = None,
        **options: Unpack[EncodeOptions],
    ) -> BatchEncoding:
        """Encode a text or a batch of texts, or pairs of them.

        Args:
            text: one text or a list of them.
            text_pair: the second text of each pair, of the same shape as `text`.
            **options: keyword options:
                padding: False; True or "longest" fills rows up to the longest; "max_length" to
                    `max_length`, or to what the model takes.
                truncation: True or "longest_first" takes tokens from the longer text of a pair;
                    "only_first" and "only_second" from that one; False cuts nothing. Not given,
                    a `max_length` without padding cuts as True does, with a warning.
                max_length: the most tokens of a row, special tokens counted; None means what the
                    model takes.
                stride: tokens that an overflowing part repeats of the part before it.
                add_special_tokens: True by default.
                return_token_type_ids, return_attention_mask: None means as the model wants it.
                return_offsets_mapping: add `offset_mapping`, (start, end) in Python characters.
                return_overflowing_tokens: what truncation cut off comes as more rows;
                    `overflow_to_sample_mapping` tells the text of each row.
                return_special_tokens_mask: add `special_tokens_mask`.
                return_length: add `length`, tokens of each row.
                pad_to_multiple_of: fill rows up to a multiple of this.
                padding_side: "right" or "left"; None means as the tokenizer does.
                return_tensors: "np" (default), or None for Python's lists: of lists for a batch,
                    flat for one text.
                is_split_into_words: not supported yet.
                verbose: False logs no warnings.

        Returns:
            numpy int64 arrays of shape (batch, length); one text is a batch of one. Keys
            `input_ids`, `token_type_ids` and `attention_mask`, those of `model_input_names`.

        Raises:
            InvalidTypeError: a text is not a str.
            InvalidArgumentError: no texts, a lone surrogate, rows of different length without
                padding, an unknown option or a value that cannot be.

        Example:
            >>> tokenizer("Hello world").input_ids
            array([[ 101, 7592, 2088,  102]])

        Source: transformers 4.46.3, `PreTrainedTokenizerBase.__call__`.
        """
        if not options and text_pair is None and type(text) is str:
            return self._call_plain(text)
        plan = self._plan(options)
        texts, pairs = self._texts(text, text_pair)
        encodings = self._encode(texts, pairs, plan.native)
        if plan.as_arrays:
            columns, width = collate.to_arrays(type(self).__name__, encodings, plan)
        else:
            columns, width = collate.to_lists(encodings, plan)
            if isinstance(text, str) and not plan.overflowing:
                columns = collate.first_row(columns)
        if plan.warns_of_length and (width == 0 or width > self._longest):
            self._warn_of_length(int(encodings.lengths.max()))
        return BatchEncoding(columns, (self.native, texts, pairs, plan.native, plan.fill, width))

    def _call_plain(self, text: str) -> BatchEncoding:
        """One text without options: the call that has to be quick."""
        plan, texts = self._plain, (text,)
        ids, mask, type_ids = self.native.encode_batch(texts).pad()
        if ids.shape[1] > self._longest:
            self._warn_of_length(ids.shape[1])
        columns = {"input_ids": ids}
        if plan.type_ids:
            columns["token_type_ids"] = type_ids
        if plan.mask:
            columns["attention_mask"] = mask
        return BatchEncoding(columns, (self.native, texts, None, {}, plan.fill, 0))

    def encode(
        self,
        text: str,
        text_pair: str | None = None,
        **options: Unpack[EncodeOptions],
    ) -> list[int]:
        """Token ids of one text or pair; options as in the call.

        Raises:
            InvalidTypeError: the text is not a str.
            InvalidArgumentError: as in the call.

        Example:
            >>> tokenizer.encode("Hello world")
            [101, 7592, 2088, 102]
        """
        if not isinstance(text, str):
            raise InvalidTypeError(self._message("text", "a str (lists: call it)", text))
        if not options and text_pair is None:
            return self.native.encode_batch((text,)).ids(0)
        options["return_tensors"] = None
        ids: list[int] = self(text, text_pair, **options)["input_ids"]
        return ids

    def tokenize(
        self, text: str, pair: str | None = None, add_special_tokens: bool = False
    ) -> list[str]:
        """Tokens of one text or pair as the vocabulary spells them.

        Raises:
            InvalidTypeError: the text is not a str.
        """
        texts, pairs = self._texts(text, pair)
        if not isinstance(text, str):
            raise InvalidTypeError(self._message("text", "a str", text))
        encodings = self.native.encode_batch(texts, pairs, add_special_tokens=add_special_tokens)
        return encodings.tokens(0)

    def encode_ragged(
        self,
        texts: Sequence[str],
        pairs: Sequence[str] | None = None,
        *,
        truncation: bool | str | None = False,
        max_length: int | None = None,
        add_special_tokens: bool = True,
    ) -> Encodings:
        """Encode texts without padding: what batches are planned from.

        Args:
            texts: a list of texts.
            pairs: the second text of each pair.
            truncation: as in the call.
            max_length: as in the call.
            add_special_tokens: as in the call.

        Returns:
            The native rows: `lengths`, `truncated`, and `pad(rows, **pad_options._asdict())`.

        Raises:
            InvalidTypeError: a text is not a str.
            InvalidArgumentError: no texts, or a lone surrogate.
        """
        options: dict[str, Any] = {}
        if truncation:
            strategy, length = truncation_of(self, truncation, max_length)
            side = self.truncation_side
            options = {"truncation": strategy, "max_length": length, "truncation_side": side}
        if not add_special_tokens:
            options["add_special_tokens"] = False
        return self._encode(self._batch("texts", texts), pairs, options)

    def warn_once(self, message: str) -> None:
        """Log a warning that this tokenizer has not logged before."""
        if message not in self._warned:
            self._warned.add(message)
            logger.warning("[%s] %s", type(self).__name__, message)

    def _encode(
        self, texts: Sequence[str], pairs: Sequence[str] | None, options: Mapping[str, Any]
    ) -> Encodings:
        """The native call, on several threads where there is much to do."""
        if len(texts) > 1 and num_characters(texts, pairs) >= MIN_CHARACTERS_FOR_THREADS:
            return self.native.encode_batch(texts, pairs, threads=num_threads(), **options)
        return self.native.encode_batch(texts, pairs, **options)

    def _plan(self, options: Mapping[str, Any]) -> EncodePlan:
        """The plan for these options; the last few are kept, as calls repeat."""
        # With the types, for True == 1 and 1 is no value of padding.
        key = (tuple(options.items()), tuple(map(type, options.values())))
        try:
            plan = self._plans.get(key)
        except TypeError:  # a value that cannot be hashed, which no option takes
            return make_plan(self, options)
        if plan is None:
            plan = make_plan(self, options)
            if len(self._plans) >= MAX_PLANS:
                self._plans.clear()
            self._plans[key] = plan
        return plan

    def _texts(self, text: object, text_pair: object) -> tuple[Sequence[str], Sequence[str] | None]:
        """Both arguments as sequences; the native core checks each text."""
        if isinstance(text, str):
            if text_pair is not None and not isinstance(text_pair, str):
                raise InvalidTypeError(self._message("text_pair", "a str, like text", text_pair))
            return (text,), None if text_pair is None else (text_pair,)
        texts = self._batch("text", text)
        if text_pair is None:
            return texts, None
        if isinstance(text_pair, str):
            raise InvalidTypeError(self._message("text_pair", "a list, like text", text_pair))
        pairs = self._batch("text_pair", text_pair)
        if len(texts) != len(pairs):
            raise InvalidArgumentError(
                f"[{type(self).__name__}] text has {len(texts)} items and text_pair {len(pairs)}"
            )
        return texts, pairs

    def _batch(self, name: str, values: object) -> Sequence[str]:
        if not isinstance(values, SEQUENCES):
            raise InvalidTypeError(self._message(name, "a str or a list of str", values))
        if not values:
            raise InvalidArgumentError(
                f"[{type(self).__name__}] {name} is an empty list; give at least one text"
            )
        if isinstance(values[0], SEQUENCES):
            raise InvalidTypeError(
                f"[{type(self).__name__}] {name} must be a str or a list of str, got a list of "
                "lists; pairs go to text_pair=, and texts split into words are not supported yet"
            )
        return values

    def _warn_of_length(self, length: int) -> None:
        if length > self._longest:
            self.warn_once(
                f"a text has {length} tokens, more than the {self.model_max_length} this model "
                "takes; pass truncation=True"
            )


def num_characters(texts: Sequence[str], pairs: Sequence[str] | None) -> int:
    """Characters in all; 0 where an item is no text, which the core refuses by its place."""
    try:
        return sum(map(len, texts)) + sum(map(len, pairs or ()))
    except TypeError:
        return 0


@functools.cache
def num_threads() -> int:
    """Threads that this process may use."""
    threads: int = native_base.cpu_info()["threads"]
    return threads
