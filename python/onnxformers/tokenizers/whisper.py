"""Whisper's tokenizer: texts and transcripts of what the model wrote."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from onnxformers.errors import InvalidArgumentError
from onnxformers.tokenizers.whisper_asr import Timestamps, Transcript
from onnxformers.tokenizers.whisper_prompts import TIME_PRECISION, WhisperPrompts

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from typing_extensions import Unpack

    from onnxformers.tokenizers.decoding import DecodeOptions

TIMESTAMP = re.compile(r"<\|\d+\.\d+\|>")


class WhisperMethods(WhisperPrompts):
    """What Whisper's tokenizer does beyond the others.

    Attributes:
        language, task, predict_timestamps: what a transcript begins with, see `prefix_tokens`.

    Source: transformers 4.46.3, `WhisperTokenizerFast`; spec/transformers.js/tokenizers.md.
    """

    def decode(  # noqa: PLR0913, PLR0917 - the face of transformers
        self,
        token_ids: int | np.integer[Any] | Sequence[int] | npt.NDArray[np.integer[Any]],
        skip_special_tokens: bool = False,
        clean_up_tokenization_spaces: bool | None = None,
        output_offsets: bool = False,
        time_precision: float = TIME_PRECISION,
        decode_with_timestamps: bool = False,
        normalize: bool = False,
        basic_normalize: bool = False,
        remove_diacritics: bool = False,
        **options: Unpack[DecodeOptions],
    ) -> Any:
        """Text of token ids.

        Args:
            token_ids: as in `PreTrainedTokenizer.decode`.
            skip_special_tokens: leave special tokens out, and a prompt before them.
            clean_up_tokenization_spaces: as in `PreTrainedTokenizer.decode`.
            output_offsets: return a dict with `text` and `offsets`, a list of dicts with `text` and
                `timestamp`, (start, end) in seconds.
            time_precision: seconds from one timestamp token to the next.
            decode_with_timestamps: keep timestamps in the text, as <|1.08|>.
            normalize: write numbers, contractions and spellings of English in one way.
            basic_normalize: take out punctuation and what stands in brackets; lower case.
            remove_diacritics: with `basic_normalize`, take these out too.
            **options: as in `PreTrainedTokenizer.decode`.

        Raises:
            InvalidTypeError, InvalidArgumentError: no token ids.
        """
        self._check_options(options)
        ids = self._id_list(token_ids)
        kept = self.without_prompt(ids) if skip_special_tokens else ids
        if decode_with_timestamps:
            text = self._with_timestamps(kept, skip_special_tokens, time_precision)
        else:
            text = super().decode(kept, skip_special_tokens, clean_up_tokenization_spaces)
            if normalize:
                text = self.normalize(text)
            elif basic_normalize:
                text = self.basic_normalize(text, remove_diacritics)
            text = TIMESTAMP.sub("", text)
        if output_offsets:
            return {"text": text, "offsets": self._offsets(ids, time_precision)}
        return text

    def batch_decode(
        self,
        sequences: Iterable[Sequence[int] | npt.NDArray[np.integer[Any]]]
        | npt.NDArray[np.integer[Any]],
        skip_special_tokens: bool = False,
        clean_up_tokenization_spaces: bool | None = None,
        **options: Any,
    ) -> list[Any]:
        """Texts of several rows of token ids; arguments as in `decode`."""
        return [
            self.decode(row, skip_special_tokens, clean_up_tokenization_spaces, **options)
            for row in sequences
        ]

    def normalize(self, text: str) -> str:
        """English text with numbers, contractions and spellings written in one way.

        Spellings are those of `normalizer.json` of the model, where the files have it.
        """
        from onnxformers.tokenizers.whisper_normalizer import english_text

        return english_text(text, self.config.get("english_spelling_normalizer") or {})

    @staticmethod
    def basic_normalize(text: str, remove_diacritics: bool = False) -> str:
        """Text of any language in lower case, without punctuation and what stands in brackets."""
        from onnxformers.tokenizers.whisper_normalizer import basic_text

        return basic_text(text, remove_diacritics=remove_diacritics)

    def _decode_asr(
        self,
        model_outputs: Iterable[Mapping[str, Any]],
        *,
        return_timestamps: Timestamps = False,
        return_language: bool = False,
        time_precision: float = TIME_PRECISION,
        force_full_sequences: bool = False,
    ) -> tuple[str, dict[str, Any]]:
        """One transcript of what the model wrote about the pieces of a recording.

        Args:
            model_outputs: for each piece `tokens`, with "word" also `token_timestamps` (the second
                at which each token was said), and where pieces overlap `stride`: the seconds of the
                piece, and of it those shared with the one before and the one behind.
            return_timestamps: True gives `chunks` with times, "word" a chunk for each word.
            return_language: say the language of each chunk.
            time_precision: seconds from one timestamp token to the next.
            force_full_sequences: refuse a transcript whose last timestamp is missing.

        Returns:
            The text, and a dict that holds `chunks` where they were asked for.

        Raises:
            InvalidArgumentError: an output without tokens, or a missing last timestamp.
        """
        if return_timestamps not in {True, False, "word"}:
            raise InvalidArgumentError(
                f"[{type(self).__name__}] return_timestamps must be True, False or 'word', "
                f"got {return_timestamps!r}"
            )
        transcript = Transcript(self, return_timestamps, return_language, time_precision)
        for output in model_outputs:
            transcript.add(output)
        return transcript.finish(needs_end=force_full_sequences)

    def _with_timestamps(
        self, token_ids: list[int], skip_special_tokens: bool, precision: float
    ) -> str:
        """Text with timestamps; they go on where a new segment starts from 0 again."""
        begin = self.all_special_ids[-1] + 1
        parts: list[str] = []
        group: list[int] = []
        latest = before = 0.0

        def flush() -> None:
            parts.append(self.decode(group, skip_special_tokens))
            group.clear()

        for token in token_ids:
            if token < begin:
                group.append(token)
                continue
            flush()
            seconds = (token - begin) * precision
            if seconds < latest:
                before += latest
            latest = seconds
            parts.append(f"<|{seconds + before:.2f}|>")
        flush()
        return "".join(parts)

    def _offsets(self, token_ids: list[int], precision: float) -> list[dict[str, Any]]:
        """Text and times of what stands between two timestamps."""
        begin = self.all_special_ids[-1] + 1
        stamps = [place for place, token in enumerate(token_ids) if token >= begin]
        if len(stamps) <= 1:
            return []
        # Two in a row: one ends a part, the other begins the next.
        ends = [place for before, place in pairwise(stamps) if place == before + 1]
        if stamps[-1] + 1 not in ends:
            ends.append(stamps[-1] + 1)
        found, start = [], stamps[0]
        latest = before = 0
        for end in ends:
            part = token_ids[start:end]
            start = end
            if len(part) <= 1:
                continue
            first, last = part[0] - begin, part[-1] - begin
            if first < latest:
                before += latest
            latest = last
            text = TIMESTAMP.sub("", super().decode(part))
            times = (first + before) * precision, (last + before) * precision
            found.append({"text": text, "timestamp": times})
        return found
