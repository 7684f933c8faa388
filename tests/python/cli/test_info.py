from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from onnxformers import runtime
from onnxformers.cli import info

Command = Callable[..., tuple[int, str, str]]
FACTS = dict.fromkeys(("distributions", "version", "library", "providers", "gpu", "error"))


def test_every_fact_is_there_as_json(command: Command) -> None:
    status, out, err = command("info", "--json")
    assert (status, err) == (0, "")
    facts = json.loads(out)
    assert facts["python"].startswith(sys.version.split()[0])
    assert facts["runtime"]["distributions"]
    assert all(name.startswith("onnxruntime") for name in facts["runtime"]["distributions"])
    assert Path(facts["runtime"]["library"]).is_file()
    assert facts["runtime"]["error"] is None
    assert "CPUExecutionProvider" in facts["runtime"]["providers"]
    assert 1 <= facts["cpu"]["threads"] <= facts["cpu"]["affinity"]
    assert facts["cpu"]["physical_cores"] >= 1
    assert facts["caches"].keys() == {"hub", "derived"}


def test_for_people_it_is_a_line_for_each_fact(command: Command) -> None:
    _, out, _ = command("info")
    lines = [line.split() for line in out.splitlines()]
    for name in ("onnxformers", "python", "gpu", "features", "threads", "telemetry", "providers"):
        assert any(line[0] == name and len(line) > 1 for line in lines), name


def test_it_works_without_onnx_runtime(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    absent = FACTS | {"distributions": [], "error": "[runtime] none; pip install it"}
    monkeypatch.setattr(runtime, "describe", lambda: absent)
    status, out, _ = command("info", "--json")
    facts = json.loads(out)
    assert status == 0
    assert facts["runtime"]["providers"] is None
    assert facts["gpu"] == "not used: [runtime] none; pip install it"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"gpu": "no driver"}, "not used: no driver"),
        ({"error": "no library"}, "not used: no library"),
        ({}, "CUDA works; used when asked for: device='cuda'"),
    ],
)
def test_it_says_why_a_gpu_is_not_used(facts: dict[str, str], expected: str) -> None:
    assert info.gpu_state(FACTS | facts) == expected


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
