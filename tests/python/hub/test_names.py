from __future__ import annotations

import re
from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onnxformers.errors import InvalidArgumentError, InvalidTypeError
from onnxformers.hub import names


@pytest.mark.parametrize(
    "filename",
    ["config.json", "onnx/model.onnx", "1_Pooling/config.json", ".gitattributes", "a b.txt", "é"],
)
def test_paths_inside_are_kept(filename: str) -> None:
    assert names.check_filename(filename) == filename


@pytest.mark.parametrize(
    "filename",
    [
        "",
        "/etc/passwd",
        "//server/share",
        "..",
        "../config.json",
        "onnx/../../config.json",
        "onnx/..",
        "./config.json",
        "onnx//model.onnx",
        "onnx/",
        "C:/config.json",
        "C:config.json",
        "c:\\config.json",
        "\\\\server\\share",
        "onnx\\model.onnx",
        "..\\config.json",
        "config.json:stream",
        "CON",
        "con.json",
        "nul",
        "onnx/NUL.onnx",
        "AUX.",
        "com1",
        "LPT9.txt",
        "prn .json",
        "conin$",
        "config.json.",
        "config.json ",
        " config.json",
        "a\0b",
        "a\nb",
        "a\x1bb",
        "a\ud800b",
        "a\u202eb",
        "what?",
        "*.json",
        "a|b",
        "<a>",
        'a"b',
        "a" * 1025,
    ],
)
def test_paths_that_may_leave_are_refused(filename: str) -> None:
    with pytest.raises(InvalidArgumentError, match=r"^\[hub\] file name must"):
        names.check_filename(filename)


@pytest.mark.parametrize("filename", [None, 3, b"config.json", ["a"]])
def test_paths_are_str(filename: object) -> None:
    with pytest.raises(InvalidTypeError):
        names.check_filename(filename)


PIECES = st.sampled_from([*"aA.:/\\ \0~C1", "..", "../", "con", "NUL"])


@given(filename=st.lists(PIECES, max_size=8).map("".join))
def test_what_is_kept_stays_inside_on_every_system(filename: str) -> None:
    try:
        names.check_filename(filename)
    except InvalidArgumentError:
        return
    for kind in (PurePosixPath, PureWindowsPath):
        path = kind(filename)
        assert not path.is_absolute()
        assert path.anchor == ""
        assert ".." not in path.parts
    if hasattr(PureWindowsPath, "is_reserved"):
        assert not re.match(r"(?i)(con|nul)(\.|$)", filename)


@pytest.mark.parametrize("revision", ["main", "v1.0", "refs/pr/12", "0" * 40, "feature/x+y@2"])
def test_revisions(revision: str) -> None:
    assert names.check_revision(revision) == revision


@pytest.mark.parametrize(
    "revision", ["", "..", "../x", "a/../b", "/a", "a/", "a b", "a\n", "x" * 256]
)
def test_revisions_that_cannot_be(revision: str) -> None:
    with pytest.raises(InvalidArgumentError, match="revision must be"):
        names.check_revision(revision)


@pytest.mark.parametrize(
    ("name", "is_id"),
    [
        ("bert-base-uncased", True),
        ("Xenova/all-MiniLM-L6-v2", True),
        ("a", True),
        ("_a/b_", True),
        ("a.b/c.d", True),
        ("a/b/c", False),
        ("/a", False),
        ("a/", False),
        ("./a", False),
        ("../a", False),
        ("~/a", False),
        ("-a/b", False),
        ("a/b.", False),
        ("a--b", False),
        ("a..b", False),
        ("a/b.git", False),
        ("a\\b", False),
        ("C:a", False),
        ("é/b", False),
        ("a/" + "b" * 97, False),
        ("a b", False),
        ("a\n", False),
    ],
)
def test_names_of_repositories(name: str, is_id: bool) -> None:
    assert names.is_repo_id(name) is is_id


def test_join() -> None:
    assert names.join("onnx", "model.onnx") == "onnx/model.onnx"
    assert names.join("", "model.onnx") == "model.onnx"
