"""What a server is told: models, address, keys, limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from onnxformers.errors import InvalidArgumentError, InvalidTypeError
from onnxformers.options import refuse_unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one server takes on.

    Attributes:
        requests: In flight; more are answered with status 429.
        wait_s: Seconds until a request is begun; where they are estimated to be more, 429 at once,
            and 429 for one that has waited so long against the estimate.
        inputs: Texts, pairs or questions of one request.
        tokens: Of all inputs of a request, and of the prompt of a model that writes.
        batch_tokens: That go through a model at once, at most.
        new_tokens: That a model may be asked to write.
        generations: Texts that one model writes at once.
        json_bytes: Of a body of JSON.
        media_bytes: Of a body that is a file.
        time_s: Seconds for a request, waiting and all.
        audio_s: Seconds of the recordings of a request.
        fetch_s: Seconds for all addresses of a request, where addresses are fetched.
    """

    requests: int = 512
    wait_s: float = 10.0
    inputs: int = 32
    tokens: int = 16_384
    batch_tokens: int = 16_384
    new_tokens: int = 4096
    generations: int = 16
    json_bytes: int = 2 << 20
    media_bytes: int = 64 << 20
    time_s: float = 120.0
    audio_s: float = 3600.0
    fetch_s: float = 10.0

    def __post_init__(self) -> None:
        for entry in fields(self):
            value = getattr(self, entry.name)
            kinds = (int, float) if entry.name.endswith("_s") else (int,)
            if isinstance(value, bool) or not isinstance(value, kinds) or value <= 0:
                raise InvalidArgumentError(
                    f"[serve] limit {entry.name} must be a number above 0, got {value!r}"
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSettings:
    """A model to serve.

    Attributes:
        task: What it does.
        model: A name on the Hub or a folder; None for the task's default model.
        name: What clients call it; None for the model itself, of a folder its last part.
        options: How to load it: `device`, `dtype`, `revision`, ...
    """

    task: str
    model: str | None = None
    name: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """A whole server.

    Attributes:
        models: What it serves; the first is asked when a request names none.
        host: Address to listen on; only this machine can reach the default.
        port: Port to listen on; 0 takes a free one.
        workers: Processes.
        api_keys: One of them must come with each request; none: everyone may ask.
        url_inputs: Whether pictures and recordings may be addresses, which the server fetches.
        drain_s: Seconds after SIGTERM in which new requests are still taken, while /ready says no.
        grace_s: Seconds after that for what is being answered; then it is stopped, with status 503.
        limits: See `Limits`.
    """

    models: tuple[ModelSettings, ...] = ()
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    api_keys: tuple[str, ...] = field(default=(), repr=False)
    url_inputs: bool = False
    drain_s: float = 0.5
    grace_s: float = 30.0
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        if not self.models:
            raise InvalidArgumentError("[serve] there is no model to serve")
        if type(self.workers) is not int or self.workers < 1:
            raise InvalidArgumentError(
                f"[serve] workers must be a positive int, got {self.workers!r}"
            )
        if type(self.url_inputs) is not bool:
            raise InvalidArgumentError(
                f"[serve] url_inputs must be True or False, got {self.url_inputs!r}"
            )
        keys: tuple[Any, ...] = self.api_keys
        if not all(isinstance(key, str) and key and key.isascii() for key in keys):
            raise InvalidArgumentError("[serve] API keys must be ASCII texts that are not empty")


_MODEL_FIELDS = ("task", "model", "name")


def read_settings(given: Mapping[str, Any]) -> ServerSettings:
    """Settings from a config file, or from what a parent process wrote.

    Raises:
        InvalidArgumentError: A setting is unknown or has a bad value.
        InvalidTypeError: Something is no object or no list.
    """
    names = [entry.name for entry in fields(ServerSettings)]
    refuse_unknown(given, names, "serve, config")
    models = given.get("models", ())
    if not isinstance(models, list | tuple):
        raise InvalidTypeError("[serve, config] models must be a list of objects")
    values = dict(given)
    limits = values.get("limits") or {}
    if not isinstance(limits, Mapping):
        raise InvalidTypeError("[serve, config] limits must be an object")
    refuse_unknown(limits, [entry.name for entry in fields(Limits)], "serve, config, limits")
    values["models"] = tuple(_read_model(model) for model in models)
    values["limits"] = Limits(**limits)
    values["api_keys"] = tuple(values.get("api_keys", ()))
    return ServerSettings(**values)


def _read_model(given: Any) -> ModelSettings:
    if not isinstance(given, Mapping) or not isinstance(given.get("task"), str):
        raise InvalidTypeError(f"[serve, config] a model must be an object with a task: {given!r}")
    own = {name: given[name] for name in _MODEL_FIELDS if name in given}
    rest = {name: value for name, value in given.items() if name not in _MODEL_FIELDS}
    return ModelSettings(**own, options=rest.pop("options", rest))
