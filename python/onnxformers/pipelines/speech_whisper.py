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
#: Options with which a piece must be alone.
_ALONE = ("streamer", "prefix_allowed_tokens_fn", "assistant_model", "prompt_lookup_num_tokens")


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
        for place, waveform in enumerate(waveforms):
            pieces = self.pieces(waveform, options)
            if len(pieces) == 1 and len(waveform) > limit:
                results[place] = self._hear_long(waveform, options)
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
        return results

    def _check_pieces(self, pieces: list[Piece], limit: int) -> None:
        longest = max((len(piece.samples) for piece in pieces), default=0)
        if longest > limit:
            raise InvalidArgumentError(
                f"[{TASK}] this model hears {limit / self.rate:g} seconds at once, and a piece has "
                f"{longest / self.rate:g}; set chunk_length_s to {limit / self.rate:g} or less"
            )

    def _hear(self, pieces: list[Piece], options: SpeechOptions) -> list[dict[str, Any]]:
        """Tokens of each piece, and with "word" their times."""
        is_alone = any(options.generation.get(name) is not None for name in _ALONE)
        size = 1 if is_alone else options.batch_size or ROWS
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
        return arguments | {"timeout_s": options.timeout_s, "cancel": options.cancel}

    def _hear_long(self, waveform: Waveform, options: SpeechOptions) -> dict[str, Any]:
        """More than a window: each begins where the text of the one before it ends."""
        features = self.pipe.extract(waveform, truncation=False, padding="longest")
        hop = int(self.pipe.feature_extractor.hop_length)
        arguments = self._arguments(options)
        if options.on_progress is not None:
            arguments["monitor_progress"] = lambda counts: _tell(
                options, int(counts[0, 0]) * hop, len(waveform), self.rate
            )
        generated: Any = self.model.generate(
            features["input_features"], **arguments, return_segments=True
        )
        found = self._decode(self._windows(generated["segments"][0]), options)
        length = len(waveform) / self.rate
        for chunk in found.get("chunks", ()):
            if "timestamp" in chunk:  # the model may tell times of the silence behind the sound
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
        return {"text": text, **more}
