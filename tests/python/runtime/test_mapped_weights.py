"""Large weights are used where they lie in the model file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import onnx_builder as ob
from onnxformers import runtime
from onnxformers.errors import SessionError
from onnxformers.runtime import SessionOptions, open_session

TABLE = np.random.default_rng(0).standard_normal((3000, 256)).astype(np.float32)
SQUARE = np.random.default_rng(1).standard_normal((256, 256)).astype(np.float32)
IDS = {"ids": np.array([[5, 0, 2999, 5]], np.int64)}
WANTED = TABLE[IDS["ids"]] @ SQUARE


@pytest.fixture(autouse=True, scope="module")
def loaded() -> None:
    runtime.load_runtime()


@pytest.fixture
def maps() -> None:
    """Only where it can be seen what is mapped."""
    if sys.platform != "linux":
        pytest.skip("reads /proc, which Linux has")
    release = str(runtime.describe()["version"]).split(".")
    if (int(release[0]), int(release[1])) < (1, 21):
        pytest.skip("ONNX Runtime maps the weights of models in memory from 1.21")


def lookup(*weights: bytes) -> bytes:
    """Rows of a table times a square: weights that are looked up, and ones that are packed."""
    return ob.model(
        ob.graph(
            [
                ob.node("Gather", ["table", "ids"], ["rows"]),
                ob.node("MatMul", ["rows", "w"], ["y"]),
            ],
            [ob.value("ids", "int64", ["batch", "tokens"])],
            [ob.value("y", "float32", ["batch", "tokens", 256])],
            weights or (ob.tensor("table", TABLE), ob.tensor("w", SQUARE)),
        )
    )


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.onnx"
    path.write_bytes(lookup())
    return path


def is_mapped(path: Path) -> bool:
    return str(path.resolve()) in Path("/proc/self/maps").read_text()


@pytest.mark.parametrize("level", ["off", "all"])
def test_the_numbers_are_those_of_copies(model: Path, level: str) -> None:
    def run(**options: Any) -> Any:
        options |= {"graph_optimization": level, "intra_op_threads": 1}
        return open_session(model, device="cpu", options=options).run(IDS)[0]

    mapped = run()
    assert mapped.tobytes() == run(map_weights=False).tobytes()
    np.testing.assert_allclose(mapped, WANTED, rtol=1e-4, atol=1e-4)


@pytest.mark.usefixtures("maps")
def test_the_file_is_in_memory_while_the_session_lives(model: Path) -> None:
    session = open_session(model, device="cpu")
    assert is_mapped(model)
    del session
    assert not is_mapped(model)


@pytest.mark.usefixtures("maps")
@pytest.mark.parametrize(
    "options",
    [
        {"map_weights": False},
        {"optimized_model_path": "optimized.onnx"},
        {"config_entries": {"session.model_external_initializers_file_folder_path": "/"}},
    ],
)
def test_it_is_copied_where_that_is_asked_for(model: Path, options: dict[str, Any]) -> None:
    if "optimized_model_path" in options:
        options = {"optimized_model_path": str(model.with_name("optimized.onnx"))}
    session = open_session(model, device="cpu", options=options)
    assert not is_mapped(model)
    np.testing.assert_allclose(session.run(IDS)[0], WANTED, rtol=1e-4, atol=1e-4)


@pytest.mark.usefixtures("maps")
@pytest.mark.parametrize("target", ["blobs/0123abc", "blobs/with space, ü.onnx"])
def test_links_are_followed_as_in_the_cache_of_the_hub(tmp_path: Path, target: str) -> None:
    blob = tmp_path / target
    blob.parent.mkdir()
    blob.write_bytes(lookup())
    link = tmp_path / "snapshots" / "main" / "model.onnx"
    link.parent.mkdir(parents=True)
    link.symlink_to(blob)
    session = open_session(link, device="cpu")
    assert is_mapped(blob)
    np.testing.assert_allclose(session.run(IDS)[0], WANTED, rtol=1e-4, atol=1e-4)


def test_the_file_may_be_replaced_by_renaming(model: Path, tmp_path: Path) -> None:
    session = open_session(model, device="cpu")
    other = tmp_path / "other.onnx"
    other.write_bytes(b"\1" * 100)
    other.replace(model)
    np.testing.assert_allclose(session.run(IDS)[0], WANTED, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("rows", [2999, 3001, 2**40])
def test_weights_of_another_size_than_they_say_are_an_error(tmp_path: Path, rows: int) -> None:
    wrong = ob.tensor("table", TABLE).replace(ob.field(1, 3000), ob.field(1, rows), 1)
    path = tmp_path / "model.onnx"
    path.write_bytes(lookup(wrong, ob.tensor("w", SQUARE)))
    messages = set()
    for map_weights in (True, False):
        with pytest.raises(SessionError) as caught:
            open_session(path, device="cpu", options=SessionOptions(map_weights=map_weights))
        messages.add(str(caught.value))
    assert len(messages) == 1
