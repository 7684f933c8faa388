"""Tokenizers that encode what a model is to write otherwise than what it reads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from onnxformers.errors import InvalidArgumentError
from onnxformers.tokenizers.surrounding import Surrounding

if TYPE_CHECKING:
    from typing_extensions import Self, Unpack

    from onnxformers.tokenizers.batch_encoding import BatchEncoding
    from onnxformers.tokenizers.options import EncodeOptions


class Targets(Surrounding):
    """What a call does with `text_target`; how targets are encoded, each class says."""

    def __call__(
        self,
        text: Any = None,
        text_pair: Any = None,
        *,
        text_target: Any = None,
        text_pair_target: Any = None,
        **options: Unpack[EncodeOptions],
    ) -> BatchEncoding:
        """Encode texts as `PreTrainedTokenizer.__call__` does, or what is to be written, or both.

        Args:
            text: as there.
            text_pair: as there.
            text_target: texts in the target language; with `text` their ids come as `labels`.
            text_pair_target: the second texts of pairs of those.
            **options: as there, for both.

        Raises:
            InvalidArgumentError: neither text nor target, or as there.
            InvalidTypeError: as there.
        """
        if text is None and text_target is None:
            raise InvalidArgumentError(f"[{type(self).__name__}] give text or text_target")
        if text_target is None:
            return super().__call__(text, text_pair, **options)
        target = self._for_targets()
        labels = super(Targets, target).__call__(text_target, text_pair_target, **options)
        if text is None:
            return labels
        encoded = super().__call__(text, text_pair, **options)
        encoded["labels"] = labels["input_ids"]
        return encoded

    @contextmanager
    def as_target_tokenizer(self) -> Iterator[None]:
        """Encode texts as targets inside a `with` block; `text_target=` serves threads too."""
        before, target = self._state, self._for_targets()
        self.__dict__["_state"] = target._state
        try:
            yield
        finally:
            self.__dict__["_state"] = before

    def _for_targets(self) -> Self:
        """This tokenizer as it encodes what the model is to write."""
        raise NotImplementedError
