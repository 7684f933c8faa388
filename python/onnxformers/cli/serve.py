"""`onnxformers serve`: models behind HTTP."""

from __future__ import annotations

import argparse
import json
import os
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from onnxformers.cli.loading import add_loading_arguments, loading_options
from onnxformers.errors import InvalidArgumentError, MissingExtraError, MissingFileError

SUMMARY = "serve models for clients of the Inference API and of OpenAI's"
PACKAGES = ("starlette", "uvicorn", "httptools", "msgspec", "python_multipart")
#: Settings with an argument of their own.
_SETTINGS = ("host", "port", "workers", "drain_s", "grace_s", "url_inputs")
KEYS_VARIABLE = "ONNXFORMERS_API_KEYS"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument(
        "models",
        nargs="*",
        metavar="TASK=MODEL",
        help="a model, by its name on the Hub or its folder, and what it does",
    )
    parser.add_argument("--demo", action="store_true", help="serve the model of the demo")
    parser.add_argument("--config", metavar="FILE", help="settings as JSON or TOML")
    group = parser.add_argument_group("server", argument_default=argparse.SUPPRESS)
    group.add_argument("--host", help="address to listen on; default 127.0.0.1")
    group.add_argument("--port", type=int, help="default 8000; 0 takes a free one")
    group.add_argument("--workers", type=int, metavar="N", help="processes; default 1")
    group.add_argument(
        "--drain-s", type=float, metavar="S", help="seconds in which a server that ends takes more"
    )
    group.add_argument(
        "--grace-s", type=float, metavar="S", help="seconds after that for what is being answered"
    )
    group.add_argument(
        "--api-key",
        dest="api_keys",
        action="append",
        metavar="KEY",
        help=f"wanted of clients; better in {KEYS_VARIABLE}, where no other user sees it",
    )
    group.add_argument(
        "--url-inputs",
        action="store_true",
        help="fetch pictures and recordings from public addresses that requests name",
    )
    group.add_argument(
        "--limit",
        dest="limits",
        type=_limit,
        action="append",
        metavar="NAME=N",
        help="requests, wait_s, inputs, tokens, batch_tokens, new_tokens, generations, "
        "json_bytes, media_bytes, time_s, audio_s or fetch_s",
    )
    add_loading_arguments(parser)


def execute(args: argparse.Namespace) -> None:
    """Serve until a signal comes.

    Args:
        args: What `add_arguments` declares.

    Raises:
        MissingExtraError: The packages of the extra are not installed.
        OnnxformersError: A setting is wrong, or a model cannot be loaded.
    """
    missing = [name for name in PACKAGES if find_spec(name) is None]
    if missing:
        raise MissingExtraError(
            f"[serve] {', '.join(missing)} is missing; pip install 'onnxformers[serve]'"
        )
    from onnxformers.server.running import serve
    from onnxformers.server.settings import read_settings

    serve(read_settings(gather(args)))


def gather(args: argparse.Namespace) -> dict[str, Any]:
    """The settings of the config file, of the environment and of the arguments, which win.

    Raises:
        MissingFileError: There is no such config file.
        InvalidArgumentError: It is neither JSON nor TOML; or a model has no task.
    """
    settings = _read_config(Path(args.config)) if args.config else {}
    given = vars(args)
    settings |= {name: given[name] for name in _SETTINGS if name in given}
    keys = [key for key in os.environ.get(KEYS_VARIABLE, "").split(",") if key]
    keys += given.get("api_keys", [])
    if keys:
        settings["api_keys"] = keys
    if "limits" in given:
        settings["limits"] = {**(settings.get("limits") or {}), **dict(given["limits"])}
    options = loading_options(args)
    models = [{**_read_model(text), "options": options} for text in args.models]
    if args.demo:
        models.append(_demo_model())
    settings["models"] = [*settings.get("models", []), *models]
    return settings


def _read_config(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        raise MissingFileError(f"[serve] there is no config file {path}") from None
    try:
        settings = _toml(text) if path.suffix == ".toml" else json.loads(text)
    except ValueError as error:
        raise InvalidArgumentError(f"[serve] {path} cannot be read: {error}") from None
    if not isinstance(settings, dict):
        raise InvalidArgumentError(f"[serve] {path} must hold an object")
    return settings


def _toml(text: str) -> Any:
    try:
        tomllib = import_module("tomllib")
    except ImportError:
        raise InvalidArgumentError(
            "[serve] TOML needs Python 3.11 or newer; write the settings as JSON"
        ) from None
    return tomllib.loads(text)


def _read_model(text: str) -> dict[str, Any]:
    task, equals, model = text.partition("=")
    if not equals or not task or not model:
        raise InvalidArgumentError(
            f"[serve] expected TASK=MODEL, such as feature-extraction=Xenova/all-MiniLM-L6-v2, "
            f"got {text!r}"
        )
    return {"task": task, "model": model}


def _demo_model() -> dict[str, Any]:
    from onnxformers.cli.demo import find_model

    return {"task": "feature-extraction", "model": find_model(None), "dtype": "q8"}


def _limit(text: str) -> tuple[str, Any]:
    name, _, value = text.partition("=")
    try:
        return name, json.loads(value)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected NAME=NUMBER, got {text!r}") from None
