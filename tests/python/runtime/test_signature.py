"""Inputs and outputs read from the file alone, against those that ONNX Runtime tells."""

from __future__ import annotations

from pathlib import Path

import pytest

import onnx_builder as ob
from onnxformers._native.runtime import NodeInfo, read_signature
from onnxformers.errors import FileFormatError, MissingFileError
from onnxformers.runtime import open_session

ROOT = Path(__file__).parents[3]
# One in four: opening all of them takes a minute.
MODELS = sorted(ROOT.glob("tests/conformance/models/*/onnx/*.onnx"))[::4]


def shown(nodes: list[NodeInfo]) -> list[tuple[str, str]]:
    return [(node.name, node.dtype) for node in nodes]


def test_inputs_and_outputs_of_a_model() -> None:
    path = ROOT / "examples/models/all-MiniLM-L6-v2/onnx/model_quantized.onnx"
    signature = read_signature(str(path))
    assert repr(signature.inputs[0]) == (
        "NodeInfo(name='input_ids', dtype='int64', shape=('batch_size', 'sequence_length'))"
    )
    (output,) = signature.outputs
    assert output.shape == ("batch_size", "sequence_length", 384)
    assert signature.external_files == []


@pytest.mark.parametrize("path", MODELS, ids=lambda path: f"{path.parts[-3]}/{path.stem}")
def test_the_file_says_what_the_session_says(path: Path) -> None:
    signature = read_signature(str(path))
    with_session = open_session(path)
    assert shown(signature.inputs) == shown(with_session.inputs)
    assert shown(signature.outputs) == shown(with_session.outputs)
    # ONNX Runtime may know more of the outputs than the file says.
    shapes = [node.shape for node in signature.inputs]
    assert shapes == [node.shape for node in with_session.inputs]
    with_session.close()


def test_weights_need_not_be_there(tmp_path: Path) -> None:
    model = ob.model(
        ob.graph(
            [ob.node("Add", ["x", "w"], ["y"])],
            [ob.value("x", "float32", [2])],
            [ob.value("y", "float32", [2])],
            [ob.external_tensor("w", [2], "model.onnx_data")],
        )
    )
    (tmp_path / "model.onnx").write_bytes(model)
    signature = read_signature(str(tmp_path / "model.onnx"))
    assert signature.external_files == ["model.onnx_data"]
    assert shown(signature.inputs) == [("x", "float32")]


@pytest.mark.parametrize("data", [b"", b"<html>", b"\0" * 1000, b"ORTM" * 10, b"\x08"])
def test_what_is_no_model_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "model.onnx").write_bytes(data)
    with pytest.raises(FileFormatError, match=r"model\.onnx"):
        read_signature(str(tmp_path / "model.onnx"))
    with pytest.raises(MissingFileError):
        read_signature(str(tmp_path / "other.onnx"))
