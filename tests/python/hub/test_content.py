from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from onnxformers.hub import content
from onnxformers.hub.content import content_hash, file_digest
from onnxformers.settings import env


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    env.cache_dir = tmp_path / "cache"
    monkeypatch.setattr(content, "_remembered", {})
    path = tmp_path / "model.onnx"
    path.write_bytes(b"graph" * 500_000)
    return path


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that were read through since the test began."""
    read: list[Path] = []

    def digest(path: Path) -> str:
        read.append(path)
        return file_digest(path)

    monkeypatch.setattr(content, "file_digest", digest)
    return read


def settle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every file count as old enough."""
    monkeypatch.setattr(content, "_SETTLED_AFTER_NS", -1_000_000_000)


def notes(model: Path) -> list[Path]:
    return list((model.parent / "cache").rglob("*.json"))


@pytest.mark.parametrize("size", [0, 1, 1 << 20, (1 << 20) + 1])
def test_the_digest_is_the_files_sha256(tmp_path: Path, size: int) -> None:
    data = os.urandom(size)
    (tmp_path / "file").write_bytes(data)
    assert file_digest(tmp_path / "file") == hashlib.sha256(data).hexdigest()


def test_a_settled_file_is_read_once(
    model: Path, hashed: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(monkeypatch)
    assert content_hash(model) == content_hash(model) == file_digest(model)
    assert len(hashed) == 1


def test_the_next_process_need_not_read_it(
    model: Path, hashed: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(monkeypatch)
    first = content_hash(model)
    content._remembered.clear()
    assert content_hash(model) == first
    assert len(hashed) == 1


def test_a_file_changed_just_now_is_read_every_time(model: Path, hashed: list[Path]) -> None:
    content_hash(model)
    content_hash(model)
    assert len(hashed) == 2
    assert notes(model) == []


def test_a_changed_file_of_the_same_size_and_time_is_noticed(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(monkeypatch)
    before, first = model.stat(), content_hash(model)
    model.write_bytes(b"GRAPH" * 500_000)
    os.utime(model, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert content_hash(model) == file_digest(model) != first


@pytest.mark.parametrize(
    "text", ["", "{}", "[1, 2]", "null", '[[0, 0, 0, 0, 0], "ab", "cd"]', "\0" * 50]
)
def test_a_broken_note_is_ignored(
    model: Path, hashed: list[Path], monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    settle(monkeypatch)
    first = content_hash(model)
    notes(model)[0].write_text(text)
    content._remembered.clear()
    assert content_hash(model) == first
    assert len(hashed) == 2


def test_a_note_with_another_hash_is_ignored(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settle(monkeypatch)
    first = content_hash(model)
    note = notes(model)[0]
    note.write_text(note.read_text().replace(first, "0" * 64))
    content._remembered.clear()
    assert content_hash(model) == first


def test_no_note_is_written_without_the_file_system(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(monkeypatch)
    env.use_fs_cache = False
    content_hash(model)
    assert notes(model) == []


def test_links_share_the_hash_of_their_target(
    model: Path, hashed: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(monkeypatch)
    link = model.parent / "link.onnx"
    link.symlink_to(model)
    assert content_hash(link) == content_hash(model)
    assert len(hashed) == 1


def test_memory_of_many_files_is_bounded(
    model: Path, hashed: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(monkeypatch)
    monkeypatch.setattr(content, "_MAX_REMEMBERED", 3)
    for number in range(10):
        path = model.parent / f"{number}.onnx"
        path.write_bytes(bytes([number]))
        content_hash(path)
    assert len(content._remembered) <= 3


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        content_hash(tmp_path / "absent")
