"""Audio classification: labels and scores for sounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from onnxformers.pipelines.audio import AudioOnlyPipeline
from onnxformers.pipelines.class_logits import LabelOptions, best_labels, class_logits, class_scores

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onnxformers.models.outputs import ModelOutput
    from onnxformers.pipelines.audio_results import AudioLabel


class AudioClassificationOptions(LabelOptions):
    """Options of an audio-classification call; see `LabelOptions`."""

    __slots__ = ()
    task = "audio-classification"


class AudioClassificationPipeline(
    AudioOnlyPipeline[
        AudioClassificationOptions, "list[AudioLabel]", "list[list[AudioLabel]]", "list[AudioLabel]"
    ]
):
    """Labels sounds with a model for audio classification: commands, emotions, speakers, events.

    Call it with a sound (a path, a URL, bytes, an array at the model's rate, a pair of an array and
    its rate, a dict with `array` and `sampling_rate`), a list or a generator of them, and with the
    fields of `AudioClassificationOptions`.

    Returns:
        For a sound: a list of `AudioLabel`, best first, `top_k` long. For a list: such a list for
        each sound. For a generator: a generator of them.

    Raises:
        InvalidArgumentError: A sound without samples, an empty list, an unknown option.
        InvalidTypeError: Something that is no sound.
        FileFormatError: A file that is no sound, or that ends too early.

    Example:
        >>> from onnxformers import pipeline
        >>> classify = pipeline("audio-classification")  # doctest: +SKIP
        >>> classify("jackhammer.wav", top_k=2)  # doctest: +SKIP
        [{'label': 'jackhammer', 'score': 0.98}, {'label': 'drilling', 'score': 0.01}]

    Source: spec/transformers.js/pipelines.md and transformers 4.46.3, AudioClassificationPipeline.
    """

    options_class: ClassVar[type[Any]] = AudioClassificationOptions

    def postprocess(
        self, outputs: ModelOutput, options: AudioClassificationOptions
    ) -> Iterator[list[AudioLabel]]:
        """The best labels of each row."""
        logits = class_logits(self.task, outputs)
        config = self.model.config
        for scores in class_scores(logits, options.function_to_apply, config):
            yield best_labels(scores, options.top_k or None, config)
