"""AutoModel classes: the class of a model from its config."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from onnxformers.errors import UnsupportedModelError
from onnxformers.models.base import PreTrainedModel
from onnxformers.models.loading import ModelOptions
from onnxformers.models.registry import ARCHITECTURES, AUTO_CLASSES, CLASS_NAMES

if TYPE_CHECKING:
    import os

    from onnxformers._native.runtime import Session

_log = logging.getLogger("onnxformers")


def model_class(name: str, module: str) -> type[PreTrainedModel]:
    """Make the class of a row and head, as it appears in `module`.

    Raises:
        KeyError: No row has this class.
    """
    row, _ = CLASS_NAMES[name]
    members = {"model_type": row.model_type, "kind": row.kind, "__module__": module}
    return type(name, (PreTrainedModel,), members)


class AutoClass:
    """Base of the AutoModel classes; `from_pretrained` is all there is."""

    heads: ClassVar[tuple[str, ...]] = ()

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
        """The class for a config's model_type.

        Raises:
            UnsupportedModelError: The registry has no row for it, or the row no such head.
        """
        from onnxformers import models

        row = ARCHITECTURES.get(model_type or "")
        if row is None:
            if cls.heads == ("Model",):
                # As Transformers.js: a bare encoder needs no class of its own.
                _log.warning(
                    "model_type %r is not in the registry: treated as a plain encoder", model_type
                )
                return PreTrainedModel
            raise UnsupportedModelError(
                f"[{cls.__name__}] unknown model_type {model_type!r}; "
                f"known: {', '.join(ARCHITECTURES)}"
            )
        for head in cls.heads:
            if head in row.heads:
                found: type[PreTrainedModel] = getattr(models, row.prefix + head)
                return found
        raise UnsupportedModelError(
            f"[{cls.__name__}] {model_type} has no such head; it has {', '.join(row.heads)}"
        )


def auto_class(name: str, module: str) -> type[AutoClass]:
    """Make an AutoModel class, as it appears in `module`.

    Raises:
        KeyError: No such class.
    """
    return type(name, (AutoClass,), {"heads": AUTO_CLASSES[name], "__module__": module})
