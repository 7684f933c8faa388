"""CLIP's tokenizer."""

from __future__ import annotations

END_OF_WORD = "</w>"


class ClipDecoding:
    """Ends of words become spaces; the decoder of tokenizer.json leaves them as they are.

    Source: transformers 4.46.3, `CLIPTokenizerFast._wrap_decode_method_backend_tokenizer`.
    """

    DECODES_WHOLE = True

    def _finished(self, text: str) -> str:
        return text.replace(END_OF_WORD, " ").strip()
