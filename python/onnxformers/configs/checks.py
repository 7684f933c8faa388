"""What the fields of a config must be, for those that the code relies on."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from onnxformers.errors import FileFormatError

PROBLEM_TYPES = ("regression", "single_label_classification", "multi_label_classification")
MAX_LABELS = 4_000_000
JS_CONFIG = "transformers.js_config"


def _of(kind: type | tuple[type, ...], words: str) -> Callable[[str, Any], Any]:
    def check(where: str, value: Any) -> Any:
        # A bool is an int to Python, not to a config.
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise FileFormatError(f"{where} must be {words}, got {_shown(value)}")
        return value

    return check


def _architectures(where: str, value: Any) -> list[str]:
    if value is None:
        return []
    if not isinstance(value, list | tuple) or not all(isinstance(name, str) for name in value):
        raise FileFormatError(f"{where} must be a list of str, got {_shown(value)}")
    return list(value)


def _problem_type(where: str, value: Any) -> str | None:
    if value is None or (isinstance(value, str) and value in PROBLEM_TYPES):
        return value
    raise FileFormatError(
        f"{where} must be null or one of {', '.join(PROBLEM_TYPES)}; got {_shown(value)}"
    )


def _num_labels(where: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_LABELS:
        raise FileFormatError(f"{where} must be an int of 0 to {MAX_LABELS}, got {_shown(value)}")
    return value


def _id2label(where: str, value: Any) -> dict[int, str] | None:
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise FileFormatError(f"{where} must be an object, got {_shown(value)}")
    labels: dict[int, str] = {}
    for key, label in value.items():
        index = _index(f"{where}: key", key)
        if index in labels:
            raise FileFormatError(f"{where} has the index {index} twice")
        labels[index] = _label(f"{where}[{index}]", label)
    return labels


def _label2id(where: str, value: Any) -> dict[str, int] | None:
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise FileFormatError(f"{where} must be an object, got {_shown(value)}")
    return {_label(where, label): _index(f"{where}[{label!r}]", i) for label, i in value.items()}


def _index(where: str, value: Any) -> int:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < MAX_LABELS:
        raise FileFormatError(
            f"{where} must be an index of 0 to {MAX_LABELS - 1}, got {_shown(value)}"
        )
    return value


def _label(where: str, value: Any) -> str:
    # Some files have bare numbers as names.
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise FileFormatError(f"{where} must be a str, got {_shown(value)}")
    return value


def _shown(value: Any) -> str:
    text = repr(value)
    return f"{type(value).__name__} {text if len(text) <= 60 else text[:57] + '...'}"


#: Field -> what gives its value, or raises FileFormatError.
CHECKS: Mapping[str, Callable[[str, Any], Any]] = {
    "model_type": _of((str, type(None)), "a str or null"),
    "architectures": _architectures,
    "is_encoder_decoder": _of(bool, "true or false"),
    "max_position_embeddings": _of((int, type(None)), "an int or null"),
    "problem_type": _problem_type,
    "num_labels": _num_labels,
    "id2label": _id2label,
    "label2id": _label2id,
    JS_CONFIG: _of((dict, type(None)), "an object or null"),
}
