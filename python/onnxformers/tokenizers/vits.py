"""The tokenizer of VITS: sounds with a blank before, between and behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from onnxformers.tokenizers.decoding import DecodeOptions, Decoding, clean_up_tokenization

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np
    from typing_extensions import Unpack

    from onnxformers.tokenizers.vocabulary import IdArray


class VitsDecoding(Decoding):
    """Takes the blanks out again, which `add_blank` of tokenizer_config.json has put in.

    Source: transformers 4.46.3, `VitsTokenizer`.
    """

    DECODES_WHOLE = True

    def convert_tokens_to_string(self, tokens: Sequence[str]) -> str:
        """Every second token, beginning with the second: the others are blanks."""
        return "".join(self._without_blanks(tokens))

    def decode(
        self,
        token_ids: int | np.integer[Any] | Sequence[int] | IdArray,
        skip_special_tokens: bool = False,
        clean_up_tokenization_spaces: bool | None = None,
        **options: Unpack[DecodeOptions],
    ) -> str:
        """Text of token ids; arguments as in `PreTrainedTokenizer.decode`.

        The blank may be a letter too, so `skip_special_tokens` leaves out unknown sounds alone.
        """
        self._check_options(options)
        unknown = self.unk_token if skip_special_tokens else None
        tokens = self.convert_ids_to_tokens(self._without_blanks(self._id_list(token_ids)))
        text = "".join(token for token in tokens if token is not None and token != unknown)
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
        return [
            self.decode(row, skip_special_tokens, clean_up_tokenization_spaces, **options)
            for row in sequences
        ]

    def _without_blanks(self, items: Sequence[Any]) -> Sequence[Any]:
        has_blanks = self.config.get("add_blank", True) and len(items) > 1
        return items[1::2] if has_blanks else items
