from __future__ import annotations

import gc

import numpy as np
import pytest

import onnx_builder as ob
from onnxformers import runtime
from onnxformers._native.runtime import Session
from onnxformers.errors import (
    ClosedError,
    InvalidArgumentError,
    InvalidTypeError,
    RunTimeoutError,
    SessionError,
)


@pytest.fixture
def session() -> Session:
    runtime.load_runtime()
    return Session(ob.matmul(), log_severity=4)


def test_a_bound_run_equals_a_plain_run(session: Session) -> None:
    x = np.random.default_rng(3).standard_normal((4, 8)).astype(np.float32)
    binding = session.io_binding()
    binding.bind_input("x", x)
    binding.bind_output("y")
    binding.run()
    (y,) = binding.outputs()
    np.testing.assert_array_equal(y, session.run({"x": x})[0])


def test_bound_arrays_are_read_anew_in_each_run_and_results_stay(session: Session) -> None:
    x = np.ones((1, 8), np.float32)
    binding = session.io_binding()
    binding.bind_input("x", x)
    binding.bind_output("y", "cpu")
    binding.run(timeout_s=60)
    (first,) = binding.outputs()
    before = first.copy()
    x *= 2
    binding.run()
    (second,) = binding.outputs()
    np.testing.assert_array_equal(first, before)
    np.testing.assert_allclose(second, before * 2, rtol=1e-6)


def test_the_binding_keeps_what_it_reads(session: Session) -> None:
    binding = session.io_binding()
    binding.bind_input("x", np.full((1, 8), 3, np.float32)[:, ::-1])
    binding.bind_output("y")
    gc.collect()
    session.close()
    binding.run()
    assert binding.outputs()[0].shape == (1, 8)
    with pytest.raises(ClosedError):
        session.io_binding()


def test_outputs_come_in_the_order_of_binding() -> None:
    runtime.load_runtime()
    both = ob.model(
        ob.graph(
            [ob.node("Neg", ["x"], ["a"]), ob.node("Abs", ["x"], ["b"])],
            [ob.value("x", "float32", ["n"])],
            [ob.value("a", "float32", ["n"]), ob.value("b", "float32", ["n"])],
        )
    )
    binding = Session(both).io_binding()
    binding.bind_input("x", np.array([3.0], np.float32))
    for name in ("b", "a", "b"):
        binding.bind_output(name)
    binding.run()
    assert [y.item() for y in binding.outputs()] == [3.0, -3.0]
    binding.clear()
    assert binding.outputs() == []


def test_wrong_bindings_are_refused(session: Session) -> None:
    binding = session.io_binding()
    with pytest.raises(InvalidArgumentError, match="no input 'z'"):
        binding.bind_input("z", np.ones((1, 8), np.float32))
    with pytest.raises(InvalidTypeError, match="must be float32"):
        binding.bind_input("x", np.ones((1, 8)))
    with pytest.raises(InvalidArgumentError, match="no output 'z'; it has y"):
        binding.bind_output("z")
    for device in ("", "cuda:", "cuda:x", "cuda:-1", ":0"):
        with pytest.raises(InvalidArgumentError, match="such as 'cpu'"):
            binding.bind_output("y", device)
    with pytest.raises(SessionError):
        binding.run()


def test_a_bound_run_can_be_stopped() -> None:
    runtime.load_runtime()
    binding = Session(ob.counter(), log_severity=4).io_binding()
    binding.bind_input("times", np.array(1 << 40))
    binding.bind_input("x", np.zeros(1, np.float32))
    binding.bind_output("y")
    with pytest.raises(RunTimeoutError):
        binding.run(timeout_s=0.05)
    binding.bind_input("times", np.array(4))
    binding.run()
    assert binding.outputs()[0].item() == 4.0


def run_on(session: Session, device: str) -> None:
    binding = session.io_binding()
    binding.bind_input("x", np.ones((1, 8), np.float32))
    binding.bind_output("y", device)
    binding.run()


def test_an_output_on_a_device_that_is_not_there_is_an_error(session: Session) -> None:
    with pytest.raises(SessionError):
        run_on(session, "nowhere:0")
