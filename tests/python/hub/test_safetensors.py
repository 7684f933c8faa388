from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onnxformers.errors import FileFormatError, MissingFileError
from onnxformers.hub.safetensors import MAX_HEADER_BYTES, read_tensors

WEIGHT = np.arange(6, dtype="<f4").reshape(2, 3)
ENTRY = {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}


def file_of(header: Any, data: bytes = WEIGHT.tobytes()) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


def read(tmp_path: Path, content: bytes, *names: str) -> dict[str, np.ndarray]:
    path = tmp_path / "model.safetensors"
    path.write_bytes(content)
    return read_tensors(path, names or ("weight",))


def test_the_tensors_that_are_asked_for_are_read(tmp_path: Path) -> None:
    header = {"__metadata__": {"format": "pt"}, "weight": ENTRY, "other": ENTRY}
    tensors = read(tmp_path, file_of(header), "weight", "bias")
    assert list(tensors) == ["weight"]
    np.testing.assert_array_equal(tensors["weight"], WEIGHT)
    assert tensors["weight"].flags.writeable


@pytest.mark.parametrize(
    ("dtype", "data"),
    [
        ("F64", WEIGHT.astype("<f8").tobytes()),
        ("F16", WEIGHT.astype("<f2").tobytes()),
        ("BF16", (WEIGHT.view("<u4") >> 16).astype("<u2").tobytes()),
    ],
)
def test_every_kind_of_float_becomes_float32(tmp_path: Path, dtype: str, data: bytes) -> None:
    header = {"weight": {**ENTRY, "dtype": dtype, "data_offsets": [0, len(data)]}}
    weight = read(tmp_path, file_of(header, data))["weight"]
    assert weight.dtype == np.float32
    np.testing.assert_array_equal(weight, WEIGHT)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no safetensors file"),
        (b"\x80\x02", "no safetensors file"),
        ((1 << 60).to_bytes(8, "little") + b"{}", "no safetensors file"),
        (file_of(b" " * (MAX_HEADER_BYTES + 1)), "no safetensors file"),
        (file_of(b"{"), "header that is not JSON"),
        (file_of(b"\xff{}"), "header that is not JSON"),
        (file_of(b"[" * 100_000), "header that is not JSON"),
        (file_of([1]), "no JSON object"),
        (file_of({"weight": 7}), "has no shape"),
        (file_of({"weight": {**ENTRY, "shape": None}}), "has no shape"),
        (file_of({"weight": {**ENTRY, "shape": [2, -3]}}), "broken shape"),
        (file_of({"weight": {**ENTRY, "shape": [2, 3.0]}}), "broken shape"),
        (file_of({"weight": {**ENTRY, "data_offsets": [0]}}), "broken shape"),
        (file_of({"weight": {**ENTRY, "dtype": "I64"}}), "must be of F64, F32, F16, BF16"),
        (file_of({"weight": {**ENTRY, "dtype": ["F32"]}}), "must be of F64"),
        (file_of({"weight": {**ENTRY, "shape": [1 << 40, 1 << 40]}}), "is too large"),
        (file_of({"weight": {**ENTRY, "data_offsets": [0, 20]}}), "needs 24 bytes"),
        (file_of({"weight": {**ENTRY, "data_offsets": [8, 32]}}), "gives it 8 to 32 of 24"),
        (file_of({"weight": {**ENTRY, "data_offsets": [24, 0]}}), "needs 24 bytes"),
    ],
)
def test_a_broken_file_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(FileFormatError, match=message):
        read(tmp_path, content)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match=r"model\.safetensors"):
        read_tensors(tmp_path / "model.safetensors", ["weight"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_change_of_a_file_is_read_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(file_of({"weight": ENTRY}))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    content = content[: data.draw(st.integers(0, len(content)))]
    try:
        tensors = read(tmp_path, bytes(content))
    except FileFormatError:
        return
    assert all(tensor.nbytes <= 24 * 2 for tensor in tensors.values())
