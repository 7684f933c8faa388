from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import onnx_builder as ob
from onnxformers import runtime
from onnxformers._native.runtime import Session
from onnxformers.errors import (
    ClosedError,
    InvalidArgumentError,
    InvalidTypeError,
    SessionError,
)

DTYPES = [
    "float32",
    "float64",
    "float16",
    "bool",
    "int8",
    "uint8",
    "int16",
    "uint16",
    "int32",
    "uint32",
    "int64",
    "uint64",
]


@pytest.fixture(autouse=True, scope="module")
def loaded() -> None:
    runtime.load_runtime()


def samples(dtype: str) -> np.ndarray[Any, Any]:
    return np.arange(24).reshape(2, 3, 4).astype(dtype)


def test_a_session_tells_what_the_model_takes_and_gives() -> None:
    session = Session(ob.matmul())
    (given,), (made,) = session.inputs, session.outputs
    assert (given.name, given.dtype, given.shape) == ("x", "float32", ("rows", 8))
    assert (made.name, made.dtype, made.shape) == ("y", "float32", ("rows", 8))
    assert repr(given) == "NodeInfo(name='x', dtype='float32', shape=('rows', 8))"
    assert session.metadata == {"producer": "onnx_builder", "graph": "g", "made_by": "tests"}
    assert session.providers == ["CPUExecutionProvider"]


def test_a_run_computes_what_numpy_computes() -> None:
    x = np.random.default_rng(1).standard_normal((5, 8)).astype(np.float32)
    weights = np.random.default_rng(0).standard_normal((8, 8)).astype(np.float32)
    (y,) = Session(ob.matmul()).run({"x": x})
    np.testing.assert_allclose(y, x @ weights, rtol=1e-5, atol=1e-5)
    assert y.flags.writeable
    assert y.flags.c_contiguous


@pytest.mark.parametrize("dtype", DTYPES)
def test_each_dtype_goes_in_and_comes_out(dtype: str) -> None:
    x = samples(dtype)
    (y,) = Session(ob.identity(dtype, ["a", "b", "c"])).run({"x": x})
    assert y.dtype == x.dtype
    np.testing.assert_array_equal(y, x)
    assert not np.shares_memory(x, y)


def test_bfloat16_is_seen_as_uint16() -> None:
    x = np.array([0x3F80, 0x4000], np.uint16)
    session = Session(ob.identity("bfloat16"))
    assert session.inputs[0].dtype == "bfloat16"
    (y,) = session.run({"x": x})
    assert y.dtype == np.uint16
    np.testing.assert_array_equal(y, x)


@pytest.mark.parametrize("shape", [(), (0,), (3, 0, 2), (1, 1, 1, 1, 1, 1, 1, 1, 1, 2)])
def test_scalars_empty_arrays_and_many_dimensions(shape: tuple[int, ...]) -> None:
    x = np.ones(shape, np.float32)
    (y,) = Session(ob.identity("float32", [None] * len(shape))).run({"x": x})
    assert y.shape == shape


@pytest.mark.parametrize(
    "change",
    [np.asfortranarray, lambda x: x[::2], lambda x: x[:, ::-1], lambda x: x.transpose(2, 0, 1)],
)
def test_arrays_of_any_layout_are_read_right(change: Any) -> None:
    x = change(samples("float32"))
    (y,) = Session(ob.identity("float32", [None] * 3)).run({"x": x})
    np.testing.assert_array_equal(y, x)


def test_an_array_that_is_not_aligned_is_copied() -> None:
    x = np.frombuffer(b"\0" + np.arange(4, dtype=np.int64).tobytes(), np.int64, offset=1)
    (y,) = Session(ob.identity("int64")).run({"x": x})
    np.testing.assert_array_equal(y, x)


def test_read_only_input_is_taken() -> None:
    x = np.arange(3, dtype=np.int64)
    x.flags.writeable = False
    (y,) = Session(ob.identity("int64")).run({"x": x})
    np.testing.assert_array_equal(y, x)


def test_texts_go_in_and_come_out() -> None:
    texts = np.array([["a", "", "ä€😀"], ["nul\0inside", "x" * 5000, "\n"]], dtype=object)
    session = Session(ob.identity("string", ["r", "c"]))
    (y,) = session.run({"x": texts})
    assert y.dtype == object
    assert y.tolist() == texts.tolist()
    (z,) = session.run({"x": np.array([["fixed", "width"]])})
    assert z.tolist() == [["fixed", "width"]]
    (empty,) = session.run({"x": np.empty((0, 2), object)})
    assert empty.shape == (0, 2)


def test_results_outlive_the_session() -> None:
    session = Session(ob.matmul())
    (y,) = session.run({"x": np.ones((2, 8), np.float32)})
    before = y.copy()
    session.close()
    del session
    np.testing.assert_array_equal(y, before)


def test_outputs_come_in_the_order_asked_for() -> None:
    both = ob.model(
        ob.graph(
            [ob.node("Neg", ["x"], ["a"]), ob.node("Abs", ["x"], ["b"])],
            [ob.value("x", "float32", ["n"])],
            [ob.value("a", "float32", ["n"]), ob.value("b", "float32", ["n"])],
        )
    )
    session, feeds = Session(both), {"x": np.array([-2.0], np.float32)}
    assert [y.item() for y in session.run(feeds)] == [2.0, 2.0]
    assert len(session.run(feeds, ["b"])) == 1
    first, second = session.run({"x": np.array([3.0], np.float32)}, ["b", "a"])
    assert (first.item(), second.item()) == (3.0, -3.0)


X = np.ones((2, 8), np.float32)


@pytest.mark.parametrize(
    ("feeds", "outputs", "error", "message"),
    [
        ({}, None, InvalidArgumentError, r"input 'x' is missing; the model takes x"),
        ({"x": X, "z": X}, None, InvalidArgumentError, r"no input 'z'; it takes x"),
        ({"x": X, 3: X}, None, InvalidArgumentError, r"no input 3"),
        ({"x": X.astype("f8")}, None, InvalidTypeError, "must be float32, got an array of float64"),
        ({"x": X.astype(">f4")}, None, InvalidTypeError, r"must be float32, got an array of >f4"),
        ({"x": X.astype("O")}, None, InvalidTypeError, r"must be float32, got an array of object"),
        ({"x": X.tolist()}, None, InvalidTypeError, r"must be a numpy.ndarray, got list"),
        ({"x": None}, None, InvalidTypeError, r"must be a numpy.ndarray, got NoneType"),
        ({"x": X[0]}, None, InvalidArgumentError, r"must have the shape \(rows, 8\), got \(8,\)"),
        ({"x": X[:, :7]}, None, InvalidArgumentError, r"\(rows, 8\), got \(2, 7\)"),
        ({"x": X}, ["y", "q"], InvalidArgumentError, r"no output 'q'; it has y"),
        ({"x": X}, [], InvalidArgumentError, "outputs is empty"),
        ({"x": X}, "y", InvalidTypeError, r"outputs must be a list"),
        (None, None, InvalidTypeError, r"feeds must map input names to arrays, got NoneType"),
        ([X], None, InvalidTypeError, r"feeds must map input names to arrays, got list"),
    ],
)  # fmt: skip
def test_wrong_calls_are_refused_and_harm_nothing(
    feeds: Any, outputs: Any, error: type[Exception], message: str
) -> None:
    session = Session(ob.matmul())
    with pytest.raises(error, match=message):
        session.run(feeds, outputs)
    assert session.run({"x": X})[0].shape == (2, 8)


@pytest.mark.parametrize(
    ("texts", "error", "message"),
    [
        (np.array(["a", 1], object), InvalidTypeError, "element 1 must be str, got int"),
        (np.array(["\ud800"], object), InvalidArgumentError, "element 0 holds a lone surrogate"),
        (np.array([b"a"]), InvalidTypeError, r"must be string \(as object\), got an array of \|S1"),
    ],
)
def test_texts_that_are_none_are_refused(texts: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        Session(ob.identity("string")).run({"x": texts})


def test_sequences_are_refused_by_name() -> None:
    maker = ob.model(
        ob.graph(
            [ob.node("SequenceConstruct", ["x"], ["s"])],
            [ob.value("x", "float32", ["n"])],
            [ob.sequence("s", "float32")],
        )
    )
    session = Session(maker)
    assert session.outputs[0].dtype == "sequence"
    with pytest.raises(SessionError, match="output 's' is a sequence"):
        session.run({"x": np.ones(1, np.float32)})
    taker = ob.model(
        ob.graph(
            [ob.node("SequenceLength", ["s"], ["n"])],
            [ob.sequence("s", "float32")],
            [ob.value("n", "int64", [])],
        )
    )
    with pytest.raises(InvalidTypeError, match="input 's' is a sequence"):
        Session(taker).run({"s": np.ones(1, np.float32)})


def test_what_onnx_runtime_says_reaches_the_caller(capfd: pytest.CaptureFixture[str]) -> None:
    gather = ob.model(
        ob.graph(
            [ob.node("Gather", ["w", "i"], ["y"])],
            [ob.value("i", "int64", ["n"])],
            [ob.value("y", "float32", ["n"])],
            [ob.tensor("w", np.arange(3, dtype=np.float32))],
        )
    )
    session = Session(gather)
    with pytest.raises(SessionError, match="out of data bounds"):
        session.run({"i": np.array([7])})
    assert session.run({"i": np.array([2])})[0].tolist() == [2.0]


def test_close_is_idempotent_and_final() -> None:
    session = Session(ob.matmul())
    assert not session.closed
    session.close()
    session.close()
    assert session.closed
    with pytest.raises(ClosedError, match="closed"):
        session.run({"x": X})
    with pytest.raises(ClosedError):
        _ = session.inputs


def test_closing_while_others_run_lets_them_end() -> None:
    session = Session(ob.counter())
    feeds = {"times": np.array(200_000), "x": np.zeros(1, np.float32)}
    results: list[float] = []
    threads = [
        threading.Thread(target=lambda: results.append(session.run(feeds)[0].item()))
        for _ in range(2)
    ]
    started = threading.Event()
    threading.Timer(0.02, started.set).start()
    for thread in threads:
        thread.start()
    started.wait()
    session.close()
    for thread in threads:
        thread.join()
    assert results == [200_000.0] * 2


def test_open_session_takes_paths_and_options(tmp_path: Path) -> None:
    path = tmp_path / "modèle.onnx"
    path.write_bytes(ob.matmul())
    for each in (path, str(path)):
        session = runtime.open_session(each, device="cpu", options={"intra_op_threads": 1})
        assert session.run({"x": X})[0].shape == (2, 8)
