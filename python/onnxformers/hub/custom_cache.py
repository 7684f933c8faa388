"""A cache that the user brings: asked before and told after each download.

Source: spec/transformers.js/env.md, useCustomCache and customCache; utils_hub.md, tryCache.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Protocol

from onnxformers.errors import InvalidTypeError, MissingFileError
from onnxformers.hub.atomic import appearing
from onnxformers.hub.listing import ListedFile
from onnxformers.hub.progress import Reporter
from onnxformers.hub.sources import Source
from onnxformers.hub.temporary import temporary_folder
from onnxformers.settings import CustomCache


class RemoteSource(Source, Protocol):
    """A model's files at an address."""

    def url(self, filename: str) -> str:
        """Address of a file."""


class CustomCached:
    """A remote model seen through the user's cache."""

    def __init__(self, remote: RemoteSource, cache: CustomCache) -> None:
        self._remote = remote
        self._cache = cache

    @property
    def place(self) -> str:
        """The remote place, in words."""
        return f"env.custom_cache or {self._remote.place}"

    def names(self, folder: str) -> list[str] | None:
        """Names in a folder of the remote place: a custom cache cannot be listed."""
        return self._remote.names(folder)

    def listing(self) -> list[ListedFile]:
        """Files of the remote place: a custom cache cannot be listed."""
        return self._remote.listing()

    def present(self, filenames: list[str]) -> list[str]:
        """Those of `filenames` that the cache or the remote place has."""
        held = [name for name in filenames if self._cache.match(self._remote.url(name)) is not None]
        others = [name for name in filenames if name not in held]
        return held + (self._remote.present(others) if others else [])

    def find(self, filename: str, report: Reporter) -> Path | None:
        """The file from the cache, else from the remote place.

        Raises:
            InvalidTypeError: `match` returned something that is no file.
            MissingFileError: `match` returned the path of a file that does not exist.
        """
        url = self._remote.url(filename)
        held = self._cache.match(url)
        if held is not None:
            return self._as_file(held, url, filename)
        path = self._remote.find(filename, report)
        if path is not None:
            self._cache.put(url, path)
        return path

    def _as_file(self, held: object, url: str, filename: str) -> Path:
        if isinstance(held, bytes | bytearray | memoryview):
            # One folder for each address up to the model's own, so that files of external data
            # come to lie beside the file that names them.
            model = hashlib.sha256(url[: -len(filename)].encode()).hexdigest()[:16]
            path = temporary_folder() / "custom" / model / filename
            with appearing(path) as temporary:
                temporary.write_bytes(held)
            return path
        if not isinstance(held, str | os.PathLike):
            raise InvalidTypeError(
                "[env] custom_cache.match must return bytes, a path or None, "
                f"got {type(held).__name__}"
            )
        path = Path(held)
        if not path.is_file():
            raise MissingFileError(f"[env] custom_cache.match named {path}, which is no file")
        return path
