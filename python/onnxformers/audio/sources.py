"""What a caller may call a sound, and the file or samples behind it."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from onnxformers.errors import InvalidArgumentError, InvalidTypeError, MissingFileError
from onnxformers.hub.media import is_address, open_address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

#: Names under which samples come in a mapping: `datasets` says array, transformers raw.
_SAMPLE_KEYS = ("array", "raw")


def samples_of(source: Any, place: str) -> tuple[NDArray[Any], int | None] | None:
    """The samples when a source is an array, a pair or a mapping; None when it is a file.

    Returns:
        The array as given, and its rate where it comes with one.

    Raises:
        InvalidTypeError: A mapping or pair lacks a part.
    """
    if isinstance(source, Mapping):
        return _from_mapping(source, place)
    if isinstance(source, tuple) and len(source) == 2 and np.ndim(source[1]) == 0:
        return np.asarray(source[0]), _checked_rate(source[1], place)
    if hasattr(source, "__array__") or isinstance(source, list | tuple):
        return np.asarray(source), None
    return None


def _from_mapping(source: Mapping[str, Any], place: str) -> tuple[NDArray[Any], int]:
    found = [key for key in _SAMPLE_KEYS if source.get(key) is not None]
    if not found or source.get("sampling_rate") is None:
        raise InvalidTypeError(
            f"[{place}] a mapping must hold 'array' (or 'raw') and 'sampling_rate', "
            f"got {', '.join(sorted(map(str, source))) or 'nothing'}"
        )
    return np.asarray(source[found[0]]), _checked_rate(source["sampling_rate"], place)


def _checked_rate(rate: Any, place: str) -> int:
    if isinstance(rate, bool) or not isinstance(rate, int | np.integer) or rate < 1:
        raise InvalidArgumentError(f"[{place}] a sampling rate is a positive int, got {rate!r}")
    return int(rate)


@contextmanager
def opened(source: Any, place: str, max_bytes: int) -> Iterator[IO[bytes]]:
    """A sound file that can be read and sought, and a name for it in messages.

    What this function opened is closed at the end; a file object of the caller's is left open.

    Raises:
        InvalidTypeError: The source is nothing that can be read.
        MissingFileError: The path leads to no file.
    """
    if isinstance(source, bytes | bytearray | memoryview):
        yield io.BytesIO(source)
    elif isinstance(source, str) and is_address(source):
        with open_address(source, place, max_bytes) as file:
            yield file
    elif isinstance(source, str | os.PathLike):
        with _open_path(source, place) as file:
            yield file
    elif callable(getattr(source, "read", None)):
        yield _seekable(source, place, max_bytes)
    else:
        raise InvalidTypeError(
            f"[{place}] expected a path, URL, bytes, file object, array, (array, rate) or "
            f"{{'array', 'sampling_rate'}}, got {type(source).__name__}"
        )


def _open_path(path: str | os.PathLike[str], place: str) -> IO[bytes]:
    name = os.fspath(path)
    if "\0" in name or not os.path.isfile(name):  # noqa: PTH113 - a Path refuses some names
        raise MissingFileError(
            f"[{place}] there is no file {name!r}; give a path, an http(s):// or data: address"
        )
    return open(name, "rb")  # noqa: PTH123 - as above


def _seekable(file: Any, place: str, max_bytes: int) -> IO[bytes]:
    if isinstance(file, io.TextIOBase):
        raise InvalidTypeError(f"[{place}] the file is open for text; open it in mode 'rb'")
    if getattr(file, "seekable", lambda: False)():
        return file  # type: ignore[no-any-return]
    data = file.read(max_bytes + 1)
    if not isinstance(data, bytes | bytearray):
        raise InvalidTypeError(f"[{place}] the file object gives no bytes, but {type(data)}")
    if len(data) > max_bytes:
        raise InvalidArgumentError(f"[{place}] the stream has more than max_bytes={max_bytes}")
    return io.BytesIO(data)
