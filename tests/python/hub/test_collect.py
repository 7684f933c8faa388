from __future__ import annotations

import os
from pathlib import Path

import pytest

from loopback import FILES, Hub
from onnxformers.errors import HubError, MissingFileError
from onnxformers.hub import LoadOptions
from onnxformers.hub.collect import collect
from onnxformers.hub.listing import ListedFile
from onnxformers.hub.sources import open_source

CONFIG = ListedFile("config.json", len(FILES["config.json"]))


def collected(name: str, files: list[ListedFile], folder: Path | None = None) -> list[Path]:
    options = LoadOptions()
    return collect(open_source(name, options), name, files, options, folder)


def test_copies_are_files_of_their_own(hub: Hub, tmp_path: Path) -> None:
    folder = tmp_path / "to"
    paths = collected("org/name", [CONFIG, ListedFile("onnx/model.onnx", None)], folder)
    assert paths == [folder / "config.json", folder / "onnx" / "model.onnx"]
    for path, name in zip(paths, ("config.json", "onnx/model.onnx"), strict=True):
        assert path.read_bytes() == FILES[name]
        assert path.stat().st_nlink == 1
        assert not path.is_symlink()
    if os.name != "nt":
        assert paths[0].stat().st_mode & 0o777 == 0o644


def test_a_copy_that_differs_is_replaced_and_one_that_does_not_is_left(
    hub: Hub, tmp_path: Path
) -> None:
    path = tmp_path / "to" / "config.json"
    path.parent.mkdir()
    path.write_text("{}")
    collected("org/name", [CONFIG], path.parent)
    assert path.read_bytes() == FILES["config.json"]
    inode = path.stat().st_ino
    collected("org/name", [CONFIG], path.parent)
    assert path.stat().st_ino == inode


def test_a_folder_into_itself(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    assert collected(str(tmp_path), [CONFIG], tmp_path) == [tmp_path / "config.json"]
    assert (tmp_path / "config.json").read_text() == "{}"


def test_a_file_gone_since_the_list_was_made(hub: Hub) -> None:
    with pytest.raises(MissingFileError, match=r"gone\.json is not in the repository .* any more"):
        collected("org/name", [ListedFile("gone.json", 1)])


def test_a_folder_that_refuses(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(HubError, match=r"config\.json could not be written: .*; make room"):
        collected("org/name", [CONFIG], tmp_path / "file")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".tmp-")] == []
