"""The tasks over audio, pictures, documents and tables, one method each.

Written by tools/make_async_client.py from media_tasks.py.

Source: spec/inference/HfInference_class.md, modules.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from onnxformers.inference import tasks, types
from onnxformers.inference.async_transport import AsyncTransport
from onnxformers.inference.files import with_image

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from onnxformers.inference.files import Data
    from onnxformers.inference.options import Options

    Parameters = Mapping[str, Any]


class AsyncMediaTasks(AsyncTransport):
    """What a client does with files and tables.

    Files are bytes, a `pathlib.Path`, or a file opened with mode "rb"; for the other arguments and
    for errors see `AsyncTextTasks`.
    """

    async def automatic_speech_recognition(
        self,
        data: Data,
        *,
        model: str | None = None,
        parameters: Parameters | None = None,
        **options: Unpack[Options],
    ) -> types.AutomaticSpeechRecognitionOutput:
        """What is said in a recording."""
        question = self._put(tasks.AUTOMATIC_SPEECH_RECOGNITION, model, parameters, data=data)
        return await self._ask(tasks.AUTOMATIC_SPEECH_RECOGNITION, question, options)

    async def audio_classification(
        self,
        data: Data,
        *,
        model: str | None = None,
        parameters: Parameters | None = None,
        **options: Unpack[Options],
    ) -> list[types.AudioClassificationOutputValue]:
        """The labels of a recording, best first."""
        question = self._put(tasks.AUDIO_CLASSIFICATION, model, parameters, data=data)
        return await self._ask(tasks.AUDIO_CLASSIFICATION, question, options)

    async def audio_to_audio(
        self,
        data: Data,
        *,
        model: str | None = None,
        parameters: Parameters | None = None,
        **options: Unpack[Options],
    ) -> list[types.AudioToAudioOutputValue]:
        """What a model makes of a recording, such as its voices one by one."""
        question = self._put(tasks.AUDIO_TO_AUDIO, model, parameters, data=data)
        return await self._ask(tasks.AUDIO_TO_AUDIO, question, options)

    async def text_to_speech(
        self,
        inputs: str,
        *,
        model: str | None = None,
        parameters: Parameters | None = None,
        **options: Unpack[Options],
    ) -> types.Blob:
        """A recording of a text, as a file."""
        question = self._put(tasks.TEXT_TO_SPEECH, model, parameters, inputs=inputs)
        return await self._ask(tasks.TEXT_TO_SPEECH, question, options)

    async def image_classification(
        self,
        data: Data,
        *,
        model: str | None = None,
        parameters: Parameters | None = None,
        **options: Unpack[Options],
    ) -> list[types.ImageClassificationOutputValue]:
        """The labels of a picture, best first."""
        question = self._put(tasks.IMAGE_CLASSIFICATION, model, parameters, data=data)
        return await self._ask(tasks.IMAGE_CLASSIFICATION, question, options)

    async def image_segmentation(
        self,
        data: Data,
        *,
        model: str | None = None,
        parameters: Parameters | None = None,
        **options: Unpack[Options],
    ) -> list[types.ImageSegmentationOutputValue]:
        """The parts of a picture, with masks."""
        question = self._put(tasks.IMAGE_SEGMENTATION, model, parameters, data=data)
        return await self._ask(tasks.IMAGE_SEGMENTATION, question, options)

    async def image_to_text(
        self,
        data: Data,
        *,
        model: str | None = None,
        parameters: Parameters | None = None,
        **options: Unpack[Options],
    ) -> types.ImageToTextOutput:
        """What a picture shows."""
        question = self._put(tasks.IMAGE_TO_TEXT, model, parameters, data=data)
        return await self._ask(tasks.IMAGE_TO_TEXT, question, options)

    async def image_to_image(
        self,
        inputs: Data,
        *,
        model: str | None = None,
        parameters: Parameters | None = None,
        **options: Unpack[Options],
    ) -> types.Blob:
        """A picture made of a picture, as a file.

        `parameters` may be prompt, strength, negative_prompt, height, width, num_inference_steps,
        guidance_scale and guess_mode.
        """
        question = self._put(tasks.IMAGE_TO_IMAGE, model, parameters, data=inputs)
        return await self._ask(tasks.IMAGE_TO_IMAGE, question, options)

    async def object_detection(
        self,
        data: Data,
        *,
        model: str | None = None,
        parameters: Parameters | None = None,
        **options: Unpack[Options],
    ) -> list[types.ObjectDetectionOutputValue]:
        """The objects in a picture, with their boxes."""
        question = self._put(tasks.OBJECT_DETECTION, model, parameters, data=data)
        return await self._ask(tasks.OBJECT_DETECTION, question, options)

    async def zero_shot_image_classification(
        self,
        inputs: Mapping[str, Any],
        *,
        model: str | None = None,
        parameters: Parameters | None = None,
        **options: Unpack[Options],
    ) -> list[types.ZeroShotImageClassificationOutputValue]:
        """How well ``parameters["candidate_labels"]`` fit the picture ``inputs["image"]``."""
        question = self._put(
            tasks.ZERO_SHOT_IMAGE_CLASSIFICATION, model, parameters, inputs=with_image(inputs)
        )
        return await self._ask(tasks.ZERO_SHOT_IMAGE_CLASSIFICATION, question, options)

    async def text_to_image(
        self,
        inputs: str,
        *,
        model: str | None = None,
        parameters: Parameters | None = None,
        **options: Unpack[Options],
    ) -> types.Blob:
        """A picture of what a text says, as a file.

        `parameters` may be negative_prompt, height, width, num_inference_steps and
        guidance_scale.
        """
        question = self._put(tasks.TEXT_TO_IMAGE, model, parameters, inputs=inputs)
        return await self._ask(tasks.TEXT_TO_IMAGE, question, options)

    async def visual_question_answering(
        self,
        inputs: Mapping[str, Any],
        *,
        model: str | None = None,
        parameters: Parameters | None = None,
        **options: Unpack[Options],
    ) -> types.VisualQuestionAnsweringOutput:
        """The answer to ``inputs["question"]`` about the picture ``inputs["image"]``."""
        question = self._put(
            tasks.VISUAL_QUESTION_ANSWERING, model, parameters, inputs=with_image(inputs)
        )
        return await self._ask(tasks.VISUAL_QUESTION_ANSWERING, question, options)

    async def document_question_answering(
        self,
        inputs: Mapping[str, Any],
        *,
        model: str | None = None,
        parameters: Parameters | None = None,
        **options: Unpack[Options],
    ) -> types.DocumentQuestionAnsweringOutput:
        """The answer to ``inputs["question"]`` in the scan ``inputs["image"]``."""
        question = self._put(
            tasks.DOCUMENT_QUESTION_ANSWERING, model, parameters, inputs=with_image(inputs)
        )
        return await self._ask(tasks.DOCUMENT_QUESTION_ANSWERING, question, options)

    async def tabular_classification(
        self,
        inputs: Mapping[str, Any],
        *,
        model: str | None = None,
        parameters: Parameters | None = None,
        **options: Unpack[Options],
    ) -> list[float]:
        """The class of each row of ``inputs["data"]``: lists of str by header."""
        question = self._put(tasks.TABULAR_CLASSIFICATION, model, parameters, inputs=inputs)
        return await self._ask(tasks.TABULAR_CLASSIFICATION, question, options)

    async def tabular_regression(
        self,
        inputs: Mapping[str, Any],
        *,
        model: str | None = None,
        parameters: Parameters | None = None,
        **options: Unpack[Options],
    ) -> list[float]:
        """The value of each row of ``inputs["data"]``: lists of str by header."""
        question = self._put(tasks.TABULAR_REGRESSION, model, parameters, inputs=inputs)
        return await self._ask(tasks.TABULAR_REGRESSION, question, options)
