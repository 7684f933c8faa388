"""What has come of a file that is still on its way, kept so that a later try can go on from there.

A partial file's name says which version of the file it is and since which start of the machine it
lies there. So bytes of two versions never meet in one file, and after a crash of the machine, when
the file may be longer than what reached the disk, nothing is gone on from. After a crash of the
process what was written is there.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import uuid
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote

from onnxformers.hub.atomic import PARTIAL_PREFIX

_MAX_NAME_CHARS = 240


@dataclass(frozen=True, slots=True)
class Version:
    """Which bytes a server has under an address.

    Attributes:
        total: how many.
        validator: what If-Range takes: a strong ETag, or the time of the last change.
    """

    total: int
    validator: str


@dataclass(frozen=True, slots=True)
class Partial:
    """The first bytes of one version of a file.

    Attributes:
        path: where they lie.
        version: what they are the first bytes of.
    """

    path: Path
    version: Version

    @property
    def offset(self) -> int:
        """From which byte to go on: the last one is fetched anew, for a range may not be empty."""
        try:
            size = self.path.stat().st_size
        except OSError:
            return 0
        return max(0, min(size, self.version.total - 1))

    @property
    def headers(self) -> dict[str, str]:
        """What asks a server for the rest, or for all if it has another version by now."""
        return {"range": f"bytes={self.offset}-", "if-range": self.version.validator}

    def remove(self) -> None:
        """Forget what has come."""
        with contextlib.suppress(OSError):
            self.path.unlink(missing_ok=True)


def partial_of(path: Path, version: Version) -> Partial | None:
    """Where the bytes of this version of `path` go; None when no file name can say it."""
    validator = quote(version.validator, safe="")
    name = f"{_stem(path)}{version.total}-{validator}"
    if len(name) > _MAX_NAME_CHARS:
        return None
    return Partial(path.with_name(name), version)


def left_of(path: Path) -> Partial | None:
    """What an earlier try left of `path`: the longest part; None when there is none."""
    parts = [part for part in _parts(path) if part.offset]
    return max(parts, key=lambda part: part.offset, default=None)


def remove_parts(path: Path) -> None:
    """Remove all that earlier tries left of `path`."""
    for part in _parts(path):
        part.remove()


def _parts(path: Path) -> list[Partial]:
    stem = _stem(path)
    found = []
    with contextlib.suppress(OSError), os.scandir(path.parent) as entries:
        for entry in entries:
            total, dash, validator = entry.name.removeprefix(stem).partition("-")
            if entry.name.startswith(stem) and total.isdecimal() and dash:
                found.append(Partial(Path(entry.path), Version(int(total), unquote(validator))))
    return found


def _stem(path: Path) -> str:
    name = hashlib.sha256(path.name.encode(errors="replace")).hexdigest()[:12]
    return f"{PARTIAL_PREFIX}{name}-{_start_of_machine()}-"


@functools.cache
def _start_of_machine() -> str:
    """Differs after each start of the machine; of the process, where that cannot be told."""
    try:
        told = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").replace("-", "").strip()
    except (OSError, UnicodeDecodeError):
        told = uuid.uuid4().hex
    return told[:12]
