"""Names from users and repositories, checked before they become paths or addresses."""

from __future__ import annotations

import functools
import re

from onnxformers.errors import InvalidArgumentError, InvalidTypeError

# The Hub's own rule for "name" and "owner/name", without its look-around.
_REPO_ID = re.compile(r"(?:[A-Za-z0-9_][\w.\-]{0,95}/)?[A-Za-z0-9_][\w.\-]{0,95}", re.ASCII)
# A git ref, a commit or a pull request of the Hub ("refs/pr/1").
_REVISION = re.compile(r"[\w.\-+@#=]+(?:/[\w.\-+@#=]+)*", re.ASCII)
_WINDOWS_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d|conin\$|conout\$)", re.IGNORECASE)
_MAX_FILENAME_CHARS = 1024


def check_filename(filename: object, what: str = "file name") -> str:
    """A path with forward slashes that stays inside the folder it is joined to, on every system.

    Windows' devices, drives and trailing dots are refused everywhere: a model that loads here must
    not be a trap there.

    Raises:
        InvalidTypeError: not a str.
        InvalidArgumentError: absolute, empty, with `..`, a drive letter, a device name, ...
    """
    if not isinstance(filename, str):
        raise InvalidTypeError(f"[hub] {what} must be a str, got {type(filename).__name__}")
    if not filename or len(filename) > _MAX_FILENAME_CHARS:
        raise InvalidArgumentError(
            f"[hub] {what} must have 1 to {_MAX_FILENAME_CHARS} characters, got {len(filename)}"
        )
    problem = _problem(filename)
    if problem is not None:
        raise InvalidArgumentError(
            f"[hub] {what} must be a path inside the model's folder, with forward slashes; "
            f"{filename!r} {problem}"
        )
    return filename


@functools.lru_cache(maxsize=256)  # the same few names at every load
def _problem(filename: str) -> str | None:
    return next((fault for piece in filename.split("/") if (fault := _fault(piece))), None)


def _fault(piece: str) -> str | None:
    """What is wrong with one piece of a path, None when nothing is."""
    if piece in {"", ".", ".."}:
        return f"has the part {piece!r}" if piece else "is absolute or has an empty part"
    if not piece.isprintable():
        return "has control characters"
    if any(mark in piece for mark in '\\:*?"<>|'):
        return "has a backslash, a colon or another character that no file of a model has"
    if piece[-1] in " ." or piece[0] == " ":
        return "has a part with a space or a dot at its end"
    if _WINDOWS_DEVICE.fullmatch(piece.split(".", maxsplit=1)[0].rstrip()):
        return f"names the device {piece!r}"
    return None


def check_revision(revision: object) -> str:
    """A branch, tag or commit that is safe in a path and an address.

    Raises:
        InvalidTypeError, InvalidArgumentError: it cannot be one.
    """
    if not isinstance(revision, str):
        raise InvalidTypeError(f"[hub] revision must be a str, got {type(revision).__name__}")
    pieces = revision.split("/")
    if not _REVISION.fullmatch(revision) or len(revision) > 255 or {".", ".."} & set(pieces):
        raise InvalidArgumentError(
            f"[hub] revision must be a branch, a tag or a commit, got {revision!r}"
        )
    return revision


def is_repo_id(name: str) -> bool:
    """Whether the Hub could have a repository of this name: "name" or "owner/name"."""
    if not _REPO_ID.fullmatch(name) or "--" in name or ".." in name or name.endswith(".git"):
        return False
    return not any(piece[-1] in "-." for piece in name.split("/"))


def join(folder: str, filename: str) -> str:
    """`filename` inside `folder`, where "" is the model's own folder."""
    return f"{folder}/{filename}" if folder else filename
