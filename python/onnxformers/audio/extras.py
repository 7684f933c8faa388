"""The packages that read and resample sound, imported when first used."""

from __future__ import annotations

from typing import Any

from onnxformers.errors import MissingExtraError


def import_soundfile(place: str) -> Any:
    """The package that decodes and encodes files.

    Raises:
        MissingExtraError: It is not installed.
    """
    try:
        import soundfile
    except (ImportError, OSError) as error:
        raise MissingExtraError(
            f"[{place}] sound files need soundfile: pip install 'onnxformers[audio]' ({error})"
        ) from None
    return soundfile


def import_soxr(place: str) -> Any:
    """The package that resamples.

    Raises:
        MissingExtraError: It is not installed.
    """
    try:
        import soxr
    except ImportError as error:
        raise MissingExtraError(
            f"[{place}] another sampling rate needs soxr: pip install 'onnxformers[audio]' "
            f"({error})"
        ) from None
    return soxr
