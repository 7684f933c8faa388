"""Kinds of models: which session files each has."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of model.

    Attributes:
        stems: File stems of its sessions; the first one is what a forward pass runs.
        optional_inputs: Inputs that a caller may give although the session does not declare them.
    """

    stems: tuple[str, ...]
    optional_inputs: frozenset[str]


KINDS: dict[str, Kind] = {
    "encoder-only": Kind(
        stems=("model",),
        optional_inputs=frozenset({"attention_mask", "token_type_ids", "position_ids"}),
    ),
}
