"""Answers of ours and of the reference, which refuse by errors of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from onnxformers.errors import OnnxformersError

REFUSED = "error"


def answer_or_refusal(ask: Callable[[], Any]) -> Any:
    """What a call gives, or `REFUSED`."""
    try:
        return ask()
    except OnnxformersError:
        return REFUSED
    # The reference panics where a stride leaves no room: no Exception, but no answer either.
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        return REFUSED
