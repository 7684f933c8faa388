"""The cache of what we derive from a model's files: optimised graphs, compiled tokenizers.

An entry is one file whose name holds its key and the hash of its content. The name is given last,
to a file that is complete and on the disk, so there are no locks and no second file to disagree
with: killed writers leave temporary files only, and several writers leave whole entries.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import platform
import re
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from onnxformers._native import __version__ as core_version
from onnxformers.errors import InvalidArgumentError, OnnxformersError
from onnxformers.hub.atomic import publish, remove_abandoned, temporary_in
from onnxformers.hub.content import content_hash, file_digest
from onnxformers.settings import env

logger = logging.getLogger("onnxformers.hub")

# Part of every key: raise it when the meaning of entries changes.
_FORMAT = 1
_UNUSED_AFTER_S = 60 * 24 * 3600.0
_reported: set[str] = set()


class DerivedCache:
    """Entries of one kind, under `env.cache_dir`.

    Never the cause of a failure: where nothing can be written (no folder, no permission, a full
    disk, `env.use_fs_cache` False) it is empty and stays so, which is logged once. An entry that
    does not match its hash is removed and counts as absent. Entries not used for 60 days go.

    Args:
        kind: name of the folder, such as "graphs": lower-case letters and underscores.
        suffix: of the entries' file names, such as ".onnx".
        checks_itself: who reads an entry finds damage, and discards it: `find` need not.

    Raises:
        InvalidArgumentError: `kind` or `suffix` is no such name.

    Example:
        >>> from pathlib import Path
        >>> cache = DerivedCache("shouts", suffix=".txt")
        >>> def write(path: Path) -> None:
        ...     _ = path.write_text(Path("CHANGELOG.md").read_text().upper())
        >>> key = cache.key([Path("CHANGELOG.md")], versions={"upper": "1"}, hardware=[])
        >>> entry = cache.get(key, write)  # None where nothing can be kept

    Source: TARGETS.md, "Shape" and "Cache and download".
    """

    def __init__(self, kind: str, *, suffix: str = "", checks_itself: bool = False) -> None:
        if not re.fullmatch(r"[a-z_]{1,40}", kind) or not re.fullmatch(r"(\.[a-z]{1,10})?", suffix):
            raise InvalidArgumentError(f"[DerivedCache] cannot use {kind!r} with suffix {suffix!r}")
        self._kind = kind
        self._suffix = suffix
        self._checks_itself = checks_itself

    @property
    def folder(self) -> Path | None:
        """Where the entries lie; None when none are kept."""
        if env.cache_dir is None or not env.use_fs_cache:
            return None
        return env.cache_dir / "derived" / self._kind

    def key(
        self,
        sources: Sequence[Path],
        *,
        versions: Mapping[str, str],
        hardware: Sequence[str],
        options: Mapping[str, object] | None = None,
    ) -> str:
        """The key of what is derived from `sources`: another one when anything given differs.

        Args:
            sources: the files it is derived from; their content counts, not their names.
            versions: of all that takes part in deriving, such as {"onnxruntime": "1.20.1"}. Ours
                is added.
            hardware: what the result depends on, such as CPU features or the GPU's name. System
                and architecture are added.
            options: the settings that shape the result; values that JSON can hold.

        Raises:
            OSError: a source cannot be read.
        """
        facts = {
            "format": _FORMAT,
            "kind": self._kind,
            "sources": [content_hash(source) for source in sources],
            "versions": {"onnxformers": core_version, **versions},
            "hardware": [sys.platform, platform.machine(), *hardware],
            "options": dict(options or {}),
        }
        text = json.dumps(facts, sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()[:40]

    def find(self, key: str) -> Path | None:
        """The entry, checked against its hash (see `checks_itself`); None when none is whole."""
        for path in self._entries(key):
            try:
                whole = self._checks_itself or path.stem.partition("-")[2] == file_digest(path)
            except OSError:
                continue
            if whole:
                _touch(path)
                return path
            logger.warning("[cache] %s is damaged: removed, to be made again", path)
            _remove(path)
        return None

    def store(self, key: str, write: Callable[[Path], object]) -> Path | None:
        """Make an entry: `write` is given the path of an empty file to fill.

        Returns:
            The entry; None when it could not be made. What `write` raises of ours counts as that
            (a runtime that cannot write says so in its own way), anything else is passed on.
        """
        folder = self.folder
        if folder is None:
            return None
        try:
            with temporary_in(folder, self._suffix) as temporary:
                write(temporary)
                if temporary.stat().st_size == 0:
                    raise OSError("nothing was written")
                path = folder / f"{key}-{file_digest(temporary)}{self._suffix}"
                publish(temporary, path)
        except (OSError, OnnxformersError) as error:
            _report_once(folder, error)
            return None
        self._clean(folder)
        return path

    def get(self, key: str, write: Callable[[Path], object]) -> Path | None:
        """`find`, else `store`."""
        return self.find(key) or self.store(key, write)

    def discard(self, key: str) -> None:
        """Remove an entry that turned out to be of no use, such as one that does not load."""
        for path in self._entries(key):
            _remove(path)

    def _entries(self, key: str) -> list[Path]:
        if not re.fullmatch(r"[0-9a-f]{40}", key):
            raise InvalidArgumentError(f"[DerivedCache] {key!r} is no key")
        folder = self.folder
        return [] if folder is None else sorted(folder.glob(f"{key}-*{self._suffix}"))

    def _clean(self, folder: Path) -> None:
        remove_abandoned(folder)
        oldest = time.time() - _UNUSED_AFTER_S
        for path in folder.glob(f"*-*{self._suffix}"):
            if _last_use(path) < oldest:
                _remove(path)


def _last_use(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # another process was quicker to remove it
        return time.time()


def _touch(path: Path) -> None:
    """Note that an entry is in use; a cache that cannot be written needs no cleaning either."""
    try:
        os.utime(path)
    except OSError:
        logger.debug("[cache] cannot touch %s", path)


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:  # read-only, or Windows and in use
        logger.debug("[cache] cannot remove %s: %s", path, error)


def _report_once(folder: Path, error: Exception) -> None:
    if str(folder) not in _reported:
        _reported.add(str(folder))
        logger.warning("[cache] nothing is kept in %s: %s", folder, error)
