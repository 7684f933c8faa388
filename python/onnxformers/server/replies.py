"""What a handler gives back: a body, or events one by one."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

import msgspec

_encoder = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Reply:
    """A body.

    Attributes:
        body: Its bytes.
        content_type: What they are.
        status: Of HTTP.
        headers: Beside the usual ones.
    """

    body: bytes
    content_type: str = "application/json"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Events:
    """Server-sent events.

    Attributes:
        values: The JSON of each.
        ends_with_done: Whether "[DONE]" comes last, as OpenAI's interface has it.
    """

    values: AsyncGenerator[Any, None]
    ends_with_done: bool = False


def of_json(value: Any, status: int = 200) -> Reply:
    """A value as JSON."""
    return Reply(_encoder.encode(value), status=status)


def event(value: Any) -> bytes:
    """One event."""
    return b"data: " + _encoder.encode(value) + b"\n\n"
