"""What huggingface_hub's cache holds of a repository, read in its published layout."""

from __future__ import annotations

import re
from pathlib import Path

COMMIT = re.compile(r"[0-9a-f]{40}")


class KeptRepository:
    """One repository in a cache: refs/<revision> names a commit, snapshots/<commit>/ its files.

    Args:
        cache: folder of the cache.
        repo_id: "owner/name".
    """

    def __init__(self, cache: Path, repo_id: str) -> None:
        self._folder = cache / f"models--{repo_id.replace('/', '--')}"

    def commit_of(self, revision: str) -> str | None:
        """The commit that a revision stood for when it was last fetched, None when it never was."""
        try:
            commit = (self._folder / "refs" / revision).read_text("ascii").strip()
        except (OSError, UnicodeDecodeError):
            return None
        return commit if COMMIT.fullmatch(commit) else None

    def folder(self, commit: str | None) -> Path | None:
        """The folder with the files of a commit, None when there is none."""
        if commit is None:
            return None
        snapshot = self._folder / "snapshots" / commit
        return snapshot if snapshot.is_dir() else None

    def lacks(self, commit: str | None, filename: str) -> bool:
        """Whether huggingface_hub noted that a commit has no such file."""
        return commit is not None and (self._folder / ".no_exist" / commit / filename).is_file()
