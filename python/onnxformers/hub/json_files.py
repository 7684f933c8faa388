"""JSON files of a model: read defensively, for anyone may have written them."""

from __future__ import annotations

import json
from itertools import chain
from pathlib import Path
from typing import Any

from onnxformers.errors import FileFormatError, MissingFileError

MAX_JSON_BYTES = 256 << 20
MAX_JSON_DEPTH = 256
# Exactly these come out of the parser.
_CONTAINERS = frozenset({dict, list})


def load_json_object(path: Path, *, max_bytes: int = MAX_JSON_BYTES) -> dict[str, Any]:
    """The object in a UTF-8 JSON file.

    Raises:
        FileFormatError: too large, not UTF-8, not JSON, nested too deep, or not an object.
        MissingFileError: the file cannot be read.
    """
    value = load_json(path, max_bytes=max_bytes)
    if not isinstance(value, dict):
        raise FileFormatError(f"[{path}] must hold a JSON object, holds {_kind(value)}")
    return value


def load_json_array(path: Path, *, max_bytes: int = MAX_JSON_BYTES) -> list[Any]:
    """The array in a UTF-8 JSON file; errors as of `load_json_object`."""
    value = load_json(path, max_bytes=max_bytes)
    if not isinstance(value, list):
        raise FileFormatError(f"[{path}] must hold a JSON array, holds {_kind(value)}")
    return value


def load_json(path: Path, *, max_bytes: int = MAX_JSON_BYTES) -> Any:
    """The value in a UTF-8 JSON file.

    Raises:
        FileFormatError: too large, not UTF-8, not JSON, or nested too deep.
        MissingFileError: the file cannot be read.
    """
    try:
        # One byte more than allowed: the size told by the system may be stale, or 0 for odd files.
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
    except OSError as error:
        raise MissingFileError(f"[{path}] cannot be read: {error.strerror}") from None
    if len(data) > max_bytes:
        raise FileFormatError(f"[{path}] is larger than {max_bytes} bytes")
    return _parse(data, path)


def _parse(data: bytes, path: Path) -> Any:
    try:
        value = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise FileFormatError(f"[{path}] is not UTF-8 at byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise FileFormatError(
            f"[{path}] is not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        ) from None
    except RecursionError:
        raise _too_deep(path) from None
    except ValueError as error:  # a number of more digits than Python converts
        raise FileFormatError(f"[{path}] is not usable JSON: {error}") from None
    # No more brackets than the limit cannot be nested deeper: spares most files the walk.
    if data.count(b"{") + data.count(b"[") > MAX_JSON_DEPTH and _depth_over_limit(value):
        raise _too_deep(path)
    return value


def _depth_over_limit(value: Any) -> bool:
    level = [value] if type(value) in _CONTAINERS else []
    for _ in range(MAX_JSON_DEPTH):
        children = [
            *chain.from_iterable(
                parent.values() if type(parent) is dict else parent for parent in level
            )
        ]
        if _CONTAINERS.isdisjoint(map(type, children)):
            return False
        level = [child for child in children if type(child) in _CONTAINERS]
    return True


def _too_deep(path: Path) -> FileFormatError:
    return FileFormatError(f"[{path}] is nested deeper than {MAX_JSON_DEPTH} levels")


def _kind(value: object) -> str:
    kinds = {list: "an array", str: "a string", bool: "a boolean", type(None): "null"}
    return kinds.get(type(value), "a number")
