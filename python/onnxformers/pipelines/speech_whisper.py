"""Whisper in the pipeline: pieces that are put together, or windows one after the other."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers.errors import InvalidArgumentError
from onnxformers.pipelines.speech_options import TASK, SpeechOptions
from onnxformers.pipelines.speech_recognizer import Recognizer, _refuse_ctc, _tell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from onnxformers.pipelines.audio import Waveform
    from onnxformers.pipelines.speech_chunks import Piece

#: Pieces that the model hears at once: each step of the decoder reads all weights, whatever the
#: rows.
ROWS = 8
#: Samples of the recordings that are heard window by window at once: four hours.
_SAMPLES = 4 * 3600 * 16_000
#: Options with which a piece must be alone.
_ALONE = ("streamer", "prefix_allowed_tokens_fn", "assistant_model", "prompt_lookup_num_tokens")
#: Those that read what was written.
_OF_TEXT = ("stop_strings", "hallucination_silence_threshold")


class WhisperRecognizer(Recognizer):
    """Hears recordings of any length: pieces of `chunk_length_s`, else window by window."""

    def check(self, options: SpeechOptions) -> None:
        """Refuse the times of letters, and what CTC models can do."""
        if options.return_timestamps == "char":
            raise InvalidArgumentError(
                f"[{TASK}] Whisper tells the times of segments or words: set return_timestamps to "
                'True or "word"'
            )
        _refuse_ctc(options)

    @property
    def _precision(self) -> float:
        """Seconds from one timestamp to the next."""
        positions = self.model.config.get("max_source_positions") or 1500
        return float(self.pipe.feature_extractor.chunk_length / positions)

    def transcribe(
        self, waveforms: Sequence[Waveform], options: SpeechOptions
    ) -> list[dict[str, Any]]:
        """What was said in each recording."""
        limit = int(self.pipe.feature_extractor.n_samples)
        results: list[dict[str, Any]] = [{}] * len(waveforms)
        short: list[tuple[int, list[Piece]]] = []
        long: list[int] = []
        for place, waveform in enumerate(waveforms):
            pieces = self.pieces(waveform, options)
            if len(pieces) == 1 and len(waveform) > limit:
                long.append(place)
            else:
                self._check_pieces(pieces, limit)
                short.append((place, pieces))
        outputs = self._hear([piece for _, pieces in short for piece in pieces], options)
        for place, pieces in short:
            own, outputs = outputs[: len(pieces)], outputs[len(pieces) :]
            if options.chunk_length_s:
                for output, piece in zip(own, pieces, strict=True):
                    output["stride"] = piece.stride(self.rate)
            results[place] = self._decode(own, options)
        heard = self._hear_long([waveforms[place] for place in long], options)
        for place, result in zip(long, heard, strict=True):
            results[place] = result
        return results

    def _rows(self, options: SpeechOptions) -> int:
        """Sounds that the model hears at once."""
        is_alone = any(options.generation.get(name) is not None for name in _ALONE)
        return 1 if is_alone else options.batch_size or ROWS

    def _check_pieces(self, pieces: list[Piece], limit: int) -> None:
        longest = max((len(piece.samples) for piece in pieces), default=0)
        if longest > limit:
            raise InvalidArgumentError(
                f"[{TASK}] this model hears {limit / self.rate:g} seconds at once, and a piece has "
                f"{longest / self.rate:g}; set chunk_length_s to {limit / self.rate:g} or less"
            )

    def _hear(self, pieces: list[Piece], options: SpeechOptions) -> list[dict[str, Any]]:
        """Tokens of each piece, and with "word" their times."""
        size = self._rows(options)
        total = sum(len(piece.samples) - piece.left for piece in pieces)
        outputs: list[dict[str, Any]] = []
        done = 0
        for begin in range(0, len(pieces), size):
            part = pieces[begin : begin + size]
            outputs += self._hear_batch(part, options)
            done += sum(len(piece.samples) - piece.left for piece in part)
            _tell(options, done, total, self.rate)
        return outputs

    def _hear_batch(self, pieces: list[Piece], options: SpeechOptions) -> list[dict[str, Any]]:
        features = [self.pipe.extract(piece.samples)["input_features"] for piece in pieces]
        frames = [self._frames(piece, options) for piece in pieces]
        generated: Any = self.model.generate(
            np.concatenate(features), **self._arguments(options), num_frames=frames
        )
        is_mapping = isinstance(generated, dict)
        rows = generated["sequences"] if is_mapping else generated
        several = len(rows) // len(pieces)  # only the first of several texts counts
        outputs = [{"tokens": row.tolist()} for row in rows[::several]]
        if options.return_timestamps == "word":
            times = np.round(generated["token_timestamps"][::several].astype(np.float64), 2)
            for output, row in zip(outputs, times.tolist(), strict=True):
                output["token_timestamps"] = row
        return outputs

    def _frames(self, piece: Piece, options: SpeechOptions) -> int:
        """Mel frames over which words are sought.

        Transformers.js takes their number for that of the encoder's frames, of which there are half
        as many, where `max_new_tokens` is given; without it, it seeks over the whole window. Here
        it is the sound's own length in the second case, so that no word ends behind it.
        """
        frames = len(piece.samples) // int(self.pipe.feature_extractor.hop_length)
        return frames * 2 if options.generation.get("max_new_tokens") is not None else frames

    def _arguments(self, options: SpeechOptions) -> dict[str, Any]:
        arguments: dict[str, Any] = dict(options.generation)
        if options.return_timestamps is not None:
            arguments["return_timestamps"] = bool(options.return_timestamps)
        arguments["return_token_timestamps"] = options.return_timestamps == "word"
        if any(arguments.get(name) is not None for name in _OF_TEXT):
            arguments["tokenizer"] = self.tokenizer
        return arguments | {"timeout_s": options.timeout_s, "cancel": options.cancel}

    def _hear_long(
        self, waveforms: Sequence[Waveform], options: SpeechOptions
    ) -> list[dict[str, Any]]:
        """Recordings of more than a window: each begins where the text of the one before it ends.

        A window of each goes through the model at once.
        """
        lengths = [len(waveform) for waveform in waveforms]
        results: list[dict[str, Any]] = []
        for group in _groups(lengths, self._rows(options)):
            before, total = sum(lengths[: group[0]]), sum(lengths)
            results += self._hear_group(
                [waveforms[place] for place in group], options, before, total
            )
        return results

    def _hear_group(
        self, waveforms: list[Waveform], options: SpeechOptions, before: int, total: int
    ) -> list[dict[str, Any]]:
        """Long recordings at once, `before` of `total` samples of a call having been heard."""
        hop = int(self.pipe.feature_extractor.hop_length)
        parts = [
            self.pipe.extract(waveform, truncation=False, padding="longest")["input_features"]
            for waveform in waveforms
        ]
        frames = [part.shape[-1] for part in parts]
        features = np.zeros((len(parts), parts[0].shape[1], max(frames)), np.float32)
        for row, part in zip(features, parts, strict=True):
            row[:, : part.shape[-1]] = part[0]
        arguments = self._arguments(options) | {"num_frames": frames, "return_segments": True}
        if options.on_progress is not None:
            arguments["monitor_progress"] = lambda counts: _tell(
                options, before + int(counts[:, 0].sum()) * hop, total, self.rate
            )
        generated: Any = self.model.generate(features, **arguments)
        return [
            self._inside(self._decode(self._windows(segments), options), waveform)
            for waveform, segments in zip(waveforms, generated["segments"], strict=True)
        ]

    def _inside(self, found: dict[str, Any], waveform: Waveform) -> dict[str, Any]:
        """A transcript without times behind the sound: the model may tell some of the padding."""
        length = len(waveform) / self.rate
        for chunk in found.get("chunks", ()):
            if "timestamp" in chunk:
                chunk["timestamp"] = tuple(
                    time if time is None else min(time, length) for time in chunk["timestamp"]
                )
        return found

    def _windows(self, segments: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The segments of each window as one output, with how far it reaches."""
        groups = [list(group) for _, group in groupby(segments, key=lambda s: s["offset"])]
        begins = [group[0]["offset"] for group in groups]
        # What lies before the first window's text belongs to it.
        outputs: list[dict[str, Any]] = []
        if begins and begins[0] > 0:
            outputs.append({"tokens": [], "stride": (begins[0], 0.0, 0.0), "token_timestamps": []})
        for place, group in enumerate(groups):
            last = begins[place] + group[0]["window"]
            end = begins[place + 1] if place + 1 < len(begins) else last
            output: dict[str, Any] = {
                "tokens": np.concatenate([segment["tokens"] for segment in group]).tolist(),
                "stride": (end - begins[place], 0.0, 0.0),
            }
            if "token_timestamps" in group[0]:
                times = np.concatenate([segment["token_timestamps"] for segment in group])
                output["token_timestamps"] = (times - begins[place]).tolist()
            outputs.append(output)
        return outputs

    def _decode(self, outputs: list[dict[str, Any]], options: SpeechOptions) -> dict[str, Any]:
        text, more = self.tokenizer._decode_asr(
            outputs,
            return_timestamps=options.return_timestamps or False,
            return_language=options.return_language,
            time_precision=self._precision,
            force_full_sequences=options.force_full_sequences,
        )
        if options.return_timestamps == "word" and len(outputs) > 1:
            _put_in_order(more["chunks"])
        return {"text": text, **more}


def _put_in_order(words: list[dict[str, Any]]) -> None:
    """Let no word begin before the one before it: pieces that overlap may tell other times."""
    last = 0.0
    for word in words:
        begin, end = word["timestamp"]
        last = last if begin is None else max(begin, last)
        word["timestamp"] = (last, None if end is None else max(end, last))


def _groups(lengths: Sequence[int], most: int) -> list[list[int]]:
    """Neighbours that go through the model at once: at most so many, whose features fit.

    Args:
        lengths: Samples of each recording.
        most: Recordings of a group.
    """
    groups: list[list[int]] = []
    longest = 0
    for place, length in enumerate(lengths):
        longest = max(longest, length)
        if not groups or len(groups[-1]) == most or (len(groups[-1]) + 1) * longest > _SAMPLES:
            groups.append([])
            longest = length
        groups[-1].append(place)
    return groups
