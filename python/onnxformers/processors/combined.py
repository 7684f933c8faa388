"""Processors of a tokenizer and what prepares pictures or sounds."""

from __future__ import annotations

import json
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from onnxformers.errors import InvalidArgumentError, InvalidTypeError, UnknownNameError
from onnxformers.processors import loading
from onnxformers.processors.base import FeatureExtractor, Preprocessor
from onnxformers.processors.batch_feature import BatchFeature
from onnxformers.processors.inputs import told_apart

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from typing_extensions import Self

    from onnxformers.tokenizers import PreTrainedTokenizer

#: Keywords of transformers' processors for what goes to the part that is no tokenizer.
MEDIA = ("images", "audio", "image", "audios", "raw_speech")
#: Options that tokenizers and feature extractors both have.
OF_TEXTS = frozenset({"padding", "truncation", "max_length", "pad_to_multiple_of"})


class Processor:
    """A tokenizer, and an image processor or feature extractor, behind one call.

    What it does not have itself (`decode`, `post_process_object_detection`, `pad`, ...) is asked of
    its parts: of the tokenizer first.

    Args:
        preprocessor: the image processor or feature extractor.
        tokenizer: the tokenizer.
        config: the object of processor_config.json.
        name_or_path: where it came from.

    Attributes:
        tokenizer: the part for texts.
        image_processor: the part for pictures; None when there is none.
        feature_extractor: the part for sounds; None when there is none.
        config: processor_config.json.
        name_or_path: where it came from.

    Raises:
        InvalidTypeError: a part is no preprocessor.
        UnknownNameError: an attribute was asked for that no part has, or one was set.

    Example:
        >>> processor = AutoProcessor.from_pretrained("Xenova/clip-vit-base-patch16")
        >>> sorted(processor(images=picture, text="a cat"))
        ['attention_mask', 'input_ids', 'original_sizes', 'pixel_values', 'reshaped_input_sizes']

    Source: spec/transformers.js/processors.md, Processor; transformers 4.46.3, `ProcessorMixin`.
    """

    tokenizer: PreTrainedTokenizer
    image_processor: Preprocessor | None
    feature_extractor: Preprocessor | None
    config: Mapping[str, Any]
    name_or_path: str

    def __init__(
        self,
        preprocessor: Preprocessor,
        tokenizer: PreTrainedTokenizer,
        config: Mapping[str, Any] | None = None,
        *,
        name_or_path: str = "",
    ) -> None:
        if not isinstance(preprocessor, Preprocessor):
            raise InvalidTypeError(
                f"[{type(self).__name__}] the first argument must be an image processor or feature "
                f"extractor, got {type(preprocessor).__name__}"
            )
        is_sound = isinstance(preprocessor, FeatureExtractor)
        self.__dict__.update(
            preprocessor=preprocessor,
            image_processor=None if is_sound else preprocessor,
            feature_extractor=preprocessor if is_sound else None,
            tokenizer=tokenizer,
            config=MappingProxyType(dict(config or {})),
            name_or_path=name_or_path,
        )

    if TYPE_CHECKING:
        preprocessor: Preprocessor

    @classmethod
    def from_pretrained(cls, name_or_path: str | os.PathLike[str], **options: Any) -> Self:
        """Load the parts from a local folder, the Hub's cache or the Hub, into this class.

        Arguments and errors as of `AutoProcessor.from_pretrained`.
        """
        from onnxformers.processors.auto import load_combined, made_from

        files, settings = loading.split_options(options)
        config = loading.read_preprocessor(name_or_path, files)
        preprocessor = made_from(config, str(name_or_path), settings)
        return load_combined(cls, preprocessor, str(name_or_path), files)

    def save_pretrained(self, save_directory: str | os.PathLike[str]) -> tuple[str, ...]:
        """Write the files of all parts into a folder, and processor_config.json.

        Returns:
            The paths written.
        """
        written = self.preprocessor.save_pretrained(save_directory)
        written += self.tokenizer.save_pretrained(save_directory)
        path = Path(save_directory) / loading.PROCESSOR
        values = {**self.config, "processor_class": type(self).__name__}
        path.write_text(json.dumps(values, indent=2, ensure_ascii=False) + "\n", "utf-8")
        return (*written, str(path))

    @property
    def model_input_names(self) -> tuple[str, ...]:
        """What a call returns for the model."""
        return (*self.tokenizer.model_input_names, *self.preprocessor.model_input_names)

    def __call__(self, *args: Any, text: Any = None, **options: Any) -> BatchFeature:
        """The inputs of a model from texts, pictures or sounds.

        Args:
            *args: pictures or sounds, as the image processor or feature extractor takes them; and
                texts, behind them or, where the others are no paths, before them.
            text: what the tokenizer takes.
            **options: `images=` or `audio=` in place of the first argument; options of either part.

        Returns:
            The arrays of both parts.

        Raises:
            InvalidArgumentError: nothing was given, or too much, or an option that no part knows.
        """
        for name in MEDIA:
            given = options.pop(name, None)
            if given is not None:
                args = (given, *args)
        if text is None:
            args, text = told_apart(args)
        if len(args) > 1 or (not args and text is None):
            raise InvalidArgumentError(
                f"[{type(self).__name__}] expected pictures or sounds, text=, or both; got "
                f"{len(args)} of the former" + ("" if text is None else " and text")
            )
        return self.prepare(args, text, options)

    def prepare(self, media: tuple[Any, ...], text: Any, options: dict[str, Any]) -> BatchFeature:
        """The inputs of a model; what classes with behaviour of their own overrule.

        Args:
            media: positional arguments for the image processor or feature extractor; () for none.
            text: what the tokenizer takes; None for none.
            options: of both parts.
        """
        for_text, for_media = self.split(options, media, text)
        features = BatchFeature()
        if text is not None:
            features.update(self.tokenizer(text, **for_text))
        if media:
            features.update(self.preprocessor(*media, **for_media))
        return features

    def split(
        self, options: Mapping[str, Any], media: tuple[Any, ...], text: Any
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """The options of the tokenizer and those of the other part.

        Those of pictures or sounds are known by name; the rest is the tokenizer's when there is
        text. `return_tensors` goes to both, padding and cutting to the texts when there are any.
        """
        if not media:  # a rate says nothing about texts
            rate = "" if self.feature_extractor is None else "sampling_rate"
            return {name: value for name, value in options.items() if name != rate}, {}
        if text is None:
            return {}, dict(options)
        known = self.preprocessor.setting_names() | self.preprocessor.call_options
        known -= OF_TEXTS
        for_media = {name: value for name, value in options.items() if name in known}
        for_text = {name: value for name, value in options.items() if name not in known}
        if "return_tensors" in options:
            for_media["return_tensors"] = options["return_tensors"]
        return for_text, for_media

    def apply_chat_template(self, conversation: Any, **options: Any) -> Any:
        """A conversation as the model's chat template writes it; a text unless `tokenize=True`.

        Args:
            conversation: messages with "role" and "content".
            **options: those of the tokenizer's method of this name.

        Source: spec/transformers.js/processors.md, Processor; transformers 4.46.3,
            `ProcessorMixin.apply_chat_template`.
        """
        own = self.config.get("chat_template")
        template = {} if own is None else {"chat_template": own}
        return self.tokenizer.apply_chat_template(
            conversation, **{"tokenize": False, **template, **options}
        )

    def __getattr__(self, name: str) -> Any:
        # Called only for names that the object does not have.
        if not name.startswith("__"):
            for part in ("tokenizer", "preprocessor"):
                found = getattr(self.__dict__.get(part), name, None)
                if found is not None:
                    return found
        raise UnknownNameError(f"[{type(self).__name__}] neither it nor a part has {name!r}")

    def __setattr__(self, name: str, value: Any) -> None:
        raise UnknownNameError(f"[{type(self).__name__}] {name} cannot be set")

    def __reduce__(self) -> tuple[Any, ...]:
        parts = (self.preprocessor, self.tokenizer, dict(self.config))
        return _reload, (type(self).__name__, *parts, self.name_or_path)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.tokenizer!r}, {self.preprocessor!r})"


def _reload(
    class_name: str,
    preprocessor: Preprocessor,
    tokenizer: PreTrainedTokenizer,
    config: dict[str, Any],
    name: str,
) -> Processor:
    from onnxformers.processors.registry import class_named

    cls = class_named(class_name) or Processor
    made: Processor = cls(preprocessor, tokenizer, config, name_or_path=name)
    return made
