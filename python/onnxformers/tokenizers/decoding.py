"""Token ids to text."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, TypedDict

from onnxformers.errors import InvalidArgumentError, InvalidTypeError
from onnxformers.options import refuse_unknown
from onnxformers.tokenizers.attributes import Setting
from onnxformers.tokenizers.decode_stream import DecodeStream, HeldStream
from onnxformers.tokenizers.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy as np
    from typing_extensions import Unpack

    from onnxformers.tokenizers.vocabulary import IdArray

# In this order; each works on what the one before left.
CLEAN_UP = (
    (" .", "."),
    (" ?", "?"),
    (" !", "!"),
    (" ,", ","),
    (" ' ", "'"),
    (" n't", "n't"),
    (" 'm", "'m"),
    (" 's", "'s"),
    (" 've", "'ve"),
    (" 're", "'re"),
)

InvalidError = (InvalidArgumentError, InvalidTypeError)


def clean_up_tokenization(text: str) -> str:
    """Take out the spaces that splitting left before punctuation and English contractions.

    Source: transformers 4.46.3, `clean_up_tokenization`.
    """
    for old, new in CLEAN_UP:
        text = text.replace(old, new)
    return text


class DecodeOptions(TypedDict, total=False):
    """Options of `decode` that fast tokenizers take and that change nothing."""

    spaces_between_special_tokens: bool
    use_source_tokenizer: bool


class Decoding(Vocabulary):
    """Token ids to text.

    Attributes:
        clean_up_tokenization_spaces: what `decode` does unless told otherwise; may be set.
    """

    clean_up_tokenization_spaces = Setting[bool]()
    #: Whether only all ids together tell the text, so that streams hold it back to their end.
    DECODES_WHOLE: ClassVar[bool] = False

    def convert_tokens_to_string(self, tokens: Sequence[str]) -> str:
        """Tokens joined to a text by the tokenizer's decoder; they need not be of the vocabulary.

        Raises:
            InvalidTypeError: they are no strings.
        """
        return self._state.native.decode_tokens(tokens)

    def decode(
        self,
        token_ids: int | np.integer[Any] | Sequence[int] | IdArray,
        skip_special_tokens: bool = False,
        clean_up_tokenization_spaces: bool | None = None,
        **options: Unpack[DecodeOptions],
    ) -> str:
        """Text of token ids.

        Args:
            token_ids: one id, or a one-dimensional sequence or integer array of them. Ids that are
                not in use give nothing.
            skip_special_tokens: leave special tokens out.
            clean_up_tokenization_spaces: take out spaces before punctuation and in English
                contractions; None does as the tokenizer's files say.
            **options: spaces_between_special_tokens, use_source_tokenizer: accepted and without
                effect, as with the fast tokenizers of Python's transformers.

        Raises:
            InvalidTypeError: not integers.
            InvalidArgumentError: more than one dimension (see `batch_decode`), a negative id, or an
                unknown option.

        Example:
            >>> tokenizer.decode([101, 7592, 2088, 102], skip_special_tokens=True)
            'hello world'

        Source: transformers 4.46.3, `PreTrainedTokenizerFast._decode`.
        """
        self._check_options(options)
        native = self._state.native
        try:
            text = native.decode(token_ids, skip_special_tokens=skip_special_tokens)
        except InvalidError:
            # Says what is wrong, or takes what only looks like integers.
            ids = self._id_list(token_ids)
            text = native.decode(ids, skip_special_tokens=skip_special_tokens)
        text = self._finished(text)
        cleans_up = self._cleans_up(clean_up_tokenization_spaces)
        return clean_up_tokenization(text) if cleans_up else text

    def batch_decode(
        self,
        sequences: Iterable[Sequence[int] | IdArray] | IdArray,
        skip_special_tokens: bool = False,
        clean_up_tokenization_spaces: bool | None = None,
        **options: Unpack[DecodeOptions],
    ) -> list[str]:
        """Texts of several rows of token ids; arguments as in `decode`."""
        self._check_options(options)
        rows, native = list(sequences), self._state.native
        try:
            texts = native.decode_batch(rows, skip_special_tokens=skip_special_tokens)
        except InvalidError:
            return [
                self.decode(row, skip_special_tokens, clean_up_tokenization_spaces) for row in rows
            ]
        texts = [self._finished(text) for text in texts]
        if self._cleans_up(clean_up_tokenization_spaces):
            return [clean_up_tokenization(text) for text in texts]
        return texts

    def decode_stream(
        self,
        skip_special_tokens: bool = False,
        clean_up_tokenization_spaces: bool | None = None,
    ) -> DecodeStream:
        """Text of ids that come one after the other; arguments as in `decode`.

        Example:
            >>> stream = tokenizer.decode_stream(skip_special_tokens=True)
            >>> text = "".join(stream.add(token_id) for token_id in ids) + stream.finish()
        """
        if self.DECODES_WHOLE:
            decode = partial(
                self.decode,
                skip_special_tokens=skip_special_tokens,
                clean_up_tokenization_spaces=clean_up_tokenization_spaces,
            )
            return HeldStream(self._id_list, decode)
        return DecodeStream(
            self._state.native,
            skip_special_tokens=skip_special_tokens,
            clean_up=self._cleans_up(clean_up_tokenization_spaces),
        )

    @staticmethod
    def clean_up_tokenization(text: str) -> str:
        """Take out the spaces that splitting left before punctuation and contractions."""
        return clean_up_tokenization(text)

    def _finished(self, text: str) -> str:
        """What a class makes of decoded text."""
        return text

    def _cleans_up(self, asked: bool | None) -> bool:
        return self._state.settings.clean_up_tokenization_spaces if asked is None else asked

    def _check_options(self, options: Mapping[str, Any]) -> None:
        if options:
            known = DecodeOptions.__annotations__
            refuse_unknown(options, known, f"{type(self).__name__}.decode")
