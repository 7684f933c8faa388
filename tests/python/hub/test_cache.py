from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from onnxformers.errors import InvalidArgumentError, SessionError
from onnxformers.hub import cache as cache_module
from onnxformers.hub.cache import DerivedCache
from onnxformers.settings import env

KEY = "0123456789" * 4


@pytest.fixture
def cache(tmp_path: Path) -> DerivedCache:
    env.cache_dir = tmp_path / "cache"
    cache_module._reported.clear()
    return DerivedCache("graphs", suffix=".onnx")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "model.onnx"
    path.write_bytes(b"graph")
    return path


def key_of(cache: DerivedCache, source: Path, **changes: object) -> str:
    facts: dict[str, object] = {
        "versions": {"onnxruntime": "1.20"},
        "hardware": ["avx2"],
        "options": {"level": "all"},
    }
    return cache.key([source], **{**facts, **changes})  # type: ignore[arg-type]


def test_an_entry_is_found_again(cache: DerivedCache) -> None:
    assert cache.find(KEY) is None
    stored = cache.store(KEY, lambda path: path.write_bytes(b"made"))
    assert stored is not None
    assert stored.suffix == ".onnx"
    assert cache.find(KEY) == stored
    assert stored.read_bytes() == b"made"
    assert [path.name for path in stored.parent.iterdir()] == [stored.name]


def test_get_makes_an_entry_once(cache: DerivedCache) -> None:
    calls: list[Path] = []

    def write(path: Path) -> None:
        calls.append(path)
        path.write_bytes(b"made")

    assert cache.get(KEY, write) == cache.get(KEY, write)
    assert len(calls) == 1


def test_the_key_follows_content_versions_hardware_and_options(
    cache: DerivedCache, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = key_of(cache, source)
    twin = tmp_path / "other name.onnx"
    twin.write_bytes(b"graph")
    assert key_of(cache, twin) == key
    others = [
        key_of(cache, source, versions={"onnxruntime": "1.21"}),
        key_of(cache, source, hardware=["avx512"]),
        key_of(cache, source, options={"level": "basic"}),
        key_of(DerivedCache("tokenizers"), source),
        cache.key([source, twin], versions={"onnxruntime": "1.20"}, hardware=["avx2"]),
    ]
    source.write_bytes(b"GRAPH")
    others.append(key_of(cache, source))
    monkeypatch.setattr(cache_module, "core_version", "99")
    others.append(key_of(cache, twin))
    assert len({key, *others}) == len(others) + 1


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[:-1]),
        lambda path: path.write_bytes(b"X" + path.read_bytes()[1:]),
        lambda path: path.write_bytes(bytes(path.stat().st_size)),
    ],
    ids=["empty", "cut", "changed", "zeroed"],
)
def test_a_damaged_entry_is_removed_and_made_again(
    cache: DerivedCache, damage: object, caplog: pytest.LogCaptureFixture
) -> None:
    path = cache.store(KEY, lambda path: path.write_bytes(b"made" * 1000))
    assert path is not None
    damage(path)  # type: ignore[operator]
    assert cache.find(KEY) is None
    assert not path.exists()
    assert "damaged" in caplog.text
    again = cache.get(KEY, lambda path: path.write_bytes(b"made" * 1000))
    assert again is not None
    assert again.read_bytes() == b"made" * 1000


def test_nothing_is_written_without_the_file_system(cache: DerivedCache, source: Path) -> None:
    env.use_fs_cache = False
    key = key_of(cache, source)
    assert cache.folder is None
    assert cache.get(key, lambda path: path.write_bytes(b"made")) is None
    assert cache.find(key) is None
    assert not (source.parent / "cache").exists()


def test_without_a_folder_nothing_is_kept(cache: DerivedCache, source: Path) -> None:
    env.cache_dir = None
    assert cache.get(key_of(cache, source), lambda path: path.write_bytes(b"made")) is None


def test_a_folder_that_cannot_be_written_is_reported_once(
    cache: DerivedCache, source: Path, caplog: pytest.LogCaptureFixture
) -> None:
    blocked = source.parent / "file"
    blocked.write_text("no folder")
    env.cache_dir = blocked
    for _ in range(3):
        assert cache.get(KEY, lambda path: path.write_bytes(b"made")) is None
    assert len(caplog.records) == 1
    assert "nothing is kept in" in caplog.text


@pytest.mark.skipif(
    not Path("/dev/full").exists(), reason="no /dev/full, the disk that is always full"
)
def test_a_full_disk_leaves_nothing_behind(
    cache: DerivedCache, caplog: pytest.LogCaptureFixture
) -> None:
    def write(path: Path) -> None:
        path.write_bytes(b"half")
        with Path("/dev/full").open("wb", buffering=0) as full:
            full.write(b"rest")

    assert cache.store(KEY, write) is None
    assert cache.folder is not None
    assert list(cache.folder.iterdir()) == []
    assert "No space left" in caplog.text


def test_a_writer_that_writes_nothing_makes_no_entry(cache: DerivedCache) -> None:
    assert cache.store(KEY, lambda path: None) is None
    assert cache.find(KEY) is None


def test_errors_of_a_writer(cache: DerivedCache, caplog: pytest.LogCaptureFixture) -> None:
    def ours(path: Path) -> None:
        raise SessionError("[session] cannot save")

    def foreign(path: Path) -> None:
        raise KeyError("a mistake in the program")

    assert cache.store(KEY, ours) is None
    assert "cannot save" in caplog.text
    with pytest.raises(KeyError):
        cache.store(KEY, foreign)
    assert cache.folder is not None
    assert list(cache.folder.iterdir()) == []


def test_discard_removes_an_entry(cache: DerivedCache) -> None:
    cache.store(KEY, lambda path: path.write_bytes(b"made"))
    cache.discard(KEY)
    assert cache.find(KEY) is None


def test_what_was_not_used_for_long_goes(cache: DerivedCache) -> None:
    old = cache.store(KEY, lambda path: path.write_bytes(b"old"))
    used = cache.store("a" * 40, lambda path: path.write_bytes(b"used"))
    assert old is not None
    assert used is not None
    abandoned, fresh = old.parent / ".tmp-dead", old.parent / ".tmp-alive"
    for path in (abandoned, fresh):
        path.write_bytes(b"half")
    long_ago = time.time() - 61 * 24 * 3600
    for path in (old, used, abandoned):
        os.utime(path, (long_ago, long_ago))
    assert cache.find("a" * 40) == used
    cache.store("b" * 40, lambda path: path.write_bytes(b"new"))
    assert not old.exists()
    assert not abandoned.exists()
    assert used.exists()
    assert fresh.exists()


@pytest.mark.parametrize(("kind", "suffix"), [("../x", ""), ("", ""), ("a", "x"), ("a", "./b")])
def test_names_that_leave_the_folder_are_refused(kind: str, suffix: str) -> None:
    with pytest.raises(InvalidArgumentError):
        DerivedCache(kind, suffix=suffix)


def test_keys_are_checked(cache: DerivedCache) -> None:
    with pytest.raises(InvalidArgumentError):
        cache.find("../../x")


def test_a_cache_that_cannot_be_touched_is_still_read(
    cache: DerivedCache, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    path = cache.store(KEY, lambda path: path.write_bytes(b"made"))

    def refuse(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(os, "utime", refuse)
    monkeypatch.setattr(Path, "unlink", refuse)
    with caplog.at_level(logging.INFO):
        assert cache.find(KEY) == path
    assert caplog.text == ""


# Each process writes entries whose content follows from the key and checks all that it finds.
_CONTENDERS = """
import os, random, signal, sys, time
from pathlib import Path
from onnxformers.settings import env
from onnxformers.hub.cache import DerivedCache

folder, rounds, writers = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
env.cache_dir = folder
cache = DerivedCache("graphs", suffix=".onnx")
keys = [f"{number:x}" * 40 for number in range(4)]

def content(key):
    return key.encode() * 20_000

def check():
    found = [(key, cache.find(key)) for key in keys]
    for key, path in found:
        try:
            assert path is None or path.read_bytes() == content(key), key
        except FileNotFoundError:  # another writer discarded it
            pass
    return sum(path is not None for _, path in found)

def write_for_ever():
    while True:
        key = random.choice(keys)
        def write(path):
            with path.open("wb", buffering=0) as file:
                for start in range(0, len(content(key)), 65_536):
                    file.write(content(key)[start : start + 65_536])
        assert cache.store(key, write) is not None
        check()
        cache.discard(random.choice(keys))

def unfinished():
    return sum(path.name.startswith(".tmp-") for path in cache.folder.iterdir())

whole = 0
for seed in range(1000):
    if seed >= rounds and whole and unfinished():
        break
    children = []
    for writer in range(writers):
        child = os.fork()
        if child == 0:
            random.seed(seed * 100 + writer)
            try:
                write_for_ever()
            finally:
                os._exit(1)
        children.append(child)
    time.sleep(random.Random(seed).uniform(0.001, 0.04 + 0.002 * seed))  # busy machines are slow
    for child in children:
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status), "a writer failed"
    whole += check()
print(f"whole={whole} cut={unfinished()}")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows has no fork")
@pytest.mark.parametrize(("rounds", "writers"), [(30, 1), (6, 8)], ids=["one", "eight at once"])
def test_killed_writers_never_leave_a_wrong_entry(
    tmp_path: Path, rounds: int, writers: int
) -> None:
    command = [sys.executable, "-c", _CONTENDERS, str(tmp_path), str(rounds), str(writers)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    # It tells nothing unless both things happened.
    assert "whole=0 " not in done.stdout
    assert "cut=0" not in done.stdout
