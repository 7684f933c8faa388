from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onnxformers.errors import FileFormatError, MissingFileError
from onnxformers.hub.json_files import MAX_JSON_DEPTH, load_json_object


def load(tmp_path: Path, data: bytes, **options: int) -> dict[str, object]:
    path = tmp_path / "file.json"
    path.write_bytes(data)
    return load_json_object(path, **options)


def nested(depth: int, brackets: str = "[]") -> bytes:
    """An object of `depth` levels in all."""
    inner = brackets[0] * (depth - 1) + brackets[1] * (depth - 1)
    return b'{"a": ' + (inner or "1").encode() + b"}"


def test_the_deepest_allowed(tmp_path: Path) -> None:
    assert load(tmp_path, nested(MAX_JSON_DEPTH))
    with pytest.raises(FileFormatError, match="deeper than 256"):
        load(tmp_path, nested(MAX_JSON_DEPTH + 1))


def test_many_brackets_are_not_deep(tmp_path: Path) -> None:
    rows = {"rows": [[index] for index in range(5000)]}
    assert load(tmp_path, json.dumps(rows).encode()) == rows


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'[{"a":'])
def test_200_000_levels(tmp_path: Path, opening: bytes) -> None:
    with pytest.raises(FileFormatError):
        load(tmp_path, b'{"a":' + opening * 200_000)


def test_the_largest_allowed(tmp_path: Path) -> None:
    data = b'{"a": "' + b"x" * 100 + b'"}'
    assert load(tmp_path, data, max_bytes=len(data))
    with pytest.raises(FileFormatError, match=rf"is larger than {len(data) - 1} bytes"):
        load(tmp_path, data, max_bytes=len(data) - 1)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match=r"absent\.json\] cannot be read"):
        load_json_object(tmp_path / "absent.json")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.binary(max_size=60)
    | st.text(alphabet='{}[]",:0123456789.eE+-truefalsn \\u', max_size=40).map(str.encode)
)
def test_any_bytes_give_an_object_or_an_error_of_ours(tmp_path: Path, data: bytes) -> None:
    try:
        value: object = load(tmp_path, data)
    except FileFormatError as error:
        value = error
    if isinstance(value, FileFormatError):
        assert str(value).startswith(f"[{tmp_path / 'file.json'}]")
    else:
        assert isinstance(value, dict)
