"""The half of a tokenizer that takes text."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, overload

from onnxformers._native import base as native_base
from onnxformers.errors import InvalidArgumentError, InvalidTypeError
from onnxformers.tokenizers import collate
from onnxformers.tokenizers.attributes import Setting
from onnxformers.tokenizers.batch_encoding import BatchEncoding, plain_encoding
from onnxformers.tokenizers.decoding import Decoding
from onnxformers.tokenizers.inputs import read_batch, read_inputs
from onnxformers.tokenizers.plan import truncation_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Literal

    import numpy as np
    import numpy.typing as npt
    from typing_extensions import Unpack

    from onnxformers._native.tokenizers import Encodings, Tokenizer
    from onnxformers.tokenizers.inputs import Batch, Pairs, Words
    from onnxformers.tokenizers.options import EncodeOptions, RowOptions
    from onnxformers.tokenizers.plan import EncodePlan
    from onnxformers.tokenizers.state import PadOptions, State

# Less takes less time than threads take to start and meet.
MIN_CHARACTERS_FOR_THREADS = 500_000


class Encoder(Decoding):
    """Text to token ids.

    Attributes:
        model_max_length: tokens the model takes, None where the files do not say.
        padding_side, truncation_side: "right" or "left".
        model_input_names: what a call returns unless told otherwise.
        pad_token_type_id: the token type id of padding.
    """

    model_max_length = Setting["int | None"]()
    padding_side = Setting[str]()
    truncation_side = Setting[str]()
    model_input_names = Setting["list[str]"]()
    pad_token_type_id = Setting[int]()

    @property
    def add_prefix_space(self) -> bool:
        """Whether a text is read as if a space stood before it; set when loading."""
        return self._state.settings.add_prefix_space

    @property
    def pad_options(self) -> PadOptions:
        """How rows are filled up."""
        return self._state.pad_options

    def __call__(
        self,
        text: str | Words | Batch | Pairs,
        text_pair: str | Words | Batch | None = None,
        **options: Unpack[EncodeOptions],
    ) -> BatchEncoding:
        """Encode a text or a batch of texts, or pairs of them.

        Args:
            text: one text or a list of them; a list of pairs makes a batch of pairs.
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
                is_split_into_words: a text is a list of words (and a batch a list of those):
                    each is encoded for itself, and offsets count from its beginning.
                split_special_tokens: special tokens in a text are text like any other.
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
        state = self._state
        if not options and text_pair is None and type(text) is str:
            return _call_plain(state, text)
        plan = state.plan(options)
        self._check_plan(plan)
        texts, pairs, is_single = read_inputs(state.place, text, text_pair, plan.is_split)
        encodings = _encode(state.native, texts, pairs, plan.native)
        if plan.as_arrays:
            columns, width = collate.to_arrays(state.place, encodings, plan)
        else:
            columns, width = collate.to_lists(encodings, plan)
            if is_single and not plan.overflowing:
                columns = collate.first_row(columns)
        longest = state.settings.model_max_length
        if plan.warns_of_length and longest is not None and (width == 0 or width > longest):
            _warn_of_length(state, int(encodings.lengths.max()))
        return BatchEncoding(columns, (state.native, texts, pairs, plan.native, plan.fill, width))

    def encode_plus(
        self,
        text: str | Words,
        text_pair: str | Words | None = None,
        **options: Unpack[EncodeOptions],
    ) -> BatchEncoding:
        """As the call, for one text or pair."""
        return self(text, text_pair, **options)

    def batch_encode_plus(
        self, batch_text_or_text_pairs: Batch | Pairs, **options: Unpack[EncodeOptions]
    ) -> BatchEncoding:
        """As the call, for a list of texts or of pairs."""
        return self(batch_text_or_text_pairs, **options)

    @overload
    def encode(
        self,
        text: str | Words,
        text_pair: str | Words | None = None,
        *,
        return_tensors: None = None,
        **options: Unpack[RowOptions],
    ) -> list[int]: ...
    @overload
    def encode(
        self,
        text: str | Words,
        text_pair: str | Words | None = None,
        *,
        return_tensors: Literal["np"],
        **options: Unpack[RowOptions],
    ) -> npt.NDArray[np.int64]: ...
    def encode(
        self, text: str | Words, text_pair: str | Words | None = None, **options: Any
    ) -> list[int] | npt.NDArray[np.int64]:
        """Token ids of one text or pair; options as in the call.

        Returns:
            A list; with `return_tensors="np"` an int64 array of shape (1, length).

        Raises:
            InvalidTypeError: the text is not a str.
            InvalidArgumentError: as in the call.

        Example:
            >>> tokenizer.encode("Hello world")
            [101, 7592, 2088, 102]
        """
        if not options and text_pair is None and type(text) is str:
            return self._state.encode_one(text)
        self._need_one(text, options)
        ids: list[int] | npt.NDArray[np.int64]
        ids = self(text, text_pair, **{"return_tensors": None, **options})["input_ids"]
        return ids

    def tokenize(
        self,
        text: str | Words,
        pair: str | Words | None = None,
        add_special_tokens: bool = False,
        *,
        is_split_into_words: bool = False,
        split_special_tokens: bool | None = None,
    ) -> list[str]:
        """Tokens of one text or pair as the vocabulary spells them; options as in the call.

        Raises:
            InvalidTypeError: the text is not a str.
        """
        state = self._state
        options = {
            "add_special_tokens": add_special_tokens,
            "is_split_into_words": is_split_into_words,
            "split_special_tokens": split_special_tokens,
        }
        self._need_one(text, options)
        plan = state.plan(options)
        self._check_plan(plan)
        texts, pairs, _ = read_inputs(state.place, text, pair, plan.is_split)
        # With offsets comes the text of tokens that took whitespace with them.
        return _encode(state.native, texts, pairs, {**plan.native, "with_offsets": True}).tokens(0)

    def _need_one(self, text: object, options: Mapping[str, Any]) -> None:
        if not isinstance(text, str) and not options.get("is_split_into_words"):
            raise InvalidTypeError(self._message("text", "a str (lists: call it)", text))

    def _check_plan(self, plan: EncodePlan) -> None:
        """Refuse what the class cannot do."""
        if plan.is_split and self.row.needs_prefix_space and not self.add_prefix_space:
            raise InvalidArgumentError(
                f"[{type(self).__name__}] is_split_into_words=True needs words that begin with a "
                "space; load this tokenizer with add_prefix_space=True"
            )

    def encode_ragged(
        self,
        texts: Sequence[str],
        pairs: Sequence[str] | None = None,
        *,
        truncation: bool | str | None = False,
        max_length: int | None = None,
        stride: int = 0,
        add_special_tokens: bool = True,
        return_overflowing_tokens: bool = False,
        with_offsets: bool = False,
    ) -> Encodings:
        """Encode texts without padding: what batches are planned from.

        Args:
            texts: a list of texts.
            pairs: the second text of each pair.
            truncation: as in the call.
            max_length: as in the call.
            stride: as in the call.
            add_special_tokens: as in the call.
            return_overflowing_tokens: as in the call; `sample` tells the text of each row.
            with_offsets: keep `offsets` and `word_ids`.

        Returns:
            The native rows: `lengths`, `truncated`, and `pad(rows, **pad_options._asdict())`.

        Raises:
            InvalidTypeError: a text is not a str.
            InvalidArgumentError: no texts, a lone surrogate, or a stride that leaves no room.
        """
        state = self._state
        options: dict[str, Any] = {
            "add_special_tokens": add_special_tokens,
            "split_special_tokens": state.settings.split_special_tokens,
            "with_offsets": with_offsets,
        }
        if truncation:
            strategy, length = truncation_of(state, truncation, max_length)
            options |= {
                "truncation": strategy,
                "max_length": length,
                "stride": stride,
                "truncation_side": state.settings.truncation_side,
                "return_overflowing": return_overflowing_tokens,
            }
        return _encode(state.native, read_batch(state.place, "texts", texts), pairs, options)


def _call_plain(state: State, text: str) -> BatchEncoding:
    """One text without options: the call that has to be quick."""
    plan = state.plain
    if plan.native:
        ids, mask, type_ids = state.native.encode_batch((text,), **plan.native).pad()
    else:
        ids, mask, type_ids, _ = state.native.encode_row(text)
    longest = state.settings.model_max_length
    if longest is not None and ids.size > longest:
        _warn_of_length(state, ids.size)
    return plain_encoding(
        ids,
        type_ids if plan.type_ids else None,
        mask if plan.mask else None,
        (state.native, (text,), None, plan.native, plan.fill, 0),
    )


def _encode(
    native: Tokenizer, texts: Sequence[Any], pairs: Sequence[Any] | None, options: Mapping[str, Any]
) -> Encodings:
    """The native call, on several threads where there is much to do."""
    if len(texts) > 1 and num_characters(texts, pairs) >= MIN_CHARACTERS_FOR_THREADS:
        return native.encode_batch(texts, pairs, threads=num_threads(), **options)
    return native.encode_batch(texts, pairs, **options)


def _warn_of_length(state: State, length: int) -> None:
    longest = state.settings.model_max_length
    if longest is not None and length > longest:
        state.warn_once(
            f"a text has {length} tokens, more than the {longest} this model takes; pass "
            "truncation=True"
        )


def num_characters(texts: Sequence[Any], pairs: Sequence[Any] | None) -> int:
    """Characters in all; 0 where an item is no text, which the core refuses by its place."""
    try:
        return sum(map(_length, texts)) + sum(map(_length, pairs or ()))
    except TypeError:
        return 0


def _length(text: str | Sequence[str]) -> int:
    return len(text) if isinstance(text, str) else sum(map(len, text))


@functools.cache
def num_threads() -> int:
    """Threads that this process may use."""
    threads: int = native_base.cpu_info()["threads"]
    return threads
