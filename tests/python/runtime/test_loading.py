"""Which files are taken, which are refused, and with which words."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import onnx_builder as ob
from onnxformers import runtime
from onnxformers._native.runtime import Session
from onnxformers.errors import (
    FileFormatError,
    InvalidArgumentError,
    InvalidTypeError,
    MissingFileError,
    OnnxformersError,
    ProviderError,
)
from programs import output

X = np.ones((2, 8), np.float32)
links = pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege on Windows")


@pytest.fixture(autouse=True, scope="module")
def loaded() -> None:
    runtime.load_runtime()


def external_model(location: str) -> bytes:
    """y = x + w, with w (float32, 2) in another file."""
    return ob.model(
        ob.graph(
            [ob.node("Add", ["x", "w"], ["y"])],
            [ob.value("x", "float32", [2])],
            [ob.value("y", "float32", [2])],
            [ob.external_tensor("w", [2], location)],
        )
    )


WEIGHTS = np.array([10, 20], np.float32)


def run_external(session: Session) -> list[float]:
    return list(session.run({"x": np.array([1, 2], np.float32)})[0])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"\0" * 5000, "zeros"),
        (ob.matmul()[:-30], "truncated"),
        (b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
        (b"<html>", "HTML"),
        (b"not a model at all", "not protobuf"),
        (b"\x18\0\0\0ORTM" + bytes(99), "session.load_model_format"),
        (ob.field(1, 8), "no graph"),
    ],
)
def test_files_that_are_no_model_are_refused_by_name(
    tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "broken.onnx"
    path.write_bytes(content)
    with pytest.raises(FileFormatError, match=message) as caught:
        runtime.open_session(path)
    assert "broken.onnx" in str(caught.value)
    with pytest.raises(FileFormatError, match=message):
        Session(content)


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match=r"nothing\.onnx"):
        runtime.open_session(tmp_path / "nothing.onnx")
    with pytest.raises(FileFormatError, match="not a file"):
        runtime.open_session(tmp_path)


@pytest.mark.parametrize(
    "body",
    [
        ob.graph([ob.node("NoSuchOperator", ["x"], ["y"])], [ob.value("x", "float32", [1])], []),
        ob.graph([ob.node("Add", ["x", "q"], ["y"])], [ob.value("x", "float32", [1])], []),
        ob.graph([], [], [ob.value("y", "float32", [1])]),
    ],
)
def test_models_that_onnx_runtime_refuses_raise_its_words(body: bytes) -> None:
    with pytest.raises(OnnxformersError, match="ONNX Runtime says"):
        Session(ob.model(body), log_severity=4)


@pytest.mark.parametrize("index", range(len(ob.matmul(2))))
def test_no_single_byte_makes_an_exception_that_is_not_ours(index: int) -> None:
    for value in (0x22, 0x80, 0xFF):  # a quote, and bytes that are no UTF-8 where text is quoted
        model = bytearray(ob.matmul(2))
        model[index] = value
        with contextlib.suppress(OnnxformersError):
            Session(bytes(model), log_severity=4)


@given(data=st.data())
def test_damaged_models_end_in_our_exceptions_or_work(data: st.DataObject) -> None:
    model = bytearray(ob.matmul(2))
    for _ in range(data.draw(st.integers(1, 4))):
        model[data.draw(st.integers(0, len(model) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(OnnxformersError):
        Session(bytes(model), log_severity=4)


def test_external_data_beside_the_model_is_read(tmp_path: Path) -> None:
    (tmp_path / "weights.bin").write_bytes(WEIGHTS.tobytes())
    (tmp_path / "model.onnx").write_bytes(external_model("weights.bin"))
    assert run_external(runtime.open_session(tmp_path / "model.onnx")) == [11.0, 22.0]


def test_external_data_may_come_from_memory(tmp_path: Path) -> None:
    model = external_model("weights.bin")
    for kind in (bytes, bytearray, memoryview):
        buffer = kind(WEIGHTS.tobytes())
        session = Session(model, external_data={"weights.bin": buffer})
        assert run_external(session) == [11.0, 22.0]
    (tmp_path / "model.onnx").write_bytes(model)
    options = {"external_data": {"weights.bin": WEIGHTS.tobytes()}}
    assert run_external(runtime.open_session(tmp_path / "model.onnx", options=options)) == [11, 22]


def test_external_data_in_memory_outlives_the_callers_buffer() -> None:
    weights = WEIGHTS.copy()
    session = Session(external_model("w"), external_data={"w": weights.tobytes()})
    del weights
    blocks = [bytes(8) for _ in range(1000)]
    assert run_external(session) == [11.0, 22.0]
    assert len(blocks) == 1000


def test_missing_external_data_is_named(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(external_model("model.onnx_data"))
    with pytest.raises(MissingFileError, match=r"model\.onnx_data"):
        runtime.open_session(tmp_path / "model.onnx")
    with pytest.raises(MissingFileError, match="external_data"):
        Session(external_model("model.onnx_data"))


def test_truncated_external_data_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "weights.bin").write_bytes(WEIGHTS.tobytes()[:5])
    (tmp_path / "model.onnx").write_bytes(external_model("weights.bin"))
    with pytest.raises(OnnxformersError):
        runtime.open_session(tmp_path / "model.onnx", options={"log_severity": 4})


@pytest.mark.parametrize("location", ["../secret", "{absolute}", "sub/../../secret", "C:\\secret"])
def test_external_data_outside_the_folder_is_refused(tmp_path: Path, location: str) -> None:
    (tmp_path / "secret").write_bytes(WEIGHTS.tobytes())
    folder = tmp_path / "model"
    folder.mkdir()
    name = location.format(absolute=tmp_path / "secret")
    (folder / "model.onnx").write_bytes(external_model(name))
    with pytest.raises(FileFormatError, match="refused"):
        runtime.open_session(folder / "model.onnx")


@links
def test_links_into_the_hub_cache_work_and_others_are_refused(tmp_path: Path) -> None:
    blobs = tmp_path / "models--a--b" / "blobs"
    snapshot = tmp_path / "models--a--b" / "snapshots" / "0" / "onnx"
    blobs.mkdir(parents=True)
    snapshot.mkdir(parents=True)
    (blobs / "aa").write_bytes(external_model("model.onnx_data"))
    (blobs / "bb").write_bytes(WEIGHTS.tobytes())
    (snapshot / "model.onnx").symlink_to("../../../blobs/aa")
    (snapshot / "model.onnx_data").symlink_to("../../../blobs/bb")
    assert run_external(runtime.open_session(snapshot / "model.onnx")) == [11.0, 22.0]
    (tmp_path / "secret").write_bytes(WEIGHTS.tobytes())
    (snapshot / "model.onnx_data").unlink()
    (snapshot / "model.onnx_data").symlink_to(tmp_path / "secret")
    with pytest.raises(FileFormatError, match="link ends outside"):
        runtime.open_session(snapshot / "model.onnx")


def test_the_runtimes_own_format_is_taken_when_asked_for(tmp_path: Path) -> None:
    ort = tmp_path / "model.ort"
    Session(ob.matmul(), optimized_model_path=str(ort), graph_optimization="extended",
            config_entries={"session.save_model_format": "ORT"})  # fmt: skip
    with pytest.raises(FileFormatError, match="own format"):
        runtime.open_session(ort)
    session = Session(str(ort), config_entries={"session.load_model_format": "ORT"})
    assert session.run({"x": X})[0].shape == (2, 8)


def test_the_optimised_graph_can_be_kept(tmp_path: Path) -> None:
    path = tmp_path / "optimised.onnx"
    Session(ob.matmul(), optimized_model_path=str(path), graph_optimization="basic")
    assert runtime.open_session(path).run({"x": X})[0].shape == (2, 8)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"nonsense": 1}, InvalidArgumentError, "unknown option 'nonsense'; known are .*spinning"),
        ({"graph_optimization": "most"}, InvalidArgumentError, "off, basic, extended, layout, all"),
        ({"log_severity": 9}, InvalidArgumentError, "0 .verbose. to 4"),
        ({"intra_op_threads": 99999}, InvalidArgumentError, "at most 1024"),
        ({"intra_op_threads": "2"}, InvalidTypeError, "an int of 0 or more, got '2'"),
        ({"intra_op_threads": -1}, InvalidTypeError, "an int of 0 or more, got -1"),
        ({"memory_arena": None}, InvalidTypeError, "a bool"),
        ({"config_entries": {"a": 1}}, InvalidTypeError, "a dict of str to str"),
        ({"free_dimensions": {"rows": "x"}}, InvalidTypeError, "a dict of str to int"),
        ({"external_data": {"w": "text"}}, InvalidTypeError, "bytes-like"),
        ({"providers": []}, InvalidArgumentError, "empty"),
        ({"providers": [("nope", {})]}, ProviderError, "has no nope"),
        ({"providers": "cpu"}, InvalidTypeError, "a list of"),
    ],
)
def test_wrong_options_are_refused_by_name(
    options: dict[str, object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        Session(ob.matmul(), **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("model", [None, 3, Path("x.onnx"), bytearray(b"x")])
def test_a_model_is_a_path_or_bytes(model: object) -> None:
    with pytest.raises(InvalidTypeError, match=r"path \(str\) or bytes"):
        Session(model)  # type: ignore[arg-type]


def test_every_option_is_taken() -> None:
    options = {
        "intra_op_threads": 2,
        "inter_op_threads": 2,
        "parallel_execution": True,
        "spinning": True,
        "graph_optimization": "basic",
        "memory_arena": False,
        "memory_pattern": True,
        "config_entries": {"session.set_denormal_as_zero": "1"},
        "free_dimensions": {"rows": 2},
        "log_severity": 4,
    }
    session = Session(ob.matmul(), **options)  # type: ignore[arg-type]
    assert session.run({"x": X})[0].shape == (2, 8)
    assert session.inputs[0].shape == (2, 8)


def test_a_shared_pool_serves_all_or_is_replaced_by_own_ones() -> None:
    late = Session(ob.matmul(), shared_thread_pool=True)
    assert not late.has_shared_thread_pool
    assert late.run({"x": X})[0].shape == (2, 8)
    text = output("""
threads = lambda: len(os.listdir("/proc/self/task")) if os.path.isdir("/proc/self/task") else 0
X = {"x": np.ones((2, 8), np.float32)}
before = threads()
sessions = [Session(ob.matmul(), shared_thread_pool=True, intra_op_threads=3) for _ in range(4)]
print([s.has_shared_thread_pool for s in sessions], threads() - before <= 3)
print([s.run(X)[0].shape for s in sessions][0])
if hasattr(os, "fork"):
    pid = os.fork()
    if pid == 0:
        child = Session(ob.matmul(), shared_thread_pool=True)
        os._exit(0 if not child.has_shared_thread_pool and len(child.run(X)) == 1 else 1)
    print(os.waitpid(pid, 0)[1])
""")
    lines = ["[True, True, True, True] True", "(2, 8)"] + ["0"] * hasattr(os, "fork")
    assert text.splitlines() == lines
