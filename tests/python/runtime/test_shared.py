from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from onnxformers import pipeline
from onnxformers.errors import FileFormatError
from onnxformers.runtime import shared

MODEL = Path(__file__).parents[2] / "conformance" / "models" / "bert-uncased-embed"


@pytest.fixture(autouse=True)
def shares_nothing() -> Iterator[None]:
    yield
    shared.share_weights(None)


def embedding(model: Path, folder: Path | None) -> np.ndarray:
    shared.share_weights(folder)
    with pipeline("feature-extraction", model, pooling="mean") as pipe:
        return pipe("a wooden boat")


def maps() -> str:
    return Path("/proc/self/maps").read_text()


def test_the_weights_are_mapped_and_give_the_same(tmp_path: Path) -> None:
    expected = embedding(MODEL, None)
    np.testing.assert_array_equal(embedding(MODEL, tmp_path), expected)
    (own,) = tmp_path.iterdir()
    assert (own / "weights.bin").stat().st_size > 10_000
    made = (own / "weights.bin").stat().st_mtime_ns
    np.testing.assert_array_equal(embedding(MODEL, tmp_path), expected)
    assert (own / "weights.bin").stat().st_mtime_ns == made


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="only Linux tells what is mapped")
def test_who_opens_maps_the_file(tmp_path: Path) -> None:
    shared.share_weights(tmp_path)
    with pipeline("feature-extraction", MODEL) as pipe:
        pipe("a boat")
        assert "weights.bin" in maps()


def test_all_wait_for_the_first(tmp_path: Path) -> None:
    found: list[np.ndarray] = []
    threads = [
        threading.Thread(target=lambda: found.append(embedding(MODEL, tmp_path))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(list(tmp_path.iterdir())) == 1
    for one in found:
        np.testing.assert_array_equal(one, embedding(MODEL, None))


def test_other_options_have_other_weights(tmp_path: Path) -> None:
    embedding(MODEL, tmp_path)
    options = {"graph_optimization": "basic"}
    pipeline("feature-extraction", MODEL, session_options=options).close()
    assert len(list(tmp_path.iterdir())) == 2


def test_who_waits_in_vain_opens_the_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    expected = embedding(MODEL, tmp_path)
    (own,) = tmp_path.iterdir()
    (own / "done").unlink()
    monkeypatch.setattr(shared, "_PATIENCE_S", 0.1)
    np.testing.assert_array_equal(embedding(MODEL, tmp_path), expected)
    assert "not shared" in caplog.text


def test_a_broken_model_is_said_as_without(tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(MODEL, broken)
    file = broken / "onnx" / "model.onnx"
    file.write_bytes(file.read_bytes()[:1000])
    for _ in range(2):  # the second hears that the first could not
        with pytest.raises(FileFormatError):
            embedding(broken, tmp_path / "shared")
