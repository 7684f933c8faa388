"""Tensors of a .safetensors file: read defensively, for anyone may have written it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, BinaryIO

from onnxformers.errors import FileFormatError, MissingFileError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

MAX_HEADER_BYTES = 1 << 20
MAX_TENSOR_BYTES = 256 << 20
_SIZE_BYTES = 8
# Name in the file -> numpy dtype of the same width. bfloat16 is the upper half of a float32.
_DTYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2"}


def read_tensors(path: Path, names: Iterable[str]) -> dict[str, NDArray[np.float32]]:
    """Some floating-point tensors of a small file.

    Args:
        path: The file: 8 bytes of length, a JSON header of that length, the data.
        names: Tensors that are wanted; the file may lack some and have others.

    Returns:
        Name to float32 of the tensor's shape, for those that are there.

    Raises:
        FileFormatError: The file is broken, or a tensor is too large or not of floats.
        MissingFileError: The file cannot be read.

    Source: the safetensors format, https://github.com/huggingface/safetensors#format.
    """
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(0)
            header, data_start = _header(path, file, size)
            return {
                name: _tensor(path, file, name, header[name], (data_start, size))
                for name in names
                if name in header
            }
    except OSError as error:
        raise MissingFileError(f"[{path}] cannot be read: {error.strerror}") from None


def _header(path: Path, file: BinaryIO, size: int) -> tuple[dict[str, Any], int]:
    """The header and where the data begins."""
    length = int.from_bytes(file.read(_SIZE_BYTES), "little")
    if size < _SIZE_BYTES or length > min(MAX_HEADER_BYTES, size - _SIZE_BYTES):
        raise FileFormatError(
            f"[{path}] is no safetensors file: {size} bytes, of which the header takes {length}"
        )
    try:
        header = json.loads(file.read(length).decode("utf-8"))
    except (ValueError, RecursionError):
        raise FileFormatError(f"[{path}] has a header that is not JSON") from None
    if not isinstance(header, dict):
        raise FileFormatError(f"[{path}] has a header that is no JSON object")
    return header, _SIZE_BYTES + length


def _tensor(
    path: Path, file: BinaryIO, name: str, entry: Any, room: tuple[int, int]
) -> NDArray[np.float32]:
    """One tensor, whose data must lie in `room`, from the first to the second place."""
    import numpy as np

    dtype, shape, begin, end = _entry(path, name, entry)
    wanted = np.dtype(_DTYPES[dtype]).itemsize
    for extent in shape:
        wanted *= extent
        if wanted > MAX_TENSOR_BYTES:
            raise FileFormatError(f"[{path}] {name} of shape {shape} is too large")
    if not 0 <= begin <= end <= room[1] - room[0] or end - begin != wanted:
        raise FileFormatError(
            f"[{path}] {name} of shape {shape} and dtype {dtype} needs {wanted} bytes, and the "
            f"header gives it {begin} to {end} of {room[1] - room[0]}"
        )
    file.seek(room[0] + begin)
    data = np.frombuffer(file.read(wanted), _DTYPES[dtype])
    if data.nbytes != wanted:
        raise FileFormatError(f"[{path}] ends inside {name}")
    values = (data.astype(np.uint32) << 16).view(np.float32) if dtype == "BF16" else data
    # A copy also of what is float32 on this machine: the bytes read may not be written to.
    result: NDArray[np.float32] = values.astype(np.float32).reshape(shape)
    return result


def _entry(path: Path, name: str, entry: Any) -> tuple[str, list[int], int, int]:
    """dtype, shape and place of a tensor, each of its type."""
    entry = entry if isinstance(entry, dict) else {}
    dtype, shape, place = (entry.get(key) for key in ("dtype", "shape", "data_offsets"))
    if not isinstance(shape, list) or not isinstance(place, list):
        raise FileFormatError(f"[{path}] {name} has no shape and data_offsets")
    numbers = [*shape, *place]
    if len(place) != 2 or any(type(number) is not int or number < 0 for number in numbers):
        raise FileFormatError(f"[{path}] {name} has a broken shape {shape} or place {place}")
    if not isinstance(dtype, str) or dtype not in _DTYPES:
        raise FileFormatError(
            f"[{path}] {name} must be of {', '.join(_DTYPES)}, and is of {dtype!r}"
        )
    return dtype, shape, place[0], place[1]
