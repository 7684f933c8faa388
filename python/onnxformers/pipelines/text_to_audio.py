"""Text to audio: speech and music from text."""

from __future__ import annotations

import os
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, overload

import numpy as np

from onnxformers.errors import InvalidArgumentError, InvalidTypeError
from onnxformers.pipelines.base import Pipeline
from onnxformers.pipelines.items import read_text
from onnxformers.pipelines.speaker_voices import read_voice
from onnxformers.pipelines.text_to_audio_options import SCALES, SPEECH, TextToAudioOptions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from onnxformers.models import PreTrainedModel
    from onnxformers.pipelines.audio_results import Sound

#: The vocoder of models that give spectrograms, where none is given; as in Transformers.js.
DEFAULT_VOCODER = "Xenova/speecht5_hifigan"
_RATE = 16_000


class TextToAudioPipeline(Pipeline[TextToAudioOptions]):
    """Speaks or plays what a text says: SpeechT5, VITS and MMS, MusicGen.

    Call it with a str, a list or a generator of str, and with the fields of `TextToAudioOptions`
    (`text-to-speech` is an alias). SpeechT5 needs `speaker_embeddings`.

    Returns:
        For a str: a `Sound`, ``{"audio": float32 of shape (samples,), "sampling_rate": int}``;
        `onnxformers.audio.write_audio` saves it. For a list: a list of them. For a generator: a
        generator.

    Raises:
        InvalidArgumentError: An empty text or list, a missing voice, an unknown option.
        InvalidTypeError: Something that is no str.

    Example:
        >>> from onnxformers import pipeline
        >>> speak = pipeline("text-to-speech", "Xenova/mms-tts-eng")  # doctest: +SKIP
        >>> sound = speak("Hello, how are you?")  # doctest: +SKIP
        >>> sound["audio"].shape, sound["sampling_rate"]  # doctest: +SKIP
        ((22528,), 16000)

    Source: spec/transformers.js/pipelines.md, TextToAudioPipeline.
    """

    if TYPE_CHECKING:

        @overload
        def __call__(self, text_inputs: str, **options: Any) -> Sound: ...
        @overload
        def __call__(
            self, text_inputs: list[str] | tuple[str, ...], **options: Any
        ) -> list[Sound]: ...
        @overload
        def __call__(self, text_inputs: Iterator[str], **options: Any) -> Iterator[Sound]: ...
        def __call__(self, *args: Any, **options: Any) -> Any:
            """See `Pipeline`."""

    options_class: ClassVar[type[Any]] = TextToAudioOptions
    input_names: ClassVar[tuple[str, ...]] = ("text_inputs",)
    input_name: ClassVar[str] = "a str"

    def __init__(self, **parts: Any) -> None:
        super().__init__(**parts)
        if self.tokenizer is None:
            raise InvalidArgumentError("[pipeline] a pipeline over text needs a tokenizer")
        self._vocoders: dict[str, PreTrainedModel] = {}
        self._lock = threading.Lock()

    def is_single(self, inputs: Any) -> bool:
        """A str is one input."""
        return isinstance(inputs, str)

    def run_single(self, item: str, options: TextToAudioOptions) -> Sound:
        """The sound of one text."""
        return self.run_many([item], options)[0]

    def run_many(self, items: Sequence[str], options: TextToAudioOptions) -> list[Sound]:
        """The sound of each text, one after the other: padding would be heard."""
        texts = [read_text(self.task, "text", place, item) for place, item in enumerate(items)]
        makers = {"speecht5": self._speak_frames, "musicgen": self._play}
        make = makers.get(str(self.model.config.model_type), self._speak)
        self._check(options)
        voices = self._voices(options, len(texts))
        return [make(text, voice, options) for text, voice in zip(texts, voices, strict=True)]

    def _check(self, options: TextToAudioOptions) -> None:
        """Refuse options that this kind of model would pass over."""
        kind = str(self.model.config.model_type)
        options.refuse_others(kind)
        if kind != "musicgen" and options.generation:
            raise InvalidArgumentError(
                f"[{self.task}] {', '.join(options.generation)}: {kind} does not write tokens"
            )
        if kind == "speecht5" and options.speaker_embeddings is None:
            raise InvalidArgumentError(
                f"[{self.task}] speaker_embeddings are missing: SpeechT5 needs the "
                f"{self.model.config.get('speaker_embedding_dim', 512)} numbers of a voice, such "
                "as an x-vector of it"
            )

    def _speak(self, text: str, _: Any, options: TextToAudioOptions) -> Sound:
        """Sound at once (VITS, MMS)."""
        inputs = self._tokens(text)
        names = {node.name for node in self.model.session.inputs}
        if options.speaker_id is not None:
            if "speaker_id" not in names:
                raise InvalidArgumentError(f"[{self.task}] this model has one voice only")
            inputs["speaker_id"] = np.array([options.speaker_id])
        for name in SCALES:
            value = getattr(options, name)
            if value is not None and name not in names:
                raise InvalidArgumentError(
                    f"[{self.task}] this export has its {name} built in (config: "
                    f"{self.model.config.get(name)}); export the model with {name} as an input"
                )
            if name in names:
                inputs[name] = self._scale(name, value)
        inputs = {name: value for name, value in inputs.items() if name in names}
        outputs = self.model(**inputs, timeout_s=options.timeout_s, cancel=options.cancel)
        sound = outputs.get("waveform", next(iter(outputs.values())))
        return self._sound(sound[0], self.model.config.get("sampling_rate"))

    def _scale(self, name: str, value: float | None) -> NDArray[np.float32]:
        """A number for an input of the model, of which it has its own idea."""
        rank = next(len(node.shape) for node in self.model.session.inputs if node.name == name)
        known = self.model.config.get(name)
        number = 1.0 if known is None else known
        return np.full((1,) * rank, number if value is None else value, np.float32)

    def _speak_frames(self, text: str, voice: Any, options: TextToAudioOptions) -> Sound:
        """A spectrogram, and sound of it (SpeechT5)."""
        vocoder = self._vocoder(options.vocoder)
        model: Any = self.model
        output = model.generate_speech(
            self._tokens(text)["input_ids"],
            voice,
            **{name: getattr(options, name) for name in SPEECH},
            vocoder=vocoder,
            timeout_s=options.timeout_s,
            cancel=options.cancel,
        )
        return self._sound(output["waveform"], vocoder.config.get("sampling_rate"))

    def _play(self, text: str, _: Any, options: TextToAudioOptions) -> Sound:
        """Music."""
        inputs = self._tokens(text)
        sound = self.model.generate(
            inputs["input_ids"],
            attention_mask=inputs["attention_mask"],
            **options.generation,
            timeout_s=options.timeout_s,
            cancel=options.cancel,
        )
        codec = self.model.config.get("audio_encoder") or {}
        return self._sound(np.asarray(sound)[0], codec.get("sampling_rate"))

    def _tokens(self, text: str) -> dict[str, Any]:
        """The tokens of a text, cut where the model takes no more.

        Raises:
            InvalidArgumentError: There are none: the model knows no character of the text.
        """
        found = self.tokenizer([text], truncation=bool(self.tokenizer.model_max_length))
        if not found["input_ids"].shape[1]:
            raise InvalidArgumentError(
                f"[{self.task}] nothing of {text!r:.60} can be spoken: the model knows none of its "
                "characters"
            )
        return dict(found)

    def _sound(self, samples: NDArray[Any], rate: Any) -> Sound:
        """The result; one channel has one axis, several have (channels, samples)."""
        audio = np.asarray(samples, np.float32)
        audio = audio[0] if audio.ndim == 2 and len(audio) == 1 else audio
        return {"audio": audio, "sampling_rate": int(rate or _RATE)}

    def _vocoder(self, given: Any) -> PreTrainedModel:
        """The vocoder of a call; one that is named stays open until the pipeline is closed."""
        from onnxformers.models import AutoModel, PreTrainedModel

        if isinstance(given, PreTrainedModel):
            return given
        name = DEFAULT_VOCODER if given is None else given
        if not isinstance(name, (str, os.PathLike)):
            raise InvalidTypeError(
                f"[{self.task}] vocoder must be a model, or a name or path of one, got "
                f"{type(given).__name__}"
            )
        key = os.fspath(name)
        with self._lock:
            if key not in self._vocoders:
                options = replace(self.model.options, config=None, dtype=None, quantized=None)
                self._vocoders[key] = AutoModel.load(key, options)
            return self._vocoders[key]

    def _voices(self, options: TextToAudioOptions, count: int) -> list[Any]:
        """The voice of each text: one for all, or a row for each."""
        if options.speaker_embeddings is None:
            return [None] * count
        voices = read_voice(options.speaker_embeddings, self.task)
        if len(voices) not in (1, count):
            raise InvalidArgumentError(
                f"[{self.task}] speaker_embeddings must be one voice, or one for each of the "
                f"{count} texts; got {len(voices)}"
            )
        return [voices[place % len(voices)] for place in range(count)]

    def close(self) -> None:
        """Close the model, and the vocoders that were loaded by name."""
        super().close()
        with self._lock:
            for vocoder in self._vocoders.values():
                vocoder.close()

    def __reduce__(self) -> tuple[Any, ...]:
        return super().__reduce__()
