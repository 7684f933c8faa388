"""Zero-shot audio classification: sounds that go with labels the model was never trained on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, overload

import numpy as np

from onnxformers import ops
from onnxformers.errors import FileFormatError
from onnxformers.pipelines.audio import AudioPipeline
from onnxformers.pipelines.base import CallOptions
from onnxformers.pipelines.candidate_labels import fill_template, read_labels

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from onnxformers.models.outputs import ModelOutput
    from onnxformers.pipelines.audio import Recording
    from onnxformers.pipelines.audio_results import AudioLabel

    Labels = list[str] | tuple[str, ...] | str

_TASK = "zero-shot-audio-classification"


@dataclass(frozen=True, slots=True, kw_only=True)
class ZeroShotAudioClassificationOptions(CallOptions):
    """Options of a zero-shot-audio-classification call.

    Attributes:
        candidate_labels: A list of labels, or a str with commas between them. Also the second
            positional argument.
        hypothesis_template: The sentence that a sound is compared with; "{}" stands for the label.
    """

    candidate_labels: Sequence[str] | str | None = None
    hypothesis_template: str = "This is a sound of {}."

    def __post_init__(self) -> None:
        CallOptions.__post_init__(self)
        if self.candidate_labels is not None:
            read_labels(self.candidate_labels, _TASK)
        fill_template(self.hypothesis_template, "", _TASK)


class ZeroShotAudioClassificationPipeline(AudioPipeline[ZeroShotAudioClassificationOptions]):
    """Classifies sounds by any labels, with a model of texts and sounds such as CLAP.

    Call it with a sound (a path, a URL, bytes, an array at the model's rate, a pair of an array and
    its rate), a list or a generator of them, the labels, and the fields of
    `ZeroShotAudioClassificationOptions`.

    Returns:
        For a sound: a list of `AudioLabel` in the order of the labels, scores that sum to 1. For a
        list: such a list for each sound. For a generator: a generator of them.

    Raises:
        InvalidArgumentError: No labels, a template without "{}", an empty list, an unknown option.
        InvalidTypeError: Something that is no sound, or a label that is no str.

    Example:
        >>> from onnxformers import pipeline
        >>> classify = pipeline("zero-shot-audio-classification")  # doctest: +SKIP
        >>> classify("dog_barking.wav", ["dog", "vacuum cleaner"])  # doctest: +SKIP
        [{'score': 0.9994, 'label': 'dog'}, {'score': 0.0006, 'label': 'vacuum cleaner'}]

    Source: spec/transformers.js/pipelines.md, ZeroShotAudioClassificationPipeline.
    """

    if TYPE_CHECKING:

        @overload
        def __call__(
            self,
            audios: list[Recording] | list[str],
            candidate_labels: Labels = ...,
            **options: Any,
        ) -> list[list[AudioLabel]]: ...
        @overload
        def __call__(
            self, audios: Iterator[Recording], candidate_labels: Labels = ..., **options: Any
        ) -> Iterator[list[AudioLabel]]: ...
        @overload
        def __call__(
            self, audios: Recording, candidate_labels: Labels = ..., **options: Any
        ) -> list[AudioLabel]: ...
        def __call__(self, *args: Any, **options: Any) -> Any:
            """See `Pipeline`."""

    options_class: ClassVar[type[Any]] = ZeroShotAudioClassificationOptions
    input_names: ClassVar[tuple[str, ...]] = ("audios",)
    positional_options: ClassVar[tuple[str, ...]] = ("candidate_labels",)

    def run_many(
        self, items: Sequence[Any], options: ZeroShotAudioClassificationOptions
    ) -> list[Any]:
        """The scores of each sound, in the order given."""
        read_labels(options.candidate_labels, _TASK)  # before a file is read
        return super().run_many(items, options)

    def forward(
        self, inputs: Mapping[str, Any], options: ZeroShotAudioClassificationOptions
    ) -> ModelOutput:
        """Run the model on sounds and sentences."""
        labels = read_labels(options.candidate_labels, _TASK)
        texts = [fill_template(options.hypothesis_template, label, _TASK) for label in labels]
        tokens = self.tokenizer(texts, padding=True, truncation=True)
        return super().forward({**inputs, **tokens}, options)

    def postprocess(
        self, outputs: ModelOutput, options: ZeroShotAudioClassificationOptions
    ) -> Iterator[list[AudioLabel]]:
        """The score of each label, for each row."""
        labels = read_labels(options.candidate_labels, _TASK)
        logits = outputs.get("logits_per_audio")
        if logits is None:
            raise FileFormatError(
                f"[{_TASK}] the model must give logits_per_audio, got {', '.join(outputs)}"
            )
        for scores in ops.softmax(logits.astype(np.float32, copy=False)).tolist():
            yield [
                {"score": score, "label": label}
                for score, label in zip(scores, labels, strict=True)
            ]
