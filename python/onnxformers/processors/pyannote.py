"""Samples for PyAnnote's segmentation, and who speaks when from its answers."""

from __future__ import annotations

from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypedDict

import numpy as np

from onnxformers.errors import InvalidArgumentError
from onnxformers.ops.maths import softmax
from onnxformers.processors.batch_feature import BatchFeature
from onnxformers.processors.sound_padding import Padding
from onnxformers.processors.sounds import SoundExtractor

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


class SpeakerSegment(TypedDict):
    """A stretch of sound in which one class of speakers is the likeliest.

    Attributes:
        id: The class: for PyAnnote's segmentation-3.0 0 is nobody, 1 to 3 are single speakers, 4
            to 6 pairs of them.
        start: In seconds.
        end: In seconds.
        confidence: The mean probability of the class over the stretch.
    """

    id: int
    start: float
    end: float
    confidence: float


class PyAnnoteFeatureExtractor(SoundExtractor):
    """Samples in one channel.

    Example:
        >>> PyAnnoteFeatureExtractor()(np.zeros(16000)).input_values.shape
        (1, 1, 16000)

    Source: spec/transformers.js/processors.md, PyAnnoteFeatureExtractor.
    """

    defaults = MappingProxyType(
        {
            "feature_size": 1,
            "sampling_rate": 16000,
            "padding_value": 0.0,
            "padding_side": "right",
            "step": 270,
            "offset": 991,
        }
    )
    call_options = frozenset({"padding", "max_length", "truncation"})
    model_input_names = ("input_values",)
    counts = ("sampling_rate", "step")

    def __call__(
        self, raw_speech: Any, *, sampling_rate: int | None = None, **options: Any
    ) -> BatchFeature:
        """Values of one sound or several.

        Args:
            raw_speech: A sound as `read_audio` takes it, or a list of them.
            sampling_rate: Of the samples; only the model's is accepted.
            **options: `padding` (False), `max_length`, `truncation`, and settings.

        Returns:
            `input_values`, float32 of shape (sounds, 1, samples).

        Raises:
            InvalidArgumentError: An option is unknown, or a sound cannot be used.
        """
        settings = self.settings_with(options)
        sounds = self.sounds_of(raw_speech, sampling_rate)
        batch = Padding.of(settings, type(self).__name__).apply(list(sounds))
        return BatchFeature(input_values=batch.values[:, None])

    def samples_to_frames(self, samples: int) -> float:
        """How many frames the model gives for so many samples; its ceiling is the true number.

        Example:
            >>> PyAnnoteFeatureExtractor(offset=990).samples_to_frames(160380)
            590.3333333333334
        """
        frames: float = (samples - self.settings["offset"]) / self.settings["step"]
        return frames

    def post_process_speaker_diarization(
        self, logits: ArrayLike, num_samples: int
    ) -> list[list[SpeakerSegment]]:
        """Who speaks when: neighbouring frames of the same likeliest class are one stretch.

        Args:
            logits: Of the model, shape (sounds, frames, classes).
            num_samples: Of each sound.

        Returns:
            The stretches of each sound, in order.

        Raises:
            InvalidArgumentError: The shape does not fit, or `num_samples` is less than a frame.

        Source: spec/transformers.js/processors.md, post_process_speaker_diarization.
        """
        place = "post_process_speaker_diarization"
        scores = np.asarray(logits)
        if scores.ndim != 3 or 0 in scores.shape:
            raise InvalidArgumentError(
                f"[{place}] expected logits of shape (sounds, frames, classes), got {scores.shape}"
            )
        frames = self.samples_to_frames(num_samples)
        if frames <= 0:
            raise InvalidArgumentError(
                f"[{place}] num_samples={num_samples} is less than a frame has"
            )
        seconds = num_samples / frames / self.settings["sampling_rate"]
        return [_stretches(softmax(row), seconds) for row in scores]


def _stretches(probabilities: NDArray[Any], seconds: float) -> list[SpeakerSegment]:
    """The stretches of one sound from probabilities of shape (frames, classes)."""
    classes = probabilities.argmax(1)
    best = np.take_along_axis(probabilities, classes[:, None], 1)[:, 0]
    changes = np.flatnonzero(np.diff(classes)) + 1
    bounds = [0, *changes.tolist(), len(classes)]
    return [
        {
            "id": int(classes[start]),
            "start": start * seconds,
            "end": end * seconds,
            "confidence": float(best[start:end].mean()),
        }
        for start, end in pairwise(bounds)
    ]
