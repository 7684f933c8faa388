from __future__ import annotations

import ctypes
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from onnxformers import runtime
from onnxformers.cli import info
from onnxformers.errors import RuntimeLibraryError

Command = Callable[..., tuple[int, str, str]]
CPU = ["CPUExecutionProvider"]
CUDA = ["CUDAExecutionProvider", "CPUExecutionProvider"]


@pytest.fixture
def no_runtime(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if neither onnxruntime nor onnxruntime-gpu were installed."""

    def load_runtime() -> None:
        raise RuntimeLibraryError("[runtime] not installed")

    monkeypatch.setattr(runtime, "load_runtime", load_runtime)


def test_every_fact_is_there_as_json(command: Command) -> None:
    status, out, err = command("info", "--json")
    assert (status, err) == (0, "")
    facts = json.loads(out)
    assert facts["python"].startswith(sys.version.split()[0])
    assert facts["runtime"]["distribution"].startswith("onnxruntime")
    assert facts["runtime"]["version"] in facts["runtime"]["distribution"]
    assert Path(facts["runtime"]["path"]).is_file()
    assert "CPUExecutionProvider" in facts["runtime"]["providers"]
    assert 1 <= facts["cpu"]["threads"] <= facts["cpu"]["affinity"]
    assert facts["cpu"]["physical_cores"] >= 1
    assert facts["caches"].keys() == {"hub", "derived"}


def test_for_people_it_is_a_line_for_each_fact(command: Command) -> None:
    _, out, _ = command("info")
    lines = [line.split() for line in out.splitlines()]
    for name in ("onnxformers", "python", "gpu", "features", "threads", "telemetry", "providers"):
        assert any(line[0] == name and len(line) > 1 for line in lines), name


@pytest.mark.usefixtures("no_runtime")
def test_it_works_without_onnx_runtime(command: Command) -> None:
    status, out, _ = command("info", "--json")
    facts = json.loads(out)
    assert status == 0
    assert facts["runtime"] == {"error": "[runtime] not installed", "providers": []}
    assert "pip install" in facts["gpu"]


@pytest.mark.parametrize(
    ("found", "devices", "expected"),
    [
        ({"providers": CPU}, 0, "no CUDA device found either"),
        ({"providers": CPU}, 2, "2 CUDA device(s) found"),
        ({"providers": CPU}, 1, "pip install onnxruntime-gpu"),
        ({"providers": CUDA}, 0, "the NVIDIA driver is not installed or reports no device"),
        ({"providers": CUDA}, 1, "1 CUDA device(s); used only when asked for with device='cuda'"),
        ({"error": "gone", "providers": []}, 1, "no ONNX Runtime"),
    ],
)
def test_it_says_why_a_gpu_is_not_used(found: dict[str, Any], devices: int, expected: str) -> None:
    state = info.gpu_state(found, devices)
    assert expected in state
    assert state.startswith("not used: ") is (found["providers"] != CUDA or devices == 0)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, "off"), ("1", "off"), ("true", "off"), ("0", "left to"), ("", "left to")],
)
def test_telemetry_is_off_unless_the_variable_allows_it(
    monkeypatch: pytest.MonkeyPatch, value: str | None, expected: str
) -> None:
    monkeypatch.delenv(info.TELEMETRY_VARIABLE, raising=False)
    if value is not None:
        monkeypatch.setenv(info.TELEMETRY_VARIABLE, value)
    state = info.telemetry_state()
    assert state.startswith(expected)
    assert info.TELEMETRY_VARIABLE in state


def test_the_size_of_a_cache_counts_a_linked_file_once(tmp_path: Path) -> None:
    (tmp_path / "blobs").mkdir()
    (tmp_path / "blobs" / "a").write_bytes(b"x" * 10_000)
    try:
        (tmp_path / "link").symlink_to(tmp_path / "blobs" / "a")
    except OSError:
        pytest.skip("this system does not let us make links")
    assert 10_000 <= info.folder_size(tmp_path) < 15_000


def test_a_cache_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert info.folder_size(tmp_path / "nothing") == 0


class Driver:
    """The two calls of the CUDA driver that we make."""

    def __init__(self, devices: int, status: int = 0) -> None:
        self._devices = devices
        self._status = status

    def cuInit(self, flags: int) -> int:
        return self._status

    def cuDeviceGetCount(self, count: Any) -> int:
        count._obj.value = self._devices
        return 0


@pytest.mark.parametrize(
    ("driver", "expected"), [(Driver(2), 2), (Driver(0), 0), (Driver(1, status=100), 0), (None, 0)]
)
def test_the_driver_is_asked_for_its_devices(
    monkeypatch: pytest.MonkeyPatch, driver: Driver | None, expected: int
) -> None:
    def load(name: str) -> Driver:
        if driver is None:
            raise OSError(name)
        return driver

    monkeypatch.setattr(ctypes, "CDLL", load)
    assert info.cuda_devices() == expected
