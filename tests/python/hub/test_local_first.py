"""Names under env.local_model_path: the folder first, file by file, then the Hub or the mirror."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from onnxformers.errors import HubError, MissingFileError
from onnxformers.hub import LoadOptions
from onnxformers.hub.files import find_file, model_file, read_json, resolve_file
from onnxformers.settings import env


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """The folder org/name under the local model path, with a config.json of its own."""
    env.local_model_path = tmp_path / "models"
    folder = tmp_path / "models" / "org" / "name"
    (folder / "onnx").mkdir(parents=True)
    (folder / "config.json").write_text('{"model_type": "local"}')
    return folder


@pytest.mark.parametrize("kind", ["hub", "mirror"])
def test_each_file_is_local_or_else_remote(
    request: pytest.FixtureRequest, kept: Path, kind: str
) -> None:
    server = request.getfixturevalue(kind)
    options = LoadOptions()
    assert read_json("org/name", "config.json", options) == {"model_type": "local"}
    assert server.requests == []
    assert not resolve_file("org/name", "tokenizer.json", options).is_relative_to(kept)
    (kept / "tokenizer.json").write_text('{"local": true}')
    assert read_json("org/name", "tokenizer.json", options) == {"local": True}


def test_variants_of_both_places_are_listed(kept: Path, hub: Any) -> None:
    (kept / "onnx" / "model_q4.onnx").write_bytes(b"local")
    assert model_file("org/name", dtype="q4").path.is_relative_to(kept)
    assert model_file("org/name", dtype="q8").path.read_bytes()[:2] == b"q8"
    with pytest.raises(MissingFileError, match=r"model_q4\.onnx .*model\.onnx .*model_quantized"):
        model_file("org/name", dtype="fp16")


def test_a_missing_file_is_named_with_both_places(kept: Path, hub: Any) -> None:
    with pytest.raises(MissingFileError) as caught:
        resolve_file("org/name", "vocab.txt", LoadOptions())
    message = str(caught.value)
    assert f"is not in the folder {kept}, nor in the repository org/name" in message
    assert "there: config.json, onnx, tokenizer.json" in message


def test_a_model_that_is_only_here_needs_no_hub(kept: Path, hub: Any) -> None:
    elsewhere = kept.parent / "mine"
    kept.rename(elsewhere)
    options = LoadOptions()
    assert find_file("org/mine", "generation_config.json", options) is None
    asked = len(hub.requests)
    assert find_file("org/mine", "tokenizer.json", options) is None
    assert len(hub.requests) == asked
    with pytest.raises(MissingFileError, match=r"org/mine, nor in .*does not exist.*config\.json"):
        resolve_file("org/mine", "tokenizer.json", options)


def test_without_network_the_folder_alone_is_used(kept: Path, hub: Any) -> None:
    for options in (LoadOptions(local_files_only=True), LoadOptions(local_files_only=True)):
        assert find_file("org/name", "tokenizer.json", options) is None
        with pytest.raises(MissingFileError, match=r"nor in the cache of .*local_files_only"):
            resolve_file("org/name", "tokenizer.json", options)
    assert hub.requests == []
    resolve_file("org/name", "tokenizer.json", LoadOptions())
    assert find_file("org/name", "tokenizer.json", LoadOptions(local_files_only=True)) is not None


def test_a_server_out_of_order_is_no_missing_file(
    kept: Path, mirror: Any, no_pauses: list[float]
) -> None:
    path = "/files/org/name/resolve/main/tokenizer.json"
    mirror.always[path] = type(mirror.missing("/"))(503)
    with pytest.raises(HubError, match="503"):
        find_file("org/name", "tokenizer.json", LoadOptions())


def test_a_mirror_cannot_be_listed(kept: Path, mirror: Any) -> None:
    with pytest.raises(MissingFileError) as caught:
        resolve_file("org/name", "vocab.txt", LoadOptions())
    assert "there:" not in str(caught.value)


def test_paths_and_other_names_are_not_completed(kept: Path, hub: Any) -> None:
    assert find_file(kept, "tokenizer.json", LoadOptions()) is None
    assert find_file(str(kept), "tokenizer.json", LoadOptions()) is None
    assert hub.requests == []
    env.allow_local_models = False
    assert read_json("org/name", "config.json", LoadOptions())["model_type"] == "bert"
