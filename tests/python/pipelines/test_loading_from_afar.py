"""A pipeline from the Hub: what is told, and that nothing is asked when the network is off."""

from __future__ import annotations

import logging
import pickle
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from loopback import Hub
from onnxformers import AutoModel, AutoTokenizer, pipeline
from onnxformers.errors import MissingFileError, OfflineError
from onnxformers.settings import env

MODEL = Path(__file__).parents[2] / "conformance" / "models" / "bert-uncased-sst"
TASK = "text-classification"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    """The Hub with a model that runs, its ONNX file on another host."""
    server = Hub()
    server.files.clear()
    files = {
        path.relative_to(MODEL).as_posix(): path.read_bytes()
        for path in MODEL.rglob("*")
        if path.is_file()
    }
    server.put(files)
    server.lfs = {"onnx/model.onnx"}
    monkeypatch.setenv("HF_ENDPOINT", server.address)
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    env.cache_dir = tmp_path / "cache"
    yield server
    server.close()


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


def test_the_statuses_of_a_load(hub: Hub) -> None:
    told: list[dict[str, Any]] = []
    with pipeline(TASK, "org/name", progress_callback=told.append) as classify:
        assert classify("fine")[0]["label"]
    assert told[-1] == {"status": "ready", "task": TASK, "model": "org/name"}
    by_file: dict[str, list[dict[str, Any]]] = {}
    for event in told[:-1]:
        by_file.setdefault(event["file"], []).append(event)
    assert {"config.json", "tokenizer.json", "onnx/model.onnx"} <= set(by_file)
    size = (MODEL / "onnx" / "model.onnx").stat().st_size
    model = [event for event in by_file["onnx/model.onnx"] if event["status"] == "progress"]
    assert {event["total"] for event in model} == {size}
    assert model[-1]["loaded"] == size
    for events in by_file.values():
        assert events[0]["status"] == "initiate"
        assert events[-1]["status"] == "done"


def switch_off(how: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    if how == "HF_HUB_OFFLINE":
        monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    elif how == "allow_remote_models":
        env.allow_remote_models = False
    return {"local_files_only": True} if how == "local_files_only" else {}


@pytest.mark.parametrize("how", ["HF_HUB_OFFLINE", "local_files_only", "allow_remote_models"])
def test_with_the_network_off_no_socket_is_opened(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, sockets: list[object], how: str
) -> None:
    off = switch_off(how, monkeypatch)
    with pytest.raises(OfflineError, match=r"org/name .* is not in the cache"):
        pipeline(TASK, "org/name", **off)
    assert sockets == []
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    env.allow_remote_models = True
    with pipeline(TASK, "org/name") as classify:
        expected = classify("fine")
    hub.requests.clear()
    sockets.clear()
    off = switch_off(how, monkeypatch)
    with pipeline(TASK, "org/name", **off) as classify:
        assert classify("fine") == expected
    with pytest.raises(MissingFileError, match=r"there are: onnx/model\.onnx"):
        pipeline(TASK, "org/name", dtype="q8", **off)
    assert sockets == []
    assert hub.requests == []


def test_the_token_stays_out_of_objects(hub: Hub, caplog: pytest.LogCaptureFixture) -> None:
    token = "hf_s3cretS3cretS3cret"
    with caplog.at_level(logging.DEBUG):
        model = AutoModel.from_pretrained("org/name", token=token)
        tokenizer = AutoTokenizer.from_pretrained("org/name", token=token)
    assert {sent for _, _, sent in hub.requests} == {f"Bearer {token}"}
    shown = repr(model) + repr(model.options) + repr(tokenizer) + caplog.text
    assert token not in shown
    assert token.encode() not in pickle.dumps(model) + pickle.dumps(tokenizer)
    model.close()
