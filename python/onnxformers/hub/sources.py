"""Which place a model's files come from: a local folder, the Hub or a mirror."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from onnxformers.errors import InvalidArgumentError, InvalidTypeError, MissingFileError
from onnxformers.hub import names
from onnxformers.hub.local import LocalFolder
from onnxformers.hub.options import LoadOptions
from onnxformers.hub.progress import Reporter
from onnxformers.settings import env, uses_mirror

if TYPE_CHECKING:
    from onnxformers.hub.listing import ListedFile


class Source(Protocol):
    """A model's files."""

    @property
    def place(self) -> str:
        """The place in words, for messages."""

    def find(self, filename: str, report: Reporter) -> Path | None:
        """A local copy of the file, fetched if need be; None when the model has no such file."""

    def names(self, folder: str) -> list[str] | None:
        """Names in a folder of the model, "" for its own; None when that cannot be told."""

    def listing(self) -> list[ListedFile]:
        """All files of the model, by path."""

    def present(self, filenames: list[str]) -> list[str]:
        """Those of `filenames`, all in one folder, that the model has; nothing is fetched."""


def open_source(name_or_path: str | os.PathLike[str], options: LoadOptions) -> Source:
    """The place that `name_or_path` stands for.

    An existing folder wins. A name is looked up in the folder of this name under
    `env.local_model_path`, file by file, then on the Hub or the mirror. Nothing is read and no
    network call made yet.

    Raises:
        InvalidTypeError, InvalidArgumentError: it can be neither a folder nor a name on the Hub.
        MissingFileError: it is the path of a folder that does not exist.
    """
    name = _checked_name(name_or_path)
    local = _local_folder(name)
    if local is not None:
        return local
    if not isinstance(name_or_path, str) or not names.is_repo_id(name):
        raise _not_found(name)
    kept = _kept_by_name(name)
    if kept is None:
        return _remote(name, options)
    from onnxformers.hub.local_first import LocalFirst

    return LocalFirst(kept, partial(_remote, name, options), options.learnt)


def locate(source: Source, name: str, filename: str, options: LoadOptions) -> Path | None:
    """The file in `source`, None when it is not there; `options.progress_callback` is told."""
    report = Reporter(options, name, filename)
    path = source.find(names.check_filename(filename), report)
    if path is not None:
        report.done()
    return path


def _checked_name(name_or_path: object) -> str:
    if not isinstance(name_or_path, str | os.PathLike):
        raise InvalidTypeError(
            f"[hub] a model must be named by a str or a path, got {type(name_or_path).__name__}"
        )
    name: object = os.fspath(name_or_path)
    if not isinstance(name, str) or not name.strip() or "\0" in name:
        raise InvalidArgumentError(f"[hub] {name!r} is neither a folder nor a name on the Hub")
    return name


def _local_folder(name: str) -> LocalFolder | None:
    if not env.allow_local_models:
        return None
    path = Path(os.path.expanduser(name))  # noqa: PTH111 - Path.expanduser may raise
    return LocalFolder(path) if _is_dir(path) else None


def _kept_by_name(name: str) -> LocalFolder | None:
    base = env.local_model_path
    if not env.allow_local_models or base is None or not _is_dir(base / name):
        return None
    return LocalFolder(base / name)


def _is_dir(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name too long, a folder above that may not be entered
        return False


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False


def _remote(name: str, options: LoadOptions) -> Source:
    # Imported here: local folders, the common case at start-up, need none of it.
    from onnxformers.hub.custom_cache import CustomCached
    from onnxformers.hub.download import HubRepository
    from onnxformers.hub.mirror import MirrorFolder

    remote = MirrorFolder(name, options) if uses_mirror() else HubRepository(name, options)
    if env.use_custom_cache:
        if env.custom_cache is None:
            raise InvalidArgumentError("[env] use_custom_cache is True, but custom_cache is None")
        return CustomCached(remote, env.custom_cache)
    return remote


def _not_found(name: str) -> Exception:
    if not env.allow_local_models:
        return InvalidArgumentError(
            f"[hub] {name!r} is no name on the Hub, and env.allow_local_models is False"
        )
    if _is_file(Path(name)):
        return InvalidArgumentError(
            f"[hub] {name} is a file; give the folder that holds config.json and onnx/"
        )
    shown = name if len(name) <= 300 else f"{name[:300]}..."
    return MissingFileError(
        f"[hub] there is no folder {shown!r} (looked from {Path.cwd()}), and it is no name on the "
        "Hub either: those are 'name' or 'owner/name'"
    )
