"""Addresses in requests: not read unless the server is told to, and then public ones alone."""

from __future__ import annotations

import argparse
import asyncio
import base64
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from breaking import SOUND, picture
from onnxformers.cli import serve
from onnxformers.errors import InvalidArgumentError
from onnxformers.server import fetching
from onnxformers.server.fetching import Fetcher, is_public
from onnxformers.server.problems import Problem
from onnxformers.server.settings import Limits, read_settings
from serving import Running, settings_of

PICTURE = picture()
#: Stands for a public address; others of this machine stay what they are.
PUBLIC = "127.0.0.2"


class Files(BaseHTTPRequestHandler):
    """Answers what the path says."""

    def do_GET(self) -> None:
        self.server.seen.append((self.path, self.headers["host"]))  # type: ignore[attr-defined]
        name = self.path.partition("?")[0].strip("/")
        if name.startswith("to/"):
            self.answer(302, {"location": base64.urlsafe_b64decode(name[3:]).decode()}, b"")
        elif name == "picture":
            self.answer(200, {"content-type": "image/png"}, PICTURE)
        elif name == "sound":
            self.answer(200, {"content-type": "audio/wav; x=y"}, SOUND)
        elif name == "page":
            self.answer(200, {"content-type": "text/html"}, b"<html>")
        elif name == "packed":
            head = {"content-type": "image/png", "content-encoding": "gzip"}
            self.answer(200, head, b"\x1f\x8b")
        elif name == "large":
            self.answer(200, {"content-type": "image/png"}, b"x" * 200_000)
        elif name == "slow":
            time.sleep(1.5)
            self.answer(200, {"content-type": "image/png"}, PICTURE)
        else:
            self.answer(404, {"content-type": "image/png"}, PICTURE)

    def answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for header, value in headers.items():
            self.send_header(header, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except ConnectionError:
            self.close_connection = True  # the client has seen enough

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def files() -> Iterator[Any]:
    try:
        server: Any = ThreadingHTTPServer((PUBLIC, 0), Files)
    except OSError:
        pytest.skip(f"this system has no {PUBLIC}")
    server.seen = []
    server.base = f"http://files.example:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


class Names:
    """A resolver that knows a few names, and may change its mind."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.known = {"files.example": [PUBLIC], "inside.example": ["127.0.0.1"]}
        self.known["both.example"] = [PUBLIC, "10.0.0.1"]

    async def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        if host == "rebound.example":
            return [PUBLIC] if self.asked.count(host) == 1 else ["127.0.0.1"]
        if host.endswith(".example"):
            return self.known[host]
        if ":" in host or host.startswith("169."):
            return [host]
        if host == "nowhere.invalid":
            raise socket.gaierror("no such name")
        if host[0].isdecimal():
            return [socket.inet_ntoa(socket.inet_aton(host))]  # as the system reads such names
        return await fetching.resolve(host, port)


@pytest.fixture(autouse=True)
def _one_is_public(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "is_public", lambda one: one == PUBLIC or is_public(one))


def fetch(names: Names, *addresses: str, **limits: Any) -> list[bytes]:
    fetcher = Fetcher(Limits(**{"fetch_s": 20.0, **limits}), names)
    return asyncio.run(fetcher.fetch_all(list(addresses)))


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
        *("100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
        *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1", "2001:db8::1"),
    ],
)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_addresses_that_are(address: str) -> None:
    assert is_public(address)


def test_files_come_from_the_address_that_was_looked_at(files: Any) -> None:
    names = Names()
    port = files.server_address[1]
    address = f"http://rebound.example:{port}/picture#part"
    assert fetch(names, address) == [PICTURE]
    assert names.asked == ["rebound.example"]
    assert files.seen[-1] == ("/picture", f"rebound.example:{port}")


@pytest.mark.parametrize(
    ("address", "text"),
    [
        ("http://inside.example:{port}/picture", "no public address"),
        ("http://both.example:{port}/picture", "no public address"),
        ("http://127.0.0.1:{port}/picture", "no public address"),
        ("http://2130706433:{port}/picture", "no public address"),
        ("http://0x7f.1:{port}/picture", "no public address"),
        ("http://[::1]:{port}/picture", "no public address"),
        ("http://[::ffff:127.0.0.1]:{port}/picture", "no public address"),
        ("http://169.254.169.254/latest/meta-data", "no public address"),
        ("http://localhost:{port}/picture", "no public address"),
        ("http://user:secret@files.example:{port}/picture", "no password"),
        ("http://files.example:{port}/page", "no picture or sound"),
        ("http://files.example:{port}/packed", "packed"),
        ("http://files.example:{port}/nothing", "answered 404"),
        ("http://files.example:{port}/" + "x" * 3000, "characters"),
        ("http://files.example:99999/", "is no port"),
        ("http:///picture", "must begin"),
        ("http://nowhere.invalid/", "cannot be fetched"),
    ],
)
def test_what_is_not_fetched(files: Any, address: str, text: str) -> None:
    before = len(files.seen)
    with pytest.raises(Problem, match=text) as raised:
        fetch(Names(), address.format(port=files.server_address[1]))
    assert raised.value.status == 422
    reached = [path for path, _ in files.seen[before:]]
    assert reached in ([], ["/page"], ["/packed"], ["/nothing"])


@pytest.mark.parametrize(
    ("target", "text"),
    [
        ("http://127.0.0.1/picture", "no public address"),
        ("http://inside.example/picture", "no public address"),
        ("file:///etc/passwd", "must begin"),
        ("ftp://files.example/x", "must begin"),
        ("http://a:b@files.example/x", "no password"),
        ("?again", "from one address to the next"),
    ],
)
def test_redirects_are_looked_at_too(files: Any, target: str, text: str) -> None:
    there = base64.urlsafe_b64encode(target.encode()).decode()
    with pytest.raises(Problem, match=text):
        fetch(Names(), f"{files.base}/to/{there}")


def test_redirects_to_files(files: Any) -> None:
    there = base64.urlsafe_b64encode(b"/picture").decode()
    again = base64.urlsafe_b64encode(f"{files.base}/to/{there}".encode()).decode()
    assert fetch(Names(), f"{files.base}/to/{again}", f"{files.base}/sound") == [PICTURE, SOUND]


def test_limits(files: Any) -> None:
    with pytest.raises(Problem, match="more bytes than 100000") as raised:
        fetch(Names(), f"{files.base}/large", media_bytes=100_000)
    assert raised.value.status == 413
    with pytest.raises(Problem, match="more bytes"):
        fetch(Names(), *[f"{files.base}/picture"] * 3, media_bytes=2 * len(PICTURE))
    with pytest.raises(Problem, match=r"in 0\.3 seconds"):
        fetch(Names(), f"{files.base}/slow", fetch_s=0.3)
    with pytest.raises(Problem, match="may have 2 addresses"):
        fetch(Names(), *[f"{files.base}/picture"] * 3, inputs=2)


MODELS = {
    "image-classification": "vit-cls",
    "automatic-speech-recognition": "hubert-ctc",
    "document-question-answering": "donut",
    "feature-extraction": "bert-uncased-embed",
    "text-generation": "qwen2",
}


@pytest.fixture(scope="module")
def running(files: Any) -> Iterator[Running]:
    made = Running(settings_of(MODELS, url_inputs=True))
    made.state.fetcher = Fetcher(made.state.limits, Names())
    yield made
    made.close()


def test_addresses_of_inputs(running: Running, files: Any) -> None:
    with httpx.Client(base_url=f"{running.address}/models", timeout=60) as http:
        wanted = http.post("/vit-cls", content=PICTURE).json()
        address = f"{files.base}/picture"
        text = base64.b64encode(PICTURE).decode()
        assert http.post("/vit-cls", json={"inputs": address}).json() == wanted
        several = http.post("/vit-cls", json={"inputs": [address, text]}).json()
        assert several == [wanted, wanted]
        heard = http.post("/hubert-ctc", json={"inputs": f"{files.base}/sound"})
        assert heard.json() == http.post("/hubert-ctc", content=SOUND).json()
        asked = {
            "inputs": {"image": address, "question": "Who?"},
            "parameters": {"max_new_tokens": 8},
        }
        answer = http.post("/donut", json=asked)
        assert answer.status_code == 200, answer.text
        # To a model of texts an address is a text.
        assert http.post("/bert-uncased-embed", json={"inputs": address}).status_code == 200
        talk = {"inputs": {"text": address}, "parameters": {"max_new_tokens": 1}}
        assert http.post("/qwen2", json=talk).status_code == 200
        inside = http.post("/vit-cls", json={"inputs": "http://inside.example/"})
        assert inside.status_code == 422
        assert "no public address" in inside.json()["error"]


def test_addresses_are_not_read_unless_told_to(files: Any) -> None:
    made = Running(settings_of({"image-classification": "vit-cls"}))
    try:
        before = len(files.seen)
        body = {"inputs": f"http://{PUBLIC}:{files.server_address[1]}/picture"}
        answer = httpx.post(f"{made.address}/models/vit-cls", json=body)
        assert answer.status_code == 422
        assert "addresses and paths are not read" in answer.json()["error"]
        assert len(files.seen) == before
    finally:
        made.close()


def test_the_switch_is_an_argument() -> None:
    parser = argparse.ArgumentParser()
    serve.add_arguments(parser)
    for arguments, expected in (([], False), (["--url-inputs"], True)):
        given = serve.gather(parser.parse_args(["image-classification=x", *arguments]))
        settings = read_settings(given)
        assert settings.url_inputs is expected
    with pytest.raises(InvalidArgumentError, match="url_inputs must be True or False"):
        read_settings({"models": [{"task": "fill-mask"}], "url_inputs": "yes"})
