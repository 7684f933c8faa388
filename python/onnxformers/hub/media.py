"""Pictures and sounds that a caller names by address: https://, http:// or data:.

Source: API.md, "Processors, audio, images"; the rules of the network are those of the hub.
"""

from __future__ import annotations

import base64
import binascii
import tempfile
from typing import IO, TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from onnxformers.errors import InvalidArgumentError, MissingFileError, OfflineError
from onnxformers.settings import env, is_offline

if TYPE_CHECKING:
    import httpx

#: What a file at an address may have at most when the caller says nothing.
MAX_MEDIA_BYTES = 1 << 30
_IN_MEMORY_BYTES = 32 << 20
_CHUNK_BYTES = 1 << 18


def is_address(source: str) -> bool:
    """Whether a text is an address that `open_address` understands, and not a path."""
    return source.lower().startswith(("http://", "https://", "data:"))


def open_address(address: str, place: str, max_bytes: int = MAX_MEDIA_BYTES) -> IO[bytes]:
    """The file at an address, from its beginning.

    Args:
        address: `http://`, `https://` or `data:`. No token is ever sent.
        place: Function for the messages.
        max_bytes: A larger file is refused before all of it is here.

    Returns:
        A file object, in memory while it is small; closing it removes it.

    Raises:
        InvalidArgumentError: The file is too large, or the data: address is broken.
        MissingFileError: The server has no such file.
        OfflineError: The network is off, or the server out of reach.
        HubError: The server answered something else.
    """
    if address.lower().startswith("data:"):
        return _from_data(address, place, max_bytes)
    reason = _why_offline()
    if reason is not None:
        raise OfflineError(f"[{place}] {address} cannot be fetched: {reason}")
    from onnxformers.hub.http import open_client, retrying

    with open_client(None) as client:
        return retrying(lambda: _download(client, address, place, max_bytes), address)


def _why_offline() -> str | None:
    if not env.allow_remote_models:
        return "env.allow_remote_models is False"
    return "HF_HUB_OFFLINE is set" if is_offline() else None


def _download(client: httpx.Client, address: str, place: str, max_bytes: int) -> IO[bytes]:
    from onnxformers.hub.http import is_there

    file = tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES)  # noqa: SIM115 - the caller's
    try:
        with client.stream("GET", address) as answer:
            if not is_there(answer, address):
                reason = f"the server has no such file ({answer.status_code})"
                raise MissingFileError(f"[{place}] {address}: {reason}")
            announced = answer.headers.get("content-length", "")
            size = int(announced) if announced.isdecimal() else 0
            _check_size(size, address, place, max_bytes)
            # Shorter than announced is an error of httpx's, which is tried again.
            for chunk in answer.iter_bytes(_CHUNK_BYTES):
                file.write(chunk)
                _check_size(file.tell(), address, place, max_bytes)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def _check_size(size: int, address: str, place: str, max_bytes: int) -> None:
    if size > max_bytes:
        raise InvalidArgumentError(
            f"[{place}] {address[:80]} has more than max_bytes={max_bytes} bytes; "
            "raise max_bytes if you trust it"
        )


def _from_data(address: str, place: str, max_bytes: int) -> IO[bytes]:
    head, comma, body = address.partition(",")
    if not comma:
        raise InvalidArgumentError(
            f"[{place}] {head[:80]!r} is no data: address, as it has no comma: "
            "expected data:<type>;base64,<data>"
        )
    # Four letters of base64 are three bytes; checked before anything is copied.
    _check_size(len(body) * 3 // 4 - 2, address, place, max_bytes)
    data = unquote_to_bytes(body)
    if head.lower().endswith(";base64"):
        try:
            data = base64.b64decode(data, validate=True)
        except binascii.Error as error:
            raise InvalidArgumentError(
                f"[{place}] what the data: address holds is no base64: {error}"
            ) from None
    file = tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES)  # noqa: SIM115 - the caller's
    file.write(data)
    file.seek(0)
    return file
