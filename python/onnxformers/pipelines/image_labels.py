"""What the pipelines share that look for labels of the caller in images."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, overload

from onnxformers.errors import InvalidArgumentError
from onnxformers.pipelines.base import CallOptions
from onnxformers.pipelines.candidate_labels import read_labels
from onnxformers.pipelines.image import ImagePipeline

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from onnxformers.pipelines.image import OneSource, Source
    from onnxformers.tokenizers import PreTrainedTokenizer

    Labels = Sequence[str] | str

_log = logging.getLogger("onnxformers")


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelOptions(CallOptions):
    """Options of every pipeline that looks for labels of the caller.

    Attributes:
        candidate_labels: A list of labels, or a str with commas between them. Also the second
            positional argument.
    """

    candidate_labels: Sequence[str] | str | None = None

    def __post_init__(self) -> None:
        CallOptions.__post_init__(self)
        if self.candidate_labels is not None:
            read_labels(self.candidate_labels, "zero-shot")


Options = TypeVar("Options", bound=LabelOptions)
Result = TypeVar("Result")


class LabelledImagePipeline(ImagePipeline[Options], Generic[Options, Result]):
    """Base of the pipelines that take images and labels, with the types of their calls."""

    positional_options: ClassVar[tuple[str, ...]] = ("candidate_labels",)

    if TYPE_CHECKING:

        @overload
        def __call__(
            self,
            images: list[Source] | tuple[Source, ...],
            candidate_labels: Labels = ...,
            **options: Any,
        ) -> list[list[Result]]: ...
        @overload
        def __call__(
            self, images: OneSource, candidate_labels: Labels = ..., **options: Any
        ) -> list[Result]: ...
        @overload
        def __call__(
            self, images: Iterator[Source], candidate_labels: Labels = ..., **options: Any
        ) -> Iterator[list[Result]]: ...
        def __call__(self, *args: Any, **options: Any) -> Any:
            """See `Pipeline`."""

    def __init__(self, *, tokenizer: PreTrainedTokenizer | None, **rest: Any) -> None:
        if tokenizer is None:
            raise InvalidArgumentError("[pipeline] this task needs a tokenizer")
        super().__init__(tokenizer=tokenizer, **rest)
        self.tokenizer: PreTrainedTokenizer = tokenizer

    def encode(
        self, texts: Sequence[str], *, to_limit: bool = False
    ) -> dict[str, NDArray[np.int64]]:
        """The texts as the model takes them; what was cut is said in the log.

        Args:
            texts: The texts.
            to_limit: Pad to the most tokens that the model takes, not to the longest text.
        """
        encoded = self.tokenizer.encode_ragged(texts, truncation=True)
        cut = int(encoded.truncated.sum())
        if cut:
            _log.warning("[%s] %d of %d labels were cut", self.task, cut, len(texts))
        return dict(
            self.tokenizer(
                list(texts), padding="max_length" if to_limit else "longest", truncation=True
            )
        )
