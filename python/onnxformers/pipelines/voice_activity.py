"""Where somebody speaks: by loudness and timbre alone, or by a model of the Silero family."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from onnxformers._native import audio as native
from onnxformers.errors import InvalidTypeError
from onnxformers.pipelines.silero import SileroGraph

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onnxformers.models import PreTrainedModel

    Waveform = NDArray[np.float32]
    Region = tuple[float, float]

_PLACE = "voice activity"


class Detector(Protocol):
    """Finds speech."""

    def __call__(self, waveform: Waveform, sampling_rate: int) -> list[Region]:
        """The begin and end of each stretch of speech, in seconds and in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Regions:
    """How probabilities of frames become stretches of speech.

    Attributes:
        threshold: A frame from this probability on begins one; one ends where it stays 0.15 below.
        min_speech_s: Shorter ones are dropped.
        min_silence_s: Shorter pauses end none.
        pad_s: What is left on both sides.
    """

    threshold: float = 0.5
    min_speech_s: float = 0.25
    min_silence_s: float = 0.1
    pad_s: float = 0.03

    def find(self, scores: NDArray[Any], frame_s: float, length_s: float) -> list[Region]:
        """Stretches of speech.

        Args:
            scores: Probability of speech in each frame, shape (frames,).
            frame_s: Seconds from one frame to the next.
            length_s: Of the sound.

        Source: snakers4/silero-vad, get_speech_timestamps.
        """
        found: list[Region] = []
        low = max(self.threshold - 0.15, 0.01)
        patience = round(self.min_silence_s / frame_s)
        values = np.ascontiguousarray(scores, np.float64)
        for first, last in native.active_runs(values, self.threshold, low, patience):
            begin, end = first * frame_s, last * frame_s
            if end - begin < self.min_speech_s:
                continue
            begin, end = max(begin - self.pad_s, 0.0), min(end + self.pad_s, length_s)
            if found and begin <= found[-1][1]:
                begin, _ = found.pop()
            found.append((round(begin, 3), round(end, 3)))
        return found


class EnergyDetector:
    """Finds what is louder than the noise around it and has the timbre of a voice.

    Needs no model. A voice has most of its power at few frequencies, noise has it at all of them;
    music and barking dogs pass as speech.
    """

    _FRAME_S = 0.03
    #: How far speech lies above the quietest tenth of the frames, and above nothing at all, in dB.
    _ABOVE_NOISE_DB = 9.0
    _LOUDEST_SILENCE_DB = -55.0
    #: Geometric by arithmetic mean of the power at 100 to 4000 Hz: noise is nearer to 1.
    _FLATTEST = 0.35

    def __init__(self) -> None:
        self._regions = Regions(min_speech_s=0.09, min_silence_s=0.2, pad_s=0.1)

    def __call__(self, waveform: Waveform, sampling_rate: int) -> list[Region]:
        """See `Detector`."""
        scores = self.scores(waveform, sampling_rate)
        return self._regions.find(scores, self._FRAME_S, len(waveform) / sampling_rate)

    def scores(self, waveform: Waveform, sampling_rate: int) -> NDArray[np.float64]:
        """1 for frames of speech, else 0."""
        size = int(self._FRAME_S * sampling_rate)
        count = len(waveform) // size
        if not count:
            return np.zeros(0)
        sound = np.ascontiguousarray(waveform, np.float32)
        hertz = np.fft.rfftfreq(size, 1 / sampling_rate)
        first, last = int(np.searchsorted(hertz, 100)), int(np.searchsorted(hertz, 4000, "right"))
        energy, flatness = native.frame_timbre(sound, size, first, last)
        level = 10 * np.log10(energy + 1e-12)
        floor = np.quantile(level, 0.1)
        # A recording without a pause has no noise to compare with.
        least = max(min(floor + self._ABOVE_NOISE_DB, level.max() - 20), self._LOUDEST_SILENCE_DB)
        is_voice = (level >= least) & (flatness < self._FLATTEST)
        scores: NDArray[np.float64] = is_voice.astype(np.float64)
        return scores


class SileroDetector:
    """Finds speech with a Silero model of version 4 or later.

    Args:
        model: The model; inputs `input`, `sr`, and `state` or `h` and `c`.
        regions: How its probabilities become stretches of speech.

    Raises:
        UnsupportedModelError: It is no such model.

    Example:
        >>> detect = SileroDetector.load("onnx-community/silero-vad")  # doctest: +SKIP
        >>> detect(read_audio("jfk.wav", 16000), 16000)[0]  # doctest: +SKIP
        (0.3, 2.24)
    """

    def __init__(self, model: PreTrainedModel, regions: Regions | None = None) -> None:
        self.model = model
        self.graph = SileroGraph(model)
        self.regions = regions or Regions()

    @classmethod
    def load(cls, name_or_path: str | os.PathLike[str], **options: Any) -> SileroDetector:
        """Load a model; arguments as of `AutoModel.from_pretrained`."""
        from onnxformers.models import AutoModel

        return cls(AutoModel.from_pretrained(name_or_path, **options))

    def __call__(self, waveform: Waveform, sampling_rate: int) -> list[Region]:
        """See `Detector`."""
        scores = self.probabilities(waveform, sampling_rate)
        frame_s = self.graph.SIZES[sampling_rate] / sampling_rate
        return self.regions.find(scores, frame_s, len(waveform) / sampling_rate)

    def probabilities(self, waveform: Waveform, sampling_rate: int) -> NDArray[np.float32]:
        """Probability of speech in each frame of 32 ms; the last one is filled with silence.

        Args:
            waveform: Samples, shape (samples,).
            sampling_rate: 16000 or 8000.

        Raises:
            InvalidArgumentError: Another rate.
        """
        run = self.graph.open(sampling_rate)
        return np.array(run.feed(waveform) + run.finish(), np.float32)


def detector_of(given: Any) -> Callable[[Waveform, int], list[Region]] | None:
    """What finds speech, out of what a caller gave.

    Args:
        given: True for `EnergyDetector`, the name or path of a Silero model or the model itself, a
            function; None or False for none.

    Raises:
        InvalidTypeError: Something else.
        UnsupportedModelError: A model that is no Silero model.
    """
    from onnxformers.models import PreTrainedModel

    if given is None or given is False:
        return None
    if given is True:
        return EnergyDetector()
    if isinstance(given, PreTrainedModel):
        return SileroDetector(given)
    if isinstance(given, (str, os.PathLike)):
        return SileroDetector.load(given)
    if callable(given):
        found: Callable[[Waveform, int], list[Region]] = given
        return found
    raise InvalidTypeError(
        f"[{_PLACE}] vad must be True, a Silero model or its name, or a function, got "
        f"{type(given).__name__}"
    )


def joined(regions: list[Region], gap_s: float, most_s: float) -> list[Region]:
    """Neighbours with less than `gap_s` between them as one, of at most `most_s` together."""
    found: list[Region] = []
    for begin, end in regions:
        if found and begin - found[-1][1] < gap_s and end - found[-1][0] <= most_s:
            found[-1] = (found[-1][0], end)
        else:
            found.append((begin, end))
    return found
