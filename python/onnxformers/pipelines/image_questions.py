"""What the pipelines share that answer questions about images."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, overload

from onnxformers.pipelines.image import is_image
from onnxformers.pipelines.image_writing import WritingImagePipeline, WritingOptions
from onnxformers.pipelines.items import read_item, read_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from PIL.Image import Image

    from onnxformers.pipelines.image import Source
    from onnxformers.pipelines.image_results import ImageAnswer

    Several = list[Source] | tuple[Source, ...]

Options = TypeVar("Options", bound=WritingOptions)


class ImageQuestionPipeline(WritingImagePipeline[Options]):
    """Base of the pipelines that take an image and a question, with the types of their calls.

    Several are a list of dicts with "image" and "question", or a list for one of the two or for
    both.
    """

    input_names: ClassVar[tuple[str, ...]] = ("image", "question")
    input_name: ClassVar[str] = "an image and a question"

    if TYPE_CHECKING:

        @overload
        def __call__(
            self, image: Several, question: str | Sequence[str] = ..., **options: Any
        ) -> list[list[ImageAnswer]]: ...
        @overload
        def __call__(
            self, image: Iterator[Mapping[str, Any]], **options: Any
        ) -> Iterator[list[ImageAnswer]]: ...
        @overload
        def __call__(
            self, image: Source, question: list[str], **options: Any
        ) -> list[list[ImageAnswer]]: ...
        @overload
        def __call__(
            self, image: Source, question: str = ..., **options: Any
        ) -> list[ImageAnswer]: ...
        def __call__(self, *args: Any, **options: Any) -> Any:
            """See `Pipeline`."""

    def is_single(self, inputs: Any) -> bool:
        """A dict with an image and a question is one input."""
        return isinstance(inputs, Mapping) or is_image(inputs)

    def load_part(self, items: Sequence[Any]) -> list[Any]:
        """The items as they are: each is read when its question is."""
        return list(items)

    def run_part(self, items: Sequence[Any], options: Options) -> list[Any]:
        """The answers to each question."""
        return [self._answer_item(item, index, options) for index, item in enumerate(items)]

    def _answer_item(self, item: Any, index: int, options: Options) -> list[ImageAnswer]:
        image, question = read_item(self.task, item, index, self.input_names)
        question = read_text(self.task, "question", index, question)
        return self.answer(self.load(image), question, options)

    @abstractmethod
    def answer(self, image: Image, question: str, options: Options) -> list[ImageAnswer]:
        """The answers to one question."""
