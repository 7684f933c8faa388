"""The Auto classes of processors: the class from a model's files."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from onnxformers.errors import FileFormatError, InvalidTypeError
from onnxformers.processors import loading
from onnxformers.processors.base import Preprocessor
from onnxformers.processors.combined import Processor
from onnxformers.processors.registry import (
    PREPROCESSORS,
    class_of,
    preprocessor_row,
    processor_row,
    processor_row_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from onnxformers.hub.options import LoadOptions
    from onnxformers.processors.row import ProcessorRow

Combined = TypeVar("Combined", bound=Processor)
PROCESSOR_CLASS = "processor_class"


class AutoProcessor:
    """Loads what prepares the inputs of a model of pictures or sounds."""

    def __init__(self) -> None:
        raise InvalidTypeError("[AutoProcessor] use AutoProcessor.from_pretrained(name_or_path)")

    @staticmethod
    def from_pretrained(
        name_or_path: str | os.PathLike[str], **options: Any
    ) -> Processor | Preprocessor:
        """Load a processor from a local folder, the Hub's cache or the Hub.

        A model with a tokenizer beside preprocessor_config.json gets a `Processor`, which has both
        (`.tokenizer`, and `.image_processor` or `.feature_extractor`); any other the image
        processor or feature extractor itself.

        Args:
            name_or_path: a folder, or a model's name on the Hub.
            **options: the fields of `LoadOptions`, and settings that overrule those of
                preprocessor_config.json.

        Raises:
            MissingFileError: there is no preprocessor_config.json.
            FileFormatError: a file is broken, or names a class that is not known.
            InvalidArgumentError: an option is unknown.

        Example:
            >>> processor = AutoProcessor.from_pretrained("Xenova/clip-vit-base-patch16")
            >>> processor(images=picture, text=["a cat", "a dog"]).pixel_values.shape
            (1, 3, 224, 224)

        Source: spec/transformers.js/processors.md, AutoProcessor.
        """
        files, settings = loading.split_options(options)
        return AutoProcessor.load(name_or_path, files, settings)

    @staticmethod
    def load(
        name_or_path: str | os.PathLike[str],
        files: LoadOptions,
        settings: Mapping[str, Any] | None = None,
    ) -> Processor | Preprocessor:
        """As `from_pretrained`, with the options of a load under way."""
        config = loading.read_preprocessor(name_or_path, files)
        preprocessor = made_from(config, os.fspath(name_or_path), settings or {})
        if not loading.has_tokenizer(name_or_path, files):
            return preprocessor
        row = _row_of(name_or_path, files, config)
        cls: type[Processor] = Processor if row is None else class_of(row)
        return load_combined(cls, preprocessor, os.fspath(name_or_path), files)


class _AutoPreprocessor:
    """Loads the class that one key of preprocessor_config.json names."""

    type_key: ClassVar[str]

    def __init__(self) -> None:
        name = type(self).__name__
        raise InvalidTypeError(f"[{name}] use {name}.from_pretrained(name_or_path)")

    @classmethod
    def from_pretrained(cls, name_or_path: str | os.PathLike[str], **options: Any) -> Preprocessor:
        """Load what preprocessor_config.json names.

        Arguments and errors as of `AutoProcessor.from_pretrained`.
        """
        files, settings = loading.split_options(options)
        return cls.load(name_or_path, files, settings)

    @classmethod
    def load(
        cls,
        name_or_path: str | os.PathLike[str],
        files: LoadOptions,
        settings: Mapping[str, Any] | None = None,
    ) -> Preprocessor:
        """As `from_pretrained`, with the options of a load under way."""
        config = loading.read_preprocessor(name_or_path, files, cls.type_key)
        return made_from(config, os.fspath(name_or_path), settings or {})


class AutoImageProcessor(_AutoPreprocessor):
    """Loads image processors.

    Example:
        >>> AutoImageProcessor.from_pretrained("google/vit-base-patch16-224").size
        {'height': 224, 'width': 224}
    """

    type_key = "image_processor_type"


class AutoFeatureExtractor(_AutoPreprocessor):
    """Loads feature extractors: of sounds, and of pictures where an older file calls them so.

    Example:
        >>> AutoFeatureExtractor.from_pretrained("openai/whisper-tiny").sampling_rate
        16000
    """

    type_key = "feature_extractor_type"


def made_from(config: Mapping[str, Any], name: str, settings: Mapping[str, Any]) -> Preprocessor:
    """The image processor or feature extractor of a config.

    Raises:
        FileFormatError: the config names no class, or one that is not known.
    """
    named = [loading.class_name(config, key) for key in loading.PARTS]
    wanted = next((each for each in named if each is not None), None)
    row = None if wanted is None else preprocessor_row(wanted)
    if row is None:
        raise FileFormatError(_unknown_class(name, wanted))
    made: Preprocessor = class_of(row)(config, name_or_path=name, **settings)
    return made


def load_combined(
    cls: type[Combined], preprocessor: Preprocessor, name: str, files: LoadOptions
) -> Combined:
    """A combined processor of a class, with a part that is loaded."""
    from onnxformers.tokenizers import AutoTokenizer

    tokenizer = AutoTokenizer.load(name, files)
    config = loading.read_processor(name, files)
    template = loading.read_chat_template(name, files)
    if template is not None:
        config["chat_template"] = template
    return cls(preprocessor, tokenizer, config, name_or_path=name)


def _unknown_class(name: str, wanted: str | None) -> str:
    place = f"[{name}] {loading.PREPROCESSOR}"
    if wanted is None:
        return f"{place} names no class: expected one of the keys {', '.join(loading.PARTS)}"
    from difflib import get_close_matches

    near = get_close_matches(wanted, PREPROCESSORS, n=3)
    hint = f"; near it are {', '.join(near)}" if near else ""
    return f"{place} names {wanted}, which is not known here{hint}"


def _row_of(
    name_or_path: str | os.PathLike[str], files: LoadOptions, config: Mapping[str, Any]
) -> ProcessorRow | None:
    """The row of a combined processor: what a file names, else what `model_type` stands for."""
    for values in (loading.read_processor(name_or_path, files), config):
        named = loading.class_name(values, PROCESSOR_CLASS)
        row = None if named is None else processor_row(named)
        if row is not None:
            return row
    model_type = loading.model_type(name_or_path, files)
    return None if model_type is None else processor_row_of(model_type)
