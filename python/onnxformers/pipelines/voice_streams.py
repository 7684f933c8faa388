"""Where somebody speaks in a stream, of which the newest part is held."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from onnxformers.pipelines.voice_activity import Regions, SileroDetector

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onnxformers.pipelines.silero import SileroRun

    Waveform = NDArray[np.float32]
    Region = tuple[float, float]


class Ear(Protocol):
    """Hears a stream."""

    def feed(self, samples: Waveform) -> None:
        """Take the next samples."""

    def regions(self, held: Waveform) -> list[Region]:
        """Stretches of speech in the last samples of the stream, in seconds of these."""


def ear_of(detector: Callable[[Waveform, int], list[Region]], sampling_rate: int) -> Ear:
    """What hears a stream by this detector.

    Raises:
        InvalidArgumentError: A Silero model does not hear this rate.
    """
    if isinstance(detector, SileroDetector):
        return FrameEar(detector.graph.open(sampling_rate), detector.regions, sampling_rate)
    return WholeEar(detector, sampling_rate)


class WholeEar:
    """Asks a detector about all that is held, each time."""

    def __init__(
        self, detector: Callable[[Waveform, int], list[Region]], sampling_rate: int
    ) -> None:
        self._detect, self._rate = detector, sampling_rate

    def feed(self, samples: Waveform) -> None:
        """See `Ear`."""

    def regions(self, held: Waveform) -> list[Region]:
        """See `Ear`."""
        return self._detect(held, self._rate) if len(held) else []


class FrameEar:
    """Hears each frame once, whatever is held.

    Args:
        run: Gives the probabilities of frames.
        regions: How they become stretches of speech.
        sampling_rate: Of the stream.
    """

    def __init__(self, run: SileroRun, regions: Regions, sampling_rate: int) -> None:
        self._run, self._regions, self._rate = run, regions, sampling_rate
        self._scores: list[float] = []
        self._first = 0  # frame of the stream that the first score is of
        self._fed = 0

    def feed(self, samples: Waveform) -> None:
        """See `Ear`."""
        self._fed += len(samples)
        self._scores += self._run.feed(samples)

    def regions(self, held: Waveform) -> list[Region]:
        """See `Ear`."""
        size = self._run.size
        begin = self._fed - len(held)
        first = begin // size
        del self._scores[: first - self._first]
        self._first = first
        lead = (begin - first * size) / self._rate
        scores: NDArray[Any] = np.array(self._scores)
        found = self._regions.find(scores, size / self._rate, lead + len(held) / self._rate)
        return [(max(start - lead, 0.0), end - lead) for start, end in found if end > lead]
