"""Files named by address, against a plain file server on the loopback."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from loopback import Answer, Server
from onnxformers.errors import (
    ForbiddenError,
    HubError,
    InvalidArgumentError,
    MissingFileError,
    OfflineError,
)
from onnxformers.hub.media import is_address, open_address
from onnxformers.settings import env

DATA = bytes(range(256)) * 50


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(time, "sleep", lambda _: None)
    server = Server()
    server.files = {"/tone.wav": DATA}
    yield server
    server.close()


def read(address: str, **options: Any) -> bytes:
    with open_address(address, "read_audio", **options) as file:
        return file.read()


def test_a_file_comes_whole_and_without_a_token(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    assert read(f"{server.address}/tone.wav") == DATA
    assert server.requests == [("GET", "/tone.wav", None)]


def test_a_connection_that_breaks_is_tried_again(server: Server) -> None:
    server.answers["/tone.wav"] = [Answer(503), Answer(200, {}, DATA, cut_after=100), Answer(0)]
    assert read(f"{server.address}/tone.wav") == DATA
    assert len(server.requests) == 4


def test_what_the_server_refuses(server: Server) -> None:
    with pytest.raises(MissingFileError, match=r"^\[read_audio\] .*/none.wav: the server has no"):
        read(f"{server.address}/none.wav")
    server.always["/tone.wav"] = Answer(403)
    with pytest.raises(ForbiddenError):
        read(f"{server.address}/tone.wav")
    server.always["/tone.wav"] = Answer(500)
    with pytest.raises(HubError, match="500, 4 times"):
        read(f"{server.address}/tone.wav")


@pytest.mark.parametrize("sized", [True, False])
def test_a_large_file_is_refused_before_it_is_here(server: Server, sized: bool) -> None:
    server.always["/tone.wav"] = Answer(200, {}, DATA, sized=sized)
    with pytest.raises(InvalidArgumentError, match="more than max_bytes=1000 bytes"):
        read(f"{server.address}/tone.wav", max_bytes=1000)
    assert len(server.requests) == 1


def test_no_network_when_it_is_off(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    env.allow_remote_models = False
    with pytest.raises(OfflineError, match="allow_remote_models is False"):
        read(f"{server.address}/tone.wav")
    env.reset()
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(OfflineError, match="HF_HUB_OFFLINE is set"):
        read(f"{server.address}/tone.wav")
    assert server.requests == []
    assert read("data:;base64,AQI=") == b"\1\2"
    assert read("data:text/plain,a%20b") == b"a b"


def test_what_is_an_address() -> None:
    assert is_address("HTTPS://example.org/a.wav")
    assert is_address("data:,")
    assert not is_address("c:/http.wav")
