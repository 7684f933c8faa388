from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from onnxformers import env, pipeline
from onnxformers.errors import FileFormatError

MODEL = Path(__file__).parents[2] / "conformance" / "models" / "bert-uncased-embed"
CACHED = {"optimized_model_cache": True}


@pytest.fixture(autouse=True)
def cache(tmp_path: Path) -> Path:
    env.cache_dir = tmp_path / "cache"
    return tmp_path / "cache" / "derived" / "optimized_graphs"


def embedding(model: Path, options: dict[str, bool] | None = None) -> np.ndarray:
    with pipeline("feature-extraction", model, pooling="mean", session_options=options) as pipe:
        return pipe("a wooden boat")


def test_the_optimised_graph_is_kept_and_gives_the_same(cache: Path) -> None:
    expected = embedding(MODEL)
    assert not cache.exists()
    np.testing.assert_array_equal(embedding(MODEL, CACHED), expected)
    (entry,) = cache.iterdir()
    made = entry.stat().st_ino
    np.testing.assert_array_equal(embedding(MODEL, CACHED), expected)
    assert [path.stat().st_ino for path in cache.iterdir()] == [made]


def test_a_damaged_entry_is_made_again(cache: Path, caplog: pytest.LogCaptureFixture) -> None:
    expected = embedding(MODEL, CACHED)
    (entry,) = cache.iterdir()
    entry.write_bytes(entry.read_bytes()[:-100])
    np.testing.assert_array_equal(embedding(MODEL, CACHED), expected)
    assert "is damaged" in caplog.text
    (again,) = cache.iterdir()
    assert again.name == entry.name


def test_another_model_has_another_entry(cache: Path, tmp_path: Path) -> None:
    embedding(MODEL, CACHED)
    other = tmp_path / "other"
    shutil.copytree(MODEL.parent / "distilbert-embed", other)
    embedding(other, CACHED)
    assert len(list(cache.iterdir())) == 2


def test_nothing_is_written_without_the_file_cache(cache: Path) -> None:
    env.use_fs_cache = False
    assert embedding(MODEL, CACHED).shape == (1, 32)
    assert not cache.exists()


def test_a_broken_model_is_said_as_without_the_cache(tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(MODEL, broken)
    file = broken / "onnx" / "model.onnx"
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(FileFormatError):
        embedding(broken, CACHED)
