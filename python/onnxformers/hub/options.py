"""Options of loading that travel with every call."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import partial
from typing import Any

from onnxformers.errors import InvalidArgumentError, InvalidTypeError
from onnxformers.hub import names
from onnxformers.options import refuse_unknown
from onnxformers.settings import env, is_offline

ONLY_FOR_MODELS = frozenset(
    {
        "config",
        "device",
        "dtype",
        "model_file_name",
        "quantized",
        "session_options",
        "trust_remote_code",
        "use_external_data_format",
    }
)

ProgressCallback = Callable[[dict[str, Any]], object]


@dataclass(slots=True)
class Learnt:
    """What one load has learnt so far.

    Attributes:
        commits: (repository, cache folder) -> the commit that all files are taken from.
        unreachable: why the network is not tried any more; each try may take half a minute.
        no_remote: local folder -> why nothing remote completes it.
    """

    commits: dict[tuple[str, str], str] = field(default_factory=dict)
    unreachable: str | None = None
    no_remote: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadOptions:
    """Where files come from and how.

    One object serves one load: the first file fixes the commit of a Hub repository for the rest,
    so that a load never mixes files of two commits and asks the Hub once.

    Attributes:
        revision: branch, tag or commit on the Hub or a mirror; ignored for local folders.
        subfolder: folder of the ONNX files inside the model; "" when they lie beside config.json.
        cache_dir: the folder of the Hub's cache for this call; None for huggingface_hub's own.
        local_files_only: True makes no network call.
        token: a Hub token; None for the one that huggingface_hub knows, False for none, True to
            insist on one.
        progress_callback: called with a dict of `status`, `name`, `file` and, when bytes arrive,
            `loaded`, `total` and `progress` (percent).

    Raises:
        InvalidTypeError, InvalidArgumentError: a field cannot be used.

    Example:
        >>> LoadOptions(subfolder="").revision
        'main'

    Source: spec/transformers.js/utils_hub.md, PretrainedOptions.
    """

    revision: str = "main"
    subfolder: str = "onnx"
    cache_dir: str | os.PathLike[str] | None = None
    local_files_only: bool = False
    token: str | bool | None = field(default=None, repr=False)
    progress_callback: ProgressCallback | None = None
    # No part of what was asked, so no part of what the object equals or shows.
    learnt: Learnt = field(default_factory=Learnt, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        names.check_revision(self.revision)
        if not isinstance(self.subfolder, str):
            raise _wrong_type("subfolder", "a str", self.subfolder)
        if self.subfolder:
            names.check_filename(self.subfolder, "subfolder")
        if self.cache_dir is not None and not isinstance(self.cache_dir, str | os.PathLike):
            raise _wrong_type("cache_dir", "a path or None", self.cache_dir)
        if not isinstance(self.local_files_only, bool):
            raise _wrong_type("local_files_only", "True or False", self.local_files_only)
        if self.token is not None and not isinstance(self.token, str | bool):
            raise _wrong_type("token", "a str, True, False or None", self.token)
        if isinstance(self.token, str) and not (self.token.isascii() and self.token.isprintable()):
            raise InvalidArgumentError("[LoadOptions] token holds characters that no token has")
        if self.progress_callback is not None and not callable(self.progress_callback):
            raise _wrong_type("progress_callback", "callable or None", self.progress_callback)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickles and copies leave out the token, which must not end up in a file.

        Where a pickle is read, HF_TOKEN or the token that huggingface_hub keeps takes its place.
        """
        asked = {option.name: getattr(self, option.name) for option in fields(self) if option.init}
        if isinstance(self.token, str):
            asked["token"] = None
        return partial(LoadOptions, **asked), ()

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> LoadOptions:
        """The options from a caller's keyword arguments.

        Those that only models have are passed over, so that one set serves all Auto classes.

        Raises:
            InvalidArgumentError: an argument is no loading option; the near one is named.
        """
        known = [option.name for option in fields(cls) if option.init]
        given = [name for name in options if name not in ONLY_FOR_MODELS]
        refuse_unknown(given, known, "from_pretrained")
        return cls(**{name: options[name] for name in known if name in options})


def _wrong_type(name: str, expected: str, value: object) -> InvalidTypeError:
    return InvalidTypeError(f"[LoadOptions] {name} must be {expected}, got {type(value).__name__}")


def why_offline(options: LoadOptions) -> str | None:
    """Why no network call may be made, None when one may."""
    if options.local_files_only:
        return "local_files_only=True"
    if not env.allow_remote_models:
        return "env.allow_remote_models is False"
    return "HF_HUB_OFFLINE is set" if is_offline() else options.learnt.unreachable
