"""Token ids with special tokens round them: for those who have ids and no text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from onnxformers.errors import InvalidArgumentError
from onnxformers.tokenizers.batch_encoding import BatchEncoding
from onnxformers.tokenizers.encoder import Encoder
from onnxformers.tokenizers.options import NO_TRUNCATION, TRUNCATIONS, one_of
from onnxformers.tokenizers.padding import pad_encoded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from typing_extensions import Unpack

    from onnxformers.tokenizers.options import EncodeOptions, PadCallOptions

Ids = list[int]


class Layouts(Encoder):
    """Special tokens round ids, and rows filled up."""

    def num_special_tokens_to_add(self, pair: bool = False) -> int:
        """How many special tokens a text, or a pair of texts, is given."""
        return self._state.native.num_special_tokens(pair)

    @property
    def max_len_single_sentence(self) -> int | None:
        """Tokens of a text that the model takes beside its special tokens."""
        longest = self._state.settings.model_max_length
        return None if longest is None else longest - self.num_special_tokens_to_add()

    @property
    def max_len_sentences_pair(self) -> int | None:
        """Tokens of a pair of texts that the model takes beside its special tokens."""
        longest = self._state.settings.model_max_length
        return None if longest is None else longest - self.num_special_tokens_to_add(True)

    def build_inputs_with_special_tokens(
        self, token_ids_0: Sequence[int], token_ids_1: Sequence[int] | None = None
    ) -> Ids:
        """Ids of one text or two with the special tokens that this tokenizer puts round them."""
        return [token for part in self._parts(token_ids_0, token_ids_1) for token in part[0]]

    def create_token_type_ids_from_sequences(
        self, token_ids_0: Sequence[int], token_ids_1: Sequence[int] | None = None
    ) -> Ids:
        """The token type ids that go with `build_inputs_with_special_tokens`."""
        parts = self._parts(token_ids_0, token_ids_1)
        return [type_id for ids, type_id, _ in parts for _ in ids]

    def get_special_tokens_mask(
        self,
        token_ids_0: Sequence[int],
        token_ids_1: Sequence[int] | None = None,
        already_has_special_tokens: bool = False,
    ) -> Ids:
        """1 for each special token, 0 for each other.

        Args:
            token_ids_0: ids of a text.
            token_ids_1: ids of a second text.
            already_has_special_tokens: the ids hold their special tokens, which are those with an
                id of `all_special_ids`; else the mask is for the row that
                `build_inputs_with_special_tokens` makes.

        Raises:
            InvalidArgumentError: two texts that have their special tokens.
        """
        if not already_has_special_tokens:
            parts = self._parts(token_ids_0, token_ids_1)
            return [int(is_special) for ids, _, is_special in parts for _ in ids]
        if token_ids_1 is not None:
            raise InvalidArgumentError(
                f"[{type(self).__name__}] ids with their special tokens are one row; "
                "token_ids_1 must be None"
            )
        special = set(self.all_special_ids)
        return [int(token in special) for token in token_ids_0]

    def truncate_sequences(
        self,
        ids: Sequence[int],
        pair_ids: Sequence[int] | None = None,
        num_tokens_to_remove: int = 0,
        truncation_strategy: str = TRUNCATIONS[0],
        stride: int = 0,
    ) -> tuple[Ids, Ids | None, Ids]:
        """Take tokens away from ids of one text or two.

        Returns:
            What is left of both, and the tokens that were cut off with `stride` tokens before them
            (none where both texts may be cut).

        Raises:
            InvalidArgumentError: no such strategy, or it cannot take as many.

        Source: transformers 4.46.3, `truncate_sequences`.
        """
        first, second = list(ids), None if pair_ids is None else list(pair_ids)
        place, count = type(self).__name__, num_tokens_to_remove
        strategy = one_of(place, "truncation_strategy", truncation_strategy, TRUNCATIONS)
        if count <= 0 or strategy == NO_TRUNCATION:
            return first, second, []
        if strategy == TRUNCATIONS[0] and second is not None:
            from_first, from_second = _shares(len(first), len(second), count)
            return self._cut(first, from_first)[0], self._cut(second, from_second)[0], []
        target = second if strategy == "only_second" else first
        if target is None or len(target) <= count:
            raise InvalidArgumentError(
                f"[{place}] truncation_strategy={strategy!r} cannot take {count} tokens from a "
                f"text that has {0 if target is None else len(target)}"
            )
        left, overflow = self._cut(target, count, stride)
        return (first, left, overflow) if target is second else (left, second, overflow)

    def prepare_for_model(
        self,
        ids: Sequence[int],
        pair_ids: Sequence[int] | None = None,
        **options: Unpack[EncodeOptions],
    ) -> BatchEncoding:
        """Make of ids of one text or two what a call makes of their texts.

        Args:
            ids: ids of a text, without special tokens.
            pair_ids: ids of a second text.
            **options: as in the call, but for those that need a text. With
                return_overflowing_tokens there are `overflowing_tokens` and `num_truncated_tokens`.
                return_tensors is None unless given.

        Raises:
            InvalidArgumentError: as the call, and as `truncate_sequences`.

        Source: transformers 4.46.3, `prepare_for_model`.
        """
        options.setdefault("return_tensors", None)
        state = self._state
        plan = state.plan(options)
        first, second = list(ids), None if pair_ids is None else list(pair_ids)
        adds = bool(options.get("add_special_tokens", True))
        total = len(first) + len(second or ()) + (adds * len(self._special(second is not None)))
        limit, overflow = plan.native.get("max_length"), Ids()
        excess = 0 if limit is None else total - limit
        if excess > 0:
            strategy, stride = plan.native["truncation"], plan.native.get("stride", 0)
            first, second, overflow = self.truncate_sequences(
                first, second, excess, strategy, stride
            )
        columns: dict[str, Any] = {}
        if plan.overflowing:
            columns = {"overflowing_tokens": overflow, "num_truncated_tokens": excess}
        columns.update(self._columns(first, second, plan.type_ids, plan.special_tokens_mask, adds))
        encoded = pad_encoded(state, columns, plan, False)
        if plan.lengths:
            encoded["length"] = len(encoded["input_ids"])
        if plan.as_arrays:
            import numpy as np

            return BatchEncoding({name: np.array([value]) for name, value in encoded.items()})
        return encoded

    def pad(
        self,
        encoded_inputs: BatchEncoding
        | Mapping[str, Any]
        | Sequence[BatchEncoding]
        | Sequence[Mapping[str, Any]],
        padding: bool | str = True,
        **options: Unpack[PadCallOptions],
    ) -> BatchEncoding:
        """Fill up rows that were encoded before.

        Args:
            encoded_inputs: an encoding of one row or several, or a list of encodings of one row.
            padding: as in the call.
            **options: max_length, pad_to_multiple_of, padding_side, return_attention_mask and
                verbose as in the call; return_tensors="np" gives arrays, None gives what came in.

        Raises:
            InvalidTypeError: no encoding.
            InvalidArgumentError: no input ids, rows of different length, or as in the call.

        Example:
            >>> tokenizer.pad([{"input_ids": [5, 6]}, {"input_ids": [7]}])["input_ids"]
            [[5, 6], [7, 0]]

        Source: transformers 4.46.3, `PreTrainedTokenizerBase.pad`.
        """
        state, wanted = self._state, {**options, "padding": padding}
        tensors = wanted.pop("return_tensors", None)
        if padding is not False:
            # Not cut: a max_length is the length to pad to, or without effect.
            wanted["truncation"] = False
        plan = state.plan({**wanted, "return_tensors": tensors})
        return pad_encoded(state, encoded_inputs, plan, True if tensors else None)

    def _special(self, is_pair: bool) -> list[tuple[int | None, int | None, int]]:
        return [part for part in self._state.native.layout(is_pair) if part[0] is None]

    def _parts(
        self, first: Sequence[int], second: Sequence[int] | None
    ) -> list[tuple[list[int], int, bool]]:
        """Ids, type id and "is special" of each part of a row."""
        texts = (list(first), list(second or ()))
        return [
            ([token], type_id, True)
            if text is None and token is not None
            else (texts[text or 0], type_id, False)
            for text, token, type_id in self._state.native.layout(second is not None)
        ]

    def _columns(
        self, first: Ids, second: Ids | None, type_ids: bool, mask: bool, adds: bool
    ) -> dict[str, Any]:
        if adds:
            columns: dict[str, Any] = {
                "input_ids": self.build_inputs_with_special_tokens(first, second)
            }
            if type_ids:
                types = self.create_token_type_ids_from_sequences(first, second)
                columns["token_type_ids"] = types
            if mask:
                columns["special_tokens_mask"] = self.get_special_tokens_mask(first, second)
            return columns
        ids = first + (second or [])
        columns = {"input_ids": ids}
        if type_ids:
            columns["token_type_ids"] = [0] * len(ids)
        if mask:
            columns["special_tokens_mask"] = [0] * len(ids)
        return columns

    def _cut(self, ids: Ids, count: int, stride: int = 0) -> tuple[Ids, Ids]:
        """What is left without `count` ids, and these with `stride` of what is left."""
        window = min(len(ids), stride + count)
        if count <= 0:
            return ids, []
        if self._state.settings.truncation_side == "left":
            return ids[count:], ids[:window]
        return ids[:-count], ids[-window:]


def _shares(first: int, second: int, count: int) -> tuple[int, int]:
    """How many ids each of two texts loses: the longer one first, then both."""
    alone = min(abs(first - second), count)
    rest = count - alone
    if first > second:
        return alone + rest // 2, rest - rest // 2
    return rest // 2, alone + rest - rest // 2
