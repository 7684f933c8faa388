"""The config of a model: config.json as a mapping with attributes.

Source: spec/transformers.js/configs.md; transformers' PretrainedConfig.
"""

from __future__ import annotations

import copy
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any

from onnxformers.configs.normalized import get_normalized_config
from onnxformers.errors import FileFormatError, UnknownNameError
from onnxformers.hub.files import read_json
from onnxformers.hub.options import LoadOptions

PROBLEM_TYPES = ("regression", "single_label_classification", "multi_label_classification")
MAX_LABELS = 4_000_000
# What a config without labels has: transformers' own default.
_DEFAULT_NUM_LABELS = 2
_JS_CONFIG = "transformers.js_config"


class PretrainedConfig(MutableMapping[str, Any]):
    """A model's config: the keys of config.json as items and as attributes.

    Fields that the code relies on are checked when they are set. `id2label` has int keys, whatever
    the file has. An object inside, such as `text_config`, comes as a config too when it is taken
    as an attribute. Objects pickle, copy and compare by their content.

    Attributes:
        model_type: str, or None when the file does not say.
        architectures: list[str].
        is_encoder_decoder: bool.
        num_labels: int; 2 when the file does not say.
        id2label: dict[int, str]; "LABEL_0", ... where the file has no names.
        label2id: dict[str, int].
        problem_type: None or one of `PROBLEM_TYPES`.
        js_config: the object `transformers.js_config` of the file, {} when there is none.

    Raises:
        FileFormatError: a field has a type or value that it cannot have.
        UnknownNameError: an attribute that the config does not have was asked for.

    Example:
        >>> config = PretrainedConfig({"model_type": "bert", "id2label": {"0": "NO", "1": "YES"}})
        >>> config.id2label[1], config["model_type"], config.is_encoder_decoder
        ('YES', 'bert', False)
    """

    def __init__(self, values: Mapping[str, Any] | None = None, *, place: str = "config") -> None:
        object.__setattr__(self, "_place", place)
        object.__setattr__(self, "_values", {})
        if not isinstance(values, Mapping | None):
            raise FileFormatError(f"[{place}] must be an object, got {type(values).__name__}")
        for name, value in (values or {}).items():
            self[name] = copy.deepcopy(value)

    if TYPE_CHECKING:
        _values: dict[str, Any]
        _place: str
        model_type: str | None
        architectures: list[str]
        is_encoder_decoder: bool
        problem_type: str | None

    @classmethod
    def from_pretrained(
        cls, pretrained_model_name_or_path: str | os.PathLike[str], **options: Any
    ) -> PretrainedConfig:
        """The config of a model.

        Args:
            pretrained_model_name_or_path: a folder, or a name on the Hub.
            options: fields of `LoadOptions`.

        Raises:
            MissingFileError: there is no config.json.
            FileFormatError: it is broken.
            HubError: it could not be fetched.
            InvalidArgumentError: an option is unknown or cannot be used.

        Example:
            >>> PretrainedConfig.from_pretrained("examples/models/all-MiniLM-L6-v2").hidden_size
            384
        """
        return load_config(pretrained_model_name_or_path, LoadOptions.of(options))

    @property
    def num_labels(self) -> int:
        """Number of classes of a classification head."""
        for name in ("id2label", "label2id"):
            if self._values.get(name):
                return len(self._values[name])
        number: int = self._values.get("num_labels", _DEFAULT_NUM_LABELS)
        return number

    @property
    def id2label(self) -> dict[int, str]:
        """Class index to name; a new dict at every call when the file has none."""
        labels: dict[int, str] | None = self._values.get("id2label")
        if labels:
            return labels
        if self._values.get("label2id"):
            return {index: label for label, index in self._values["label2id"].items()}
        return {index: f"LABEL_{index}" for index in range(self.num_labels)}

    @property
    def label2id(self) -> dict[str, int]:
        """Class name to index; a new dict at every call when the file has none."""
        labels: dict[str, int] | None = self._values.get("label2id")
        if labels:
            return labels
        return {label: index for index, label in self.id2label.items()}

    @property
    def js_config(self) -> dict[str, Any]:
        """What the file says to Transformers.js: `dtype`, `use_external_data_format`, ..."""
        return dict(self._values.get(_JS_CONFIG) or {})

    @property
    def normalized_config(self) -> dict[str, Any]:
        """Heads, layers and widths of the decoder under one set of names; made at every call."""
        return get_normalized_config(self)

    def to_dict(self) -> dict[str, Any]:
        """A copy of the items, deep, with the int keys of `id2label`."""
        return copy.deepcopy(self._values)

    def to_json_string(self) -> str:
        """The items as JSON, as config.json has them."""
        return json.dumps(self._values, indent=2, ensure_ascii=False) + "\n"

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __setitem__(self, name: str, value: Any) -> None:
        if not isinstance(name, str):
            raise FileFormatError(f"[{self._place}] keys must be str, got {type(name).__name__}")
        check = _CHECKS.get(name)
        self._values[name] = value if check is None else check(f"[{self._place}] {name}", value)

    def __delitem__(self, name: str) -> None:
        del self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __getattr__(self, name: str) -> Any:
        # Called only for names that the class does not have.
        if name.startswith("__"):
            raise AttributeError(name)
        if name in self._values:
            value = self._values[name]
            is_config = isinstance(value, dict) and ("model_type" in value or "_config" in name)
            return PretrainedConfig(value, place=f"{self._place}: {name}") if is_config else value
        if name in _DEFAULTS:
            return copy.copy(_DEFAULTS[name])
        raise UnknownNameError(f"[{self._place}] has no field {name!r}")

    def __setattr__(self, name: str, value: Any) -> None:
        self[_JS_CONFIG if name == "js_config" else name] = value
        # Names and number of the classes are one thing: what was set rules the others.
        for other in ("num_labels", "id2label", "label2id"):
            if name in {"num_labels", "id2label", "label2id"} and other != name:
                self._values.pop(other, None)

    def __delattr__(self, name: str) -> None:
        if name not in self._values:
            raise UnknownNameError(f"[{self._place}] has no field {name!r}")
        del self._values[name]

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuilt, (self._values, self._place)

    def __repr__(self) -> str:
        return f"{type(self).__name__} {self.to_json_string()}"


class AutoConfig:
    """Loads configs: `AutoConfig.from_pretrained(name_or_path)` is a `PretrainedConfig`."""

    from_pretrained = PretrainedConfig.from_pretrained


def load_config(name_or_path: str | os.PathLike[str], options: LoadOptions) -> PretrainedConfig:
    """The config of a model, with the options of a load under way.

    Raises:
        MissingFileError, FileFormatError, HubError: as `PretrainedConfig.from_pretrained`.
    """
    values = read_json(name_or_path, "config.json", options)
    return PretrainedConfig(values, place=f"{os.fspath(name_or_path)}/config.json")


def _rebuilt(values: Mapping[str, Any], place: str) -> PretrainedConfig:
    return PretrainedConfig(values, place=place)


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


_CHECKS: Mapping[str, Callable[[str, Any], Any]] = {
    "model_type": _of((str, type(None)), "a str or null"),
    "architectures": _architectures,
    "is_encoder_decoder": _of(bool, "true or false"),
    "max_position_embeddings": _of((int, type(None)), "an int or null"),
    "problem_type": _problem_type,
    "num_labels": _num_labels,
    "id2label": _id2label,
    "label2id": _label2id,
    _JS_CONFIG: _of((dict, type(None)), "an object or null"),
}
_DEFAULTS: Mapping[str, Any] = {
    "model_type": None,
    "architectures": [],
    "is_encoder_decoder": False,
    "problem_type": None,
}
