"""Which files a model has."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from onnxformers.errors import InvalidArgumentError
from onnxformers.hub.atomic import is_unfinished
from onnxformers.hub.names import check_filename


@dataclass(frozen=True, slots=True, order=True)
class ListedFile:
    """A file of a model.

    Attributes:
        path: inside the model, with forward slashes.
        size: bytes; None when the place does not say.
    """

    path: str
    size: int | None


def listed(files: Iterable[tuple[str, int | None]]) -> list[ListedFile]:
    """Files by path; names that cannot be a file's inside the model's folder are left out."""
    return sorted(ListedFile(path, size) for path, size in files if _is_usable(path))


def walk(root: Path) -> list[ListedFile]:
    """The files below a folder, links to files included; hidden folders are left out."""
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            path = Path(folder, name)
            if path.is_file() and not is_unfinished(name):
                found.append((path.relative_to(root).as_posix(), path.stat().st_size))
    return listed(found)


def names_in(files: Iterable[ListedFile], folder: str) -> list[str]:
    """Names of the files and folders that lie directly in a folder, "" for the model's own."""
    inside = f"{folder}/" if folder else ""
    below = (file.path.removeprefix(inside) for file in files if file.path.startswith(inside))
    return sorted({path.split("/")[0] for path in below})


def _is_usable(path: str) -> bool:
    try:
        check_filename(path)
    except InvalidArgumentError:
        return False
    return True
