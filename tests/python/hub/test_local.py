"""Local folders, seen through the public functions of hub.files."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from onnxformers.errors import (
    FileFormatError,
    InvalidArgumentError,
    InvalidTypeError,
    MissingFileError,
    OnnxformersError,
)
from onnxformers.hub import LoadOptions
from onnxformers.hub.files import find_file, find_json, read_json, resolve_file
from onnxformers.settings import env

OFFLINE = LoadOptions(local_files_only=True)
needs_links = pytest.mark.skipif(
    sys.platform == "win32", reason="links need a privilege on Windows"
)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    (folder / "onnx").mkdir(parents=True)
    (folder / "config.json").write_text('{"model_type": "bert"}')
    (folder / "onnx" / "model.onnx").write_bytes(b"graph")
    return folder


def test_files_of_a_folder(model: Path) -> None:
    assert resolve_file(model, "config.json", OFFLINE) == model / "config.json"
    assert resolve_file(str(model), "onnx/model.onnx", OFFLINE) == model / "onnx" / "model.onnx"
    assert find_file(model, "generation_config.json", OFFLINE) is None
    assert read_json(model, "config.json", OFFLINE) == {"model_type": "bert"}
    assert find_json(model, "generation_config.json", OFFLINE) is None


def test_a_missing_file_is_named_with_its_folder_and_what_is_there(model: Path) -> None:
    with pytest.raises(MissingFileError) as caught:
        resolve_file(model, "tokenizer.json", OFFLINE)
    message = str(caught.value)
    assert "tokenizer.json is not in the folder" in message
    assert str(model) in message
    assert "there: config.json, onnx" in message


def test_an_empty_folder_says_so(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="there: nothing"):
        resolve_file(tmp_path, "config.json", OFFLINE)


def test_a_folder_of_the_working_directory_wins_over_the_hub(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(model.parent)
    assert resolve_file("model", "config.json", LoadOptions()).samefile(model / "config.json")
    assert resolve_file("./model", "config.json", OFFLINE).samefile(model / "config.json")


def test_names_under_the_local_model_path(model: Path) -> None:
    env.local_model_path = model.parent
    assert resolve_file("model", "config.json", LoadOptions()) == model / "config.json"
    env.local_model_path = model.parent.parent
    name = f"{model.parent.name}/model"
    assert resolve_file(name, "config.json", LoadOptions()) == model / "config.json"


def test_names_cannot_leave_the_local_model_path(model: Path) -> None:
    env.local_model_path = model / "onnx"
    with pytest.raises(MissingFileError, match=r"there is no folder '\.\./\.\./model'"):
        resolve_file("../../model", "config.json", OFFLINE)


def test_folders_are_not_looked_at_when_local_models_are_off(model: Path) -> None:
    env.allow_local_models = False
    with pytest.raises(InvalidArgumentError, match=r"env\.allow_local_models is False"):
        resolve_file(model, "config.json", OFFLINE)


def test_the_home_folder(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(model.parent))
    monkeypatch.setenv("USERPROFILE", str(model.parent))
    assert resolve_file("~/model", "config.json", OFFLINE) == model / "config.json"


@pytest.mark.parametrize(
    "name", ["/no/such/folder", "./nothing", "../nothing", "a/b/c", "C:\\models\\x", "~nobody/x"]
)
def test_a_path_that_does_not_exist_is_no_name_on_the_hub(name: str) -> None:
    with pytest.raises(MissingFileError, match=r"there is no folder .* no name on the Hub"):
        resolve_file(name, "config.json", LoadOptions())


def test_a_file_is_no_folder(model: Path) -> None:
    with pytest.raises(InvalidArgumentError, match="is a file; give the folder"):
        resolve_file(model / "config.json", "config.json", OFFLINE)


def test_a_path_object_is_never_a_name_on_the_hub() -> None:
    with pytest.raises(MissingFileError, match="there is no folder"):
        resolve_file(Path("bert-base-uncased"), "config.json", LoadOptions())


@pytest.mark.parametrize(
    ("name", "error"),
    [
        (None, InvalidTypeError),
        (5, InvalidTypeError),
        (b"model", InvalidTypeError),
        (["model"], InvalidTypeError),
        ("", InvalidArgumentError),
        ("  ", InvalidArgumentError),
        ("a\0b", InvalidArgumentError),
        ("x" * 5000, MissingFileError),
        ("\ud800", OnnxformersError),
    ],
)
def test_names_that_cannot_be(name: Any, error: type[OnnxformersError]) -> None:
    with pytest.raises(error):
        resolve_file(name, "config.json", OFFLINE)


@pytest.mark.parametrize("filename", ["../outside.json", "/etc/hostname", "a\\b", "NUL", "", None])
def test_filenames_that_leave_the_folder_are_refused(model: Path, filename: Any) -> None:
    (model.parent / "outside.json").write_text("{}")
    with pytest.raises((InvalidArgumentError, InvalidTypeError), match="file name must"):
        find_file(model, filename, OFFLINE)


def test_a_folder_is_no_file(model: Path) -> None:
    with pytest.raises(FileFormatError, match="must be a regular file"):
        find_file(model, "onnx", OFFLINE)


def test_a_file_below_a_file_is_missing(model: Path) -> None:
    assert find_file(model, "config.json/x", OFFLINE) is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes in folders")
def test_a_pipe_is_refused_without_waiting_for_it(model: Path) -> None:
    os.mkfifo(model / "tokenizer.json")
    with pytest.raises(FileFormatError, match="must be a regular file"):
        read_json(model, "tokenizer.json", OFFLINE)


@needs_links
def test_links_inside_are_followed_and_links_out_are_refused(model: Path) -> None:
    secret = model.parent / "secret.json"
    secret.write_text("{}")
    (model / "inside.json").symlink_to("config.json")
    (model / "outside.json").symlink_to(secret)
    (model / "relative.json").symlink_to("../secret.json")
    (model / "chain.json").symlink_to("outside.json")
    (model / "linked").symlink_to(model.parent)
    assert find_file(model, "inside.json", OFFLINE) == model / "inside.json"
    for filename in ("outside.json", "relative.json", "chain.json", "linked/secret.json"):
        with pytest.raises(FileFormatError, match="leads out of the model's folder"):
            find_file(model, filename, OFFLINE)


@needs_links
def test_a_folder_beside_of_the_same_beginning_is_outside(model: Path) -> None:
    beside = model.parent / "model-other"
    beside.mkdir()
    (beside / "x.json").write_text("{}")
    (model / "x.json").symlink_to("../model-other/x.json")
    with pytest.raises(FileFormatError, match="leads out"):
        find_file(model, "x.json", OFFLINE)


@needs_links
def test_a_link_to_the_folder_itself_is_fine(model: Path) -> None:
    link = model.parent / "link"
    link.symlink_to(model)
    assert find_file(link, "config.json", OFFLINE) == link / "config.json"


@needs_links
def test_dangling_and_circular_links(model: Path) -> None:
    (model / "dangling.json").symlink_to("nothing")
    (model / "circle.json").symlink_to("circle.json")
    assert find_file(model, "dangling.json", OFFLINE) is None
    with pytest.raises(MissingFileError, match="cannot be reached"):
        find_file(model, "circle.json", OFFLINE)


@needs_links
@pytest.mark.parametrize("shared", [False, True], ids=["blobs", "blobs shared by repositories"])
def test_a_snapshot_of_a_hub_cache_given_as_a_folder(tmp_path: Path, shared: bool) -> None:
    repository = tmp_path / "models--org--name"
    snapshot = repository / "snapshots" / ("0" * 40)
    snapshot.mkdir(parents=True)
    (repository / "blobs").mkdir()
    (tmp_path / "blobs").mkdir()
    blob = repository / "blobs" / "abc"
    if shared:
        (tmp_path / "blobs" / "abc").write_text("{}")
        blob.symlink_to("../../blobs/abc")
    else:
        blob.write_text("{}")
    (snapshot / "config.json").symlink_to("../../blobs/abc")
    assert read_json(snapshot, "config.json", OFFLINE) == {}
    (tmp_path / "secret.json").write_text("{}")
    (snapshot / "out.json").symlink_to(tmp_path / "secret.json")
    with pytest.raises(FileFormatError, match="leads out"):
        find_file(snapshot, "out.json", OFFLINE)


@needs_links
def test_a_folder_may_link_into_the_hubs_cache(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = model.parent / "hub"
    cache.mkdir()
    (cache / "blob").write_text("{}")
    (model / "tokenizer.json").symlink_to(cache / "blob")
    with pytest.raises(FileFormatError, match="leads out"):
        find_file(model, "tokenizer.json", OFFLINE)
    monkeypatch.setenv("HF_HUB_CACHE", str(cache))
    assert find_json(model, "tokenizer.json", OFFLINE) == {}


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser reads files of any mode"
)
def test_a_file_without_permission(model: Path) -> None:
    (model / "config.json").chmod(0)
    with pytest.raises(MissingFileError, match="cannot be read"):
        read_json(model, "config.json", OFFLINE)


def test_progress_of_local_files(model: Path) -> None:
    told: list[dict[str, Any]] = []
    options = LoadOptions(progress_callback=told.append)
    resolve_file(model, "config.json", options)
    find_file(model, "absent.json", options)
    assert told == [
        {"status": status, "name": str(model), "file": "config.json"}
        for status in ("initiate", "done")
    ]


def test_an_error_in_the_callback_reaches_the_caller(model: Path) -> None:
    def fail(event: dict[str, Any]) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        resolve_file(model, "config.json", LoadOptions(progress_callback=fail))


def test_a_local_folder_needs_nothing_of_networks(model: Path) -> None:
    code = """
import sys
from onnxformers import AutoConfig
from onnxformers.hub import LoadOptions, files
AutoConfig.from_pretrained(sys.argv[1])
files.model_file(sys.argv[1], options=LoadOptions())
heavy = "concurrent email hashlib http httpx huggingface_hub socket ssl urllib.request tqdm".split()
print([name for name in heavy if name in sys.modules])
"""
    command = [sys.executable, "-c", code, str(model)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
