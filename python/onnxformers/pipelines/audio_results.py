"""What the pipelines over sound return, for type checkers: plain dicts at run time.

Scores and times are Python floats, times in seconds; sound is float32 arrays of numpy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from typing_extensions import NotRequired


class AudioLabel(TypedDict):
    """A label of a sound.

    Attributes:
        label: As the model's config names it, or a candidate label.
        score: Its probability.
    """

    label: str
    score: float


class SpeechChunk(TypedDict):
    """A part of a transcript.

    Attributes:
        text: What was said; of words with the space before them.
        timestamp: When it begins and ends; None for an end that the model did not tell.
        language: Its language, with `return_language`.
    """

    text: str
    timestamp: tuple[float, float | None]
    language: NotRequired[str | None]


class Transcript(TypedDict):
    """What was said in a recording.

    Attributes:
        text: All of it.
        chunks: Its parts with their times, with `return_timestamps` or `return_language`.
    """

    text: str
    chunks: NotRequired[list[SpeechChunk]]


class LiveTranscript(TypedDict):
    """What was heard so far, or for good.

    Attributes:
        text: What was said.
        timestamp: Where in the stream it lies.
        is_final: Whether it will not change any more.
    """

    text: str
    timestamp: tuple[float, float]
    is_final: bool


class Sound(TypedDict):
    """A sound that a model made.

    Attributes:
        audio: float32, of shape (samples,).
        sampling_rate: Samples of a second.
    """

    audio: NDArray[np.float32]
    sampling_rate: int


class Source(TypedDict):
    """A voice or instrument of a mixture, or the mixture without its noise.

    Attributes:
        label: As the model's config names it.
        audio: float32, of shape (samples,).
        sampling_rate: Samples of a second.
    """

    label: str
    audio: NDArray[np.float32]
    sampling_rate: int
