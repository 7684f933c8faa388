"""Models in local folders."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from onnxformers.errors import FileFormatError, MissingFileError
from onnxformers.hub.links import check_links
from onnxformers.hub.progress import Reporter

if TYPE_CHECKING:
    from onnxformers.hub.listing import ListedFile


class LocalFolder:
    """A folder that holds a model."""

    def __init__(self, root: Path) -> None:
        self.place = f"the folder {root}"
        self._root = root

    def find(self, filename: str, report: Reporter) -> Path | None:
        """The file, None when it is not there.

        Raises:
            FileFormatError: it is a folder, a pipe or a device, or a link that leads out.
            MissingFileError: it is there but may not be reached.
        """
        path = self._root / filename
        try:
            mode = path.stat().st_mode
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:  # no permission, a loop of links, a name too long
            raise MissingFileError(f"[hub] {path} cannot be reached: {error.strerror}") from None
        if not stat.S_ISREG(mode):  # opening a pipe would wait for ever
            raise FileFormatError(f"[hub] {path} must be a regular file; it is none")
        if "/" in filename or path.is_symlink():  # else it lies in the folder itself
            check_links(path, self._root)
        return path

    def names(self, folder: str) -> list[str]:
        """Names in `folder` ("" for the model's own), sorted; [] when there is no such folder."""
        try:
            return sorted(entry.name for entry in os.scandir(self._root / folder))
        except OSError:
            return []

    def listing(self) -> list[ListedFile]:
        """All files of the folder."""
        from onnxformers.hub.listing import walk

        return walk(self._root)

    def present(self, filenames: list[str]) -> list[str]:
        """Those of `filenames` that are there."""
        return [name for name in filenames if (self._root / name).is_file()]
