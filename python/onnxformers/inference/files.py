"""Files that go to a remote model: their bytes, and what they are."""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from onnxformers.errors import InvalidTypeError

if TYPE_CHECKING:
    from typing import TypeAlias

    #: What a method takes for a recording or a picture.
    Data: TypeAlias = bytes | bytearray | memoryview | os.PathLike[str] | BinaryIO

#: First bytes of a file -> its type; "...." stands for any four bytes.
_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"RIFF....WEBP", "image/webp"),
    (b"BM", "image/bmp"),
    (b"RIFF....WAVE", "audio/wav"),
    (b"fLaC", "audio/flac"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
    (b"\x1aE\xdf\xa3", "audio/webm"),
    (b"....ftyp", "audio/mp4"),
)


def read_data(data: Any, place: str) -> bytes:
    """The bytes of a file.

    Raises:
        InvalidTypeError: This is no file; a str is none, as it may be a path, an address or text.
    """
    if isinstance(data, (bytes, bytearray, memoryview)):
        return bytes(data)
    if isinstance(data, os.PathLike):
        return Path(data).read_bytes()
    if hasattr(data, "read"):
        content = data.read()
        if isinstance(content, bytes):
            return content
        raise InvalidTypeError(f"[{place}] the file is open as text; open it with mode 'rb'")
    raise InvalidTypeError(
        f"[{place}] expected bytes, a pathlib.Path or a file opened with mode 'rb', "
        f"got {type(data).__name__}"
    )


def content_type(data: bytes) -> str:
    r"""What a file is, by its first bytes.

    >>> content_type(b"fLaC\0\0")
    'audio/flac'
    """
    for signature, name in _SIGNATURES:
        start = data[: len(signature)]
        if len(start) == len(signature) and all(
            expected in (ord("."), byte) for expected, byte in zip(signature, start, strict=True)
        ):
            return name
    return "application/octet-stream"


def to_base64(data: bytes) -> str:
    """Bytes as JSON can carry them."""
    return base64.b64encode(data).decode("ascii")


def with_image(inputs: Any) -> dict[str, Any]:
    """Inputs whose image is in base64.

    Raises:
        InvalidTypeError: There is no image, or it is no file.
    """
    if not isinstance(inputs, Mapping) or "image" not in inputs:
        raise InvalidTypeError("[inference] inputs must be a dict that holds an image")
    return {**inputs, "image": to_base64(read_data(inputs["image"], "inputs, image"))}
