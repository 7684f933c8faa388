"""The Hub at its worst: redirects to another host, limits, broken answers, caches that refuse."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import pickle
import random
import subprocess
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import onnx_builder as ob
from loopback import COMMIT, FILES, OBEY, SIGNATURE, Answer, Hub, etag_of
from onnxformers.errors import (
    FileFormatError,
    GatedRepositoryError,
    HubError,
    MissingFileError,
    RepositoryNotFoundError,
    UnauthorizedError,
)
from onnxformers.hub import LoadOptions
from onnxformers.hub.files import find_file, model_file, resolve_file
from onnxformers.settings import env

TOKEN = "hf_s3cretS3cretS3cret"
DATA = random.Random(1).randbytes(400_000)
CONFIG = "/org/name/resolve/main/config.json"
MODEL = "/org/name/resolve/main/onnx/model.onnx"


@pytest.fixture
def large(hub: Hub) -> Hub:
    """The Hub, with the model's ONNX file on another server."""
    hub.put({"onnx/model.onnx": DATA})
    hub.lfs = {"onnx/model.onnx"}
    return hub


def stored(hub: Hub) -> str:
    """Path of the ONNX file on the other server."""
    hub.file(MODEL)
    (path,) = hub.cdn.files
    return path


def fetch_model(**options: Any) -> Path:
    return resolve_file("org/name", "onnx/model.onnx", LoadOptions(**options))


def snapshots(tmp_path: Path) -> list[Path]:
    return [path for path in tmp_path.rglob("snapshots/**/*") if path.is_file()]


# --- large files come from another host


def test_a_large_file_comes_from_the_other_host(large: Hub) -> None:
    assert fetch_model().read_bytes() == DATA
    assert large.cdn.asked("GET") == [stored(large)]
    assert MODEL not in large.asked("GET")


@pytest.mark.parametrize("given", ["argument", "variable"])
def test_the_token_goes_to_the_hub_and_to_no_other_host(
    large: Hub, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    if given == "variable":
        monkeypatch.setenv("HF_TOKEN", TOKEN)
    fetch_model(token=TOKEN if given == "argument" else None)
    assert {token for _, _, token in large.requests} == {f"Bearer {TOKEN}"}
    assert {token for _, _, token in large.cdn.requests} == {None}


def test_the_token_and_signatures_are_in_no_file_log_or_object(
    large: Hub, tmp_path: Path, caplog: pytest.LogCaptureFixture, no_pauses: list[float]
) -> None:
    options = LoadOptions(token=TOKEN)
    with caplog.at_level(logging.DEBUG):
        resolve_file("org/name", "onnx/model.onnx", options)
        large.always[CONFIG.replace("main", COMMIT)] = Answer(500)
        with pytest.raises(HubError) as caught:
            resolve_file("org/name", "config.json", options)
    shown = "".join(traceback.format_exception(caught.value)) + caplog.text + repr(options)
    assert TOKEN not in shown
    assert SIGNATURE not in "".join(traceback.format_exception(caught.value))
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert TOKEN.encode() not in kept + pickle.dumps(options)


@pytest.mark.parametrize("status", [403, 404, 500])
def test_an_error_of_the_other_host_shows_no_signature(
    large: Hub, no_pauses: list[float], tmp_path: Path, status: int
) -> None:
    large.cdn.always[stored(large)] = Answer(status)
    with pytest.raises(HubError) as caught:
        fetch_model(token=TOKEN)
    shown = "".join(traceback.format_exception(caught.value))
    assert SIGNATURE not in shown
    assert TOKEN not in shown
    assert snapshots(tmp_path) == []


# --- weights in files of their own


def graph_with_weights(*locations: str) -> bytes:
    value = ob.value("x", "float32", [2])
    weights = [ob.external_tensor(f"w{n}", [2], name) for n, name in enumerate(locations)]
    return ob.model(ob.graph([ob.node("Add", ["x", "w0"], ["y"])], [value], [value], weights))


def test_weights_come_whatever_the_graph_calls_them(hub: Hub) -> None:
    graph = graph_with_weights("model.onnx_data", "tensors/embeddings.bin", "rest")
    hub.put({"onnx/model.onnx": graph, "onnx/model.onnx_data": b"a"})
    hub.put({"onnx/tensors/embeddings.bin": b"b", "onnx/rest": b"c"})
    file = model_file("org/name")
    assert [path.read_bytes() for path in file.external_data] == [b"a", b"c", b"b"]
    folder = file.path.parent
    assert {path.relative_to(folder).as_posix() for path in file.external_data} == {
        "model.onnx_data",
        "rest",
        "tensors/embeddings.bin",
    }


def test_weights_that_are_not_there_are_named(hub: Hub) -> None:
    hub.put({"onnx/model.onnx": graph_with_weights("rest")})
    with pytest.raises(MissingFileError, match=r"onnx/rest, in which onnx/model\.onnx keeps wei"):
        model_file("org/name")


def test_a_graph_with_its_weights_inside_needs_no_question(hub: Hub) -> None:
    hub.put({"onnx/model.onnx": ob.matmul()})
    assert model_file("org/name").external_data == ()
    assert not any("onnx_data" in path for path in hub.asked())


@pytest.mark.parametrize("name", ["../../secret", "/etc/passwd", "C:\\x", "NUL"])
def test_weights_outside_of_the_model_are_not_asked_for(hub: Hub, name: str) -> None:
    hub.put({"onnx/model.onnx": graph_with_weights(name)})
    with pytest.raises(FileFormatError, match=r"^\[model\.onnx\] the name of a file with weights"):
        model_file("org/name")


# --- broken answers


def test_a_cut_connection_leaves_nothing_wrong(
    large: Hub, no_pauses: list[float], tmp_path: Path
) -> None:
    path = stored(large)
    cut = Answer(200, {"etag": etag_of(DATA)}, DATA, cut_after=100_000)
    large.cdn.answers[path] = [cut] * 2
    for _ in range(2):  # huggingface_hub asks again by itself only since 2.0
        with contextlib.suppress(HubError):
            fetch_model()
    assert fetch_model().read_bytes() == DATA
    (model,) = snapshots(tmp_path)
    model.resolve().unlink()
    model.unlink()
    large.cdn.always[path] = Answer(200, {}, DATA, cut_after=0)
    with pytest.raises(HubError):
        fetch_model()
    assert snapshots(tmp_path) == []


@pytest.mark.parametrize("sent", [DATA[:-1], DATA + b"more", b""], ids=["less", "more", "nothing"])
def test_a_file_of_another_length_than_told_is_refused(
    large: Hub, no_pauses: list[float], tmp_path: Path, sent: bytes
) -> None:
    large.cdn.always[stored(large)] = Answer(200, body=sent)
    with pytest.raises(HubError, match="org/name"):
        fetch_model()
    assert snapshots(tmp_path) == []


def test_a_busy_hub_is_told_apart(hub: Hub, no_pauses: list[float]) -> None:
    hub.always[CONFIG] = Answer(429)
    with pytest.raises(HubError, match=r"limits the rate of calls \(429\)"):
        resolve_file("org/name", "config.json", LoadOptions())


@pytest.mark.parametrize(
    ("status", "code", "error", "advice"),
    [
        (401, "GatedRepo", GatedRepositoryError, "ask for access on its page"),
        (403, "GatedRepo", GatedRepositoryError, "ask for access on its page"),
        (401, "RepoNotFound", RepositoryNotFoundError, "token=.* is missing or not valid"),
        (404, "RepoNotFound", RepositoryNotFoundError, "does not exist"),
        (404, "RevisionNotFound", RepositoryNotFoundError, "no such revision"),
    ],
)
def test_errors_say_what_to_do_also_for_the_list_of_files(
    hub: Hub, status: int, code: str, error: type[HubError], advice: str
) -> None:
    hub.always[MODEL] = hub.always[CONFIG] = Answer(status, {"x-error-code": code})
    with pytest.raises(error, match=advice):
        find_file("org/name", "config.json", LoadOptions())
    with pytest.raises(error, match=advice):
        model_file("org/name")


def test_a_token_that_is_wanted_and_not_there(hub: Hub) -> None:
    with pytest.raises(UnauthorizedError, match="needs a token"):
        resolve_file("org/name", "config.json", LoadOptions(token=True))
    assert hub.requests == []


# --- caches that refuse


LOAD = """
from onnxformers.errors import OnnxformersError
from onnxformers.hub import LoadOptions, files
for name in ("config.json", "tokenizer.json"):
    try:
        print("found", files.resolve_file("org/name", name, LoadOptions()))
    except OnnxformersError as error:
        print(type(error).__name__, error)
"""


@pytest.fixture
def read_only(hub: Hub, tmp_path: Path) -> Iterator[Path]:
    """A cache that holds config.json and can be read only."""
    resolve_file("org/name", "config.json", LoadOptions())
    cache = tmp_path / "hub"
    folders = [cache, *(path for path in cache.rglob("*") if path.is_dir())]
    for folder in folders:
        folder.chmod(0o555)
    yield cache
    for folder in folders:
        folder.chmod(0o755)


@pytest.mark.skipif(sys.platform != "linux", reason="capabilities are Linux's")
def test_a_read_only_cache_gives_what_it_holds_and_says_why_no_more(
    hub: Hub, read_only: Path
) -> None:
    command = [sys.executable, "-c", OBEY + LOAD]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found, refused = done.stdout.splitlines()
    assert found == f"found {read_only}/models--org--name/snapshots/{COMMIT}/config.json"
    assert refused.startswith("HubError [hub] org/name (revision main) cannot be kept")
    assert "Permission denied" in refused
    assert "choose another folder (cache_dir=, HF_HOME)" in refused


@pytest.mark.parametrize(
    "code", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EFBIG]
)
def test_a_disk_that_refuses_is_named(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    import huggingface_hub

    def fail(*arguments: Any, **options: Any) -> str:
        raise OSError(code, os.strerror(code), str(tmp_path / "blob"))

    monkeypatch.setattr(huggingface_hub, "hf_hub_download", fail)
    with pytest.raises(HubError, match=r"cannot be kept at .*blob: ") as caught:
        resolve_file("org/name", "config.json", LoadOptions())
    assert os.strerror(code) in str(caught.value)
    assert "choose another folder" in str(caught.value)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sets no limit on the size of files")
def test_a_disk_that_fills_up_leaves_no_part(large: Hub, tmp_path: Path) -> None:
    code = """
import resource, signal
import huggingface_hub
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from onnxformers.errors import HubError
from onnxformers.hub import LoadOptions, files
try:
    files.resolve_file("org/name", "onnx/model.onnx", LoadOptions())
except HubError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "cannot be kept" in done.stdout, done.stdout + done.stderr
    assert snapshots(tmp_path) == []


@pytest.mark.skipif(sys.platform == "win32", reason="on Windows links are of another kind")
def test_a_file_system_without_links(large: Hub, tmp_path: Path) -> None:
    code = """
import os, warnings
def refuse(*arguments, **options):
    raise OSError(1, "Operation not permitted")
os.symlink = refuse
warnings.simplefilter("ignore")
from onnxformers.hub import LoadOptions, files
for _ in range(2):
    print(files.resolve_file("org/name", "onnx/model.onnx", LoadOptions()))
print(files.resolve_file("org/name", "onnx/model.onnx", LoadOptions(local_files_only=True)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (path,) = {Path(line) for line in done.stdout.splitlines()}
    assert not path.is_symlink()
    assert path.read_bytes() == DATA
    assert len(large.cdn.asked("GET")) == 1


def test_without_a_folder_to_keep_files_in(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(HubError, match=r"cannot be kept at .*file"):
        resolve_file("org/name", "config.json", LoadOptions(cache_dir=tmp_path / "file" / "hub"))
    env.use_fs_cache = False
    assert resolve_file("org/name", "config.json", LoadOptions()).is_file()


# --- several at once


@pytest.mark.slow
def test_many_processes_fetch_one_good_copy(large: Hub, tmp_path: Path) -> None:
    large.cdn.step_bytes, large.cdn.step_s = 40_000, 0.02
    code = (
        "from onnxformers.hub import LoadOptions, files\n"
        "for name in ('config.json', 'onnx/model.onnx'):\n"
        "    print(files.resolve_file('org/name', name, LoadOptions()))"
    )
    command = [sys.executable, "-c", code]
    children = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(16)
    ]
    outputs = [child.communicate(timeout=200) for child in children]
    assert [child.returncode for child in children] == [0] * 16, outputs
    (printed,) = {out for out, _ in outputs}
    config, model = (Path(line) for line in printed.splitlines())
    assert config.read_bytes() == FILES["config.json"]
    assert model.read_bytes() == DATA
    assert len(snapshots(tmp_path)) == 2
