"""Mirrors, against a plain file server on the loopback."""

from __future__ import annotations

import email.utils
import time
from pathlib import Path
from typing import Any

import pytest

from onnxformers.errors import (
    ForbiddenError,
    HubError,
    InvalidArgumentError,
    MissingFileError,
    OfflineError,
    UnauthorizedError,
)
from onnxformers.hub import LoadOptions
from onnxformers.hub.files import find_file, model_file, read_json, resolve_file
from onnxformers.settings import env

CONFIG = "/files/org/name/resolve/main/config.json"
MODEL = "/files/org/name/resolve/main/onnx/model.onnx"


def answers(mirror: Any, path: str, *statuses: int, **details: Any) -> None:
    kind = type(mirror.missing("/"))
    mirror.answers[path] = [kind(status, **details) for status in statuses]


def leftovers(tmp_path: Path) -> list[Path]:
    return [path for path in tmp_path.rglob("*") if path.name.startswith(".tmp-")]


def test_a_file_is_fetched_once(mirror: Any, tmp_path: Path) -> None:
    path = resolve_file("org/name", "config.json", LoadOptions())
    assert path.is_relative_to(tmp_path / "cache" / "mirrors")
    assert path.read_bytes() == mirror.files[CONFIG]
    assert resolve_file("org/name", "config.json", LoadOptions()) == path
    assert mirror.requests == [("GET", CONFIG, None)]
    assert leftovers(tmp_path) == []


def test_files_of_one_model_lie_in_one_folder_and_of_others_in_others(mirror: Any) -> None:
    options = LoadOptions()
    config = resolve_file("org/name", "config.json", options)
    model = resolve_file("org/name", "onnx/model.onnx", options)
    assert model.parent.parent == config.parent
    mirror.files["/files/org/name/resolve/refs%2Fpr%2F1/config.json"] = b"{}"
    mirror.files["/files/org/name/resolve/refs/pr/1/config.json"] = b"{}"
    other = resolve_file("org/name", "config.json", LoadOptions(revision="refs/pr/1"))
    assert other.parent != config.parent
    env.remote_path_template = "{model}/resolve/main"
    assert resolve_file("org/name", "config.json", options).parent != config.parent


def test_a_template_of_ones_own(mirror: Any) -> None:
    env.remote_path_template = "{revision}/{model}"
    mirror.files["/files/v1/m/config.json"] = b'{"a": 1}'
    assert read_json("m", "config.json", LoadOptions(revision="v1")) == {"a": 1}


def test_the_cache_dir_of_the_call_wins(mirror: Any, tmp_path: Path) -> None:
    options = LoadOptions(cache_dir=tmp_path / "mine")
    assert resolve_file("org/name", "config.json", options).is_relative_to(tmp_path / "mine")


def test_missing_files(mirror: Any) -> None:
    assert find_file("org/name", "absent.json", LoadOptions()) is None
    with pytest.raises(MissingFileError, match=r"absent\.json is not in the mirror http://"):
        resolve_file("org/name", "absent.json", LoadOptions())


def test_variants_are_asked_for_without_fetching_them(mirror: Any) -> None:
    with pytest.raises(MissingFileError, match=r"there are: onnx/model\.onnx.*model_quantized"):
        model_file("org/name", dtype="fp16")
    assert len(mirror.asked("GET")) == 1
    del mirror.files[MODEL]
    assert model_file("org/name").dtype == "q8"


def test_external_data(mirror: Any) -> None:
    mirror.files[f"{MODEL}_data"] = b"weights"
    assert [path.name for path in model_file("org/name").external_data] == ["model.onnx_data"]


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_busy_server_is_asked_again(mirror: Any, no_pauses: list[float], status: int) -> None:
    answers(mirror, CONFIG, status, status, status)
    assert read_json("org/name", "config.json", LoadOptions())["model_type"] == "bert"
    assert len(mirror.requests) == 4
    assert len(no_pauses) == 3
    assert all(0.5 * 0.5 * 2**n <= pause <= 0.5 * 1.5 * 2**n for n, pause in enumerate(no_pauses))


def test_a_server_busy_for_long_is_given_up(mirror: Any, no_pauses: list[float]) -> None:
    answers(mirror, CONFIG, *[503] * 4)
    with pytest.raises(HubError, match="the server answered 503, 4 times"):
        resolve_file("org/name", "config.json", LoadOptions())
    assert len(mirror.requests) == 4


def test_retry_after_is_obeyed(mirror: Any, no_pauses: list[float]) -> None:
    in_20_s = email.utils.formatdate(time.time() + 20, usegmt=True)
    answers(mirror, CONFIG, 429, headers={"retry-after": "7"})
    mirror.answers[CONFIG] += [type(mirror.missing("/"))(503, {"retry-after": in_20_s})]
    mirror.answers[CONFIG] += [type(mirror.missing("/"))(503, {"retry-after": "soon"})]
    resolve_file("org/name", "config.json", LoadOptions())
    assert no_pauses[0] == 7.0
    assert 15.0 < no_pauses[1] <= 20.0
    assert no_pauses[2] < 4.0


def test_retry_after_an_hour_is_not_waited_for(mirror: Any, no_pauses: list[float]) -> None:
    answers(mirror, CONFIG, 429, headers={"retry-after": "3600"})
    with pytest.raises(HubError, match="asks to wait 3600 s"):
        resolve_file("org/name", "config.json", LoadOptions())
    assert no_pauses == []


@pytest.mark.parametrize(
    ("status", "error", "words"),
    [
        (401, UnauthorizedError, "asks for a token"),
        (403, ForbiddenError, "forbidden"),
        (400, HubError, "answered 400"),
        (204, HubError, "answered 204"),
    ],
)
def test_other_answers(mirror: Any, status: int, error: type[HubError], words: str) -> None:
    answers(mirror, CONFIG, status)
    with pytest.raises(error, match=words) as caught:
        resolve_file("org/name", "config.json", LoadOptions(token="hf_secret"))
    assert "hf_secret" not in str(caught.value)
    assert len(mirror.requests) == 1


@pytest.mark.parametrize("cut_after", [0, 1, 1000, 399_999])
def test_a_cut_connection_is_tried_again(
    mirror: Any, no_pauses: list[float], tmp_path: Path, cut_after: int
) -> None:
    body = mirror.files[MODEL]
    answers(mirror, MODEL, 200, 200, body=body, cut_after=cut_after)
    path = resolve_file("org/name", "onnx/model.onnx", LoadOptions())
    assert path.read_bytes() == body
    assert leftovers(tmp_path) == []


def test_a_connection_always_cut_leaves_nothing(
    mirror: Any, no_pauses: list[float], tmp_path: Path
) -> None:
    answers(mirror, MODEL, *[200] * 4, body=mirror.files[MODEL], cut_after=1000)
    with pytest.raises(HubError, match=r"the connection broke .* 4 times"):
        resolve_file("org/name", "onnx/model.onnx", LoadOptions())
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_reset_connection_is_tried_again(mirror: Any, no_pauses: list[float]) -> None:
    answers(mirror, CONFIG, 0, 0, 0)
    assert read_json("org/name", "config.json", LoadOptions())["model_type"] == "bert"
    assert len(no_pauses) == 3
    answers(mirror, MODEL, 0, 0, 0, 0)
    with pytest.raises(HubError, match=r"the connection broke .* 4 times"):
        resolve_file("org/name", "onnx/model.onnx", LoadOptions())


def test_a_file_of_length_zero(mirror: Any) -> None:
    mirror.files[CONFIG] = b""
    assert resolve_file("org/name", "config.json", LoadOptions()).read_bytes() == b""


def test_no_server_is_offline(mirror: Any, no_pauses: list[float]) -> None:
    resolve_file("org/name", "config.json", LoadOptions())
    mirror.close()
    options = LoadOptions()
    assert resolve_file("org/name", "config.json", options)
    assert find_file("org/name", "absent.json", options) is None
    with pytest.raises(MissingFileError, match=r"was fetched from .*cannot be reached"):
        resolve_file("org/name", "tokenizer.json", options)
    with pytest.raises(OfflineError, match=r"nothing of .*org/other.* was fetched before"):
        resolve_file("org/other", "config.json", LoadOptions())
    assert no_pauses == []


def test_offline_nothing_is_asked(mirror: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    resolve_file("org/name", "config.json", LoadOptions())
    mirror.requests.clear()
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert resolve_file("org/name", "config.json", LoadOptions())
    with pytest.raises(MissingFileError, match=r"there: config\.json"):
        resolve_file("org/name", "tokenizer.json", LoadOptions())
    with pytest.raises(MissingFileError, match="ONNX files in onnx: none"):
        model_file("org/name")
    with pytest.raises(OfflineError, match="HF_HUB_OFFLINE is set"):
        find_file("org/other", "config.json", LoadOptions())
    assert mirror.requests == []


def test_the_hubs_token_goes_to_no_mirror(mirror: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    resolve_file("org/name", "config.json", LoadOptions(token=True))
    find_file("org/name", "absent.json", LoadOptions())
    assert {token for _, _, token in mirror.requests} == {None}


def test_a_token_of_the_call_goes_to_the_mirror_alone(mirror: Any, hub: Any) -> None:
    hub.files["/elsewhere"] = b"{}"
    hub.file = lambda path: type(hub.missing("/"))(200, body=b"{}")
    answers(mirror, CONFIG, 302, headers={"location": f"{hub.address}/elsewhere"})
    resolve_file("org/name", "config.json", LoadOptions(token="mirror_token"))
    assert mirror.requests == [("GET", CONFIG, "Bearer mirror_token")]
    assert hub.requests == [("GET", "/elsewhere", None)]


def test_a_token_is_not_sent_unencrypted() -> None:
    env.remote_host = "http://files.example"
    with pytest.raises(InvalidArgumentError, match="a token is not sent to http://files") as caught:
        resolve_file("org/name", "config.json", LoadOptions(token="mirror_token"))
    assert "mirror_token" not in str(caught.value)


def test_a_circle_of_redirects(mirror: Any) -> None:
    answers(mirror, CONFIG, *[302] * 30, headers={"location": CONFIG})
    with pytest.raises(HubError, match="circle"):
        resolve_file("org/name", "config.json", LoadOptions())


def test_the_statuses_of_a_download(mirror: Any) -> None:
    mirror.files[MODEL] = b"x" * (3 << 20)
    told: list[dict[str, Any]] = []
    resolve_file("org/name", "onnx/model.onnx", LoadOptions(progress_callback=told.append))
    statuses = [event["status"] for event in told]
    assert statuses[:2] == ["initiate", "download"]
    assert set(statuses[2:-1]) == {"progress"}
    assert statuses[-1] == "done"
    loaded = [event["loaded"] for event in told if event["status"] == "progress"]
    assert loaded == sorted(loaded)
    assert {event["total"] for event in told if event["status"] == "progress"} == {3 << 20}
    assert told[-2]["progress"] == 100.0


def test_an_error_in_the_callback_stops_the_download(mirror: Any, tmp_path: Path) -> None:
    def fail(event: dict[str, Any]) -> None:
        if event["status"] == "progress":
            raise OSError("the caller's own")

    with pytest.raises(OSError, match="the caller's own"):
        resolve_file("org/name", "config.json", LoadOptions(progress_callback=fail))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert len(mirror.requests) == 1


def test_no_bar_where_there_is_no_terminal(mirror: Any, capfd: pytest.CaptureFixture[str]) -> None:
    resolve_file("org/name", "config.json", LoadOptions())
    assert capfd.readouterr().err == ""


def test_a_cache_that_cannot_be_written_is_named(mirror: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    env.cache_dir = tmp_path / "file"
    with pytest.raises(HubError, match=r"could not be written to .*file"):
        resolve_file("org/name", "config.json", LoadOptions())


@pytest.mark.parametrize("setting", ["use_fs_cache", "cache_dir"])
def test_without_the_file_system_nothing_reaches_the_cache(
    mirror: Any, tmp_path: Path, setting: str
) -> None:
    if setting == "use_fs_cache":
        env.use_fs_cache = False
    else:
        env.cache_dir = None
    path = resolve_file("org/name", "config.json", LoadOptions())
    assert path.read_bytes() == mirror.files[CONFIG]
    assert resolve_file("org/name", "config.json", LoadOptions()) == path
    assert list(tmp_path.iterdir()) == []
