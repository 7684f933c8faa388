"""Where the bytes of a picture come from: paths, addresses, data URIs, bytes and open files."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from onnxformers.errors import (
    FileFormatError,
    HubError,
    InvalidArgumentError,
    InvalidTypeError,
    MissingFileError,
)
from onnxformers.hub.media import is_address, open_address

if TYPE_CHECKING:
    from typing import BinaryIO

#: Bytes that are read from an address.
MAX_BYTES = 1 << 28


def place_of(source: object) -> str:
    """The source in words, for messages."""
    if isinstance(source, str):
        return "the data URI" if source.lower().startswith("data:") else source
    if isinstance(source, os.PathLike):
        return str(source)
    return "the file" if hasattr(source, "read") else "the bytes"


def opened(source: Any) -> BinaryIO:
    """The bytes of a file as an open file with a position.

    Raises:
        MissingFileError: There is no such file, or it cannot be read.
        HubError: An address did not deliver; OfflineError when the network is off.
        FileFormatError: What an address delivers is too large.
        InvalidArgumentError: A data URI that is none.
        InvalidTypeError: `source` is none of the kinds.
    """
    if isinstance(source, str) and is_address(source):
        return io.BytesIO(_at_address(source))
    if isinstance(source, str | os.PathLike):
        return io.BytesIO(_read(Path(source)))
    if isinstance(source, bytes | bytearray | memoryview):
        return io.BytesIO(source)
    if hasattr(source, "read"):
        data = source.read()
        if isinstance(data, bytes):
            return io.BytesIO(data)
        raise InvalidTypeError("[load_image] the file must be open for bytes ('rb'), not for text")
    raise InvalidTypeError(
        "[load_image] expected a path, an address, bytes, an open file, an array or a PIL image, "
        f"got {type(source).__name__}"
    )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise MissingFileError(f"[load_image] there is no file {path}") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise MissingFileError(f"[load_image] {path} cannot be read: {reason}") from None


def _at_address(address: str) -> bytes:
    try:
        with open_address(address, "load_image", MAX_BYTES) as file:
            return file.read()
    except MissingFileError as error:
        raise HubError(f"[load_image] there is nothing at {address}: {error}") from None
    except InvalidArgumentError:
        if address.lower().startswith("data:"):
            raise
        # Of what a server sends only the size can be wrong.
        limit = MAX_BYTES >> 20
        raise FileFormatError(f"[load_image] {address} is larger than {limit} MB") from None
