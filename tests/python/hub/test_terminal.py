"""Bars on a terminal, with the total known."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from typing import Any

import pytest

from loopback import Server
from onnxformers.settings import env

if sys.platform == "win32":
    pytest.skip("Windows has no pseudo terminals", allow_module_level=True)

import fcntl
import pty
import termios

CODE = """
import sys
from onnxformers.settings import env
from onnxformers.hub import LoadOptions, files
if len(sys.argv) > 1:
    env.remote_host, env.cache_dir = sys.argv[1:]
files.resolve_file("org/name", "onnx/model.onnx", LoadOptions())
"""


def on_a_terminal(arguments: list[str], **variables: str) -> str:
    """What a program writes to a terminal."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 25, 120, 0, 0))
    command = [sys.executable, "-c", CODE, *arguments]
    process = subprocess.Popen(command, stderr=theirs, env={**os.environ, **variables})
    os.close(theirs)
    written = b""
    while True:
        try:
            piece = os.read(ours, 4096)
        except OSError:  # how Linux says that nobody has the other end open
            break
        if not piece:
            break
        written += piece
    os.close(ours)
    assert process.wait() == 0, written
    return written.decode()


@pytest.mark.parametrize("kind", ["hub", "mirror"])
def test_a_bar_shows_the_total(request: pytest.FixtureRequest, kind: str) -> None:
    server: Server = request.getfixturevalue(kind)
    arguments = [env.remote_host, str(env.cache_dir)] if kind == "mirror" else []
    shown = on_a_terminal(arguments)
    assert "/400k" in shown
    assert "model.onnx" in shown
    assert any(path.endswith("model.onnx") for path in server.asked("GET"))


@pytest.mark.parametrize("kind", ["hub", "mirror"])
def test_the_variable_keeps_bars_away(request: pytest.FixtureRequest, kind: str) -> None:
    request.getfixturevalue(kind)
    arguments: list[Any] = [env.remote_host, str(env.cache_dir)] if kind == "mirror" else []
    assert on_a_terminal(arguments, HF_HUB_DISABLE_PROGRESS_BARS="1") == ""
