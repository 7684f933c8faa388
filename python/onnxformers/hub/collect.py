"""Fetching many files of a model, and laying copies of them into a folder."""

from __future__ import annotations

import filecmp
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from onnxformers.errors import HubError, MissingFileError
from onnxformers.hub.atomic import appearing
from onnxformers.hub.listing import ListedFile
from onnxformers.hub.options import LoadOptions
from onnxformers.hub.sources import Source, locate


def collect(
    source: Source,
    name: str,
    files: Sequence[ListedFile],
    options: LoadOptions,
    folder: Path | None = None,
    tell: Callable[[ListedFile], object] = lambda file: None,
) -> list[Path]:
    """Fetch files, which are whole or not there at every moment, in the cache and in `folder`.

    Args:
        source: where from.
        name: the model, for `options.progress_callback`.
        files: which.
        options: how.
        folder: copies go there, in folders as the model has them; None for no copies.
        tell: called with each file once it is there.

    Returns:
        The paths, in `folder` or in the cache, in the order of `files`.

    Raises:
        MissingFileError: a file is gone since the list was made.
        HubError: the place could not deliver, or `folder` not be written; see its subclasses.

    Example:
        >>> from onnxformers.hub.sources import open_source
        >>> options = LoadOptions(local_files_only=True)
        >>> source = open_source("examples/models/all-MiniLM-L6-v2", options)
        >>> [path.name for path in collect(source, "MiniLM", source.listing()[:1], options)]
        ['config.json']
    """
    paths = []
    for file in files:
        path = locate(source, name, file.path, options)
        if path is None:
            raise MissingFileError(f"[hub] {file.path} is not in {source.place} any more")
        paths.append(path if folder is None else _copy(path, folder / file.path))
        tell(file)
    return paths


def _copy(path: Path, target: Path) -> Path:
    """A copy, which appears whole; one that is there and the same is left alone."""
    if os.path.realpath(path) == os.path.realpath(target):
        return target
    try:
        if target.is_file() and filecmp.cmp(path, target, shallow=False):
            return target
        with appearing(target) as temporary:
            shutil.copyfile(path, temporary)
            temporary.chmod(0o644)
    except OSError as error:
        raise HubError(
            f"[hub] {target} could not be written: {error.strerror}; make room or choose another "
            "folder"
        ) from None
    return target
