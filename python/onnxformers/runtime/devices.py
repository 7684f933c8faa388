"""From the word a user writes (`device="cuda:1"`) to execution providers with options."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from onnxformers._native import runtime as native
from onnxformers.errors import InvalidArgumentError, InvalidTypeError
from onnxformers.runtime.library import load_runtime

_log = logging.getLogger(__name__)

Providers = list[tuple[str, dict[str, str]]]
Device = str | Sequence["str | tuple[str, Mapping[str, object]]"] | None

_GPU = ("cuda", "tensorrt")


def resolve_device(device: Device) -> Providers:
    """Execution providers for a device.

    Args:
        device: None or "cpu"; "cuda", "cuda:1", "tensorrt", "tensorrt:1"; "auto" (CUDA if it is
            installed and can be used, else the CPU with a line in the log that says why); the
            name of any other provider of the installed build ("xnnpack",
            "CoreMLExecutionProvider"); or a list of providers in order of priority, each a name
            or (name, options), as onnxruntime takes them.

    Returns:
        (name, options) in order of priority.

    Raises:
        InvalidArgumentError: an empty or malformed name.
        InvalidTypeError: not a str or a list.

    Example:
        >>> resolve_device("cuda:1")
        [('cuda', {'device_id': '1'})]
    """
    if device is None:
        return [("cpu", {})]
    if isinstance(device, str):
        return _auto() if device.strip().lower() == "auto" else [_parse(device)]
    if not isinstance(device, list | tuple):
        raise InvalidTypeError(
            f"[device] expected a str or a list of providers, got {type(device).__name__}"
        )
    if not device:
        raise InvalidArgumentError("[device] the list of providers is empty; use 'cpu'")
    return [_entry(each) for each in device]


def _parse(text: str) -> tuple[str, dict[str, str]]:
    name, colon, number = text.strip().partition(":")
    known = name.lower() if name.lower() in ("cpu", *_GPU) else name
    if not name or (colon and (known not in _GPU or not number.isdecimal())):
        raise InvalidArgumentError(
            "[device] expected 'cpu', 'cuda', 'cuda:1', 'tensorrt', 'auto' or a provider's name, "
            f"got {text!r}"
        )
    return known, {"device_id": number} if colon else {}


def _entry(entry: object) -> tuple[str, dict[str, str]]:
    if isinstance(entry, str):
        return _parse(entry)
    match entry:
        case (str(name), Mapping() as options):
            known, base = _parse(name)
            return known, base | {str(key): str(value) for key, value in options.items()}
    raise InvalidTypeError(f"[device] expected a name or (name, options), got {entry!r}")


def _auto() -> Providers:
    from onnxformers.runtime.cuda import why_not_cuda

    load_runtime()
    reason = why_not_cuda()
    if reason is None:
        return [("cuda", {})]
    _log.info("device 'auto' takes the CPU: %s", reason)
    return [("cpu", {})]


def prepare_device(providers: Providers) -> None:
    """Load the libraries that a GPU provider needs before it is asked for."""
    if any(name in _GPU or name.lower().startswith(_GPU) for name, _ in providers):
        from onnxformers.runtime.cuda import preload_cuda

        preload_cuda()


def available_providers() -> list[str]:
    """What the installed ONNX Runtime was built with; a machine may lack what some of it needs."""
    load_runtime()
    return native.available_providers()
