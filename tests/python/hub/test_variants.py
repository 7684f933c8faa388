"""dtype to file, seen through hub.files.model_file."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

from onnxformers.errors import (
    FileFormatError,
    InvalidArgumentError,
    InvalidTypeError,
    MissingFileError,
    OnnxformersError,
)
from onnxformers.hub import LoadOptions
from onnxformers.hub.files import DTYPE_SUFFIXES, model_file, requested_dtype

ROOT = LoadOptions(subfolder="")


def model(folder: Path, *names: str, subfolder: str = "onnx") -> Path:
    (folder / subfolder).mkdir(exist_ok=True)
    for name in names:
        (folder / subfolder / name).write_bytes(name.encode())
    return folder


def chosen(*arguments: Any, **options: Any) -> str:
    return model_file(*arguments, **options).path.name


@pytest.fixture
def all_variants(tmp_path: Path) -> Path:
    return model(tmp_path, *(f"model{suffix}.onnx" for suffix in DTYPE_SUFFIXES.values()))


@pytest.mark.parametrize(
    ("dtype", "name"),
    [
        ("fp32", "model.onnx"),
        ("fp16", "model_fp16.onnx"),
        ("int8", "model_int8.onnx"),
        ("uint8", "model_uint8.onnx"),
        ("q8", "model_quantized.onnx"),
        ("q4", "model_q4.onnx"),
        ("q4f16", "model_q4f16.onnx"),
        ("bnb4", "model_bnb4.onnx"),
        ("auto", "model.onnx"),
        (None, "model.onnx"),
    ],
)
def test_each_dtype_has_its_file(all_variants: Path, dtype: str | None, name: str) -> None:
    file = model_file(all_variants, dtype=dtype)
    assert file.path == all_variants / "onnx" / name
    assert file.dtype == ("fp32" if dtype in {None, "auto"} else dtype)
    assert file.external_data == ()


@pytest.mark.parametrize(
    ("dtype", "config_dtype", "taken"),
    [
        (None, "q4", "q4"),
        ("auto", "q4", "q4"),
        ("fp16", "q4", "fp16"),
        (None, {"model": "q4", "encoder": "q8"}, "q4"),
        (None, {"encoder": "q8"}, "fp32"),
        (None, "auto", "fp32"),
        ({"model": "q8"}, "q4", "q8"),
        ({"encoder": "q8"}, "q4", "q4"),
        ({"model": "auto"}, "q4", "q4"),
        ({}, None, "fp32"),
    ],
)
def test_the_caller_comes_before_the_config(
    all_variants: Path, dtype: Any, config_dtype: Any, taken: str
) -> None:
    assert model_file(all_variants, dtype=dtype, config_dtype=config_dtype).dtype == taken


def test_the_only_variant_is_taken_and_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    model(tmp_path, "model_quantized.onnx", "other.onnx")
    with caplog.at_level(logging.INFO, "onnxformers.hub"):
        assert model_file(tmp_path).dtype == "q8"
    assert "onnx/model_quantized.onnx has only the variant q8" in caplog.text


def test_several_variants_without_fp32_leave_the_choice_to_the_caller(tmp_path: Path) -> None:
    model(tmp_path, "model_quantized.onnx", "model_fp16.onnx")
    with pytest.raises(MissingFileError) as caught:
        model_file(tmp_path)
    message = str(caught.value)
    assert "onnx/model.onnx (the default, dtype 'fp32') is not in the folder" in message
    assert str(tmp_path) in message
    assert "onnx/model_fp16.onnx (dtype 'fp16'), onnx/model_quantized.onnx (dtype 'q8')" in message


def test_a_missing_variant_is_never_replaced(tmp_path: Path) -> None:
    model(tmp_path, "model.onnx")
    with pytest.raises(MissingFileError, match=r"model_q4\.onnx \(dtype 'q4'\).*model\.onnx"):
        model_file(tmp_path, dtype="q4")
    with pytest.raises(MissingFileError, match=r"dtype 'q8'"):
        model_file(tmp_path, config_dtype="q8")


def test_other_stems_and_folders(tmp_path: Path) -> None:
    model(tmp_path, "encoder_model_q4.onnx", subfolder="weights")
    options = LoadOptions(subfolder="weights")
    assert chosen(tmp_path, "encoder_model", "q4", options) == "encoder_model_q4.onnx"
    with pytest.raises(MissingFileError, match=r"in weights: encoder_model_q4\.onnx"):
        model_file(tmp_path, "decoder", None, options)


def test_files_beside_the_config(tmp_path: Path) -> None:
    model(tmp_path, "model.onnx", subfolder=".")
    assert chosen(tmp_path, options=ROOT) == "model.onnx"
    with pytest.raises(MissingFileError, match="load with subfolder=''"):
        model_file(tmp_path)


def test_a_model_without_onnx_files(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="ONNX files in onnx: none"):
        model_file(tmp_path)
    with pytest.raises(MissingFileError, match="ONNX files in the model's folder: none"):
        model_file(tmp_path, options=ROOT)


@pytest.mark.parametrize(
    ("dtype", "error"),
    [
        ("fp64", InvalidArgumentError),
        ("", InvalidArgumentError),
        ("Q8", InvalidArgumentError),
        (8, InvalidTypeError),
        (["q8"], InvalidTypeError),
        ({"model": 8}, InvalidTypeError),
        ({"model": "fp64"}, InvalidArgumentError),
    ],
)
def test_wrong_dtypes(all_variants: Path, dtype: Any, error: type[OnnxformersError]) -> None:
    with pytest.raises(error, match=r"^\[dtype\]"):
        model_file(all_variants, dtype=dtype)


@pytest.mark.parametrize("dtype", ["fp64", 8, ["q8"], {"model": None, "x": 1}, {"model": 1}])
def test_wrong_dtypes_of_the_config(all_variants: Path, dtype: Any) -> None:
    if dtype == {"model": None, "x": 1}:
        assert model_file(all_variants, config_dtype=dtype).dtype == "fp32"
        return
    with pytest.raises(FileFormatError, match=r"transformers\.js_config\.dtype"):
        model_file(all_variants, config_dtype=dtype)
    assert model_file(all_variants, dtype="q8", config_dtype=dtype).dtype == "q8"


@pytest.mark.parametrize("stem", ["../model", "/model", "", "onnx\\model", None])
def test_stems_that_leave_the_folder(all_variants: Path, stem: Any) -> None:
    with pytest.raises((InvalidArgumentError, InvalidTypeError), match="model file name must"):
        model_file(all_variants, stem)


def test_the_quantized_of_version_2() -> None:
    assert requested_dtype(None, None) is None
    assert requested_dtype("q4", None) == "q4"
    assert requested_dtype(None, True) == "q8"
    assert requested_dtype(None, False) == "fp32"
    with pytest.raises(InvalidArgumentError, match="not both"):
        requested_dtype("q4", True)
    with pytest.raises(InvalidTypeError):
        requested_dtype(None, "yes")  # type: ignore[arg-type]


EXTERNAL = ("model_q4.onnx", "model_q4.onnx_data", "model_q4.onnx_data_1", "model_q4.onnx_data_2")


@pytest.mark.parametrize(
    ("option", "count"),
    [
        (False, 3),
        (True, 3),
        (3, 3),
        (2, 2),
        ({"model": True}, 3),
        ({"model_q4.onnx": 1}, 1),
        ({"other": True}, 3),
    ],
)
def test_external_data_is_found(tmp_path: Path, option: Any, count: int) -> None:
    model(tmp_path, *EXTERNAL, "model.onnx_data")
    file = model_file(tmp_path, dtype="q4", use_external_data_format=option)
    assert [path.name for path in file.external_data] == list(EXTERNAL[1 : count + 1])


@pytest.mark.parametrize(
    ("present", "option", "missing"),
    [
        (EXTERNAL[:1], True, r"model_q4\.onnx_data is not"),
        (EXTERNAL[:1], {"model": 1}, r"model_q4\.onnx_data is not"),
        (EXTERNAL[:2], 3, r"model_q4\.onnx_data_1 is not"),
    ],
)
def test_external_data_that_is_asked_for_must_be_there(
    tmp_path: Path, present: tuple[str, ...], option: Any, missing: str
) -> None:
    model(tmp_path, *present)
    with pytest.raises(MissingFileError, match=missing):
        model_file(tmp_path, dtype="q4", use_external_data_format=option)


@pytest.mark.parametrize(
    ("option", "error"),
    [
        ("yes", InvalidTypeError),
        (None, InvalidTypeError),
        (-1, InvalidArgumentError),
        (101, InvalidArgumentError),
        ({"model": "yes"}, InvalidTypeError),
    ],
)
def test_wrong_options_of_external_data(
    all_variants: Path, option: Any, error: type[OnnxformersError]
) -> None:
    with pytest.raises(error, match="use_external_data_format"):
        model_file(all_variants, use_external_data_format=option)


def test_external_data_stays_inside(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    model(folder, "model.onnx")
    (tmp_path / "secret").write_bytes(b"weights")
    (folder / "onnx" / "model.onnx_data").symlink_to(tmp_path / "secret")
    with pytest.raises(FileFormatError, match="leads out"):
        model_file(folder)
