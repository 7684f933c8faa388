"""Visual question answering: what an image shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from onnxformers import ops
from onnxformers.errors import FileFormatError, InvalidArgumentError
from onnxformers.models.kinds import KINDS
from onnxformers.options import check_positive
from onnxformers.pipelines.class_logits import best_labels, class_logits
from onnxformers.pipelines.image_questions import ImageQuestionPipeline
from onnxformers.pipelines.image_writing import WritingOptions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PIL.Image import Image

    from onnxformers.pipelines.image_results import ImageAnswer

_TASK = "visual-question-answering"
_IMAGE = "<image>"
#: Type of a model -> how a question is put to it. Others have a chat template, or that of LLaVA.
_PROMPTS = {
    "florence2": "{}",
    "moondream1": f"{_IMAGE}\n\nQuestion: {{}}\n\nAnswer:",
}
_LLAVA = f"USER: {_IMAGE}\n{{}} ASSISTANT:"
#: Tokens written where neither the call nor the model's files say how many.
_MAX_NEW_TOKENS = 256
# What `max_length` is in files that do not choose one.
_USUAL_MAX_LENGTH = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class VisualQuestionAnsweringOptions(WritingOptions):
    """Options of a visual-question-answering call; of models that write all of `GenerationConfig`.

    Attributes:
        top_k: How many answers, best first, of models that choose among some.
    """

    top_k: int | None = 5

    def __post_init__(self) -> None:
        WritingOptions.__post_init__(self)
        check_positive(self.top_k, "top_k", _TASK)


class VisualQuestionAnsweringPipeline(ImageQuestionPipeline[VisualQuestionAnsweringOptions]):
    """Answers questions about images: LLaVA or Moondream write answers, ViLT chooses them.

    Call it with an image (a path, a URL, bytes, a PIL image, an array) and a question, with lists
    of them, or with dicts that have both, and with the fields of `VisualQuestionAnsweringOptions`
    and of `GenerationConfig`.

    Returns:
        For one question: a list of `ImageAnswer`; with scores of models that choose, best first.
        For several: such a list for each. For a generator: a generator of them.

    Raises:
        InvalidArgumentError: No question, an empty list, an unknown option.
        InvalidTypeError: Something that is no image, or no str.
        FileFormatError: The tokenizer has no token for images.

    Example:
        >>> from onnxformers import pipeline
        >>> ask = pipeline("visual-question-answering")  # doctest: +SKIP
        >>> ask("cats.jpg", "How many cats are there?")  # doctest: +SKIP
        [{'answer': 'There are two cats.'}]

    Source: transformers 4.46.3, VisualQuestionAnsweringPipeline; Transformers.js 3 for prompts.
    """

    options_class: ClassVar[type[Any]] = VisualQuestionAnsweringOptions

    def answer(
        self, image: Image, question: str, options: VisualQuestionAnsweringOptions
    ) -> list[ImageAnswer]:
        """What the model writes, or the best of its answers."""
        kind = KINDS[self.model.kind]
        if not kind.generates:
            return self._choose(dict(self.image_processor([image])), question, options)
        inputs = self._read_both(image, question)
        written = self.write(inputs, options, **self._length(options))[0]
        begin = 0 if kind.has_encoder else inputs["input_ids"].shape[1]
        texts = [self.tokenizer.decode(ids[begin:], skip_special_tokens=True) for ids in written]
        return [{"answer": text.strip()} for text in texts]

    def _choose(
        self, seen: Mapping[str, Any], question: str, options: VisualQuestionAnsweringOptions
    ) -> list[ImageAnswer]:
        encoded = dict(self.tokenizer(question, truncation=True))
        outputs = self.forward({**encoded, **seen}, options)
        scores = ops.sigmoid(class_logits(self.task, outputs))[0]
        best = best_labels(scores, options.top_k, self.model.config)
        return [{"score": found["score"], "answer": found["label"]} for found in best]

    def _prompt(self, question: str) -> str:
        own = _PROMPTS.get(str(self.model.config.model_type))
        if own is None and self.tokenizer.chat_template:
            messages = [{"role": "user", "content": f"{_IMAGE}\n{question}"}]
            return str(
                self.tokenizer.apply_chat_template(
                    messages, tokenize=False, add_generation_prompt=True
                )
            )
        return (own or _LLAVA).replace("{}", question)

    def _read_both(self, image: Image, question: str) -> dict[str, Any]:
        """The image, and the question in its prompt, as the model reads them."""
        if _IMAGE in question:
            raise InvalidArgumentError(f"[{self.task}] {_IMAGE} in a question stands for images")
        prompt = self._prompt(question)
        if hasattr(self.processor, "tokenizer"):
            made = dict(self.processor([image], text=prompt))
        else:
            made = {**self.image_processor([image]), **self.tokenizer(prompt)}
        token = self.model.config.get("image_token_index")
        if not KINDS[self.model.kind].has_encoder and not (made["input_ids"] == token).any():
            raise FileFormatError(
                f"[{self.task}] the prompt must have the token {token} for the image "
                f"(image_token_index of config.json, {_IMAGE} of the tokenizer), got "
                f"{made['input_ids'].tolist()}"
            )
        return {name: made[name] for name in ("input_ids", "attention_mask", "pixel_values")}

    def _length(self, options: VisualQuestionAnsweringOptions) -> dict[str, Any]:
        own: Mapping[str, Any] = self.model.generation_config or {}
        given = {**own, **options.generation}
        chosen = given.get("max_length") not in (None, _USUAL_MAX_LENGTH)
        has_length = chosen or given.get("max_new_tokens") is not None
        return {} if has_length else {"max_new_tokens": _MAX_NEW_TOKENS}
