"""A recording that Whisper hears window by window."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onnxformers.models.architectures.whisper_hallucinations import Doubts
    from onnxformers.models.architectures.whisper_segments import Segment

    Ids = NDArray[np.int64]


@dataclass(slots=True)
class Recording:
    """A recording that is heard.

    Attributes:
        row: Which one of the call.
        features: Shape (mels, frames).
        frames: Those of sound.
        seek: The first of them that was not heard yet.
        begin: What the text of each window begins with; known from the first window on.
        segments: What was said.
        said: The tokens that lead the next window.
        doubts: What is not to be believed of it; None where nobody asked.
    """

    row: int
    features: NDArray[Any]
    frames: int
    seek: int = 0
    begin: Ids | None = None
    segments: list[Segment] = field(default_factory=list)
    said: list[int] = field(default_factory=list)
    doubts: Doubts | None = None

    @property
    def is_over(self) -> bool:
        """Whether all of it was heard."""
        return self.seek >= self.frames

    def window(self, size: int) -> NDArray[Any]:
        """The next frames, padded to a window: shape (1, mels, size)."""
        count = min(self.frames - self.seek, size)
        if self.seek == 0 and self.features.shape[-1] == size:
            return self.features[None]  # padded by the feature extractor
        part = self.features[None, :, self.seek : self.seek + count]
        return np.pad(part, ((0, 0), (0, 0), (0, size - count)))
