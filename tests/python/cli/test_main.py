"""The command as a process: what only an interpreter of its own shows."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from onnxformers.cli.main import COMMANDS

# A pipeline that answers for ever, for what happens when the reader or the user ends it.
ENDLESS = """
import sys, time, itertools, onnxformers
from onnxformers.cli.main import main
class Endless:
    def __enter__(self): return self
    def __exit__(self, *_): pass
    def __call__(self, texts, **_):
        for text in texts:
            yield [{"label": "A", "score": 1.0}]
onnxformers.pipeline = lambda *a, **k: Endless()
sys.stdin = itertools.repeat("x\\n")
sys.exit(main(["run", "text-classification", "-"]))
"""


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "onnxformers", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def test_version_is_printed() -> None:
    from onnxformers._native import __version__

    done = command("--version")
    assert (done.returncode, done.stdout) == (0, f"onnxformers {__version__}\n")


def test_help_names_every_command() -> None:
    done = command("--help")
    assert done.returncode == 0
    for name, module in COMMANDS.items():
        assert f"  {name} " in done.stdout
        assert module.SUMMARY in done.stdout


def test_the_installed_command_is_the_same() -> None:
    script = Path(sys.executable).with_name("onnxformers" + (".exe" if os.name == "nt" else ""))
    if not script.exists():
        pytest.skip("the package is not installed here, only on the path")
    done = subprocess.run([script, "--version"], capture_output=True, text=True, check=False)
    assert done.stdout == command("--version").stdout


def test_a_character_that_the_console_lacks_is_escaped() -> None:
    code = ENDLESS.replace('itertools.repeat("x\\n")', '["\\u597d\\n"]')
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "\\u597d\n  A  1.0000\n"


@pytest.mark.skipif(os.name == "nt", reason="Windows reports a closed pipe in another way")
def test_a_reader_that_stops_reading_is_no_error() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", ENDLESS], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"x\n"
        process.stdout.close()
        assert process.wait(timeout=20) == 141
        assert process.stderr.read() == b""


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C cannot be sent to one process on Windows")
def test_ctrl_c_ends_without_a_traceback() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", ENDLESS], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
        assert (process.returncode, errors) == (130, b"")
