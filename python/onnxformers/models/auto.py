"""AutoModel classes: the class of a model from its config."""

from __future__ import annotations

import logging
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar

from onnxformers.errors import UnsupportedModelError
from onnxformers.models.base import PreTrainedModel
from onnxformers.models.loading import ModelOptions
from onnxformers.models.registry import BASE, Architecture, find_head, output_class

if TYPE_CHECKING:
    import os

    from onnxformers._native.runtime import Session

_log = logging.getLogger("onnxformers")


def model_class(row: Architecture, head: str, module: str) -> type[PreTrainedModel]:
    """Make the class of a row and head, as it appears in `module`."""
    from onnxformers import models

    members = {
        "__module__": module,
        "kind": row.heads[head],
        "main_input_name": row.main_input,
        "model_type": row.model_type,
        "output_name": output_class(row, head),
    }
    base = getattr(models, row.prefix + BASE)
    own = own_code(row, head)
    return type(row.prefix + head, (base,) if own is None else (own, base), members)


def own_code(row: Architecture, head: str) -> type[PreTrainedModel] | None:
    """The class with what only this head of this architecture does; None where there is none."""
    if not row.code:
        return None
    module = import_module(f"onnxformers.models.architectures.{row.code}")
    own: type[PreTrainedModel] | None = getattr(module, row.prefix + head, None)
    return own


def base_class(name: str, module: str) -> type[PreTrainedModel]:
    """Make the class that all classes of an architecture have in common."""
    return type(name, (PreTrainedModel,), {"__module__": module})


class AutoClass:
    """Base of the AutoModel classes; `from_pretrained` is all there is."""

    names: ClassVar[tuple[str, ...]] = ()

    def __init__(self) -> None:
        raise UnsupportedModelError(
            f"[{type(self).__name__}] is not made directly; "
            f"use {type(self).__name__}.from_pretrained(...)"
        )

    @classmethod
    def from_pretrained(
        cls, name_or_path: str | os.PathLike[str], **options: Any
    ) -> PreTrainedModel:
        """Load a model with the class that its config names.

        Args:
            name_or_path: A Hub id or a folder.
            **options: The fields of `ModelOptions`: device, dtype, session_options, revision, ...

        Returns:
            An instance of `onnxformers.models.<Prefix><Head>`.

        Raises:
            UnsupportedModelError: No such architecture, or it has no such head.
            MissingFileError: A file is not there.
            FileFormatError: config.json or the ONNX file is broken.
            InvalidArgumentError: An option is unknown or has a bad value.

        Example:
            >>> from onnxformers import AutoModel
            >>> model = AutoModel.from_pretrained("examples/models/all-MiniLM-L6-v2", dtype="q8")
            >>> type(model).__name__
            'BertModel'

        Source: spec/transformers.js/models.md, PretrainedMixin.
        """
        return cls.load(str(name_or_path), ModelOptions.from_keywords(cls.__name__, options))

    @classmethod
    def load(
        cls,
        name_or_path: str,
        options: ModelOptions,
        sessions: dict[str, Session] | None = None,
    ) -> PreTrainedModel:
        """As `from_pretrained`, with the options in one object and sessions that may be open."""
        config = options.read_config(name_or_path)
        chosen = cls.class_for(config.model_type)
        return chosen.load(name_or_path, replace(options, config=config), sessions)

    @classmethod
    def class_for(cls, model_type: str | None) -> type[PreTrainedModel]:
        """The class for a config's model_type; errors as of the function `class_for`."""
        return class_for(cls.names, model_type)


def class_for(auto_classes: str | tuple[str, ...], model_type: str | None) -> type[PreTrainedModel]:
    """The class that AutoModel classes load for a config's model_type.

    Args:
        auto_classes: Name of an AutoModel class, or several, of which the first that can is taken.
        model_type: As in config.json.

    Raises:
        UnsupportedModelError: The registry has no row for it, or the row no such head.
    """
    from onnxformers import models

    found = find_head(auto_classes, model_type)
    if found is None:
        # As Transformers.js: a bare encoder needs no class of its own.
        _log.warning("model_type %r is not in the registry: treated as a plain encoder", model_type)
        return PreTrainedModel
    row, head = found
    chosen: type[PreTrainedModel] = getattr(models, row.prefix + head)
    return chosen


def auto_class(name: str, module: str) -> type[AutoClass]:
    """Make an AutoModel class, as it appears in `module`."""
    return type(name, (AutoClass,), {"names": (name,), "__module__": module})


#: The name of Transformers.js for the base of its AutoModel classes.
PretrainedMixin = AutoClass
