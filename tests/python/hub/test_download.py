"""The Hub and its cache, against a server on the loopback that speaks the Hub's protocol."""

from __future__ import annotations

import inspect
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import huggingface_hub
import pytest

from onnxformers.configs import AutoConfig
from onnxformers.errors import (
    ForbiddenError,
    GatedRepositoryError,
    HubError,
    MissingFileError,
    OfflineError,
    OnnxformersError,
    RepositoryNotFoundError,
    UnauthorizedError,
)
from onnxformers.hub import LoadOptions
from onnxformers.hub.files import find_file, model_file, read_json, resolve_file
from onnxformers.settings import env

COMMIT = "1234567890" * 4
TELLS_PROGRESS = "tqdm_class" in inspect.signature(huggingface_hub.hf_hub_download).parameters
CONFIG = "/org/name/resolve/main/config.json"


def answer(hub: Any, path: str, status: int, **headers: str) -> None:
    kind = type(hub.missing("/"))
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    hub.always[path] = kind(status, named)


def test_a_file_is_fetched_into_the_hubs_cache(hub: Any, tmp_path: Path) -> None:
    path = resolve_file("org/name", "config.json", LoadOptions())
    assert path == tmp_path / "hub" / "models--org--name" / "snapshots" / COMMIT / "config.json"
    assert path.read_bytes() == hub.files[CONFIG]


def test_the_cache_dir_of_the_call_wins(hub: Any, tmp_path: Path) -> None:
    path = resolve_file("org/name", "config.json", LoadOptions(cache_dir=tmp_path / "mine"))
    assert path.is_relative_to(tmp_path / "mine" / "models--org--name")


def test_one_load_takes_all_its_files_from_one_commit(hub: Any) -> None:
    options = LoadOptions()
    resolve_file("org/name", "config.json", options)
    old = hub.commit
    hub.commit = "f" * 40
    hub.put({"tokenizer.json": b'{"new": 1}', "config.json": b'{"new": 1}'})
    assert resolve_file("org/name", "tokenizer.json", options).parent.name == old
    assert resolve_file("org/name", "config.json", LoadOptions()).parent.name == hub.commit


def test_one_load_asks_once_for_what_it_has(hub: Any) -> None:
    for name in ("config.json", "tokenizer.json"):
        resolve_file("org/name", name, LoadOptions())
    hub.requests.clear()
    options = LoadOptions()
    for _ in range(3):
        resolve_file("org/name", "config.json", options)
        resolve_file("org/name", "tokenizer.json", options)
    assert len(hub.requests) == 1


def test_a_file_that_does_not_exist_is_asked_for_once(hub: Any) -> None:
    options = LoadOptions()
    resolve_file("org/name", "config.json", options)
    assert find_file("org/name", "generation_config.json", options) is None
    hub.requests.clear()
    assert find_file("org/name", "generation_config.json", options) is None
    assert hub.requests == []


def test_a_missing_file_is_named_with_what_the_repository_has(hub: Any) -> None:
    with pytest.raises(MissingFileError) as caught:
        resolve_file("org/name", "vocab.txt", LoadOptions())
    assert "vocab.txt is not in the repository org/name (revision main)" in str(caught.value)
    assert "there: config.json, onnx, tokenizer.json" in str(caught.value)


def test_variants_of_a_repository(hub: Any) -> None:
    assert model_file("org/name", dtype="q8").path.name == "model_quantized.onnx"
    with pytest.raises(MissingFileError, match=r"model_fp16.*model\.onnx.*model_quantized\.onnx"):
        model_file("org/name", dtype="fp16")


def test_the_only_variant_of_a_repository(hub: Any) -> None:
    for revision in ("main", COMMIT):
        del hub.files[f"/org/name/resolve/{revision}/onnx/model.onnx"]
    assert model_file("org/name").dtype == "q8"


def test_external_data_of_a_repository(hub: Any) -> None:
    hub.put({"onnx/model.onnx_data": b"weights", "onnx/model.onnx_data_1": b"more"})
    file = model_file("org/name")
    assert [path.read_bytes() for path in file.external_data] == [b"weights", b"more"]
    assert {path.parent for path in file.external_data} == {file.path.parent}


def test_a_config_from_the_hub(hub: Any) -> None:
    config = AutoConfig.from_pretrained("org/name")
    assert config.id2label == {0: "A", 1: "B"}


@pytest.mark.parametrize(
    ("status", "headers", "error", "words"),
    [
        (404, {"x_error_code": "RepoNotFound"}, RepositoryNotFoundError, "does not exist"),
        (401, {"x_error_code": "RepoNotFound"}, RepositoryNotFoundError, "or it is private"),
        (404, {"x_error_code": "RevisionNotFound"}, RepositoryNotFoundError, "no such revision"),
        (403, {"x_error_code": "GatedRepo"}, GatedRepositoryError, "ask for access"),
        (401, {"x_error_code": "GatedRepo"}, GatedRepositoryError, "ask for access"),
        (403, {}, ForbiddenError, "403"),
        (
            401,
            {"x_error_message": "Invalid credentials in Authorization header"},
            UnauthorizedError,
            "did not accept the token",
        ),
        (500, {}, HubError, "out of order"),
        (400, {}, HubError, "status 400"),
    ],
)
def test_the_hubs_errors_are_told_apart(
    hub: Any,
    no_pauses: list[float],
    status: int,
    headers: dict[str, str],
    error: type[OnnxformersError],
    words: str,
) -> None:
    answer(hub, CONFIG, status, **headers)
    with pytest.raises(error, match=words) as caught:
        resolve_file("org/name", "config.json", LoadOptions(token="hf_secret"))
    assert "org/name" in str(caught.value)
    assert "hf_secret" not in str(caught.value)
    # Nothing that holds the request, and with it the token, hangs on the error.
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_errors_are_the_same_for_optional_files(hub: Any) -> None:
    with pytest.raises(RepositoryNotFoundError):
        find_file("org/other", "config.json", LoadOptions())
    with pytest.raises(RepositoryNotFoundError, match="no such revision"):
        find_file("org/name", "config.json", LoadOptions(revision="v9"))


@pytest.mark.parametrize(
    ("token", "sent"), [("hf_mine", "Bearer hf_mine"), (None, "Bearer hf_env"), (False, None)]
)
def test_tokens_go_to_the_hub(
    hub: Any, monkeypatch: pytest.MonkeyPatch, token: str | bool | None, sent: str | None
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_env")
    resolve_file("org/name", "config.json", LoadOptions(token=token))
    assert {value for _, _, value in hub.requests} == {sent}


def test_the_statuses_of_a_download(hub: Any) -> None:
    told: list[dict[str, Any]] = []
    options = LoadOptions(progress_callback=told.append)
    path = resolve_file("org/name", "onnx/model.onnx", options)
    size = path.stat().st_size
    assert {(event["name"], event["file"]) for event in told} == {("org/name", "onnx/model.onnx")}
    statuses = [event["status"] for event in told]
    assert statuses[:2] == ["initiate", "download"]
    assert set(statuses[2:-1]) == {"progress"}
    assert statuses[-1] == "done"
    assert told[-2]["loaded"] == told[-2]["total"] == size
    assert told[-2]["progress"] == 100.0
    told.clear()
    resolve_file("org/name", "onnx/model.onnx", options)
    assert find_file("org/name", "absent.json", options) is None
    assert [event["status"] for event in told] == ["initiate", "done"]


@pytest.mark.skipif(not TELLS_PROGRESS, reason="this huggingface_hub tells no progress")
def test_an_error_in_the_callback_stops_the_download(hub: Any, tmp_path: Path) -> None:
    def fail(event: dict[str, Any]) -> None:
        if event["status"] == "progress":
            raise OSError("the caller's own")

    with pytest.raises(OSError, match="the caller's own"):
        resolve_file("org/name", "onnx/model.onnx", LoadOptions(progress_callback=fail))
    assert not list(tmp_path.rglob("model.onnx"))


def test_no_bar_where_there_is_no_terminal(hub: Any, capfd: pytest.CaptureFixture[str]) -> None:
    resolve_file("org/name", "onnx/model.onnx", LoadOptions())
    assert capfd.readouterr().err == ""


def test_without_the_file_system_nothing_reaches_the_cache(hub: Any, tmp_path: Path) -> None:
    env.use_fs_cache = False
    path = resolve_file("org/name", "config.json", LoadOptions())
    assert path.read_bytes() == hub.files[CONFIG]
    assert list(tmp_path.iterdir()) == []
    hub.requests.clear()
    options = LoadOptions()
    resolve_file("org/name", "config.json", options)
    resolve_file("org/name", "tokenizer.json", options)
    assert set(hub.asked("GET")) <= {f"/org/name/resolve/{COMMIT}/tokenizer.json"}


def test_without_network_what_is_in_the_cache_loads(hub: Any, no_pauses: list[float]) -> None:
    resolve_file("org/name", "config.json", LoadOptions())
    hub.close()
    options = LoadOptions()
    assert read_json("org/name", "config.json", options)["model_type"] == "bert"
    tries = len(no_pauses)  # some versions of huggingface_hub try each question several times
    assert find_file("org/name", "generation_config.json", options) is None
    with pytest.raises(MissingFileError, match=r"cache of org/name .*cannot be reached"):
        resolve_file("org/name", "tokenizer.json", options)
    assert len(no_pauses) == tries


def test_without_network_nothing_in_the_cache_is_said(hub: Any, no_pauses: list[float]) -> None:
    hub.close()
    options = LoadOptions()
    with pytest.raises(OfflineError, match=r"org/name .*is not in the cache .*cannot be reached"):
        resolve_file("org/name", "config.json", options)
    tries = len(no_pauses)
    with pytest.raises(OfflineError):
        resolve_file("org/name", "tokenizer.json", options)
    assert len(no_pauses) == tries


def test_a_hub_out_of_order_leaves_what_is_in_the_cache(hub: Any, no_pauses: list[float]) -> None:
    path = resolve_file("org/name", "config.json", LoadOptions())
    answer(hub, CONFIG, 503)
    assert resolve_file("org/name", "config.json", LoadOptions()) == path


def test_nothing_but_the_file_is_asked_for(hub: Any) -> None:
    code = (
        "from onnxformers.hub import LoadOptions, files\n"
        "files.resolve_file('org/name', 'config.json', LoadOptions())"
    )
    variables = {k: v for k, v in os.environ.items() if k != "HF_HUB_DISABLE_TELEMETRY"}
    subprocess.run([sys.executable, "-c", code], check=True, env=variables)
    assert set(hub.asked()) <= {CONFIG, CONFIG.replace("main", COMMIT)}


# --- no network at all: a cache laid out by hand


@pytest.fixture
def sockets(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The sockets that were opened since the test began."""
    opened: list[object] = []
    original = socket.socket.__init__

    def open_socket(self: socket.socket, *arguments: Any, **options: Any) -> None:
        opened.append(arguments)
        original(self, *arguments, **options)

    monkeypatch.setattr(socket.socket, "__init__", open_socket)
    return opened


def off_by_variable(monkeypatch: pytest.MonkeyPatch) -> LoadOptions:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    return LoadOptions()


def off_by_argument(monkeypatch: pytest.MonkeyPatch) -> LoadOptions:
    monkeypatch.delenv("HF_HUB_OFFLINE")
    return LoadOptions(local_files_only=True)


def off_by_setting(monkeypatch: pytest.MonkeyPatch) -> LoadOptions:
    monkeypatch.delenv("HF_HUB_OFFLINE")
    env.allow_remote_models = False
    return LoadOptions()


@pytest.mark.parametrize("switch_off", [off_by_variable, off_by_argument, off_by_setting])
def test_offline_no_socket_is_opened(
    hub_cache: Path, monkeypatch: pytest.MonkeyPatch, sockets: list[object], switch_off: Any
) -> None:
    options = switch_off(monkeypatch)
    snapshot = hub_cache / "models--org--name" / "snapshots" / COMMIT
    assert resolve_file("org/name", "config.json", options) == snapshot / "config.json"
    assert model_file("org/name", dtype="q8", options=options).path.read_bytes()[:2] == b"q8"
    assert find_file("org/name", "generation_config.json", options) is None
    with pytest.raises(MissingFileError) as caught:
        resolve_file("org/name", "vocab.txt", options)
    assert "there: config.json, onnx, tokenizer.json" in str(caught.value)
    with pytest.raises(MissingFileError, match=r"there are: onnx/model\.onnx"):
        model_file("org/name", dtype="fp16", options=options)
    with pytest.raises(OfflineError, match="not in the cache at"):
        find_file("org/other", "config.json", options)
    assert sockets == []


def test_offline_revisions(hub_cache: Path) -> None:
    assert find_file("org/name", "config.json", LoadOptions(revision=COMMIT)) is not None
    with pytest.raises(OfflineError, match=r"revision v2\) is not in the cache"):
        find_file("org/name", "config.json", LoadOptions(revision="v2"))
    ref = hub_cache / "models--org--name" / "refs" / "main"
    for broken in ("", "../../../x", "\xff", "main"):
        ref.write_bytes(broken.encode("latin-1"))
        with pytest.raises(OfflineError):
            find_file("org/name", "config.json", LoadOptions())


def test_offline_a_half_fetched_snapshot_says_what_it_has(hub_cache: Path) -> None:
    link = hub_cache / "models--org--name" / "snapshots" / COMMIT / "tokenizer.json"
    link.resolve().unlink()
    with pytest.raises(MissingFileError, match=r"tokenizer\.json is not in the cache of org/name"):
        resolve_file("org/name", "tokenizer.json", LoadOptions())


def test_offline_huggingface_hub_is_not_even_imported(hub_cache: Path) -> None:
    code = (
        "import sys\n"
        "from onnxformers.configs import AutoConfig\n"
        "assert AutoConfig.from_pretrained('org/name').model_type == 'bert'\n"
        "print(sorted({'huggingface_hub', 'httpx', 'requests'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
