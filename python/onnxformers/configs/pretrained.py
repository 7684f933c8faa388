"""The config of a model: config.json as a mapping with attributes.

Source: spec/transformers.js/configs.md; transformers' PretrainedConfig.
"""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Iterator, Mapping, MutableMapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from onnxformers.configs.checks import CHECKS, JS_CONFIG
from onnxformers.configs.normalized import get_normalized_config
from onnxformers.errors import FileFormatError, MissingFileError, UnknownNameError
from onnxformers.hub.files import read_json
from onnxformers.hub.json_files import MAX_JSON_BYTES, load_json_object
from onnxformers.hub.options import LoadOptions

# What a config without labels has: transformers' own default.
_DEFAULT_NUM_LABELS = 2
_DEFAULTS: Mapping[str, Any] = {
    "model_type": None,
    "architectures": [],
    "is_encoder_decoder": False,
    "max_position_embeddings": None,
    "problem_type": None,
}


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
        max_position_embeddings: int, or None when the file does not say.
        problem_type: None or one of `checks.PROBLEM_TYPES`.
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
        max_position_embeddings: int | None
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

    @classmethod
    def from_dict(cls, config_dict: Mapping[str, Any]) -> PretrainedConfig:
        """A config of these fields."""
        return cls(config_dict)

    @classmethod
    def from_json_file(cls, json_file: str | os.PathLike[str]) -> PretrainedConfig:
        """The config in a JSON file.

        Raises:
            MissingFileError: there is no such file.
            FileFormatError: it is broken.
        """
        path = Path(json_file)
        if not path.is_file():
            raise MissingFileError(f"[config] there is no file {path}")
        return cls(load_json_object(path, max_bytes=MAX_JSON_BYTES), place=str(path))

    def save_pretrained(self, save_directory: str | os.PathLike[str]) -> None:
        """Write config.json into a folder, which is made when it is not there."""
        folder = Path(save_directory)
        folder.mkdir(parents=True, exist_ok=True)
        self.to_json_file(folder / "config.json")

    def to_json_file(self, json_file_path: str | os.PathLike[str]) -> None:
        """Write the items as JSON."""
        Path(json_file_path).write_text(self.to_json_string(), "utf-8")

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
        return dict(self._values.get(JS_CONFIG) or {})

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
        check = CHECKS.get(name)
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
        self[JS_CONFIG if name == "js_config" else name] = value
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
