"""What a class of processor is, as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class PreprocessorRow:
    """A class that preprocessor_config.json may name.

    Attributes:
        name: the class, without the "Fast" that files may put behind it.
        homes: "module.Class" of this package for each class that it is made of; the last one is
            a `Preprocessor`.
        defaults: settings the class assumes where the file is silent.
        model_input_names: what a call returns for the model.
    """

    name: str
    homes: tuple[str, ...]
    defaults: Mapping[str, Any] = field(default_factory=dict)
    model_input_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessorRow:
    """A class that holds a tokenizer and what prepares pictures or sounds.

    Attributes:
        name: the class.
        model_types: values of `model_type` in config.json that mean it when no file names a class.
        home: "module.Class" of this package.
    """

    name: str
    model_types: tuple[str, ...] = ()
    home: str = "combined.Processor"
