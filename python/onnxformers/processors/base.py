"""What preprocessor_config.json describes: the base of image processors and feature extractors."""

from __future__ import annotations

import copy
import json
from abc import ABC, abstractmethod
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

from onnxformers.errors import FileFormatError, InvalidArgumentError, UnknownNameError
from onnxformers.options import refuse_unknown
from onnxformers.processors import loading
from onnxformers.processors.batch_feature import BatchFeature

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from typing_extensions import Self

#: Accepted by every call of transformers' classes; arrays of numpy are all there is here.
TENSOR_TYPES = frozenset({"np", "numpy", None})


class Preprocessor(ABC):
    """Turns pictures or sounds into a model's inputs, as a config says.

    Its settings are those of the class, overruled by the config; they are attributes too, and
    cannot be changed: an object may serve many threads. A call overrules them with keywords.

    Args:
        config: the object of preprocessor_config.json; unknown keys are kept.
        name_or_path: where it came from.
        **settings: keys that overrule those of `config`.

    Attributes:
        config: a copy of what it was made with, under the names of the file.
        settings: the values that a call starts from, in today's form.
        name_or_path: where it came from.

    Raises:
        FileFormatError: a key has a value that it cannot have.
        UnknownNameError: an attribute that it does not have was asked for, or one was set.
    """

    #: The key of preprocessor_config.json that names the class.
    type_key: ClassVar[str] = "feature_extractor_type"
    #: What the class assumes where the file is silent.
    defaults: ClassVar[Mapping[str, Any]] = MappingProxyType({})
    #: Keywords of a call that are no settings.
    call_options: ClassVar[frozenset[str]] = frozenset()
    #: What a call returns for the model.
    model_input_names: ClassVar[tuple[str, ...]] = ()

    config: Mapping[str, Any]
    settings: Mapping[str, Any]
    name_or_path: str

    def __init__(
        self, config: Mapping[str, Any] | None = None, *, name_or_path: str = "", **settings: Any
    ) -> None:
        place = type(self).__name__
        known = {**copy.deepcopy(dict(config or {})), **settings}
        refuse_unknown(settings, self.setting_names(), place)
        self.__dict__.update(
            config=MappingProxyType(known),
            settings=MappingProxyType(self.read_settings({**self.defaults, **known}, place)),
            name_or_path=name_or_path,
        )

    @classmethod
    def setting_names(cls) -> frozenset[str]:
        """The keys of the config that the class reads; others are kept, not taken from callers."""
        return frozenset(cls.defaults)

    @classmethod
    def read_settings(cls, config: Mapping[str, Any], place: str) -> dict[str, Any]:
        """The settings that a config stands for, checked and in today's form.

        Args:
            config: the class's defaults, overruled by the file.
            place: for messages.

        Raises:
            FileFormatError: a key has a value that it cannot have.
        """
        return dict(config)

    @classmethod
    def from_pretrained(cls, name_or_path: str | os.PathLike[str], **options: Any) -> Self:
        """Load this class from a local folder, the Hub's cache or the Hub.

        Args:
            name_or_path: a folder, or a model's name on the Hub.
            **options: the fields of `LoadOptions`, and settings that overrule the file's.

        Raises:
            MissingFileError: there is no preprocessor_config.json.
            FileFormatError: it is broken.
            InvalidArgumentError: an option is unknown.
        """
        files, settings = loading.split_options(options)
        config = loading.read_preprocessor(name_or_path, files, cls.type_key)
        return cls(config, name_or_path=str(name_or_path), **settings)

    def save_pretrained(self, save_directory: str | os.PathLike[str]) -> tuple[str, ...]:
        """Write preprocessor_config.json into a folder, which is made when it is not there.

        Returns:
            The path written, in a tuple.
        """
        folder = Path(save_directory)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / loading.PREPROCESSOR
        path.write_text(json.dumps(self.to_dict(), indent=2, ensure_ascii=False) + "\n", "utf-8")
        return (str(path),)

    def to_dict(self) -> dict[str, Any]:
        """The content of preprocessor_config.json: the config, completed by the class."""
        values = {**self.defaults, **self.config, self.type_key: type(self).__name__}
        return copy.deepcopy(values)

    def settings_with(self, overrides: Mapping[str, Any]) -> Mapping[str, Any]:
        """The settings of a call.

        Args:
            overrides: the keywords of the call, without `call_options`; None leaves a setting.

        Raises:
            InvalidArgumentError: a name is no setting; the near one is named.
        """
        place = type(self).__name__
        changes = {name: value for name, value in overrides.items() if value is not None}
        tensors = changes.pop("return_tensors", None)
        if tensors not in TENSOR_TYPES:
            raise InvalidArgumentError(
                f"[{place}] return_tensors must be 'np' or None, got {tensors!r}"
            )
        known = self.setting_names() | self.call_options | {"return_tensors"}
        refuse_unknown(changes, known, place)
        if not changes:
            return self.settings
        try:
            return self.read_settings({**self.defaults, **self.config, **changes}, place)
        except FileFormatError as error:  # the caller's value, not the file's
            raise InvalidArgumentError(str(error)) from None

    @abstractmethod
    def __call__(self, *args: Any, **options: Any) -> BatchFeature:
        """The inputs of a model; each kind of preprocessor says from what."""

    def __getattr__(self, name: str) -> Any:
        # Called only for names that the object does not have.
        settings = self.__dict__.get("settings", {})
        if name in settings:
            return settings[name]
        raise UnknownNameError(f"[{type(self).__name__}] has no {name!r}")

    def __setattr__(self, name: str, value: Any) -> None:
        raise UnknownNameError(
            f"[{type(self).__name__}] {name} cannot be set: give it in the call, or make another "
            f"with from_pretrained(..., {name}=...)"
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return _reload, (type(self), dict(self.config), self.name_or_path)

    def __repr__(self) -> str:
        return f"{type(self).__name__} {json.dumps(self.to_dict(), indent=2, ensure_ascii=False)}"


class FeatureExtractor(Preprocessor):
    """Turns sounds into a model's inputs; the base of every feature extractor.

    Source: spec/transformers.js/processors.md, FeatureExtractor.
    """


def _reload(cls: type[Preprocessor], config: dict[str, Any], name: str) -> Preprocessor:
    return cls(config, name_or_path=name)
