"""Tokenizers of letters, which speech models write."""

from __future__ import annotations


class LetterDecoding:
    """No spaces at the ends, where the decoder of tokenizer.json leaves one for each delimiter.

    Source: transformers 4.46.3, `Wav2Vec2CTCTokenizer.convert_tokens_to_string`.
    """

    DECODES_WHOLE = True

    def _finished(self, text: str) -> str:
        return text.strip()
