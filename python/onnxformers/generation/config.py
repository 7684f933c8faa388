"""How a model writes: the options of generate()."""

from __future__ import annotations

import copy
import json
import logging
from collections.abc import Iterator, Mapping, MutableMapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from onnxformers.errors import MissingFileError, UnknownNameError
from onnxformers.generation.config_fields import FIELDS, OF_FILES, PLACE, check_field
from onnxformers.hub import LoadOptions, files
from onnxformers.options import refuse_unknown

if TYPE_CHECKING:
    import os

FILE_NAME = "generation_config.json"
#: Objects of a config.json that describe its decoder.
_DECODERS = ("decoder", "generator", "text_config")
#: Fields of config.json that mean what one run of the model gives.
_OF_RUNS = ("output_attentions", "output_hidden_states")
_log = logging.getLogger("onnxformers")
_named: set[str] = set()


class GenerationConfig(MutableMapping[str, Any]):
    """The options of a generation.

    Every field is an attribute, with its default when nobody set it. As a mapping it has the
    fields that were set, so that `model.generate(**config)` works.

    Args:
        **options: Fields by name, as Python transformers 4.46.3 and Transformers.js call them:
            max_new_tokens, do_sample, temperature, top_k, top_p, num_beams, repetition_penalty,
            eos_token_id, ...; see docs/generation.md.

    Raises:
        InvalidArgumentError: A name is no field (the nearest one is suggested), or a value is not
            allowed.
        InvalidTypeError: A value is of a kind that the field cannot hold.

    Example:
        >>> config = GenerationConfig(max_new_tokens=5, num_beams=2)
        >>> config.max_new_tokens, config.top_k, dict(config)
        (5, 50, {'max_new_tokens': 5, 'num_beams': 2})

    Source: spec/transformers.js/generation_configuration_utils.md.
    """

    if TYPE_CHECKING:
        _values: dict[str, Any]

    def __init__(self, **options: Any) -> None:
        object.__setattr__(self, "_values", {})
        for name, value in options.items():
            self[name] = value

    @classmethod
    def from_dict(
        cls, config_dict: Mapping[str, Any], *, place: str = PLACE, **options: Any
    ) -> GenerationConfig:
        """A config of a file's fields; those that are unknown are kept, and named once in the log.

        Args:
            config_dict: What generation_config.json holds.
            place: For messages.
            **options: Fields that take the place of the file's.

        Raises:
            InvalidArgumentError, InvalidTypeError: As of the class.
        """
        config = cls()
        for name, value in {**config_dict, **options}.items():
            if name in FIELDS:
                check_field(name, value, place)
            config._values[name] = copy.deepcopy(value)
        config._log_unknown(place)
        return config

    @classmethod
    def from_model_config(cls, model_config: Mapping[str, Any]) -> GenerationConfig:
        """What a model without a generation_config.json says in its config.json.

        Args:
            model_config: A `PretrainedConfig`, or the object of a config.json.
        """
        found: dict[str, Any] = {}
        inner = [model_config.get(name) for name in _DECODERS]
        for part in (model_config, *(part for part in inner if isinstance(part, Mapping))):
            for name in FIELDS.keys() & part.keys():
                if name not in _OF_RUNS and part[name] is not None:
                    found.setdefault(name, part[name])
        return cls.from_dict(found, place="config.json")

    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name: str | os.PathLike[str],
        config_file_name: str = FILE_NAME,
        **options: Any,
    ) -> GenerationConfig:
        """The generation_config.json of a model.

        Args:
            pretrained_model_name: A folder, or a name on the Hub.
            config_file_name: Another file in place of generation_config.json.
            **options: Fields of `LoadOptions` (revision, local_files_only, ...), and fields of the
                config that take the place of the file's.

        Raises:
            MissingFileError: There is no such file.
            FileFormatError: It is broken.
            HubError: It could not be fetched.
            InvalidArgumentError: An option is unknown or has a bad value.

        Example:
            >>> folder = "tests/conformance/models/t5"
            >>> GenerationConfig.from_pretrained(folder, max_length=7).decoder_start_token_id
            0
        """
        own = {name: value for name, value in options.items() if name in FIELDS}
        load = LoadOptions.of({name: v for name, v in options.items() if name not in FIELDS})
        place = f"{pretrained_model_name}/{config_file_name}"
        values = files.find_json(str(pretrained_model_name), config_file_name, load)
        if values is None:
            raise MissingFileError(f"[{PLACE}] there is no {place}")
        return cls.from_dict(values, place=place, **own)

    def save_pretrained(
        self, save_directory: str | os.PathLike[str], config_file_name: str = FILE_NAME
    ) -> None:
        """Write the fields that differ from their defaults into a folder, made if need be."""
        folder = Path(save_directory)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / config_file_name).write_text(self.to_json_string(), "utf-8")

    def to_dict(self) -> dict[str, Any]:
        """All fields, and what a file had besides; a deep copy."""
        defaults = {name: field.default for name, field in FIELDS.items()}
        return copy.deepcopy({**defaults, **self._values})

    def to_diff_dict(self) -> dict[str, Any]:
        """The fields that differ from their defaults; a deep copy."""
        return {
            name: copy.deepcopy(value)
            for name, value in self._values.items()
            if name not in FIELDS or value != FIELDS[name].default
        }

    def to_json_string(self, use_diff: bool = True) -> str:
        """The fields as generation_config.json has them, all of them with `use_diff` False."""
        values = self.to_diff_dict() if use_diff else self.to_dict()
        bias = values.get("sequence_bias")
        if isinstance(bias, Mapping):
            values["sequence_bias"] = [[list(ids), number] for ids, number in bias.items()]
        return json.dumps(values, indent=2, sort_keys=True) + "\n"

    def _log_unknown(self, place: str) -> None:
        new = sorted(self._values.keys() - FIELDS.keys() - OF_FILES - _named)
        if new:
            _named.update(new)
            _log.warning("[%s] fields that are kept but not used: %s", place, ", ".join(new))

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __setitem__(self, name: str, value: Any) -> None:
        refuse_unknown([name], FIELDS.keys() | self._values.keys(), PLACE)
        if name in FIELDS:
            check_field(name, value)
        self._values[name] = value

    def __delitem__(self, name: str) -> None:
        del self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __getattr__(self, name: str) -> Any:
        # Called only for names that the class does not have.
        if name.startswith("__") or name == "_values":
            raise AttributeError(name)
        if name in self._values:
            return self._values[name]
        if name in FIELDS:
            default = FIELDS[name].default
            return dict(default) if isinstance(default, dict) else default
        raise UnknownNameError(f"[{PLACE}] there is no field {name!r}")

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value

    def __delattr__(self, name: str) -> None:
        if name not in self._values:
            raise UnknownNameError(f"[{PLACE}] {name!r} is not set")
        del self[name]

    def __copy__(self) -> GenerationConfig:
        config = type(self)()
        config._values.update(self._values)
        return config

    def __deepcopy__(self, memo: dict[int, Any]) -> GenerationConfig:
        config = type(self)()
        config._values.update(copy.deepcopy(self._values, memo))
        return config

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self).from_dict, (self._values,)

    def __repr__(self) -> str:
        return f"GenerationConfig({self._values!r})"
