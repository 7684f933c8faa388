"""Lists of a model's files: of folders, the Hub, its cache, mirrors, and several of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from loopback import FILES, Answer, Hub, Server
from onnxformers.errors import GatedRepositoryError, HubError, OfflineError, RepositoryNotFoundError
from onnxformers.hub import LoadOptions
from onnxformers.hub.files import resolve_file
from onnxformers.hub.listing import ListedFile
from onnxformers.hub.sources import open_source
from onnxformers.settings import env

ALL = [ListedFile(name, len(data)) for name, data in sorted(FILES.items())]
ONLY_CONFIG = [ListedFile("config.json", len(FILES["config.json"]))]


def listing(name: str = "org/name", **options: Any) -> list[ListedFile]:
    return open_source(name, LoadOptions(**options)).listing()


def test_a_folder(tmp_path: Path) -> None:
    for name in (
        "config.json",
        "onnx/model.onnx",
        ".git/config",
        ".tmp-abc",
        "a/.part-x",
        "b?.txt",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"12345")
    found = open_source(tmp_path, LoadOptions()).listing()
    assert found == [ListedFile("config.json", 5), ListedFile("onnx/model.onnx", 5)]


@pytest.mark.parametrize("kind", ["hub", "mirror"])
def test_a_remote_model(request: pytest.FixtureRequest, kind: str) -> None:
    server = request.getfixturevalue(kind)
    assert listing() == ALL
    assert server.asked("GET") == [] or kind == "hub"
    assert not any(path.endswith("config.json") for path in server.asked("GET"))


def test_external_data_on_a_mirror(mirror: Server) -> None:
    folder = "/files/org/name/resolve/main/onnx"
    more = [f"model.onnx_data{end}" for end in ("", "_1", "_2")]
    for name in more:
        mirror.files[f"{folder}/{name}"] = b"weights"
    names = [file.path for file in listing()]
    assert [name for name in names if "_data" in name] == [f"onnx/{name}" for name in more]


def test_the_folder_of_onnx_files_on_a_mirror(mirror: Server) -> None:
    mirror.files["/files/org/name/resolve/main/model_q4.onnx"] = b"graph"
    assert ListedFile("model_q4.onnx", 5) in listing(subfolder="")


def test_a_mirror_that_knows_only_get(mirror: Server) -> None:
    answer = mirror.answer

    def without_head(method: str, path: str) -> Answer:
        return Answer(405) if method == "HEAD" else answer(method, path)

    mirror.answer = without_head  # type: ignore[method-assign]
    assert listing() == ALL


@pytest.mark.parametrize("kind", ["hub", "mirror"])
def test_without_network_what_was_fetched(request: pytest.FixtureRequest, kind: str) -> None:
    server = request.getfixturevalue(kind)
    with pytest.raises(OfflineError, match="local_files_only=True"):
        listing(local_files_only=True)
    resolve_file("org/name", "config.json", LoadOptions())
    server.requests.clear()
    assert listing(local_files_only=True) == ONLY_CONFIG
    assert server.requests == []
    server.close()
    assert listing() == ONLY_CONFIG


def test_a_model_under_the_local_model_path(hub: Hub, tmp_path: Path) -> None:
    env.local_model_path = tmp_path
    folder = tmp_path / "org" / "name"
    folder.mkdir(parents=True)
    (folder / "config.json").write_bytes(b"{}")
    found = listing()
    assert ListedFile("config.json", 2) in found
    assert {file.path for file in found} == set(FILES)
    assert listing(local_files_only=True) == [ListedFile("config.json", 2)]
    folder.rename(tmp_path / "org" / "mine")
    assert listing("org/mine") == [ListedFile("config.json", 2)]


def test_a_custom_cache_lists_what_is_remote(hub: Hub) -> None:
    class Nothing:
        def match(self, request: str) -> None:
            return None

        def put(self, request: str, response: Path) -> None:
            pass

    env.custom_cache = Nothing()
    env.use_custom_cache = True
    assert listing() == ALL


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (Answer(403, {"x-error-code": "GatedRepo"}), GatedRepositoryError, "ask for access"),
        (Answer(404, {"x-error-code": "RepoNotFound"}), RepositoryNotFoundError, "does not exist"),
        (Answer(500), HubError, "out of order"),
    ],
)
def test_a_hub_that_gives_no_list_says_why(
    hub: Hub, no_pauses: list[float], answer: Answer, error: type[HubError], words: str
) -> None:
    hub.always["/api/models/org/name/tree/main"] = answer
    with pytest.raises(error, match=words):
        listing()
    assert open_source("org/name", LoadOptions()).names("") == []


def test_names_that_leave_the_folder_are_not_listed(hub: Hub) -> None:
    entries = [{"type": "file", "path": "../secret", "size": 1, "oid": "0" * 40}]
    tree = hub.tree()
    hub.tree = lambda: [*tree, *entries]  # type: ignore[method-assign]
    assert listing() == ALL
