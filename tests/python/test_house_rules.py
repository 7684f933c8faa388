"""Rules of the house that no linter knows: who includes whom, and how long a file may be."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CPP = ROOT / "cpp"
MAY_INCLUDE = {
    "base": set(),
    "tokenizers": {"base"},
    "generation": {"base"},
    "audio": {"base"},
    "image": {"base"},
    "runtime": {"base"},
    "models": {"base", "runtime", "generation"},
    "bindings": {"base", "tokenizers", "generation", "audio", "image", "runtime", "models"},
}
# What lies in third_party/ and which room may see it. Only bindings see pybind11 and Python.
THIRD_PARTY = {"unicode": {"base"}, "onnxruntime": {"runtime"}}
MAX_LINES = 500
SOURCES = ("cpp/**/*.h", "cpp/**/*.cpp", "python/**/*.py", "tests/**/*.py", "tests/**/*.cpp")

ROOMS = sorted(path.name for path in CPP.iterdir() if path.is_dir())


def includes(room: str) -> list[tuple[Path, str]]:
    """Every `#include` of a room: the file and the path included."""
    found = []
    for path in sorted((CPP / room).rglob("*.[hc]*")):
        names = re.findall(r'^\s*#\s*include\s*["<]([^">]+)[">]', path.read_text("utf-8"), re.M)
        found += [(path.relative_to(ROOT), name) for name in names]
    return found


def forbidden(room: str, name: str) -> bool:
    """Whether a file of this room must not include that path."""
    first = name.partition("/")[0]
    if first in MAY_INCLUDE:
        return first != room and first not in MAY_INCLUDE[room]
    if first in THIRD_PARTY:
        return room not in THIRD_PARTY[first]
    if "onnxruntime" in name:
        return room != "runtime"
    return room != "bindings" and (first == "pybind11" or name == "Python.h")


def test_every_room_is_in_the_table() -> None:
    assert set(ROOMS) <= set(MAY_INCLUDE)


@pytest.mark.parametrize("room", ROOMS)
def test_room_includes_only_what_stands_below_it(room: str) -> None:
    found = includes(room)
    assert found
    assert [(str(path), name) for path, name in found if forbidden(room, name)] == []


@pytest.mark.parametrize(
    ("room", "name", "expected"),
    [
        ("tokenizers", "base/json.h", False),
        ("tokenizers", "runtime/session.h", True),
        ("base", "tokenizers/tokenizer.h", True),
        ("runtime", "onnxruntime/api.h", False),
        ("models", "onnxruntime_c_api.h", True),
        ("bindings", "onnxruntime/api.h", True),
        ("models", "pybind11/numpy.h", True),
        ("bindings", "pybind11/numpy.h", False),
        ("base", "vector", False),
    ],
)
def test_the_rule_tells_good_from_bad(room: str, name: str, expected: bool) -> None:
    assert forbidden(room, name) is expected


def test_third_party_folders_are_in_the_table() -> None:
    folders = {path.parent.name for path in ROOT.glob("third_party/*/*")}
    assert folders <= set(THIRD_PARTY)


def test_no_file_is_longer_than_a_person_reads() -> None:
    paths = [path for pattern in SOURCES for path in ROOT.glob(pattern)]
    assert len(paths) > 20
    lengths = {str(p.relative_to(ROOT)): len(p.read_text("utf-8").splitlines()) for p in paths}
    assert {name: lines for name, lines in lengths.items() if lines > MAX_LINES} == {}
