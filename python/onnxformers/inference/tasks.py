"""The tasks: what goes to the server, and what must come back, as data.

Source: spec/inference/modules.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from onnxformers.errors import InferenceOutputError
from onnxformers.inference import types
from onnxformers.inference.shapes import NUMBER, Nested, misfit

T = TypeVar("T")


def whole(answer: Any) -> Any:
    """The answer as it is."""
    return answer


def first(answer: Any) -> Any:
    """The first of a list; servers also send the one thing without a list."""
    return answer[0] if isinstance(answer, list) and answer else answer


def many(answer: Any) -> Any:
    """A list; servers also send the one thing without a list."""
    return answer if isinstance(answer, list) else [answer]


def in_lists(answer: Any) -> Any:
    """Labels and scores in lists; the hosted API has come to send a pair of them for each label."""
    if isinstance(answer, list) and answer and all(_is_pair(item) for item in answer):
        labels, scores = ([item[name] for item in answer] for name in ("label", "score"))
        return [{"sequence": "", "labels": labels, "scores": scores}]
    return many(answer)


def _is_pair(item: Any) -> bool:
    return isinstance(item, dict) and set(item) == {"label", "score"}


@dataclass(frozen=True, slots=True)
class Task(Generic[T]):
    """One task.

    Attributes:
        name: As the Hub calls it.
        shape: What the answer must be, see `shapes`.
        take: What of the server's answer is the answer.
        in_path: Whether the address names the task: models that can do both this and another task
            would do the other one.
    """

    name: str
    shape: Any
    take: Callable[[Any], Any] = whole
    in_path: bool = False

    def read(self, answer: Any) -> T:
        """The answer, of which every part that callers rely on is there.

        Raises:
            InferenceOutputError: It has another shape.
        """
        taken: T = self.take(answer)
        wrong = misfit(taken, self.shape)
        if wrong:
            raise InferenceOutputError(f"[{self.name}] the server's {wrong}")
        return taken


_LABELS = [{"label": str, "score": NUMBER}]
_TOKEN = {"id": NUMBER, "text": str}
_BOX = {"xmin": NUMBER, "ymin": NUMBER, "xmax": NUMBER, "ymax": NUMBER}
_CHAT = {"id": str, "created": NUMBER, "model": str, "system_fingerprint?": str}

FILL_MASK: Task[list[types.FillMaskOutputValue]] = Task(
    "fill-mask", [{"score": NUMBER, "sequence": str, "token": NUMBER, "token_str": str}]
)
SUMMARIZATION: Task[types.SummarizationOutput] = Task("summarization", {"summary_text": str}, first)
QUESTION_ANSWERING: Task[types.QuestionAnsweringOutput] = Task(
    "question-answering", {"answer": str, "score": NUMBER, "start": NUMBER, "end": NUMBER}, first
)
TABLE_QUESTION_ANSWERING: Task[types.TableQuestionAnsweringOutput] = Task(
    "table-question-answering",
    {"answer": str, "aggregator": str, "cells": [str], "coordinates": [[NUMBER]]},
    first,
)
TEXT_CLASSIFICATION: Task[list[types.TextClassificationOutputValue]] = Task(
    "text-classification", _LABELS, first
)
TEXT_GENERATION: Task[types.TextGenerationOutput] = Task(
    "text-generation", {"generated_text": str}, first
)
TEXT_GENERATION_STREAM: Task[types.TextGenerationStreamOutput] = Task(
    "text-generation", {"token": _TOKEN, "generated_text?": str, "details?": dict}, first
)
TOKEN_CLASSIFICATION: Task[list[types.TokenClassificationOutputValue]] = Task(
    "token-classification",
    [{"entity_group": str, "score": NUMBER, "word": str, "start": NUMBER, "end": NUMBER}],
    many,
)
TRANSLATION: Task[list[types.TranslationOutputValue]] = Task(
    "translation", [{"translation_text": str}], many
)
ZERO_SHOT_CLASSIFICATION: Task[list[types.ZeroShotClassificationOutputValue]] = Task(
    "zero-shot-classification",
    [{"sequence": str, "labels": [str], "scores": [NUMBER]}],
    in_lists,
)
CONVERSATIONAL: Task[types.ConversationalOutput] = Task(
    "conversational",
    {
        "generated_text": str,
        "conversation": {"generated_responses": [str], "past_user_inputs": [str]},
        "warnings?": [str],
    },
)
CHAT_COMPLETION: Task[types.ChatCompletionOutput] = Task(
    "text-generation", {**_CHAT, "choices": [{"message": {"role": str}}], "usage": dict}
)
CHAT_COMPLETION_STREAM: Task[types.ChatCompletionStreamOutput] = Task(
    "text-generation", {**_CHAT, "choices": [{"delta": dict}]}
)
FEATURE_EXTRACTION: Task[types.FeatureExtractionOutput] = Task(
    "feature-extraction", Nested(4), in_path=True
)
SENTENCE_SIMILARITY: Task[list[float]] = Task("sentence-similarity", [NUMBER], in_path=True)

AUTOMATIC_SPEECH_RECOGNITION: Task[types.AutomaticSpeechRecognitionOutput] = Task(
    "automatic-speech-recognition", {"text": str}
)
AUDIO_CLASSIFICATION: Task[list[types.AudioClassificationOutputValue]] = Task(
    "audio-classification", _LABELS
)
AUDIO_TO_AUDIO: Task[list[types.AudioToAudioOutputValue]] = Task(
    "audio-to-audio", [{"label": str, "blob": str, "content-type": str}]
)
TEXT_TO_SPEECH: Task[types.Blob] = Task("text-to-speech", bytes)

IMAGE_CLASSIFICATION: Task[list[types.ImageClassificationOutputValue]] = Task(
    "image-classification", _LABELS
)
IMAGE_SEGMENTATION: Task[list[types.ImageSegmentationOutputValue]] = Task(
    "image-segmentation", [{"label": str, "mask": str, "score": NUMBER}]
)
IMAGE_TO_TEXT: Task[types.ImageToTextOutput] = Task("image-to-text", {"generated_text": str}, first)
IMAGE_TO_IMAGE: Task[types.Blob] = Task("image-to-image", bytes)
OBJECT_DETECTION: Task[list[types.ObjectDetectionOutputValue]] = Task(
    "object-detection", [{"label": str, "score": NUMBER, "box": _BOX}]
)
ZERO_SHOT_IMAGE_CLASSIFICATION: Task[list[types.ZeroShotImageClassificationOutputValue]] = Task(
    "zero-shot-image-classification", _LABELS
)
TEXT_TO_IMAGE: Task[types.Blob] = Task("text-to-image", bytes)

VISUAL_QUESTION_ANSWERING: Task[types.VisualQuestionAnsweringOutput] = Task(
    "visual-question-answering", {"answer": str, "score?": NUMBER}, first
)
DOCUMENT_QUESTION_ANSWERING: Task[types.DocumentQuestionAnsweringOutput] = Task(
    "document-question-answering",
    {"answer": str, "score?": NUMBER, "start?": NUMBER, "end?": NUMBER},
    first,
)
TABULAR_CLASSIFICATION: Task[list[float]] = Task("tabular-classification", [NUMBER])
TABULAR_REGRESSION: Task[list[float]] = Task("tabular-regression", [NUMBER])
