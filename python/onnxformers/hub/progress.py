"""What the caller is told while files are found and fetched."""

from __future__ import annotations

from typing import Any

from onnxformers.hub.options import LoadOptions


class Reporter:
    """Tells `progress_callback` about one file; without a callback it is silent.

    The statuses come in the order initiate, download, progress (any number, the first with the
    total before a byte has come), done; a file that needs no download has only the first and the
    last, a file that is not there has none. `pipeline()` ends with one more: ready.

    Source: spec/transformers.js/utils_hub.md, progress_callback; API.md, "Loading".
    """

    def __init__(self, options: LoadOptions, name: str, filename: str) -> None:
        self._callback = options.progress_callback
        self._name = name
        self._filename = filename
        self._initiated = False
        self._downloading = False
        # What the callback raised: it must reach the caller as it is, not as a failed download.
        self.failure: BaseException | None = None

    @property
    def listened_to(self) -> bool:
        """Whether there is a callback."""
        return self._callback is not None

    def initiate(self) -> None:
        """The file exists."""
        if not self._initiated:
            self._initiated = True
            self._tell("initiate")

    def download(self) -> None:
        """Its bytes are about to arrive."""
        self.initiate()
        if not self._downloading:
            self._downloading = True
            self._tell("download")

    def progress(self, loaded: int, total: int | None) -> None:
        """`loaded` bytes of `total` are here; a total not known is what has come so far."""
        known = max(loaded, total or 0)
        percent = 100.0 * loaded / known if known else 100.0
        self._tell("progress", loaded=loaded, total=known, progress=percent)

    def done(self) -> None:
        """The file is ready for use."""
        self.initiate()
        self._tell("done")

    def _tell(self, status: str, **facts: Any) -> None:
        if self._callback is None:
            return
        try:
            self._callback({"status": status, "name": self._name, "file": self._filename, **facts})
        except BaseException as error:
            self.failure = error
            raise
