"""What Whisper wrote about the pieces of a recording, made one transcript with times."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from onnxformers.errors import InvalidArgumentError
from onnxformers.tokenizers.whisper_languages import LANGUAGES
from onnxformers.tokenizers.whisper_stitching import stitch
from onnxformers.tokenizers.whisper_words import Span, words_with_times

if TYPE_CHECKING:
    from onnxformers.tokenizers.whisper import WhisperMethods

logger = logging.getLogger(__name__)

Timestamps = bool | Literal["word"]
Chunk = dict[str, Any]

UNFINISHED = (
    "Whisper wrote no ending timestamp: the audio may be cut off in the middle of a word, or the "
    "text was generated without WhisperTimeStampLogitsProcessor"
)


class Transcript:
    """Collects the pieces; a piece of text ends where both its timestamps are known.

    Tokens are of four kinds: languages, other special tokens, timestamps, and text. Timestamps
    within the stride that two pieces share are passed over, for the next piece repeats them.

    Source: transformers 4.46.3, `_decode_asr`; spec/transformers.js/tokenizers.md.
    """

    def __init__(
        self,
        tokenizer: WhisperMethods,
        return_timestamps: Timestamps,
        return_language: bool,
        time_precision: float,
    ) -> None:
        self._tokenizer = tokenizer
        self._timestamps = return_timestamps
        self._words = return_timestamps == "word"
        self._language = return_language
        self._precision = time_precision
        self._special = frozenset(tokenizer.all_special_ids)
        self._begin = tokenizer.timestamp_begin
        self._offset = 0.0
        self._last_language: str | None = None
        self._skips = False
        self._chunks: list[Chunk] = []
        self._flush()

    def add(self, output: Mapping[str, Any]) -> None:
        """Take the next piece.

        Args:
            output: `tokens`, with "word" also `token_timestamps`, and where pieces overlap
                `stride`: seconds of the piece, of it shared with the one before, and the next.
        """
        tokens = self._tokenizer.without_prompt(first_row(output, "tokens"))
        times = first_row(output, "token_timestamps") if self._words else []
        length, left, right = output.get("stride") or (0.0, 0.0, 0.0)
        self._offset -= left
        self._first = left / self._precision + self._begin if left else float(self._begin)
        self._last = self._last_timestamp(tokens, length - right) if right else None
        self._current: list[int] = []
        self._current_times: list[Span] = []
        for place, token in enumerate(tokens):
            if token in self._special:
                self._take_special(token)
            elif token >= self._begin:
                self._take_timestamp(token)
            else:
                self._current.append(token)
                if self._words:
                    self._current_times.append(self._span(times, place))
        self._offset += length - right
        if self._current:
            self._pieces.append(self._current)
            self._times.append(self._current_times)
        elif not any(self._pieces):
            self._flush()

    def finish(self, *, needs_end: bool = False) -> tuple[str, dict[str, Any]]:
        """The text, and `chunks` where they were asked for.

        Raises:
            InvalidArgumentError: with `needs_end`, the last timestamp is missing.
        """
        if self._pieces:
            if self._timestamps and needs_end:
                raise InvalidArgumentError(f"[WhisperTokenizer] {UNFINISHED}")
            if self._timestamps:
                logger.warning("[WhisperTokenizer] %s", UNFINISHED)
            self._close()
        text = "".join(chunk["text"] for chunk in self._chunks)
        if not self._timestamps and not self._language:
            return text, {}
        if self._words:
            return text, {"chunks": [word for chunk in self._chunks for word in chunk["words"]]}
        return text, {"chunks": [self._shown(chunk) for chunk in self._chunks]}

    def _shown(self, chunk: Chunk) -> Chunk:
        shown: Chunk = {"language": chunk["language"]} if self._language else {}
        if self._timestamps:
            shown["timestamp"] = tuple(chunk["timestamp"])
        return {**shown, "text": chunk["text"]}

    def _flush(self) -> None:
        """Begin a chunk; what is left over of the one before is dropped."""
        self._chunk: Chunk = {
            "language": self._last_language,
            "timestamp": [None, None],
            "text": "",
        }
        self._pieces: list[list[int]] = []
        self._times: list[list[Span]] = []
        self._current, self._current_times = [], []

    def _close(self) -> None:
        """End the chunk with the pieces that were collected."""
        tokens, times = stitch(self._pieces, self._times if self._words else ())
        self._chunk["text"] = self._tokenizer.decode(tokens)
        if self._words:
            language = self._last_language or self._tokenizer.language
            words = words_with_times(self._tokenizer, tokens, times, language)
            extra = {"language": self._last_language} if self._language else {}
            self._chunk["words"] = [{**word, **extra} for word in words]
        self._chunks.append(self._chunk)
        self._flush()

    def _last_timestamp(self, tokens: Sequence[int], right_begin: float) -> int | None:
        """The first of the timestamps that lie in the stride shared with the next piece.

        Of several the last one is always passed over, also when it lies before the stride.
        """
        found = None
        for token in reversed(tokens):
            if token >= self._begin:
                seconds = (token - self._begin) * self._precision
                if found is not None and seconds < right_begin:
                    break
                found = token
        return found

    def _take_special(self, token: int) -> None:
        # The name of a language stands between <| and |>.
        language = LANGUAGES.get(self._tokenizer.decode([token])[2:-2])
        if language is None:
            return
        changed = self._last_language is not None and language != self._last_language
        if changed and not self._timestamps:
            self._pieces.append(self._current)
            self._close()
        self._chunk["language"] = self._last_language = language

    def _take_timestamp(self, token: int) -> None:
        seconds = round((token - self._begin) * self._precision + self._offset, 2)
        times = self._chunk["timestamp"]
        if self._last is not None and token >= self._last:
            # The next timestamp begins what this one ends: both are left to the next piece.
            self._skips = True
        elif self._skips or (self._pieces and token < self._first):
            self._skips = False
        elif times[0] is None:
            times[0] = seconds
        elif seconds != times[0]:  # an end that equals the start is another start
            times[1] = seconds
            self._pieces.append(self._current)
            self._times.append(self._current_times)
            self._close()

    def _span(self, times: Sequence[float], place: int) -> Span:
        begin = round(times[place] + self._offset, 2)
        if place + 1 < len(times):
            return begin, round(times[place + 1] + self._offset, 2)
        return begin, None


def first_row(output: Mapping[str, Any], name: str) -> list[Any]:
    """A row of numbers, which may be the only one of a batch.

    Raises:
        InvalidArgumentError: there is none.
    """
    if name not in output:
        raise InvalidArgumentError(f"[WhisperTokenizer] an output has no {name!r}")
    values = [row.tolist() if hasattr(row, "tolist") else row for row in output[name]]
    return list(values[0]) if len(values) == 1 and isinstance(values[0], list | tuple) else values
