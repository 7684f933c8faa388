"""Models on a mirror: any plain HTTP file server, read with httpx.

A file once fetched is not asked for again: a plain server has no commits to compare.

Source: spec/transformers.js/env.md, remoteHost and remotePathTemplate; TARGETS.md, "Cache and
download".
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from urllib.parse import quote, urlsplit

from onnxformers.errors import InvalidArgumentError, OfflineError
from onnxformers.hub.atomic import is_unfinished, remove_abandoned
from onnxformers.hub.options import LoadOptions, why_offline
from onnxformers.hub.progress import Reporter
from onnxformers.hub.temporary import temporary_folder
from onnxformers.settings import env

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class MirrorFolder:
    """One model at one revision on the server that `env.remote_host` names."""

    def __init__(self, name: str, options: LoadOptions) -> None:
        self._name = name
        self._options = options
        path = env.remote_path_template.replace("{model}", quote(name))
        self._base = env.remote_host + path.replace("{revision}", quote(options.revision, safe=""))
        root = options.cache_dir or env.cache_dir
        self._kept = None if root is None else self._folder(Path(root).expanduser())

    @property
    def _why_offline(self) -> str | None:
        return why_offline(self._options)

    @property
    def place(self) -> str:
        """The address or, without network, the folder of what was fetched before, in words."""
        if self._why_offline is None:
            return f"the mirror {self._base}"
        return f"what was fetched from {self._base} to {self._kept} ({self._why_offline})"

    def url(self, filename: str) -> str:
        """Address of a file."""
        return self._base + quote(filename)

    def find(self, filename: str, report: Reporter) -> Path | None:
        """The file, fetched if it never was; None when the mirror has none of this name.

        Raises:
            HubError: the mirror could not say or deliver; see its subclasses.
        """
        if self._kept is not None and (self._kept / filename).is_file():
            return self._kept / filename
        if self._why_offline is None:
            try:
                return self._fetch(filename, report)
            except OfflineError as error:
                self._options.learnt.unreachable = str(error).removeprefix("[hub] ")
        if not self._files_kept():
            raise OfflineError(
                f"[hub] nothing of {self._base} was fetched before to {self._kept}, and nothing "
                f"can be: {self._why_offline}"
            )
        return None

    def names(self, folder: str) -> list[str] | None:
        """Names in a folder of what was fetched; None with network, for the mirror has more."""
        if self._why_offline is None:
            return None
        inside = f"{folder}/" if folder else ""
        kept = (name for name in self._files_kept() if name.startswith(inside))
        return sorted({name.removeprefix(inside).split("/")[0] for name in kept})

    def present(self, filenames: list[str]) -> list[str]:
        """Those of `filenames` that the mirror or what was fetched before has."""
        return [name for name in filenames if self._has(name)]

    def _files_kept(self) -> list[str]:
        """Names of what was fetched before, with folders."""
        if self._kept is None:
            return []
        found = (path.relative_to(self._kept) for path in self._kept.rglob("*") if path.is_file())
        return sorted(path.as_posix() for path in found if not is_unfinished(path.name))

    def _has(self, filename: str) -> bool:
        if self._kept is not None and (self._kept / filename).is_file():
            return True
        if self._why_offline is not None:
            return False
        from onnxformers.hub.http import exists

        return exists(self.url(filename), self._token())

    def _fetch(self, filename: str, report: Reporter) -> Path | None:
        from onnxformers.hub.fetch import fetch

        target = self._kept
        if target is None or not env.use_fs_cache:
            target = self._folder(temporary_folder())
        path = target / filename
        if path.is_file():  # fetched to the temporary folder before
            return path
        remove_abandoned(path.parent)
        return fetch(self.url(filename), path, self._token(), report)

    def _folder(self, root: Path) -> Path:
        """Where the model's files are kept under `root`: no two of them share a folder."""
        server = hashlib.sha256((env.remote_host + env.remote_path_template).encode()).hexdigest()
        host = quote(urlsplit(env.remote_host).netloc, safe="").replace("%", "_")
        model = f"{self._name.replace('/', '--')}@{quote(self._options.revision, safe='')}"
        return root / "mirrors" / f"{host}-{server[:12]}" / model

    def _token(self) -> str | None:
        """The token of this call. HF_TOKEN is the Hub's alone and goes to no mirror.

        Raises:
            InvalidArgumentError: it would travel unencrypted.
        """
        token = self._options.token
        if not isinstance(token, str):
            return None
        address = urlsplit(env.remote_host)
        if address.scheme != "https" and address.hostname not in _LOOPBACK:
            raise InvalidArgumentError(
                f"[hub] a token is not sent to {env.remote_host}: use an https:// address"
            )
        return token
