"""Text to text: models with an encoder write anew what they read; summaries are one case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Generic, NamedTuple, TypeVar, overload

import numpy as np

from onnxformers.errors import InvalidTypeError
from onnxformers.pipelines.generation import GenerationPipeline
from onnxformers.pipelines.generation_options import GenerationOptions
from onnxformers.pipelines.results import RewrittenText, Summary

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from onnxformers._native.tokenizers import Encodings
    from onnxformers.pipelines.generation import Ids

    Several = list[str] | tuple[str, ...]

Options = TypeVar("Options", bound=GenerationOptions)
Result = TypeVar("Result")

#: Options that look at what the encoder read, and their values that do nothing.
_LOOKS_AT_ENCODER = {"encoder_no_repeat_ngram_size": 0, "encoder_repetition_penalty": 1}


class Source(NamedTuple):
    """What the encoder reads.

    Attributes:
        encodings: The texts.
        arguments: What `model.generate` is to know of them.
    """

    encodings: Encodings
    arguments: Mapping[str, Any]


class RewritingPipeline(GenerationPipeline[Options], Generic[Options, Result]):
    """Base of the pipelines whose model reads a text and writes another one.

    Attributes:
        key: What the keys of a result begin with.
    """

    key: ClassVar[str] = "generated"

    if TYPE_CHECKING:

        @overload
        def __call__(self, inputs: str, **options: Any) -> list[Result]: ...
        @overload
        def __call__(
            self, inputs: Several, **options: Any
        ) -> list[Result] | list[list[Result]]: ...
        @overload
        def __call__(self, inputs: Iterator[str], **options: Any) -> Iterator[list[Result]]: ...
        def __call__(self, inputs: Any, **options: Any) -> Any:
            """See `Pipeline`."""

    options_class: ClassVar[type[Any]] = GenerationOptions

    def run_single(self, item: str, options: Options) -> list[Any]:
        """What is written for one text."""
        return self.run_stream([item], options)[0]

    def run_many(self, items: Sequence[str], options: Options) -> list[Any]:
        """What is written for each text: a dict where that is one, else a list."""
        results = self.run_stream(items, options)
        if all(len(found) == 1 for found in results):
            return [found[0] for found in results]
        return results

    def run_stream(self, items: Sequence[str], options: Options) -> list[list[Any]]:
        """What is written for each text, always as a list."""
        for index, item in enumerate(items):
            if not isinstance(item, str):
                raise InvalidTypeError(
                    f"[{self.task}] texts[{index}] must be a str, got {type(item).__name__}"
                )
        encodings, more = self.read(items, options)
        arguments = {**self._arguments(options), **more}
        cut = encodings.truncated.tolist()
        results: list[list[Any]] = [[]] * len(items)
        for rows in self.batches(encodings.lengths, options, _LOOKS_AT_ENCODER):
            ids, mask, _ = encodings.pad(np.array(rows), **self.tokenizer.pad_options._asdict())
            generated = self.generate(rows, ids, mask, arguments, options)
            for row, sequences in zip(
                rows, self.rows_of(generated, len(rows), 1, options), strict=True
            ):
                results[row] = [self._result(new, cut[row], options) for new in sequences]
        return results

    def read(self, texts: Sequence[str], options: Options) -> Source:
        """The texts as the encoder reads them, with the model's prefix."""
        if self._prefix:
            texts = [self._prefix + text for text in texts]
        return Source(self.encode(texts, options), {})

    def _result(self, new: Ids, is_cut: bool, options: Options) -> dict[str, Any]:
        result: dict[str, Any]
        if options.return_tensors:
            result = {f"{self.key}_token_ids": new.tolist()}
        else:
            result = {f"{self.key}_text": self.decode(new, options)}
        if is_cut:
            result["truncated"] = True
        return result


class Text2TextGenerationPipeline(RewritingPipeline[GenerationOptions, RewrittenText]):
    """Writes what a text asks for with a model that has an encoder, such as T5 or BART.

    Call it with a str, a list of str, or a generator of str, and with the fields of
    `GenerationOptions` and of `GenerationConfig`. The model's prefix (`prefix` in its config, or
    that of the task in `task_specific_params`) is put in front.

    Returns:
        For a str: ``[{"generated_text": str}]``; with ``return_tensors=True``
        ``[{"generated_token_ids": list[int]}]``. As many dicts as `num_return_sequences`. For a
        list: a list of such dicts, or of lists of them where there are several. For a generator: a
        generator of lists. With ``"truncated": True`` where the text was cut.

    Raises:
        InvalidArgumentError: An empty list, a lone surrogate, an unknown or contradictory option.
        InvalidTypeError: Something that is no str.

    Example:
        >>> from onnxformers import pipeline
        >>> write = pipeline("text2text-generation", "Xenova/LaMini-Flan-T5-783M")  # doctest: +SKIP
        >>> write("how can I become more healthy?", max_new_tokens=12)  # doctest: +SKIP
        [{'generated_text': 'To become more healthy, you can: 1. Eat'}]

    Source: spec/transformers.js/pipelines.md and transformers 4.46.3, Text2TextGenerationPipeline.
    """


class SummarizationPipeline(RewritingPipeline[GenerationOptions, Summary]):
    """Summarises texts with a model that has an encoder.

    As `Text2TextGenerationPipeline`, with `summary_text` and `summary_token_ids` as keys. Texts
    that are longer than the model takes are cut, which is said.

    Example:
        >>> from onnxformers import pipeline
        >>> summarize = pipeline("summarization")  # doctest: +SKIP
        >>> summarize(article, min_length=5, max_length=20)  # doctest: +SKIP
        [{'summary_text': ' The Eiffel Tower is 324 metres tall.'}]

    Source: spec/transformers.js/pipelines.md and transformers 4.46.3, SummarizationPipeline.
    """

    key: ClassVar[str] = "summary"
    input_names: ClassVar[tuple[str, ...]] = ("documents",)
