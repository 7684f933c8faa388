"""Downloads from a file server: gone on with after a break, whole or not at all."""

from __future__ import annotations

import email.utils
import errno
import random
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from loopback import OBEY, Answer, Server, etag_of
from onnxformers.errors import HubError, MissingFileError, OfflineError
from onnxformers.hub import LoadOptions, atomic, http, partial
from onnxformers.hub import fetch as fetch_module
from onnxformers.hub.files import find_file, model_file, resolve_file
from onnxformers.hub.partial import Partial, Version, left_of, partial_of
from onnxformers.settings import env

CONFIG = "/files/org/name/resolve/main/config.json"
MODEL = "/files/org/name/resolve/main/onnx/model.onnx"
DATA = random.Random(1).randbytes(400_000)


@pytest.fixture
def tagged(mirror: Server) -> Server:
    """The mirror, with ETags and ranges, and a model of 400 000 different bytes."""
    mirror.tags = True
    mirror.files[MODEL] = DATA
    return mirror


def cut(server: Server, *lengths: int, path: str = MODEL, **headers: str) -> None:
    """The next answers, cut after so many bytes."""
    told = {"etag": etag_of(server.files[path])} | headers
    server.answers[path] = [Answer(200, told, server.files[path], n) for n in lengths]


def fetch_model(options: LoadOptions | None = None) -> Path:
    return resolve_file("org/name", "onnx/model.onnx", options or LoadOptions())


def unfinished(tmp_path: Path) -> list[Path]:
    return [path for path in tmp_path.rglob(".*") if path.is_file()]


def test_a_broken_download_goes_on(tagged: Server, no_pauses: list[float], tmp_path: Path) -> None:
    cut(tagged, 100_000, 50_000)
    assert fetch_model().read_bytes() == DATA
    assert tagged.ranges == ["bytes=100000-", "bytes=150000-"]
    assert unfinished(tmp_path) == []


def test_a_download_that_moves_on_is_not_given_up(
    tagged: Server, no_pauses: list[float], tmp_path: Path
) -> None:
    cut(tagged, *[20_000] * 15)
    assert fetch_model().read_bytes() == DATA
    assert len(tagged.requests) == 16
    assert max(no_pauses) <= 0.75


def test_a_download_that_does_not_move_is_given_up(
    tagged: Server, no_pauses: list[float], tmp_path: Path
) -> None:
    cut(tagged, 1000, 0, 0, 0, 0, 0)
    with pytest.raises(HubError, match=r"the connection broke .* 4 times"):
        fetch_model()
    assert len(tagged.requests) == 5 - 1
    assert [path.suffix for path in tmp_path.rglob("*.onnx")] == []


def test_a_later_load_goes_on(tagged: Server, no_pauses: list[float], tmp_path: Path) -> None:
    cut(tagged, 300_000, 0, 0, 0, 0)
    with pytest.raises(HubError):
        fetch_model()
    with pytest.raises(OfflineError, match="was fetched before"):
        fetch_model(LoadOptions(local_files_only=True))
    tagged.answers.clear()
    tagged.ranges.clear()
    told: list[dict[str, Any]] = []
    assert fetch_model(LoadOptions(progress_callback=told.append)).read_bytes() == DATA
    assert tagged.ranges == ["bytes=300000-"]
    assert told[2] == {
        "status": "progress",
        "name": "org/name",
        "file": "onnx/model.onnx",
        "loaded": 300_000,
        "total": 400_000,
        "progress": 75.0,
    }
    assert unfinished(tmp_path) == []


def test_a_file_that_changed_meanwhile_comes_anew(
    tagged: Server, no_pauses: list[float], tmp_path: Path
) -> None:
    cut(tagged, 300_000)
    new = DATA[::-1]
    tagged.files[MODEL] = new
    assert fetch_model().read_bytes() == new
    assert unfinished(tmp_path) == []


def test_a_server_that_mixes_up_versions_is_not_believed(
    tagged: Server, no_pauses: list[float], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It sends ranges of the new file without a look at If-Range."""
    cut(tagged, 300_000)
    tagged.files[MODEL] = DATA[::-1]
    ranged = tagged.ranged
    monkeypatch.setattr(
        tagged, "ranged", lambda answer, asked: ranged(answer, {"range": asked.get("range", "")})
    )
    assert fetch_model().read_bytes() == DATA[::-1]
    assert unfinished(tmp_path) == []


@pytest.mark.parametrize(
    "answer",
    [
        Answer(206, {"content-range": "bytes 0-399999/400000"}, DATA),
        Answer(206, {"content-range": "bytes 300000-399999/500000"}, DATA[300_000:]),
        Answer(206, {"content-range": "bytes 300000-300009/400000"}, DATA[300_000:300_010]),
        Answer(206, {"content-range": "nonsense"}, DATA[300_000:]),
        Answer(206, {}, DATA[300_000:]),
        Answer(416, {"content-range": "bytes */400000"}),
    ],
    ids=["start", "length", "end", "words", "nothing", "refused"],
)
def test_another_part_than_asked_for_is_not_taken(
    tagged: Server, no_pauses: list[float], tmp_path: Path, answer: Answer
) -> None:
    cut(tagged, 300_000)
    tagged.answers[MODEL].append(answer)
    assert fetch_model().read_bytes() == DATA
    assert unfinished(tmp_path) == []


def test_a_part_that_nobody_asked_for_is_not_taken(
    tagged: Server, no_pauses: list[float], tmp_path: Path
) -> None:
    tagged.answers[MODEL] = [Answer(206, {"content-range": "bytes 0-9/400000"}, DATA[:10])] * 9
    with pytest.raises(HubError, match="answered 206 to a range, 4 times"):
        fetch_model()
    assert list(tmp_path.rglob("*.onnx")) == []


@pytest.mark.parametrize(
    "headers",
    [
        lambda: {"etag": 'W/"weak"'},
        lambda: {"last-modified": email.utils.formatdate(usegmt=True)},
        lambda: {"last-modified": "yesterday"},
        lambda: {"etag": '"' + "x" * 300 + '"'},
    ],
    ids=["weak tag", "changed just now", "no time", "a tag too long for a file name"],
)
def test_without_a_version_to_rely_on_all_comes_anew(
    mirror: Server, no_pauses: list[float], tmp_path: Path, headers: Callable[[], dict[str, str]]
) -> None:
    mirror.answers[MODEL] = [Answer(200, headers(), mirror.files[MODEL], 1000)]
    assert fetch_model().read_bytes() == mirror.files[MODEL]
    assert mirror.ranges == []
    assert unfinished(tmp_path) == []


def test_a_time_of_change_will_do(mirror: Server, no_pauses: list[float]) -> None:
    hour_ago = {"last-modified": email.utils.formatdate(time.time() - 3600, usegmt=True)}
    rest = {"content-range": "bytes 1000-399999/400000", **hour_ago}
    body = mirror.files[MODEL]
    mirror.answers[MODEL] = [Answer(200, hour_ago, body, 1000), Answer(206, rest, body[1000:])]
    assert fetch_model().read_bytes() == body


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_does_not_cost_what_has_come(
    tagged: Server, no_pauses: list[float], status: int
) -> None:
    cut(tagged, 300_000)
    tagged.answers[MODEL].append(Answer(status))
    assert fetch_model().read_bytes() == DATA
    assert tagged.ranges == ["bytes=300000-"]
    assert len(tagged.requests) == 3


def test_a_file_gone_meanwhile(tagged: Server, no_pauses: list[float], tmp_path: Path) -> None:
    cut(tagged, 1000)
    del tagged.files[MODEL]
    assert find_file("org/name", "onnx/model.onnx", LoadOptions()) is None
    assert unfinished(tmp_path) == []


# --- lengths


def test_a_length_that_is_not_kept(mirror: Server, no_pauses: list[float], tmp_path: Path) -> None:
    mirror.always[CONFIG] = Answer(200, {"content-length": "100"}, b"{}", cut_after=2)
    with pytest.raises(HubError, match=r"the connection broke \(RemoteProtocolError\), 4 times"):
        find_file("org/name", "config.json", LoadOptions())
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_no_length_and_no_mark_of_the_end(mirror: Server, tmp_path: Path) -> None:
    mirror.always[CONFIG] = Answer(200, body=b"{}", sized=False)
    with pytest.raises(HubError, match="says not how long the file is"):
        find_file("org/name", "config.json", LoadOptions())
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_transfer_in_chunks(mirror: Server, no_pauses: list[float]) -> None:
    chunked = {"transfer-encoding": "chunked"}
    body = b"3\r\n{ }\r\n0\r\n\r\n"
    mirror.always[CONFIG] = Answer(200, chunked, body, cut_after=5, sized=False)
    with pytest.raises(HubError, match="the connection broke"):
        find_file("org/name", "config.json", LoadOptions())
    mirror.always[CONFIG] = Answer(200, chunked, body, sized=False)
    assert resolve_file("org/name", "config.json", LoadOptions()).read_bytes() == b"{ }"


# --- what is asked without fetching


def test_a_busy_server_counts_as_no_missing_variant(mirror: Server, no_pauses: list[float]) -> None:
    del mirror.files[MODEL]
    name = "/files/org/name/resolve/main/onnx/model_fp16.onnx"
    mirror.answers[name] = [Answer(503), Answer(503)]
    assert model_file("org/name").dtype == "q8"
    mirror.always[name] = Answer(503)
    with pytest.raises(HubError, match=r"model_fp16\.onnx: the server answered 503, 4 times"):
        model_file("org/name", dtype="q4")


@pytest.mark.parametrize("status", [405, 501])
def test_a_server_that_knows_only_get(mirror: Server, status: int) -> None:
    answer = mirror.answer

    def without_head(method: str, path: str) -> Answer:
        return Answer(status) if method == "HEAD" else answer(method, path)

    mirror.answer = without_head  # type: ignore[method-assign]
    with pytest.raises(MissingFileError, match=r"there are: onnx/model\.onnx.*model_quantized"):
        model_file("org/name", dtype="fp16")


# --- time


def test_how_long_is_waited() -> None:
    with http.open_client(None) as client:
        assert (client.timeout.connect, client.timeout.read) == (10.0, 60.0)


def test_a_server_that_falls_silent(
    tagged: Server, no_pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "_TIMEOUT", httpx.Timeout(0.2))
    tagged.step_bytes, tagged.step_s = 100_000, 0.5
    with pytest.raises(HubError, match=r"the connection broke \(ReadTimeout\), 4 times"):
        fetch_model()
    tagged.step_s = 0.0
    assert fetch_model().read_bytes() == DATA


# --- callers and disks that fail


@pytest.mark.parametrize("kind", [OSError, httpx.ReadError, KeyboardInterrupt])
def test_what_the_callback_raises_reaches_the_caller(
    tagged: Server, no_pauses: list[float], tmp_path: Path, kind: type[BaseException]
) -> None:
    def fail(event: dict[str, Any]) -> None:
        if event["status"] == "progress" and event["loaded"]:
            raise kind("the caller's own")

    with pytest.raises(kind, match="the caller's own"):
        fetch_model(LoadOptions(progress_callback=fail))
    assert len(tagged.requests) == 1
    assert list(tmp_path.rglob("*.onnx")) == []


class Usage(NamedTuple):
    total: int
    used: int
    free: int


def test_a_disk_too_small_is_named_before_anything_comes(
    tagged: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10**6, 700_000, 300_000))
    with pytest.raises(HubError, match=r"needs 0\.4 MB more, and the disk has 0\.3 MB free"):
        fetch_model()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("tags", [True, False])
def test_a_disk_that_fills_up(
    tagged: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tags: bool
) -> None:
    def write_half(self: Any, response: Any, file: Any, offset: int, total: int | None) -> None:
        file.write(DATA[:200_000])
        raise OSError(errno.ENOSPC, "No space left on device")

    tagged.tags = tags
    monkeypatch.setattr(fetch_module._Download, "_copy", write_half)
    with pytest.raises(HubError, match=r"could not be written to .*No space left.*make room"):
        fetch_model()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


FETCH = """
import resource, signal, sys
from onnxformers.errors import HubError
from onnxformers.settings import env
from onnxformers.hub import LoadOptions, files
env.remote_host, env.cache_dir = sys.argv[1:3]
"""


def run(code: str, server: Server, cache: Path, **options: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", FETCH + code, f"{server.address}/files", str(cache)]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sets no limit on the size of files")
def test_a_disk_that_really_refuses(tagged: Server, tmp_path: Path) -> None:
    code = """
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
try:
    files.resolve_file('org/name', 'onnx/model.onnx', LoadOptions())
except HubError as error:
    print(error)
"""
    done = run(code, tagged, tmp_path / "cache")
    assert "could not be written to" in done.stdout
    assert "File too large" in done.stdout
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.skipif(sys.platform != "linux", reason="capabilities are Linux's")
def test_a_read_only_cache_gives_what_it_holds_and_says_why_no_more(
    tagged: Server, tmp_path: Path
) -> None:
    config = resolve_file("org/name", "config.json", LoadOptions())
    folders = [config.parent, *(path for path in config.parents if tmp_path in path.parents)]
    for folder in folders:
        folder.chmod(0o555)
    code = """
for name in ("config.json", "tokenizer.json", "onnx/model.onnx"):
    try:
        print("found", files.resolve_file("org/name", name, LoadOptions()))
    except HubError as error:
        print(error)
"""
    done = run(OBEY + FETCH + code, tagged, tmp_path / "cache")
    for folder in folders:
        folder.chmod(0o755)
    assert done.returncode == 0, done.stderr
    found, *refused = done.stdout.splitlines()
    assert found == f"found {config}"
    assert len(refused) == 2
    assert all("could not be written to" in line for line in refused)
    assert all("Permission denied; make room or choose another" in line for line in refused)


# --- several at once


@pytest.mark.slow
def test_many_processes_fetch_a_model_once(tagged: Server, tmp_path: Path) -> None:
    tagged.step_bytes, tagged.step_s = 40_000, 0.05
    code = "print(files.resolve_file('org/name', 'onnx/model.onnx', LoadOptions()))"
    command = [sys.executable, "-c", FETCH + code, f"{tagged.address}/files", str(tmp_path / "c")]
    children = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(16)]
    paths = {child.communicate(timeout=120)[0].strip() for child in children}
    assert [child.returncode for child in children] == [0] * 16
    (path,) = paths
    assert Path(path).read_bytes() == DATA
    assert tagged.asked("GET") == [MODEL]
    assert unfinished(tmp_path) == []


def in_threads(count: int, work: Callable[[], object]) -> list[object]:
    results: list[object] = []
    threads = [threading.Thread(target=lambda: results.append(work())) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_threads_fetch_a_model_once(tagged: Server, tmp_path: Path) -> None:
    tagged.step_bytes, tagged.step_s = 100_000, 0.02
    assert len(set(in_threads(8, fetch_model))) == 1
    assert tagged.asked("GET") == [MODEL]
    assert unfinished(tmp_path) == []


@pytest.mark.skipif(sys.platform == "win32", reason="on Windows a lock is of another kind")
def test_without_locks_each_copy_is_whole(
    tagged: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(handle: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", refuse)
    tagged.step_bytes, tagged.step_s = 100_000, 0.02
    assert len(set(in_threads(8, fetch_model))) == 1
    assert fetch_model().read_bytes() == DATA


@pytest.mark.skipif(sys.platform == "win32", reason="on Windows a lock is of another kind")
def test_with_locks_that_hold_nobody_each_copy_is_whole(
    tagged: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fcntl.flock", lambda handle, operation: None)
    tagged.step_bytes, tagged.step_s = 20_000, 0.005
    for _ in range(5):
        (path,) = set(in_threads(8, fetch_model))
        assert Path(str(path)).read_bytes() == DATA
        Path(str(path)).unlink()


# --- names of parts


def test_a_part_is_found_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    version = Version(1000, '"a/b:c*-1"')
    part = partial_of(path, version)
    assert part is not None
    assert left_of(path) is None
    part.path.write_bytes(b"x" * 10)
    assert left_of(path) == Partial(part.path, version)
    assert part.headers == {"range": "bytes=10-", "if-range": '"a/b:c*-1"'}
    assert left_of(tmp_path / "model.onnx_data") is None
    part.path.write_bytes(b"x" * 1000)
    assert part.offset == 999
    part.path.unlink()
    assert part.offset == 0


def test_after_a_restart_of_the_machine_nothing_is_gone_on_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "model.onnx"
    part = partial_of(path, Version(1000, '"a"'))
    assert part is not None
    part.path.write_bytes(b"x" * 10)
    monkeypatch.setattr(partial, "_start_of_machine", lambda: "another")
    assert left_of(path) is None


def test_old_parts_are_removed_some_day(
    tagged: Server, no_pauses: list[float], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut(tagged, 1000, 0, 0, 0)
    with pytest.raises(HubError):
        fetch_model()
    (part,) = unfinished(tmp_path)
    monkeypatch.setattr(atomic, "_ABANDONED_AFTER_S", -1.0)
    tagged.answers.clear()
    tagged.ranges.clear()
    assert fetch_model().read_bytes() == DATA
    assert tagged.ranges == []
    assert not part.exists()


def test_no_setting_is_left_to_the_next_test() -> None:
    assert env.remote_host == "https://huggingface.co/"
