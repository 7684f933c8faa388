"""Models by name under `env.local_model_path`: each file is taken from there, else from afar.

Source: spec/transformers.js/utils_hub.md, getModelFile; env.md, localModelPath.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from onnxformers.errors import OfflineError, RepositoryNotFoundError
from onnxformers.hub.listing import ListedFile
from onnxformers.hub.local import LocalFolder
from onnxformers.hub.options import Learnt
from onnxformers.hub.progress import Reporter
from onnxformers.hub.sources import Source


class LocalFirst:
    """A folder that may hold only some files of a model; the others are the remote model's.

    Args:
        folder: looked in first.
        open_remote: gives the remote model; called when a file is not in the folder.
        learnt: what this load knows; a remote place that has no such model is asked once.
    """

    def __init__(
        self, folder: LocalFolder, open_remote: Callable[[], Source], learnt: Learnt
    ) -> None:
        self._folder = folder
        self._open_remote = open_remote
        self._opened: Source | None = None
        self._learnt = learnt

    @property
    def place(self) -> str:
        """Both places in words, the second with the reason when it could not be asked."""
        return f"{self._folder.place}, nor in {self._no_remote or self._remote.place}"

    def find(self, filename: str, report: Reporter) -> Path | None:
        """The file of the folder, else of the remote model."""
        path = self._folder.find(filename, report)
        if path is not None or self._no_remote is not None:
            return path
        try:
            return self._remote.find(filename, report)
        except (OfflineError, RepositoryNotFoundError) as error:
            # No failure: a model kept in the folder need not be anywhere else.
            reason = str(error).removeprefix("[hub] ")
            self._learnt.no_remote[self._folder.place] = f"{self._remote.place} ({reason})"
            return None

    def names(self, folder: str) -> list[str] | None:
        """Names in a folder of either place; None when the remote one cannot be listed."""
        listed = [] if self._no_remote is not None else self._remote.names(folder)
        return None if listed is None else sorted({*self._folder.names(folder), *listed})

    def listing(self) -> list[ListedFile]:
        """Files of both places; those of the folder hide the remote ones."""
        here = self._folder.listing()
        names = {file.path for file in here}
        try:
            afar = [] if self._no_remote is not None else self._remote.listing()
        except (OfflineError, RepositoryNotFoundError):
            afar = []
        return sorted([*here, *(file for file in afar if file.path not in names)])

    def present(self, filenames: list[str]) -> list[str]:
        """Those of `filenames` that are in either place."""
        here = self._folder.present(filenames)
        others = [name for name in filenames if name not in here]
        asked = self._remote.present(others) if others and self._no_remote is None else []
        return here + asked

    @property
    def _no_remote(self) -> str | None:
        """The remote place and why it has nothing to give, None when it may have."""
        return self._learnt.no_remote.get(self._folder.place)

    @property
    def _remote(self) -> Source:
        if self._opened is None:
            self._opened = self._open_remote()
        return self._opened
