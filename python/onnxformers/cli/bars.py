"""One progress bar over all files of a download, with the total known before the first byte."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from onnxformers.hub.listing import ListedFile


class Progress:
    """A `progress_callback` that draws a bar on a terminal, and nothing elsewhere.

    Args:
        stream: where to draw.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._bar: Any = None
        self._loaded: dict[str, int] = {}

    @contextlib.contextmanager
    def over(self, files: Sequence[ListedFile]) -> Iterator[None]:
        """Show the bar while the block runs; its total is that of `files`."""
        if not self._stream.isatty():
            yield
            return
        from tqdm.std import tqdm

        total = sum(file.size or 0 for file in files)
        with tqdm(total=total, unit="B", unit_scale=True, file=self._stream) as self._bar:
            yield
        self._bar = None

    def __call__(self, event: dict[str, Any]) -> None:
        """Note what `progress_callback` is told."""
        if event["status"] == "progress":
            self._advance(event["file"], event["loaded"])

    def finished(self, file: ListedFile) -> None:
        """Note that a file is there, which also those are that needed no download."""
        self._advance(file.path, file.size or 0)

    def _advance(self, name: str, loaded: int) -> None:
        more = loaded - self._loaded.get(name, 0)
        self._loaded[name] = loaded
        if self._bar is not None:
            self._bar.set_description(name.rpartition("/")[2], refresh=False)
            self._bar.update(more)
