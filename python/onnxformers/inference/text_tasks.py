"""The tasks over text, one method each.

tools/make_async_client.py writes async_text_tasks.py from this file.

Source: spec/inference/HfInference_class.md.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from onnxformers.inference import tasks, types
from onnxformers.inference.setup import one_or_all, with_text
from onnxformers.inference.transport import Transport

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from onnxformers.inference.options import Options

    Parameters = Mapping[str, Any]


class TextTasks(Transport):
    """What a client does with text.

    Every method takes the same things beside its inputs:

    Args of all methods:
        model: A name on the Hub, or the address of an endpoint. None: the task's default model.
        parameters: What the model is to do, by the names of the Inference API.
        **options: See `InferenceOptions`.

    All raise InferenceError when the server refuses or fails, InferenceTimeoutError after
    `timeout_s`, and InferenceOutputError when the answer is not what the task promises.
    """

    def fill_mask(
        self,
        inputs: str,
        *,
        model: str | None = None,
        parameters: Parameters | None = None,
        **options: Unpack[Options],
    ) -> list[types.FillMaskOutputValue]:
        """Tokens for the mask in a text, best first."""
        question = self._put(tasks.FILL_MASK, model, parameters, inputs=inputs)
        return self._ask(tasks.FILL_MASK, question, options)

    def summarization(
        self,
        inputs: str,
        *,
        model: str | None = None,
        parameters: Parameters | None = None,
        **options: Unpack[Options],
    ) -> types.SummarizationOutput:
        """A summary of a text.

        `parameters` may be min_length, max_length, top_k, top_p, temperature, repetition_penalty
        and max_time.
        """
        question = self._put(tasks.SUMMARIZATION, model, parameters, inputs=inputs)
        return self._ask(tasks.SUMMARIZATION, question, options)

    def question_answering(
        self,
        inputs: Mapping[str, str],
        *,
        model: str | None = None,
        parameters: Parameters | None = None,
        **options: Unpack[Options],
    ) -> types.QuestionAnsweringOutput:
        """The answer to ``inputs["question"]`` in ``inputs["context"]``."""
        question = self._put(tasks.QUESTION_ANSWERING, model, parameters, inputs=inputs)
        return self._ask(tasks.QUESTION_ANSWERING, question, options)

    #: As the first versions called it.
    question_answer = question_answering

    def table_question_answering(
        self,
        inputs: Mapping[str, Any],
        *,
        model: str | None = None,
        parameters: Parameters | None = None,
        **options: Unpack[Options],
    ) -> types.TableQuestionAnsweringOutput:
        """The answer to ``inputs["query"]`` in ``inputs["table"]``: lists of str by header."""
        question = self._put(tasks.TABLE_QUESTION_ANSWERING, model, parameters, inputs=inputs)
        return self._ask(tasks.TABLE_QUESTION_ANSWERING, question, options)

    #: As the first versions called it.
    table_question_answer = table_question_answering

    def text_classification(
        self,
        inputs: str,
        *,
        model: str | None = None,
        parameters: Parameters | None = None,
        **options: Unpack[Options],
    ) -> list[types.TextClassificationOutputValue]:
        """The labels of a text, best first."""
        question = self._put(tasks.TEXT_CLASSIFICATION, model, parameters, inputs=inputs)
        return self._ask(tasks.TEXT_CLASSIFICATION, question, options)

    def text_generation(
        self,
        inputs: str,
        *,
        model: str | None = None,
        parameters: Parameters | None = None,
        **options: Unpack[Options],
    ) -> types.TextGenerationOutput:
        """A text that goes on from a prompt.

        `parameters` may be max_new_tokens, max_time, do_sample, temperature, top_k, top_p,
        repetition_penalty, num_return_sequences, return_full_text, stop_sequences and truncate.
        """
        question = self._put(tasks.TEXT_GENERATION, model, parameters, inputs=inputs)
        return self._ask(tasks.TEXT_GENERATION, question, options)

    def text_generation_stream(
        self,
        inputs: str,
        *,
        model: str | None = None,
        parameters: Parameters | None = None,
        **options: Unpack[Options],
    ) -> Generator[types.TextGenerationStreamOutput, None, None]:
        """As `text_generation`, token by token; closing the generator ends the request."""
        task = tasks.TEXT_GENERATION_STREAM
        question = self._put(task, model, parameters, inputs=inputs).streamed()
        return self._stream(task, question, self._settings(options, task.name))

    def token_classification(
        self,
        inputs: str,
        *,
        model: str | None = None,
        parameters: Parameters | None = None,
        **options: Unpack[Options],
    ) -> list[types.TokenClassificationOutputValue]:
        """The entities of a text.

        `parameters` may be aggregation_strategy: "none", "simple", "first", "average" or "max".
        """
        question = self._put(tasks.TOKEN_CLASSIFICATION, model, parameters, inputs=inputs)
        return self._ask(tasks.TOKEN_CLASSIFICATION, question, options)

    def translation(
        self,
        inputs: str | Sequence[str],
        *,
        model: str | None = None,
        parameters: Parameters | None = None,
        **options: Unpack[Options],
    ) -> types.TranslationOutputValue | list[types.TranslationOutputValue]:
        """The translation of a text, or those of several as a list."""
        question = self._put(tasks.TRANSLATION, model, parameters, inputs=inputs)
        return one_or_all(self._ask(tasks.TRANSLATION, question, options))

    def zero_shot_classification(
        self,
        inputs: str | Sequence[str],
        *,
        model: str | None = None,
        parameters: Parameters | None = None,
        **options: Unpack[Options],
    ) -> list[types.ZeroShotClassificationOutputValue]:
        """How well the labels of ``parameters["candidate_labels"]`` fit one or more texts.

        With ``multi_label`` among the parameters they do not exclude each other.
        """
        question = self._put(tasks.ZERO_SHOT_CLASSIFICATION, model, parameters, inputs=inputs)
        return with_text(self._ask(tasks.ZERO_SHOT_CLASSIFICATION, question, options), inputs)

    def conversational(
        self,
        inputs: Mapping[str, Any],
        *,
        model: str | None = None,
        parameters: Parameters | None = None,
        **options: Unpack[Options],
    ) -> types.ConversationalOutput:
        """The answer to ``inputs["text"]``.

        ``inputs["past_user_inputs"]`` and ``inputs["generated_responses"]`` are what was said
        before, in lists of equal length.
        """
        question = self._put(tasks.CONVERSATIONAL, model, parameters, inputs=inputs)
        return self._ask(tasks.CONVERSATIONAL, question, options)

    def feature_extraction(
        self,
        inputs: str | Sequence[str] | Mapping[str, Any],
        *,
        model: str | None = None,
        parameters: Parameters | None = None,
        **options: Unpack[Options],
    ) -> types.FeatureExtractionOutput:
        """Vectors of one or more texts; how deep the lists are is the model's affair.

        An object with source_sentence and sentences, which the first versions took here, is what
        `sentence_similarity` takes.
        """
        if isinstance(inputs, Mapping):
            question = self._put(tasks.SENTENCE_SIMILARITY, model, parameters, inputs=inputs)
            return self._ask(tasks.SENTENCE_SIMILARITY, question, options)
        question = self._put(tasks.FEATURE_EXTRACTION, model, parameters, inputs=inputs)
        return self._ask(tasks.FEATURE_EXTRACTION, question, options)

    def sentence_similarity(
        self,
        inputs: Mapping[str, Any] | Sequence[Mapping[str, Any]],
        *,
        model: str | None = None,
        parameters: Parameters | None = None,
        **options: Unpack[Options],
    ) -> list[float]:
        """How near ``inputs["sentences"]`` are to ``inputs["source_sentence"]``."""
        question = self._put(tasks.SENTENCE_SIMILARITY, model, parameters, inputs=inputs)
        return self._ask(tasks.SENTENCE_SIMILARITY, question, options)
