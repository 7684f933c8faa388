"""Automatic speech recognition: what was said, and when."""

from __future__ import annotations

import os
import threading
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from onnxformers.errors import InvalidArgumentError
from onnxformers.pipelines.audio import AudioOnlyPipeline
from onnxformers.pipelines.speech_live import LiveTranscriber, at_rate
from onnxformers.pipelines.speech_options import SpeechOptions
from onnxformers.pipelines.speech_regions import transcribe_regions
from onnxformers.pipelines.voice_activity import SileroDetector, detector_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from onnxformers.pipelines.audio_results import LiveTranscript, Transcript
    from onnxformers.pipelines.speech_recognizer import Recognizer

#: Options of a call that mean nothing for a stream.
_NOT_LIVE = ("return_timestamps", "on_progress")


class AutomaticSpeechRecognitionPipeline(
    AudioOnlyPipeline[SpeechOptions, "Transcript", "list[Transcript]", "Transcript"]
):
    """Writes down what is said in recordings of any length: Whisper, Moonshine, or CTC models.

    Call it with a recording (a path, a URL, bytes, an array at the model's rate, a pair of an array
    and its rate, a dict with `array` and `sampling_rate`), a list or a generator of them, and with
    the fields of `SpeechOptions`.

    Returns:
        For a recording: a `Transcript`, ``{"text": str}``, with "chunks" where `return_timestamps`
        or `return_language` ask for them. For a list: a list of them. For a generator: a generator.

    Raises:
        InvalidArgumentError: A recording without samples, an empty list, an unknown language, an
            unknown option or one that this kind of model has not.
        InvalidTypeError: Something that is no recording.
        UnsupportedModelError: Times of words, of a model that was exported without them.
        FileFormatError: A file that is no sound, or that ends too early.

    Example:
        >>> from onnxformers import pipeline
        >>> transcribe = pipeline("automatic-speech-recognition")  # doctest: +SKIP
        >>> transcribe("jfk.wav", return_timestamps="word")["chunks"][:2]  # doctest: +SKIP
        [{'text': ' And', 'timestamp': (0.0, 0.78)}, {'text': ' so', 'timestamp': (0.78, 1.06)}]

    Source: spec/transformers.js/pipelines.md and transformers 4.46.3,
        AutomaticSpeechRecognitionPipeline.
    """

    options_class: ClassVar[type[Any]] = SpeechOptions

    def __init__(self, **parts: Any) -> None:
        super().__init__(**parts)
        self._detectors: dict[str, SileroDetector] = {}
        self._lock = threading.Lock()

    def _detector(self, given: Any) -> Any:
        """What finds speech; a model that is named stays open until the pipeline is closed."""
        if not isinstance(given, (str, os.PathLike)):
            return detector_of(given)
        name = os.fspath(given)
        with self._lock:
            if name not in self._detectors:
                self._detectors[name] = SileroDetector.load(name)
            return self._detectors[name]

    def close(self) -> None:
        """Close the model, and those that find speech and were loaded by name."""
        super().close()
        with self._lock:
            for detector in self._detectors.values():
                detector.model.close()

    @cached_property
    def _recognizer(self) -> Recognizer:
        from onnxformers.pipelines import speech_recognizer

        if self.model.config.model_type == "whisper":
            from onnxformers.pipelines.speech_whisper import WhisperRecognizer

            return WhisperRecognizer(self)
        if self.model.kind == "encoder-decoder":
            return speech_recognizer.Seq2SeqRecognizer(self)
        return speech_recognizer.CtcRecognizer(self)

    def run_single(self, item: Any, options: SpeechOptions) -> Transcript:
        """What was said in one recording."""
        transcript: Transcript = self.run_many([item], options)[0]
        return transcript

    def run_many(self, items: Sequence[Any], options: SpeechOptions) -> list[Any]:
        """What was said in each recording, in the order given."""
        self._recognizer.check(options)
        waveforms = [self.read(item) for item in items]
        detect = self._detector(options.vad)
        if detect is None:
            return self._recognizer.transcribe(waveforms, options)
        return transcribe_regions(self._recognizer, waveforms, detect, options)

    def live(
        self,
        stream: Iterable[Any],
        *,
        sampling_rate: int | None = None,
        vad: Any = True,
        partial_s: float = 1.0,
        pause_s: float = 0.7,
        longest_s: float = 28.0,
        **options: Any,
    ) -> Iterator[LiveTranscript]:
        r"""Write down speech while it is spoken.

        Args:
            stream: Pieces of sound of any length, such as a microphone gives: arrays of shape
                (samples,), floats or ints.
            sampling_rate: Of the stream; None for the model's.
            vad: What finds speech, as the option of a call; by loudness at least.
            partial_s: After so many new seconds of an utterance what is heard so far is given out;
                0 for never.
            pause_s: Silence of so many seconds ends an utterance.
            longest_s: An utterance that is longer is cut.
            **options: Those of a call.

        Yields:
            A `LiveTranscript` for what is heard so far, which may change, and one with
            ``"is_final": True`` when an utterance is over. Silence and noise give none.

        Raises:
            InvalidArgumentError: A piece is no mono sound, or an option is unknown.
            InvalidTypeError: It is no stream of pieces.

        Example:
            >>> for heard in transcribe.live(microphone, sampling_rate=48000):  # doctest: +SKIP
            ...     print(heard["text"], end="\\n" if heard["is_final"] else "\\r")
        """
        for name in _NOT_LIVE:
            if options.get(name) is not None:
                raise InvalidArgumentError(
                    f"[live] there is no option {name!r}: each utterance comes with its times, and "
                    "what was heard of the stream is what was taken from it"
                )
        known = self._settings(options)
        settings = replace(known, vad=None, return_timestamps=None, on_progress=None)
        self._recognizer.check(settings)

        def transcribe(samples: Any) -> str:
            (heard,) = self._recognizer.transcribe([samples], settings)
            return str(heard["text"])

        live = LiveTranscriber(
            transcribe,
            self.sampling_rate,
            vad=self._detector(vad),
            partial_s=partial_s,
            pause_s=pause_s,
            longest_s=longest_s,
        )
        return live.run(at_rate(stream, sampling_rate, self.sampling_rate))
