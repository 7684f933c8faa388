"""Paths that a model's files name: they stay inside the model's folder, or are refused."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from onnxformers.errors import FileFormatError
from onnxformers.hub import LoadOptions, links
from onnxformers.hub.files import find_named_file
from onnxformers.hub.json_files import load_json_object
from onnxformers.pipelines.sentence_transformers import read_recipe

OFFLINE = LoadOptions(local_files_only=True)
POOLING = {"pooling_mode_mean_tokens": True}
needs_links = pytest.mark.skipif(
    sys.platform == "win32", reason="links need a privilege on Windows"
)

# Refused for what they say, on every system; `{outside}` is a real file beside the model's folder.
REFUSED_TEXTS = {
    "absolute": "{outside}",
    "absolute, of the system": "/etc/passwd",
    "absolute, doubled slash": "//etc/passwd",
    "absolute after a slash": "1_Pooling//etc/passwd",
    "up": "../outside/config.json",
    "up and down again": "../model/config.json",
    "up from below": "1_Pooling/../../outside/config.json",
    "up at the end": "1_Pooling/..",
    "only up": "..",
    "here": "./config.json",
    "here in between": "1_Pooling/./config.json",
    "empty part": "1_Pooling//config.json",
    "slash at the end": "1_Pooling/config.json/",
    "empty": "",
    "backslash up": "..\\outside\\config.json",
    "backslash inside": "1_Pooling\\config.json",
    "drive": "C:\\Windows\\win.ini",
    "drive with slashes": "C:/Windows/win.ini",
    "drive without root": "C:config.json",
    "UNC": "\\\\server\\share\\config.json",
    "UNC with slashes": "//server/share/config.json",
    "Windows' long path": "\\\\?\\C:\\config.json",
    "Windows' device path": "\\\\.\\PhysicalDrive0",
    "stream": "config.json::$DATA",
    "device": "NUL",
    "device, lower case": "con",
    "device with extension": "aux.json",
    "device with number": "COM1",
    "device as a folder": "LPT9/config.json",
    "device, spaced": "prn .json",
    "console": "CONIN$",
    "Unix device": "/dev/zero",
    "process's memory": "/proc/self/mem",
    "home": "~/../../etc/passwd",
    "address": "file:///etc/passwd",
    "web address": "https://example.com/config.json",
    "NUL byte": "config.json\0.txt",
    "line break": "config.json\n",
    "turned writing": "config\u202enosj.json",
    "dot at the end": "config.json.",
    "space at the end": "1_Pooling /config.json",
    "wildcard": "*.json",
    "too long": "a" * 2000,
    "no text": 5,
    "nothing": None,
}


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A model with modules.json, and a file outside that no path may reach."""
    folder = tmp_path / "model"
    (folder / "1_Pooling").mkdir(parents=True)
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(POOLING))
    (folder / "config.json").write_text("{}")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "config.json").write_text(json.dumps(POOLING))
    return folder


def outside(model: Path) -> Path:
    return model.parent / "outside" / "config.json"


def find(model: Path, path: Any) -> Path | None:
    return find_named_file(model, path, OFFLINE, named_by="modules.json")


def name_pooling(model: Path, path: str) -> None:
    modules = [{"type": "sentence_transformers.models.Pooling", "path": path}]
    (model / "modules.json").write_text(json.dumps(modules))


def test_there_are_the_forty_cases() -> None:
    assert len(REFUSED_TEXTS) + len(REFUSED_LINKS) >= 40


def test_paths_inside_are_found(model: Path) -> None:
    assert find(model, "1_Pooling/config.json") == model / "1_Pooling" / "config.json"
    assert find(model, "2_Dense/config.json") is None


@pytest.mark.parametrize("path", REFUSED_TEXTS.values(), ids=list(REFUSED_TEXTS))
def test_paths_that_leave_are_refused_for_what_they_say(model: Path, path: Any) -> None:
    named = path.replace("{outside}", str(outside(model))) if isinstance(path, str) else path
    with pytest.raises(FileFormatError, match=r"^\[modules\.json\] path must"):
        find(model, named)


def _link_to_file(model: Path) -> str:
    (model / "linked.json").symlink_to(outside(model))
    return "linked.json"


def _relative_link(model: Path) -> str:
    (model / "linked.json").symlink_to("../outside/config.json")
    return "linked.json"


def _link_to_folder(model: Path) -> str:
    (model / "linked").symlink_to(model.parent / "outside")
    return "linked/config.json"


def _link_to_the_folder_above(model: Path) -> str:
    (model / "linked").symlink_to("..")
    return "linked/outside/config.json"


def _link_through_a_link(model: Path) -> str:
    (model / "first.json").symlink_to(outside(model))
    (model / "linked.json").symlink_to("first.json")
    return "linked.json"


def _link_in_a_linked_folder_inside(model: Path) -> str:
    (model / "1_Pooling" / "out.json").symlink_to("../../outside/config.json")
    (model / "linked").symlink_to("1_Pooling")
    return "linked/out.json"


def _link_to_a_neighbour_of_like_name(model: Path) -> str:
    (model.parent / "model-2").mkdir()
    (model.parent / "model-2" / "x.json").write_text("{}")
    (model / "linked.json").symlink_to("../model-2/x.json")
    return "linked.json"


def _link_to_the_system(model: Path) -> str:
    (model / "linked.json").symlink_to("/etc/hostname")
    return "linked.json"


def _link_to_a_device(model: Path) -> str:
    (model / "linked.json").symlink_to("/dev/zero")
    return "linked.json"


def _hard_link(model: Path) -> str:
    (model / "linked.json").hardlink_to(outside(model))
    return "linked.json"


def _link_to_a_hard_link(model: Path) -> str:
    (model / "hard.json").hardlink_to(outside(model))
    (model / "linked.json").symlink_to("hard.json")
    return "linked.json"


def _hard_link_with_another_inside(model: Path) -> str:
    (model / "linked.json").hardlink_to(outside(model))
    (model / "again.json").hardlink_to(outside(model))
    return "linked.json"


REFUSED_LINKS = [
    _link_to_file,
    _relative_link,
    _link_to_folder,
    _link_to_the_folder_above,
    _link_through_a_link,
    _link_in_a_linked_folder_inside,
    _link_to_a_neighbour_of_like_name,
    _link_to_the_system,
    _link_to_a_device,
    _hard_link,
    _link_to_a_hard_link,
    _hard_link_with_another_inside,
]


@needs_links
@pytest.mark.parametrize("make", REFUSED_LINKS)
def test_links_that_leave_are_refused(model: Path, make: Callable[[Path], str]) -> None:
    with pytest.raises(FileFormatError, match=r"outside the model's folder|leads out|regular file"):
        find(model, make(model))


@needs_links
def test_links_that_stay_inside_are_followed(model: Path) -> None:
    (model / "symbolic.json").symlink_to("1_Pooling/config.json")
    (model / "hard.json").hardlink_to(model / "1_Pooling" / "config.json")
    for name in ("symbolic.json", "hard.json", "1_Pooling/config.json"):
        path = find(model, name)
        assert path is not None
        assert load_json_object(path) == POOLING


@needs_links
def test_a_search_for_names_has_an_end(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (model / "hard.json").hardlink_to(model / "1_Pooling" / "config.json")
    monkeypatch.setattr(links, "_MAX_FILES_LOOKED_AT", 1)
    with pytest.raises(FileFormatError, match="hard link"):
        find(model, "hard.json")


@needs_links
def test_the_hubs_blobs_are_no_place_outside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "hub"
    blob = cache / "models--org--name" / "blobs" / "0123"
    blob.parent.mkdir(parents=True)
    blob.write_text(json.dumps(POOLING))
    snapshot = blob.parent.parent / "snapshots" / ("1" * 40)
    snapshot.mkdir(parents=True)
    (snapshot / "symbolic.json").symlink_to("../../blobs/0123")
    (snapshot / "hard.json").hardlink_to(blob)
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "symbolic.json").symlink_to(blob)
    (folder / "hard.json").hardlink_to(blob)
    for name in ("symbolic.json", "hard.json"):
        with pytest.raises(FileFormatError):
            find(folder, name)
    monkeypatch.setenv("HF_HUB_CACHE", str(cache))
    (folder / "hard.json").unlink()
    for name in ("symbolic.json", "hard.json"):
        assert find(snapshot, name) == snapshot / name
    (folder / "hard.json").hardlink_to(blob)
    for name in ("symbolic.json", "hard.json"):
        assert find(folder, name) == folder / name


@pytest.mark.parametrize("path", ["../outside", "/etc", "C:\\x", "NUL", ".."])
def test_the_recipe_of_sentence_transformers_cannot_leave(model: Path, path: str) -> None:
    name_pooling(model, "1_Pooling")
    assert read_recipe(str(model), OFFLINE).poolings == ("mean",)
    name_pooling(model, path)
    with pytest.raises(FileFormatError, match=r"^\[modules\.json\] path must"):
        read_recipe(str(model), OFFLINE)
