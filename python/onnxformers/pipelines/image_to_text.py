"""Image to text: captions, and the text in an image."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from onnxformers.pipelines.image import Batch, ImageOnlyPipeline
from onnxformers.pipelines.image_writing import WritingImagePipeline, WritingOptions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from onnxformers.models.outputs import ModelOutput
    from onnxformers.pipelines.image_results import ImageText


class ImageToTextPipeline(
    WritingImagePipeline[WritingOptions],
    ImageOnlyPipeline[
        WritingOptions, "list[ImageText]", "list[list[ImageText]]", "list[ImageText]"
    ],
):
    """Writes what is to be seen, with a model such as ViT-GPT2 (captions) or TrOCR (lines of text).

    Call it with an image (a path, a URL, bytes, a PIL image, an array), a list or a generator of
    them, and with the fields of `WritingOptions` and of `GenerationConfig`.

    Returns:
        For an image: ``[{"generated_text": str}]``, as many dicts as `num_return_sequences`; with
        ``return_tensors=True`` ``[{"generated_token_ids": list[int]}]``. For a list: such a list
        for each image. For a generator: a generator of them.

    Raises:
        InvalidArgumentError: An empty list, an unknown or contradictory option.
        InvalidTypeError: Something that is no image.

    Example:
        >>> from onnxformers import pipeline
        >>> describe = pipeline("image-to-text")  # doctest: +SKIP
        >>> describe("cats.jpg")  # doctest: +SKIP
        [{'generated_text': 'a cat laying on a couch with another cat'}]

    Source: spec/transformers.js/pipelines.md and transformers 4.46.3, ImageToTextPipeline.
    """

    options_class: ClassVar[type[Any]] = WritingOptions

    def forward(self, inputs: Mapping[str, Any], options: WritingOptions) -> ModelOutput:
        """Let the model write."""
        from onnxformers.models import ModelOutput

        return ModelOutput({"sequences": self.write(self.model_inputs(inputs), options)})

    def postprocess(self, batch: Batch, options: WritingOptions) -> Iterator[list[ImageText]]:
        """The texts of each image."""
        for sequences in batch.outputs["sequences"]:
            yield [self._result(ids, options) for ids in sequences]

    def _result(self, ids: NDArray[np.int64], options: WritingOptions) -> ImageText:
        if options.return_tensors:
            return {"generated_token_ids": ids.tolist()}
        return {"generated_text": self.tokenizer.decode(ids, skip_special_tokens=True)}
