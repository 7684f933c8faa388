"""Models in local folders."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from onnxformers.errors import FileFormatError, MissingFileError
from onnxformers.hub.progress import Reporter
from onnxformers.settings import hub_cache_dir


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
        self._check_stays_inside(path)
        return path

    def names(self, folder: str) -> list[str]:
        """Names in `folder` ("" for the model's own), sorted; [] when there is no such folder."""
        try:
            return sorted(entry.name for entry in os.scandir(self._root / folder))
        except OSError:
            return []

    def present(self, filenames: list[str]) -> list[str]:
        """Those of `filenames` that are there."""
        return [name for name in filenames if (self._root / name).is_file()]

    def _check_stays_inside(self, path: Path) -> None:
        """Refuse links out of the model, other than those by which the Hub's cache saves space."""
        root, target = Path(os.path.realpath(self._root)), Path(os.path.realpath(path))
        if target.is_relative_to(root) or target.is_relative_to(os.path.realpath(hub_cache_dir())):
            return
        # A snapshot of a Hub cache that lies elsewhere: <cache>/models--x/snapshots/<commit>.
        if root.parent.name == "snapshots" and root.parents[1].name.startswith("models--"):
            cache = root.parents[2]
            if any(target.is_relative_to(blobs / "blobs") for blobs in (root.parents[1], cache)):
                return
        raise FileFormatError(
            f"[hub] {path} is a link that leads out of the model's folder, to {target}; "
            "copy the file into the folder"
        )
