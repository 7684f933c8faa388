"""The rows of the registry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

_NO_OUTPUTS: Mapping[str, str] = {}


# Tuples: a dataclass takes four times as long to define, at the start of every pipeline.
class Architecture(NamedTuple):
    """One architecture.

    Attributes:
        model_type: As in config.json.
        prefix: Begins its class names ("Bert").
        heads: Ends of its class names ("Model", "ForSequenceClassification") -> key of
            `kinds.KINDS`: which files such a model has and how they run. AutoModel takes "Model",
            else the first.
        main_input: The input without which nothing runs, as `main_input_name` of a model.
        outputs: Head -> output class, where it is not the one of `heads.HEAD_OUTPUTS`.
        code: Module of `onnxformers.models.architectures` with what is its own in some classes,
            under their names; empty where all is common.
    """

    model_type: str
    prefix: str
    heads: Mapping[str, str]
    main_input: str = "input_ids"
    outputs: Mapping[str, str] = _NO_OUTPUTS
    code: str = ""


class AutoRow(NamedTuple):
    """One AutoModel class.

    Attributes:
        heads: What it loads: the first of these that an architecture has.
        modality: Module of the architectures among which it looks; None for all.
        model_types: The architectures that it loads, where not all with such a head are meant.
    """

    heads: tuple[str, ...]
    modality: str | None = None
    model_types: tuple[str, ...] | None = None
