"""Names and numbers of the ways to resample."""

from __future__ import annotations

from onnxformers.errors import InvalidArgumentError

#: Name -> number, as in PIL.Image.Resampling and in the configs of image processors.
FILTERS = {"nearest": 0, "lanczos": 1, "bilinear": 2, "bicubic": 3, "box": 4, "hamming": 5}


def filter_number(resample: object, place: str) -> int:
    """PIL's number of a way to resample, from a number or a name in any case.

    Raises:
        InvalidArgumentError: There is no such way.
    """
    if isinstance(resample, str):
        number = FILTERS.get(resample.lower(), -1)
    elif isinstance(resample, int) and not isinstance(resample, bool):
        number = int(resample)
    else:
        number = -1
    if number not in FILTERS.values():
        known = ", ".join(f"{name} ({each})" for name, each in FILTERS.items())
        raise InvalidArgumentError(f"[{place}] resample must be one of {known}; got {resample!r}")
    return number
