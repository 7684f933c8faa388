"""Speech while it is spoken: what is heard so far, and then for good."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers.audio.extras import import_soxr
from onnxformers.errors import InvalidArgumentError, InvalidTypeError
from onnxformers.generation.config_fields import is_number
from onnxformers.options import check_count
from onnxformers.pipelines.voice_activity import EnergyDetector, detector_of
from onnxformers.pipelines.voice_streams import ear_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onnxformers.pipelines.audio_results import LiveTranscript

    Waveform = NDArray[np.float32]

#: What is kept of the silence before speech.
_LEAD_S = 0.3
#: Pieces are gathered until there is so much new sound.
_GATHER_S = 0.1


class LiveTranscriber:
    """Cuts a stream of sound where nobody speaks, and transcribes what lies between.

    What is spoken is final `pause_s` and at most a tenth of a second behind its last word, and the
    time that `transcribe` takes.

    Args:
        transcribe: Samples at `sampling_rate` -> text.
        sampling_rate: That the model hears.
        vad: What finds speech, see `voice_activity.detector_of`; True or None: by loudness.
        partial_s: After so many new seconds of an utterance what is heard so far is given out; 0
            for never.
        pause_s: Silence of so many seconds ends an utterance.
        longest_s: An utterance that is longer is cut.

    Raises:
        InvalidArgumentError: A time is not above 0.
    """

    def __init__(
        self,
        transcribe: Callable[[Waveform], str],
        sampling_rate: int,
        *,
        vad: Any = None,
        partial_s: float = 1.0,
        pause_s: float = 0.7,
        longest_s: float = 28.0,
    ) -> None:
        if not all(map(is_number, (pause_s, longest_s, partial_s))):
            raise InvalidArgumentError(
                "[live] pause_s, longest_s and partial_s must be numbers of seconds, got "
                f"{pause_s!r}, {longest_s!r} and {partial_s!r}"
            )
        if pause_s <= 0 or longest_s <= pause_s or partial_s < 0:
            raise InvalidArgumentError(
                "[live] pause_s must be above 0, longest_s above pause_s and partial_s at least 0, "
                f"got {pause_s}, {longest_s} and {partial_s}"
            )
        self._transcribe = transcribe
        self._rate = sampling_rate
        self._detector = detector_of(vad) or EnergyDetector()
        self._partial, self._pause, self._longest = partial_s, pause_s, longest_s
        self._reset()

    def _reset(self) -> None:
        self._ear = ear_of(self._detector, self._rate)
        self._held: Waveform = np.zeros(0, np.float32)
        self._begin = 0  # sample of the stream at which what is held begins
        self._told = 0  # samples that the last partial result was of

    def run(self, stream: Iterable[Waveform]) -> Iterator[LiveTranscript]:
        """Results for pieces of sound, as soon as there are any; all is final at the end.

        A stream that was left early, or that an error ended, leaves nothing to the next one.
        """
        self._reset()
        for piece in _gathered(stream, round(_GATHER_S * self._rate)):
            self._take(piece)
            yield from self._step()
        if self._regions():
            yield self._result(len(self._held), is_final=True)

    def _take(self, piece: Waveform) -> None:
        self._ear.feed(piece)
        self._held = np.concatenate([self._held, piece])

    def _regions(self) -> list[tuple[float, float]]:
        found = self._ear.regions(self._held)
        return [(begin, end) for begin, end in found if round(end * self._rate) > 0]

    def _step(self) -> Iterator[LiveTranscript]:
        regions = self._regions()
        length = len(self._held) / self._rate
        if not regions:
            self._drop(max(0, len(self._held) - round(_LEAD_S * self._rate)))
            return
        end = regions[-1][1]
        if length - end >= self._pause or length >= self._longest:
            cut = len(self._held) if length >= self._longest else round(end * self._rate)
            yield self._result(cut, is_final=True)
            self._drop(cut)
        elif self._partial and len(self._held) - self._told >= self._partial * self._rate:
            self._told = len(self._held)
            yield self._result(len(self._held), is_final=False)

    def _result(self, count: int, *, is_final: bool) -> LiveTranscript:
        begin = self._begin / self._rate
        text = self._transcribe(self._held[:count])
        times = (begin, begin + count / self._rate)
        return {"text": text, "timestamp": times, "is_final": is_final}

    def _drop(self, count: int) -> None:
        self._held, self._begin, self._told = self._held[count:], self._begin + count, 0


def _gathered(stream: Iterable[Any], least: int) -> Iterator[Waveform]:
    """The samples of a stream, at least so many at a time but for the last."""
    parts: list[Waveform] = []
    for piece in stream:
        parts.append(_samples(piece))
        if sum(map(len, parts)) >= least:
            yield np.concatenate(parts)
            parts = []
    if parts:
        yield np.concatenate(parts)


def at_rate(stream: Iterable[Any], sampling_rate: int | None, wanted: int) -> Iterator[Waveform]:
    """A stream of mono samples at the wanted rate.

    Raises:
        InvalidTypeError: It is no stream.
        InvalidArgumentError: The rate is none; later, that a piece is no mono sound.
        MissingExtraError: soxr is not installed, and the rates differ.
    """
    if sampling_rate is not None:
        check_count(sampling_rate, "sampling_rate", "live")
    given: Any = stream
    if isinstance(given, (str, bytes, np.ndarray)) or not isinstance(given, Iterable):
        raise InvalidTypeError(
            "[live] expected a generator or a list of pieces of sound, got "
            f"{type(stream).__name__}; a whole recording is a call of the pipeline"
        )
    if sampling_rate in (None, wanted):
        return map(_samples, stream)
    return _resampled(stream, sampling_rate, wanted)


def _resampled(stream: Iterable[Any], sampling_rate: int | None, wanted: int) -> Iterator[Waveform]:
    resampler = import_soxr("live").ResampleStream(sampling_rate, wanted, 1, dtype="float32")
    for piece in stream:
        yield resampler.resample_chunk(_samples(piece))
    yield resampler.resample_chunk(np.zeros(0, np.float32), last=True)


def _samples(piece: Any) -> Waveform:
    try:
        array = np.asarray(piece)
    except ValueError:  # of numpy's, for what is no array
        array = np.array(None)
    if array.ndim != 1 or array.dtype.kind not in "fi":
        raise InvalidArgumentError(
            f"[live] a piece of sound must be samples of shape (samples,), got {array.dtype} of "
            f"shape {array.shape}"
        )
    if array.dtype.kind == "i":
        array = array / np.float32(np.iinfo(array.dtype).max + 1.0)
    if not np.isfinite(array).all():
        raise InvalidArgumentError("[live] a piece of sound holds NaN or infinity")
    return np.ascontiguousarray(array, np.float32)
