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
from onnxformers.hub.atomic import remove_abandoned
from onnxformers.hub.listing import ListedFile, listed, names_in, walk
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
            raise self._nothing_kept()
        return None

    def listing(self) -> list[ListedFile]:
        """The files of usual names that the mirror has; those fetched before without network.

        A plain file server has no list of its files: it is asked for each usual name.

        Raises:
            HubError: the mirror could not say; see its subclasses.
        """
        if self._why_offline is None:
            try:
                return listed(self._sizes().items())
            except OfflineError as error:
                self._options.learnt.unreachable = str(error).removeprefix("[hub] ")
        kept = self._files_kept()
        if not kept:
            raise self._nothing_kept()
        return kept

    def names(self, folder: str) -> list[str] | None:
        """Names in a folder of what was fetched; None with network, for the mirror has more."""
        return None if self._why_offline is None else names_in(self._files_kept(), folder)

    def present(self, filenames: list[str]) -> list[str]:
        """Those of `filenames` that the mirror or what was fetched before has."""
        kept = {file.path for file in self._files_kept()}
        others = [name for name in filenames if name not in kept]
        if others and self._why_offline is None:
            kept |= self._ask(others).keys()
        return [name for name in filenames if name in kept]

    def _ask(self, filenames: list[str]) -> dict[str, int | None]:
        """Sizes of those of `filenames` that the mirror has."""
        from onnxformers.hub.http import sizes

        return sizes({name: self.url(name) for name in filenames}, self._token())

    def _sizes(self) -> dict[str, int | None]:
        from onnxformers.hub.known_names import usual_names

        found = self._ask(usual_names(self._options.subfolder))
        data = [f"{name}_data" for name in found if name.endswith(".onnx")]
        index = 0
        while data:  # model.onnx_data, model.onnx_data_1, ...
            more, index = self._ask(data), index + 1
            found |= more
            data = [f"{name.removesuffix(f'_{index - 1}')}_{index}" for name in more]
        return found

    def _files_kept(self) -> list[ListedFile]:
        return [] if self._kept is None else walk(self._kept)

    def _nothing_kept(self) -> OfflineError:
        return OfflineError(
            f"[hub] nothing of {self._base} was fetched before to {self._kept}, and nothing "
            f"can be: {self._why_offline}"
        )

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
