from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from onnxformers.errors import InvalidArgumentError, InvalidTypeError, MissingFileError
from onnxformers.hub import LoadOptions
from onnxformers.hub.files import find_file, model_file, read_json, resolve_file
from onnxformers.hub.temporary import temporary_folder
from onnxformers.settings import env


class DictCache:
    """A cache in memory, as a user would write it."""

    def __init__(self) -> None:
        self.held: dict[str, bytes] = {}
        self.asked: list[str] = []

    def match(self, request: str) -> bytes | None:
        self.asked.append(request)
        return self.held.get(request)

    def put(self, request: str, response: Path) -> None:
        self.held[request] = response.read_bytes()


@pytest.fixture
def cache() -> DictCache:
    custom = DictCache()
    env.custom_cache = custom
    env.use_custom_cache = True
    return custom


@pytest.mark.parametrize("kind", ["hub", "mirror"])
def test_what_is_fetched_is_put_and_then_matched(
    request: pytest.FixtureRequest, cache: DictCache, kind: str
) -> None:
    server = request.getfixturevalue(kind)
    first = read_json("org/name", "config.json", LoadOptions())
    (url,) = cache.held
    assert url.startswith(server.address)
    assert url.endswith("/org/name/resolve/main/config.json")
    server.requests.clear()
    assert read_json("org/name", "config.json", LoadOptions()) == first
    assert server.requests == []


def test_missing_files_are_not_put(mirror: Any, cache: DictCache) -> None:
    assert find_file("org/name", "absent.json", LoadOptions()) is None
    assert cache.held == {}
    assert len(cache.asked) == 1


def test_matched_bytes_lie_beside_each_other(mirror: Any, cache: DictCache) -> None:
    base = f"{mirror.address}/files/org/name/resolve/main/onnx"
    cache.held = {f"{base}/model.onnx": b"graph", f"{base}/model.onnx_data": b"weights"}
    file = model_file("org/name")
    assert file.path.read_bytes() == b"graph"
    assert [path.name for path in file.external_data] == ["model.onnx_data"]
    assert file.external_data[0].parent == file.path.parent
    assert file.path.is_relative_to(temporary_folder())


def test_variants_that_the_cache_holds_count(mirror: Any, cache: DictCache) -> None:
    mirror.files.clear()
    cache.held[f"{mirror.address}/files/org/name/resolve/main/onnx/model_q4.onnx"] = b"graph"
    assert model_file("org/name").dtype == "q4"


def test_matched_paths_are_used_as_they_are(mirror: Any, tmp_path: Path) -> None:
    class Folder:
        def match(self, request: str) -> str:
            return str(tmp_path / request.rpartition("/")[2])

        def put(self, request: str, response: Path) -> None:
            raise AssertionError("nothing was fetched")

    env.custom_cache = Folder()
    env.use_custom_cache = True
    (tmp_path / "config.json").write_text('{"a": 1}')
    assert read_json("org/name", "config.json", LoadOptions()) == {"a": 1}
    with pytest.raises(MissingFileError, match="which is no file"):
        resolve_file("org/name", "tokenizer.json", LoadOptions())


def test_matched_things_that_are_no_file(mirror: Any, cache: DictCache) -> None:
    cache.held = {f"{mirror.address}/files/org/name/resolve/main/config.json": 5}  # type: ignore[dict-item]
    with pytest.raises(InvalidTypeError, match="must return bytes, a path or None, got int"):
        resolve_file("org/name", "config.json", LoadOptions())


def test_a_custom_cache_is_used_only_when_switched_on(mirror: Any, cache: DictCache) -> None:
    env.use_custom_cache = False
    resolve_file("org/name", "config.json", LoadOptions())
    assert cache.asked == []


def test_switched_on_without_a_cache(mirror: Any) -> None:
    env.use_custom_cache = True
    with pytest.raises(InvalidArgumentError, match="custom_cache is None"):
        resolve_file("org/name", "config.json", LoadOptions())


def test_local_folders_ask_no_cache(tmp_path: Path, cache: DictCache) -> None:
    (tmp_path / "config.json").write_text("{}")
    resolve_file(tmp_path, "config.json", LoadOptions())
    assert cache.asked == []


def test_the_temporary_folder_goes_with_the_process() -> None:
    code = "from onnxformers.hub.temporary import temporary_folder; print(temporary_folder())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "onnxformers-" in done.stdout
    assert not Path(done.stdout.strip()).exists()
    assert temporary_folder() == temporary_folder()
