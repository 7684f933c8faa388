"""Settings of the process: `env`, and what the HF_* environment variables say.

Nothing is computed or imported before it is asked for; the variables are read at each use, so a
program may set them after ``import onnxformers``.

Source: spec/transformers.js/env.md; API.md, "Loading".
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar, overload

from onnxformers.errors import InvalidArgumentError, InvalidTypeError, UnknownNameError

HUB_HOST = "https://huggingface.co/"
HUB_PATH_TEMPLATE = "{model}/resolve/{revision}/"

Read = TypeVar("Read")
Write = TypeVar("Write")
AnyPath = str | os.PathLike[str] | None


class CustomCache(Protocol):
    """What `env.custom_cache` must offer: two methods of the Web Cache API."""

    def match(self, request: str) -> bytes | str | os.PathLike[str] | None:
        """The bytes of the file at this URL, or the path of a copy; None when it is not held."""

    def put(self, request: str, response: Path) -> None:
        """Take a copy of the complete file at `response`, fetched from the URL `request`."""


def is_true(variable: str) -> bool:
    """Whether an environment variable is set to what huggingface_hub takes for yes."""
    return os.environ.get(variable, "").upper() in {"1", "ON", "YES", "TRUE"}


def is_offline() -> bool:
    """True when HF_HUB_OFFLINE (or TRANSFORMERS_OFFLINE) forbids every network call."""
    return is_true("HF_HUB_OFFLINE") or is_true("TRANSFORMERS_OFFLINE")


def hub_endpoint() -> str:
    """Address of the Hub, ending in a slash: HF_ENDPOINT, else huggingface.co.

    Raises:
        InvalidArgumentError: HF_ENDPOINT is not an http(s) address.
    """
    return _checked_host("HF_ENDPOINT", os.environ.get("HF_ENDPOINT") or HUB_HOST)


def hub_cache_dir() -> Path:
    """Where huggingface_hub keeps what it fetched: HF_HUB_CACHE, else `hub` under HF_HOME."""
    named = os.environ.get("HF_HUB_CACHE") or os.environ.get("HUGGINGFACE_HUB_CACHE")
    if named:
        return Path(os.path.expandvars(named)).expanduser()
    home = os.environ.get("HF_HOME")
    if home:
        return Path(os.path.expandvars(home)).expanduser() / "hub"
    caches = os.environ.get("XDG_CACHE_HOME") or os.path.join("~", ".cache")  # noqa: PTH118
    # Not Path.expanduser: that raises where a process has no home folder.
    return Path(os.path.expanduser(caches), "huggingface", "hub")  # noqa: PTH111


def _user_cache_dir() -> Path | None:
    """Our part of the user's folder for caches; None where a process has no home folder."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or os.path.join("~", "AppData", "Local")  # noqa: PTH118
    elif sys.platform == "darwin":
        base = os.path.join("~", "Library", "Caches")  # noqa: PTH118
    else:
        base = os.environ.get("XDG_CACHE_HOME") or os.path.join("~", ".cache")  # noqa: PTH118
    expanded = os.path.expanduser(base)  # noqa: PTH111
    return None if expanded.startswith("~") else Path(expanded, "onnxformers")


def _checked_bool(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise InvalidTypeError(f"[env] {name} must be True or False, got {type(value).__name__}")
    return value


def _checked_folder(name: str, value: object) -> Path | None:
    if value is None:
        return None
    if not isinstance(value, str | os.PathLike):
        raise InvalidTypeError(
            f"[env] {name} must be a path (str or PathLike) or None, got {type(value).__name__}"
        )
    text = os.fspath(value)
    if not isinstance(text, str) or not text or "\0" in text:
        raise InvalidArgumentError(f"[env] {name} must be a path that is not empty, got {text!r}")
    return Path(os.path.expanduser(text))  # noqa: PTH111 - raises without a home folder


def _checked_host(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise InvalidTypeError(f"[env] {name} must be a str, got {type(value).__name__}")
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(value)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise InvalidArgumentError(f"[env] {name} is not an address") from None
    if "@" in parts.netloc:
        # Not shown: what stands before the @ is a secret.
        raise InvalidArgumentError(
            f"[env] {name} must hold no user name or password; give a token as token= when loading"
        )
    if not usable or parts.query or parts.fragment:
        raise InvalidArgumentError(
            f"[env] {name} must be an http:// or https:// address without query, got {value!r}"
        )
    return value.rstrip("/") + "/"


def _checked_template(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise InvalidTypeError(f"[env] {name} must be a str, got {type(value).__name__}")
    if "{model}" not in value or ".." in value or "\\" in value or "://" in value:
        raise InvalidArgumentError(
            f"[env] {name} must be a relative path that holds {{model}} and may hold {{revision}}, "
            f"such as {HUB_PATH_TEMPLATE!r}; got {value!r}"
        )
    return value.strip("/") + "/"


def _checked_cache(name: str, value: object) -> CustomCache | None:
    if value is None:
        return None
    missing = [verb for verb in ("match", "put") if not callable(getattr(value, verb, None))]
    if missing:
        raise InvalidTypeError(
            f"[env] {name} must be an object with the methods match and put, "
            f"got {type(value).__name__} without {' and '.join(missing)}"
        )
    checked: CustomCache = value  # type: ignore[assignment]
    return checked


def _checked_options(name: str, value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise InvalidTypeError(
            f"[env] {name} must be a mapping of option names to values, got {type(value).__name__}"
        )
    return MappingProxyType(dict(value))


class _Setting(Generic[Read, Write]):
    """One field of `env`: checked when set; its default is computed when read."""

    def __init__(self, default: Callable[[], Read], check: Callable[[str, object], Read]) -> None:
        self._default = default
        self._check = check

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type) -> _Setting[Read, Write]: ...
    @overload
    def __get__(self, instance: _Settings, owner: type) -> Read: ...
    def __get__(self, instance: _Settings | None, owner: type) -> Read | _Setting[Read, Write]:
        if instance is None:
            return self
        if self._name in instance._values:
            value: Read = instance._values[self._name]
            return value
        return self._default()

    def __set__(self, instance: _Settings, value: Write) -> None:
        instance._values[self._name] = self._check(self._name, value)

    def __delete__(self, instance: _Settings) -> None:
        instance._values.pop(self._name, None)


class _Settings:
    """Base of the objects that hold settings: an unknown name raises and the near one is named."""

    __slots__ = ("_values",)
    _values: dict[str, Any]

    def __init__(self) -> None:
        object.__setattr__(self, "_values", {})

    def reset(self) -> None:
        """Give every setting its default again."""
        self._values.clear()

    @classmethod
    def _names(cls) -> list[str]:
        return [name for name in dir(cls) if not name.startswith("_") and name != "reset"]

    def _unknown(self, name: str) -> UnknownNameError:
        import difflib

        near = difflib.get_close_matches(name, self._names(), 1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(self._names())}"
        return UnknownNameError(f"[env] there is no setting {name!r}; {hint}")

    if not TYPE_CHECKING:  # a type checker would take these for leave to use any name

        def __getattr__(self, name: str) -> object:
            raise self._unknown(name)

        def __setattr__(self, name: str, value: object) -> None:
            if name not in self._names():
                raise self._unknown(name)
            if isinstance(getattr(type(self), name), property):
                raise UnknownNameError(f"[env] {name} cannot be set")
            object.__setattr__(self, name, value)

    def __dir__(self) -> list[str]:
        return [*self._names(), "reset"]

    def __repr__(self) -> str:
        values = ", ".join(f"{name}={getattr(self, name)!r}" for name in self._names())
        return f"{type(self).__name__}({values})"


class OnnxBackend(_Settings):
    """Settings of the ONNX Runtime backend.

    Attributes:
        session_options: fields of `SessionOptions` that every session opened from now on starts
            with; options given to a call win over these.
    """

    __slots__ = ()

    session_options = _Setting[Mapping[str, object], Mapping[str, object]](
        lambda: MappingProxyType({}), _checked_options
    )


class Backends(_Settings):
    """The backends that have settings: `onnx`."""

    __slots__ = ()

    @property
    def onnx(self) -> OnnxBackend:
        """ONNX Runtime."""
        backend: OnnxBackend = self._values.setdefault("onnx", OnnxBackend())
        return backend


class Environment(_Settings):
    """The settings of this process; the one object of this class is `env`.

    ``del env.name`` gives one setting its default again, `reset` all of them.

    Attributes:
        version: of this package.
        backends: `backends.onnx` holds the settings of ONNX Runtime.
        allow_remote_models: False has the effect of ``local_files_only=True`` at every call.
            Default True.
        remote_host: where models come from. Default HF_ENDPOINT, else the Hub. Another address is
            taken for a plain file server (a mirror): read with httpx, kept under `cache_dir`, and
            never sent HF_TOKEN.
        remote_path_template: what follows the host; {model} and {revision} are filled in.
        allow_local_models: False takes every name for a name on the Hub. Default True.
        local_model_path: the folder under which models are looked for by name: a file that is not
            there is then asked of the Hub or the mirror. Default "/models".
        use_fs_cache: False writes to no cache: downloads go to a temporary folder that ends with
            the process, nothing derived is kept. Default True.
        cache_dir: the folder for what we derive and for what comes from mirrors. Default the
            user's cache folder; None where there is none. What comes from the Hub lies in
            huggingface_hub's cache, which HF_HOME, HF_HUB_CACHE or ``cache_dir=`` of a call move.
        use_custom_cache: ask `custom_cache` before, and tell it after, a download. Default False.
        custom_cache: an object with the methods of `CustomCache`.

    Example:
        >>> from onnxformers import env
        >>> env.allow_remote_models
        True
        >>> env.cache_directory
        Traceback (most recent call last):
            ...
        onnxformers.errors.UnknownNameError: [env] there is no setting 'cache_directory'; did you
        mean 'cache_dir'?

    Source: spec/transformers.js/env.md.
    """

    __slots__ = ()

    allow_remote_models = _Setting[bool, bool](lambda: True, _checked_bool)
    remote_host = _Setting[str, str](hub_endpoint, _checked_host)
    remote_path_template = _Setting[str, str](lambda: HUB_PATH_TEMPLATE, _checked_template)
    allow_local_models = _Setting[bool, bool](lambda: True, _checked_bool)
    local_model_path = _Setting["Path | None", AnyPath](lambda: Path("/models"), _checked_folder)
    use_fs_cache = _Setting[bool, bool](lambda: True, _checked_bool)
    cache_dir = _Setting["Path | None", AnyPath](_user_cache_dir, _checked_folder)
    use_custom_cache = _Setting[bool, bool](lambda: False, _checked_bool)
    custom_cache = _Setting["CustomCache | None", "CustomCache | None"](
        lambda: None, _checked_cache
    )

    @property
    def version(self) -> str:
        """Version of the installed package; "0+source" when it runs from a source folder."""
        from importlib import metadata

        try:
            return metadata.version("onnxformers")
        except metadata.PackageNotFoundError:
            return "0+source"

    @property
    def backends(self) -> Backends:
        """Settings per backend."""
        backends: Backends = self._values.setdefault("backends", Backends())
        return backends

    def __reduce__(self) -> str:
        """Copies and pickles of the one object are the one object."""
        return "env"


env = Environment()


def chosen_settings() -> tuple[dict[str, Any], dict[str, object]]:
    """What was set in this process, for `adopt_settings` in one that it begins."""
    own = {name: value for name, value in env._values.items() if name != "backends"}
    return own, dict(env.backends.onnx.session_options)


def adopt_settings(chosen: tuple[dict[str, Any], dict[str, object]]) -> None:
    """Set what was set in the process that began this one."""
    values, session_options = chosen
    for name, value in values.items():
        setattr(env, name, value)
    env.backends.onnx.session_options = session_options


def uses_mirror() -> bool:
    """Whether `env` names a plain file server in place of the Hub and of HF_ENDPOINT."""
    return (env.remote_host, env.remote_path_template) != (hub_endpoint(), HUB_PATH_TEMPLATE)
