"""Files in requests and answers: recordings and pictures, as they are or in base64.

A text is never taken for a path or an address: who asks is a stranger.
"""

from __future__ import annotations

import base64
import binascii
import io
import re
from collections.abc import Mapping
from typing import Any

from onnxformers.errors import InvalidArgumentError, InvalidTypeError
from onnxformers.inference.types import Blob

_DATA_URI = re.compile(r"data:[\w.+/-]*;base64,")


def read_text(task: str, item: Any) -> Any:
    """A text.

    Raises:
        InvalidTypeError: It is none.
    """
    if not isinstance(item, str):
        raise InvalidTypeError(f"[{task}] inputs must be texts, got {type(item).__name__}")
    return item


def read_object(task: str, item: Any) -> Any:
    """An object.

    Raises:
        InvalidTypeError: It is none.
    """
    if not isinstance(item, Mapping):
        raise InvalidTypeError(f"[{task}] inputs must be objects, got {type(item).__name__}")
    return item


def read_file(task: str, item: Any) -> bytes:
    """The bytes of a file.

    Raises:
        InvalidTypeError: It is neither bytes nor a text.
        InvalidArgumentError: The text is no base64.
    """
    if isinstance(item, bytes):
        return item
    if not isinstance(item, str):
        raise InvalidTypeError(
            f"[{task}] inputs must be a file, as it is or in base64, got {type(item).__name__}"
        )
    prefix = _DATA_URI.match(item)
    try:
        return base64.b64decode(item[prefix.end() if prefix else 0 :], validate=True)
    except (binascii.Error, ValueError):
        raise InvalidArgumentError(
            f"[{task}] a file that is sent as a text must be in base64; addresses and paths are "
            "not read"
        ) from None


def read_picture(task: str, item: Any) -> bytes:
    """A picture, also as the only part of an object."""
    is_object = isinstance(item, Mapping) and set(item) == {"image"}
    return read_file(task, item["image"] if is_object else item)


def read_question(task: str, item: Any) -> dict[str, Any]:
    """A picture with a question.

    Raises:
        InvalidTypeError: One of them is missing.
    """
    if not isinstance(item, Mapping) or set(item) != {"image", "question"}:
        raise InvalidTypeError(f"[{task}] inputs must be an object of image and question")
    return {"image": read_file(task, item["image"]), "question": item["question"]}


def write_picture(picture: Any) -> Blob:
    """A picture as a PNG file."""
    file = io.BytesIO()
    picture.save(file, "PNG")
    return Blob(file.getvalue(), "image/png")


def write_sound(sound: Mapping[str, Any]) -> Blob:
    """A recording as a wav file."""
    from onnxformers.audio.writing import encode_wav

    return Blob(encode_wav(sound["audio"], sound["sampling_rate"]), "audio/wav")


def write_segments(segments: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Segments whose masks are PNG files in base64; what has no score of its own is sure."""
    return [
        {
            "label": segment["label"] or "",
            "score": 1.0 if segment["score"] is None else segment["score"],
            "mask": _in_text(write_picture(segment["mask"])),
        }
        for segment in segments
    ]


def write_depth(depth: Mapping[str, Any]) -> dict[str, Any]:
    """Depths as numbers and as a picture."""
    return {
        "predicted_depth": depth["predicted_depth"].tolist(),
        "depth": _in_text(write_picture(depth["depth"])),
    }


def write_sources(sources: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Recordings as wav files in base64."""
    return [
        {
            "label": source["label"],
            "blob": _in_text(write_sound(source)),
            "content-type": "audio/wav",
        }
        for source in sources
    ]


def write_answers(answers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Answers; one that the model did not find is empty."""
    return [{**answer, "answer": answer["answer"] or ""} for answer in answers]


def write_seen(answers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Answers about what is seen; what is written has no score of its own, and counts as sure."""
    return [{"score": 1.0, **answer} for answer in write_answers(answers)]


def _in_text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
