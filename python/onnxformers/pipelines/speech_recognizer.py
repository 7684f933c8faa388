"""What turns samples into text: one class for each way in which models hear."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers.errors import FileFormatError, InvalidArgumentError
from onnxformers.pipelines.audio import equal_shapes
from onnxformers.pipelines.speech_chunks import Piece, cut, read_lengths
from onnxformers.pipelines.speech_ctc import Letter, Letters, with_times, words
from onnxformers.pipelines.speech_options import TASK, SpeechOptions
from onnxformers.tokenizers.whisper_stitching import stitch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from onnxformers.pipelines.audio import AudioPipeline, Waveform

#: Tokens that Moonshine writes about a second at most.
_TOKENS_PER_SECOND = 6


class Recognizer(ABC):
    """Hears recordings.

    Args:
        pipe: The pipeline, with model, processor and tokenizer.
    """

    def __init__(self, pipe: AudioPipeline[Any]) -> None:
        self.pipe = pipe
        self.model = pipe.model
        self.tokenizer = pipe.tokenizer
        self.rate = pipe.sampling_rate

    @abstractmethod
    def check(self, options: SpeechOptions) -> None:
        """Refuse options that this way of hearing has not."""

    @abstractmethod
    def transcribe(
        self, waveforms: Sequence[Waveform], options: SpeechOptions
    ) -> list[dict[str, Any]]:
        """What was said in each recording; see `Transcript`."""

    def pieces(self, waveform: Waveform, options: SpeechOptions, align_to: int = 1) -> list[Piece]:
        """A recording as pieces; one where nobody wants it cut."""
        if not options.chunk_length_s:
            return [Piece(waveform, 0, 0, 0)]
        lengths = read_lengths(options.chunk_length_s, options.stride_length_s)
        return cut(waveform, self.rate, lengths, align_to)


class CtcRecognizer(Recognizer):
    """Hears a letter, or none, in each frame (Wav2Vec2, HuBERT, ...)."""

    def __init__(self, pipe: AudioPipeline[Any]) -> None:
        super().__init__(pipe)
        self._letters = Letters(pipe.tokenizer)
        self._ratio = _samples_per_frame(self.model.config)

    def check(self, options: SpeechOptions) -> None:
        """Refuse what only models that write can do."""
        if options.return_timestamps is True:
            raise InvalidArgumentError(
                f"[{TASK}] a CTC model tells the times of letters or words: set return_timestamps "
                'to "char" or "word"'
            )
        if options.generation:
            raise InvalidArgumentError(
                f"[{TASK}] {', '.join(options.generation)}: only for models that write, such as "
                "Whisper"
            )
        if options.return_language or options.force_full_sequences:
            raise InvalidArgumentError(
                f"[{TASK}] only Whisper tells the language (return_language) and the ends of "
                "segments (force_full_sequences)"
            )
        if options.language_model is not None and options.beam_width < 2:
            raise InvalidArgumentError(
                f"[{TASK}] language_model needs beams; set beam_width, 100 is usual"
            )

    def transcribe(
        self, waveforms: Sequence[Waveform], options: SpeechOptions
    ) -> list[dict[str, Any]]:
        """What was said in each recording."""
        return [self._transcribe(waveform, options) for waveform in waveforms]

    def _transcribe(self, waveform: Waveform, options: SpeechOptions) -> dict[str, Any]:
        logits = self._logits(waveform, options)
        letters = self._decode(logits, options)
        result: dict[str, Any] = {"text": self._letters.text(letters)}
        if options.return_timestamps:
            parts = letters if options.return_timestamps == "char" else words(letters)
            length = len(waveform) / self.rate
            result["chunks"] = with_times(parts, self._ratio / self.rate, length)
        return result

    def _decode(self, logits: NDArray[np.float32], options: SpeechOptions) -> list[Letter]:
        if options.beam_width == 1:
            return self._letters.collapse(logits.argmax(axis=-1))
        from onnxformers.pipelines.speech_beams import BeamSearch

        search = BeamSearch.of(self._letters, options)
        return search.decode(logits)

    def _logits(self, waveform: Waveform, options: SpeechOptions) -> NDArray[np.float32]:
        """Scores of all frames, shape (frames, vocabulary), of pieces without what they share."""
        pieces = self.pieces(waveform, options, self._ratio)
        rows = options.batch_size or 1
        found: list[NDArray[np.float32]] = []
        for begin in range(0, len(pieces), rows):
            part = pieces[begin : begin + rows]
            inputs = [self.pipe.extract(piece.samples) for piece in part]
            outputs: list[Any] = [None] * len(part)
            for places, batch in equal_shapes(inputs):
                logits = self.pipe.forward(batch, options).get("logits")
                if logits is None or logits.ndim != 3:
                    raise FileFormatError(f"[{TASK}] the model gives no logits of frames")
                for place, row in zip(places, logits, strict=True):
                    outputs[place] = row.astype(np.float32, copy=False)
            found += [self._own(row, piece) for row, piece in zip(outputs, part, strict=True)]
            last = part[-1]
            _tell(options, last.begin + len(last.samples), len(waveform), self.rate)
        return np.concatenate(found)

    def _own(self, logits: NDArray[np.float32], piece: Piece) -> NDArray[np.float32]:
        """The frames of a piece that no other piece has."""
        if not piece.left and not piece.right:
            return logits
        total = len(piece.samples)
        frames = round(total / self._ratio)
        left, right = (round(part / total * frames) for part in (piece.left, piece.right))
        return logits[left : frames - right]


class Seq2SeqRecognizer(Recognizer):
    """Writes text behind an encoder of sound (Moonshine, SpeechT5)."""

    def check(self, options: SpeechOptions) -> None:
        """Refuse times, of which such a model tells none."""
        if options.return_timestamps or options.return_language or options.force_full_sequences:
            raise InvalidArgumentError(
                f"[{TASK}] this model tells neither times nor languages; Whisper does"
            )
        _refuse_ctc(options)

    def transcribe(
        self, waveforms: Sequence[Waveform], options: SpeechOptions
    ) -> list[dict[str, Any]]:
        """What was said in each recording."""
        return [self._transcribe(waveform, options) for waveform in waveforms]

    def _transcribe(self, waveform: Waveform, options: SpeechOptions) -> dict[str, Any]:
        special = frozenset(self.tokenizer.all_special_ids)
        texts: list[list[int]] = []
        for piece in self.pieces(waveform, options):
            ids = self._write(piece.samples, options)
            texts.append([token for token in ids if token not in special])
            _tell(options, piece.begin + len(piece.samples), len(waveform), self.rate)
        tokens, _ = stitch(texts)
        return {"text": self.tokenizer.decode(tokens, skip_special_tokens=True)}

    def _write(self, samples: Waveform, options: SpeechOptions) -> list[int]:
        arguments = dict(options.generation)
        if arguments.get("max_new_tokens") is None and arguments.get("max_length") is None:
            seconds = max(1, math.floor(len(samples) / self.rate))
            arguments["max_new_tokens"] = seconds * _TOKENS_PER_SECOND
        if arguments.get("stop_strings") is not None:
            arguments["tokenizer"] = self.tokenizer
        inputs = self.pipe.extract(samples)
        taken = {name: value for name, value in inputs.items() if name in _inputs(self.model)}
        arguments |= {"timeout_s": options.timeout_s, "cancel": options.cancel}
        generated = self.model.generate(taken, **arguments)
        rows = np.asarray(getattr(generated, "sequences", generated))
        found: list[int] = rows[0].tolist()
        return found


def _inputs(model: Any) -> set[str]:
    return {*model._forward._inputs, "attention_mask"}


def _samples_per_frame(config: Mapping[str, Any]) -> int:
    """How many samples of sound a frame of the model's output stands for."""
    ratio = 320
    if isinstance(config.get("conv_stride"), (list, tuple)):
        ratio = math.prod(int(stride) for stride in config["conv_stride"])
    elif config.get("feature_projection_input_dim"):
        ratio = 2 * int(config["feature_projection_input_dim"])
    if config.get("add_adapter"):
        layers, stride = config.get("num_adapter_layers", 3), config.get("adapter_stride", 2)
        ratio *= int(stride) ** int(layers)
    return ratio


def _refuse_ctc(options: SpeechOptions) -> None:
    """Refuse what only CTC models can do."""
    if options.beam_width > 1 or options.language_model is not None:
        raise InvalidArgumentError(
            f"[{TASK}] beam_width and language_model are for CTC models; set num_beams"
        )


def _tell(options: SpeechOptions, samples: int, total: int, rate: int) -> None:
    if options.on_progress is not None:
        options.on_progress(min(samples, total) / rate, total / rate)
