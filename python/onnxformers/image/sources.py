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
    OfflineError,
)

if TYPE_CHECKING:
    from typing import BinaryIO

    import httpx

#: Bytes that are read from an address.
MAX_BYTES = 1 << 28


def place_of(source: object) -> str:
    """The source in words, for messages."""
    if isinstance(source, str):
        return "the data URI" if source.startswith("data:") else source
    if isinstance(source, os.PathLike):
        return str(source)
    return "the file" if hasattr(source, "read") else "the bytes"


def opened(source: Any) -> BinaryIO:
    """The bytes of a file as an open file with a position.

    Raises:
        MissingFileError: There is no such file, or it cannot be read.
        HubError: An address did not deliver.
        InvalidArgumentError: A data URI that is none.
        InvalidTypeError: `source` is none of the kinds.
    """
    if isinstance(source, str) and source.startswith(("http://", "https://")):
        return io.BytesIO(_fetched(source))
    if isinstance(source, str) and source.startswith("data:"):
        return io.BytesIO(_data_of(source))
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


def _data_of(uri: str) -> bytes:
    """The bytes that a data URI holds."""
    import base64
    import binascii
    from urllib.parse import unquote_to_bytes

    head, comma, body = uri.partition(",")
    if not comma:
        raise InvalidArgumentError("[load_image] the data URI has no comma before its data")
    data = unquote_to_bytes(body)
    if not head.endswith(";base64"):
        return data
    try:
        return base64.b64decode(data, validate=True)
    except binascii.Error as error:
        raise InvalidArgumentError(f"[load_image] the data URI is no base64: {error}") from None


def _fetched(url: str) -> bytes:
    """What an address delivers, asked for again as `hub.http.retrying` says; no token is sent."""
    from onnxformers.hub.http import open_client, retrying
    from onnxformers.settings import is_offline

    if is_offline():
        raise OfflineError(f"[load_image] {url} is not fetched: HF_HUB_OFFLINE is set")
    with open_client(None) as client:
        return retrying(lambda: _answer(client, url), url)


def _answer(client: httpx.Client, url: str) -> bytes:
    from onnxformers.hub.http import is_there

    with client.stream("GET", url) as response:
        if not is_there(response, url):
            raise HubError(f"[load_image] there is nothing at {url} ({response.status_code})")
        parts = []
        size = 0
        for part in response.iter_bytes():
            size += len(part)
            if size > MAX_BYTES:
                raise FileFormatError(f"[load_image] {url} is larger than {MAX_BYTES >> 20} MB")
            parts.append(part)
    return b"".join(parts)
