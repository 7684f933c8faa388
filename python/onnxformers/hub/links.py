"""Where a file really lies: links may not lead out of a model's folder.

Links into the blobs of the Hub's cache are how that cache saves space, and are followed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from onnxformers.errors import FileFormatError
from onnxformers.settings import hub_cache_dir

_MAX_FILES_LOOKED_AT = 20_000


def check_links(path: Path, root: Path) -> None:
    """Refuse symbolic links, of the file or a folder above it, that lead out of `root`.

    Raises:
        FileFormatError: the file is not in the model's folder.
    """
    real_root, target = Path(os.path.realpath(root)), Path(os.path.realpath(path))
    if not any(target.is_relative_to(folder) for folder in _allowed(real_root)):
        raise FileFormatError(
            f"[hub] {path} is a link that leads out of the model's folder, to {target}; "
            "copy the file into the folder"
        )


def check_hard_links(path: Path, root: Path) -> None:
    """Refuse a file that has another name outside of `root` (and of the Hub's blobs).

    For files whose names come out of other files. A file of one name, the usual case, costs
    nothing. A blob of the Hub's cache may have any names: only huggingface_hub makes blobs.

    Raises:
        FileFormatError: not all names of the file were found inside.
    """
    status = path.stat()
    if status.st_nlink < 2:
        return
    identity = (status.st_dev, status.st_ino)
    real_root = Path(os.path.realpath(root))
    inside = sum(_identity(name) == identity for name in _files([real_root]))
    blobs = [*_blobs(real_root), *hub_cache_dir().glob("models--*/blobs")]
    if inside == status.st_nlink or any(_identity(name) == identity for name in _files(blobs)):
        return
    raise FileFormatError(
        f"[hub] {path} is a hard link to a file outside the model's folder; "
        "copy the file into the folder"
    )


def _allowed(root: Path) -> Iterator[Path]:
    yield root
    yield Path(os.path.realpath(hub_cache_dir()))
    yield from _blobs(root)


def _blobs(root: Path) -> list[Path]:
    """The blobs of the Hub cache that `root` is a snapshot of: <cache>/models--x/snapshots/<id>."""
    if root.parent.name == "snapshots" and root.parents[1].name.startswith("models--"):
        return [root.parents[1] / "blobs", root.parents[2] / "blobs"]
    return []


def _files(folders: list[Path]) -> Iterator[os.DirEntry[str]]:
    """The files below some folders; links are not followed, and a search has an end."""
    waiting = list(folders)
    looked_at = 0
    while waiting and looked_at < _MAX_FILES_LOOKED_AT:
        try:
            entries = list(os.scandir(waiting.pop()))
        except OSError:
            continue
        looked_at += len(entries)
        waiting += [Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False)]
        yield from (entry for entry in entries if entry.is_file(follow_symlinks=False))


def _identity(entry: os.DirEntry[str]) -> tuple[int, int]:
    status = os.stat(entry.path, follow_symlinks=False)  # noqa: PTH116 - Windows: entry's has no inode
    return status.st_dev, status.st_ino
