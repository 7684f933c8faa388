"""Document question answering: what a scanned page says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from onnxformers.pipelines.image_questions import ImageQuestionPipeline
from onnxformers.pipelines.image_writing import WritingOptions

if TYPE_CHECKING:
    from PIL.Image import Image

    from onnxformers.pipelines.image_results import ImageAnswer

_PROMPT = "<s_docvqa><s_question>{}</s_question><s_answer>"
_ANSWER = re.compile(r"<s_answer>(.*?)</s_answer>")
#: Options that say how much is written.
_LENGTHS = ("max_length", "max_new_tokens", "max_time")


class DocumentQuestionAnsweringPipeline(ImageQuestionPipeline[WritingOptions]):
    """Answers questions about a page, with a model that reads it as Donut does.

    Call it with an image (a path, a URL, bytes, a PIL image, an array) and a question, with lists
    of them, or with dicts that have both, and with the fields of `WritingOptions` and of
    `GenerationConfig`. The model may write as much as it has positions for.

    Returns:
        For one question: ``[{"answer": str}]``, where None stands for no answer. For several: such
        a list for each. For a generator: a generator of them.

    Raises:
        InvalidArgumentError: No question, an empty list, an unknown option.
        InvalidTypeError: Something that is no image, or no str.

    Example:
        >>> from onnxformers import pipeline
        >>> ask = pipeline("document-question-answering")  # doctest: +SKIP
        >>> ask("invoice.png", "What is the invoice number?")  # doctest: +SKIP
        [{'answer': 'us-001'}]

    Source: spec/transformers.js/pipelines.md and transformers 4.46.3,
        DocumentQuestionAnsweringPipeline.
    """

    def answer(self, image: Image, question: str, options: WritingOptions) -> list[ImageAnswer]:
        """What the model writes between the tags of an answer."""
        prompt = self.tokenizer(_PROMPT.format(question), add_special_tokens=False)
        inputs = self.model_inputs(self.image_processor([image]))
        inputs["decoder_input_ids"] = prompt["input_ids"]
        written = self.write(inputs, options, **self._length(options))
        return [_answer_in(self.tokenizer.decode(ids)) for ids in written[0]]

    def _length(self, options: WritingOptions) -> dict[str, Any]:
        decoder = self.model.config.get("decoder") or {}
        limit = decoder.get("max_position_embeddings")
        is_given = any(options.generation.get(name) is not None for name in _LENGTHS)
        return {} if limit is None or is_given else {"max_length": limit}


def _answer_in(text: str) -> ImageAnswer:
    found = _ANSWER.search(text)
    return {"answer": found[1].strip() if found else None}
