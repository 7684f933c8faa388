"""Answers of the tasks over audio, pictures, documents and tables.

Source: spec/inference/modules.md, Interfaces.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from typing_extensions import NotRequired


class Blob(bytes):
    """A file that a model made: its bytes.

    Attributes:
        content_type: What the server says it is, such as "image/jpeg".

    Example:
        >>> Blob(b"...", "audio/flac").content_type
        'audio/flac'
    """

    content_type: str

    def __new__(cls, content: bytes, content_type: str = "application/octet-stream") -> Blob:
        """The bytes with their type."""
        blob = super().__new__(cls, content)
        blob.content_type = content_type
        return blob

    def __getnewargs__(self) -> tuple[bytes, str]:  # type: ignore[override]
        return bytes(self), self.content_type


class AutomaticSpeechRecognitionOutput(TypedDict):
    """What was said."""

    text: str


class AudioClassificationOutputValue(TypedDict):
    """A label of a recording."""

    label: str
    score: float


#: A recording that a model made of another one; `blob` is in base64.
AudioToAudioOutputValue = TypedDict(
    "AudioToAudioOutputValue", {"label": str, "blob": str, "content-type": str}
)


class ImageClassificationOutputValue(TypedDict):
    """A label of a picture."""

    label: str
    score: float


class ImageSegmentationOutputValue(TypedDict):
    """A part of a picture; `mask` is a black-and-white picture in base64."""

    label: str
    mask: str
    score: float


class ImageToTextOutput(TypedDict):
    """What a picture shows."""

    generated_text: str


class Box(TypedDict):
    """Where an object stands, in pixels."""

    xmin: int
    ymin: int
    xmax: int
    ymax: int


class ObjectDetectionOutputValue(TypedDict):
    """An object in a picture."""

    label: str
    score: float
    box: Box


class ZeroShotImageClassificationOutputValue(TypedDict):
    """A candidate label of a picture."""

    label: str
    score: float


class VisualQuestionAnsweringOutput(TypedDict):
    """An answer to a question about a picture; models that write have no score."""

    answer: str
    score: NotRequired[float]


class DocumentQuestionAnsweringOutput(TypedDict):
    """An answer from a document; `start` and `end` count its words."""

    answer: str
    score: NotRequired[float]
    start: NotRequired[int]
    end: NotRequired[int]
