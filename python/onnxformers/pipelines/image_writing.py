"""What the pipelines share that write about images: options, and texts of what was written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import numpy as np

from onnxformers.errors import InvalidArgumentError
from onnxformers.options import check_flag
from onnxformers.pipelines.base import CallOptions
from onnxformers.pipelines.generation_options import WithGeneration
from onnxformers.pipelines.image import ImagePipeline

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onnxformers.tokenizers import PreTrainedTokenizer

    Ids = NDArray[np.int64]

#: Options of `model.generate` for which it reads the tokenizer.
_OF_TEXT = ("guided", "response_format", "stop_strings")


@dataclass(frozen=True, slots=True, kw_only=True)
class WritingOptions(WithGeneration):
    """Options of a call that writes about images; beside these all of `GenerationConfig`.

    As many tokens are written as the model's files say, else 20: as transformers does it.

    Attributes:
        return_tensors: Give the ids in place of the text.
        generation: What goes on to `model.generate`; its entries are options of the call.
    """

    return_tensors: bool = False
    generation: Mapping[str, Any] = field(default_factory=dict)

    replaced: ClassVar[Mapping[str, str]] = {
        "return_dict_in_generate": "a pipeline gives texts; for scores call model.generate",
        "generate_kwargs": "pass the options of generation by their names",
    }

    def __post_init__(self) -> None:
        CallOptions.__post_init__(self)
        check_flag(self.return_tensors, "return_tensors", "generation")


Options = TypeVar("Options", bound=WritingOptions)


class WritingImagePipeline(ImagePipeline[Options]):
    """Base of the pipelines that write about images."""

    options_class: ClassVar[type[Any]] = WritingOptions

    def __init__(self, *, tokenizer: PreTrainedTokenizer | None, **rest: Any) -> None:
        if tokenizer is None:
            raise InvalidArgumentError("[pipeline] a pipeline that writes needs a tokenizer")
        super().__init__(tokenizer=tokenizer, **rest)
        self.tokenizer: PreTrainedTokenizer = tokenizer

    def write(
        self, inputs: Mapping[str, Any], options: Options, **defaults: Any
    ) -> NDArray[np.int64]:
        """What the model writes.

        Args:
            inputs: Arrays of the processor and of the tokenizer.
            options: Those of the call.
            **defaults: Options of generation that hold where the call does not say otherwise.

        Returns:
            int64, shape (rows, sequences, tokens).
        """
        arguments = {**defaults, **options.generation}
        if any(arguments.get(name) for name in _OF_TEXT):
            arguments["tokenizer"] = self.tokenizer
        pad = self.tokenizer.pad_token_id
        config: Mapping[str, Any] = self.model.generation_config or {}
        if pad is not None and config.get("pad_token_id") is None:
            arguments.setdefault("pad_token_id", pad)
        written = self.model.generate(
            **inputs, **arguments, timeout_s=options.timeout_s, cancel=options.cancel
        )
        ids = np.asarray(getattr(written, "sequences", written))
        rows = len(next(iter(inputs.values())))
        return ids.reshape(rows, -1, ids.shape[1])

    def writes_one(self, **options: Any) -> bool:
        """Whether a call with these options writes one sequence an image, which can be streamed."""
        given = self._settings(options).generation
        return all(given.get(name) in (None, 1) for name in ("num_beams", "num_return_sequences"))
