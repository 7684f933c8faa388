"""The row of the registry."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Architecture:
    """One architecture.

    Attributes:
        model_type: As in config.json.
        prefix: Begins its class names ("Bert").
        kind: Key of `kinds.KINDS`: which sessions it has and how they run.
        heads: Ends of its class names ("Model", "ForSequenceClassification").
    """

    model_type: str
    prefix: str
    kind: str
    heads: tuple[str, ...]
