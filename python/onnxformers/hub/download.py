"""Models on the Hub, fetched and kept by huggingface_hub.

huggingface_hub alone writes to its cache. Files already there are looked up by us, in its
published layout (refs/<revision> names a commit, snapshots/<commit>/ holds its files): so a load
that needs no network does not import it, which takes a quarter of a second.
"""

from __future__ import annotations

import inspect
import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

from onnxformers.errors import (
    HubError,
    OfflineError,
    OnnxformersError,
    RepositoryNotFoundError,
)
from onnxformers.hub.kept import KeptRepository
from onnxformers.hub.listing import ListedFile, listed, names_in, walk
from onnxformers.hub.options import LoadOptions, why_offline
from onnxformers.hub.progress import Reporter
from onnxformers.hub.temporary import temporary_folder
from onnxformers.settings import HUB_PATH_TEMPLATE, env, hub_cache_dir, hub_endpoint

_COMMIT = re.compile(r"[0-9a-f]{40}")


class HubRepository:
    """One repository of the Hub at one revision."""

    def __init__(self, repo_id: str, options: LoadOptions) -> None:
        self._repo_id = repo_id
        self._options = options
        self._cache = Path(options.cache_dir or hub_cache_dir()).expanduser()
        self._kept = KeptRepository(self._cache, repo_id)

    @property
    def _why_offline(self) -> str | None:
        return why_offline(self._options)

    @property
    def place(self) -> str:
        """The repository or, without network, its part of the cache, in words."""
        name = f"{self._repo_id} (revision {self._options.revision})"
        if self._why_offline is None:
            return f"the repository {name}"
        return f"the cache of {name} at {self._cache} ({self._why_offline})"

    def url(self, filename: str) -> str:
        """Address of a file: its name in a custom cache."""
        revision = quote(self._options.revision, safe="")
        path = HUB_PATH_TEMPLATE.format(model=self._repo_id, revision=revision)
        return f"{hub_endpoint()}{path}{quote(filename)}"

    def find(self, filename: str, report: Reporter) -> Path | None:
        """The file, fetched if need be; None when the repository has none of this name.

        Raises:
            HubError: the Hub could not say or deliver; see its subclasses.
        """
        if self._why_offline is None and self._commit() is None and self._snapshot_file(filename):
            self._ask_for_commit(filename)
        if self._why_offline is not None:
            return self._cached(filename)
        if self._commit() is not None or not env.use_fs_cache:
            known = self._snapshot_file(filename)
            if known is not None or self._kept.lacks(self._commit(), filename):
                return known
        failure, path = self._fetch(filename, report)
        # Once this load has heard from the Hub, a file that does not come is no file that is not
        # there.
        if isinstance(failure, OfflineError) and not self._is_commit_learnt():
            self._options.learnt.unreachable = _said(failure)
            return self._cached(filename)
        if failure is not None:
            raise failure
        return path

    def listing(self) -> list[ListedFile]:
        """All files of the repository; those of the snapshot in the cache without network.

        Raises:
            HubError: the Hub could not say; see its subclasses.
        """
        if self._why_offline is None:
            try:
                return self._tree()
            except OfflineError as error:
                self._options.learnt.unreachable = _said(error)
        snapshot = self._snapshot()
        if snapshot is None:
            raise self._nothing_kept()
        return walk(snapshot)

    def names(self, folder: str) -> list[str] | None:
        """Names in a folder of the repository; of the snapshot in the cache without network."""
        try:
            return names_in(self.listing(), folder)
        except HubError:  # only there to make an error's text better: it must not hide the error
            return []

    def present(self, filenames: list[str]) -> list[str]:
        """Those of `filenames`, all in one folder, that the repository has."""
        listed = self.names(filenames[0].rpartition("/")[0]) or []
        return [name for name in filenames if name.rpartition("/")[2] in listed]

    def _cached(self, filename: str) -> Path | None:
        if self._snapshot() is None:
            raise self._nothing_kept()
        return self._snapshot_file(filename)

    def _nothing_kept(self) -> OfflineError:
        return OfflineError(
            f"[hub] {self._repo_id} (revision {self._options.revision}) is not in the cache at "
            f"{self._cache}, and nothing can be fetched: {self._why_offline}"
        )

    def _ask_for_commit(self, filename: str) -> None:
        """Learn the commit that the revision stands for now, or that the Hub is out of reach.

        hf_hub_download asks the same of every file, and waits half a minute for each that is not
        in the cache before it takes the Hub for out of reach.
        """
        _quieten()
        from huggingface_hub import get_hf_file_metadata

        from onnxformers.hub.hub_errors import translate

        try:
            answer = get_hf_file_metadata(self.url(filename), token=self._options.token)
        except Exception as error:
            # What else went wrong, hf_hub_download will meet again and judge.
            failure = translate(error, self._repo_id, self._options.revision)
            if isinstance(failure, OfflineError):
                self._options.learnt.unreachable = _said(failure)
            return
        if answer.commit_hash and _COMMIT.fullmatch(answer.commit_hash):
            self._options.learnt.commits[self._repo_id, str(self._cache)] = answer.commit_hash

    def _fetch(
        self, filename: str, report: Reporter
    ) -> tuple[OnnxformersError | None, Path | None]:
        _quieten()
        from huggingface_hub import hf_hub_download

        from onnxformers.hub.hub_errors import translate

        arguments: dict[str, Any] = {"endpoint": hub_endpoint().rstrip("/")}
        tells_progress = "tqdm_class" in inspect.signature(hf_hub_download).parameters
        if report.listened_to and tells_progress:
            from onnxformers.hub.hub_progress import bar_class

            arguments["tqdm_class"] = bar_class(report)
        target = self._cache if env.use_fs_cache else temporary_folder()
        try:
            path = Path(
                hf_hub_download(
                    self._repo_id,
                    filename,
                    revision=self._commit() or self._options.revision,
                    cache_dir=target,
                    token=self._options.token,
                    library_name="onnxformers",
                    library_version=env.version,
                    **arguments,
                )
            )
        except Exception as error:
            if report.failure is not None:
                raise report.failure from None
            return translate(error, self._repo_id, self._options.revision), None
        self._learn_commit(path)
        if not tells_progress:  # huggingface_hub before 1.0
            size = path.stat().st_size
            report.download()
            report.progress(size, size)
        return None, path

    def _tree(self) -> list[ListedFile]:
        _quieten()
        from huggingface_hub import HfApi

        from onnxformers.hub.hub_errors import translate

        api = HfApi(endpoint=hub_endpoint().rstrip("/"), token=self._options.token)
        revision = self._commit() or self._options.revision
        try:
            entries = list(api.list_repo_tree(self._repo_id, recursive=True, revision=revision))
        except Exception as error:
            failure = translate(error, self._repo_id, self._options.revision)
        else:  # folders have no size
            files = [entry for entry in entries if hasattr(entry, "size")]
            return listed((entry.path, entry.size) for entry in files)
        raise failure or RepositoryNotFoundError(f"[hub] {self.place} has no list of files")

    def _commit(self) -> str | None:
        """The commit of this load: given, or learnt from its first file."""
        if _COMMIT.fullmatch(self._options.revision):
            return self._options.revision
        return self._options.learnt.commits.get((self._repo_id, str(self._cache)))

    def _is_commit_learnt(self) -> bool:
        return (self._repo_id, str(self._cache)) in self._options.learnt.commits

    def _learn_commit(self, path: Path) -> None:
        for folder in path.parents:
            if folder.parent.name == "snapshots" and _COMMIT.fullmatch(folder.name):
                self._options.learnt.commits[self._repo_id, str(self._cache)] = folder.name
                return

    def _snapshot(self) -> Path | None:
        return self._kept.folder(self._commit() or self._kept.commit_of(self._options.revision))

    def _snapshot_file(self, filename: str) -> Path | None:
        snapshot = self._snapshot()
        return snapshot / filename if snapshot and (snapshot / filename).is_file() else None


def _said(failure: OnnxformersError) -> str:
    """The text of an error, for the inside of another's."""
    return str(failure).removeprefix("[hub] ")


def _quieten() -> None:
    """Before huggingface_hub is imported: no telemetry, unless the user chose.

    With it, 2.x asks the Hub for a list of programs to name as callers, one request more.
    """
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
