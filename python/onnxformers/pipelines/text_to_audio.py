"""Text to audio: speech and music from text."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, ClassVar, overload

import numpy as np

from onnxformers.audio.sources import opened
from onnxformers.errors import FileFormatError, InvalidArgumentError, InvalidTypeError
from onnxformers.options import refuse_unknown
from onnxformers.pipelines.base import CallOptions, Pipeline
from onnxformers.pipelines.generation_options import generation_names
from onnxformers.pipelines.items import read_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray
    from typing_extensions import Self

    from onnxformers.models import PreTrainedModel
    from onnxformers.pipelines.audio_results import Sound

_TASK = "text-to-audio"
#: The vocoder of models that give spectrograms, where none is given; as in Transformers.js.
DEFAULT_VOCODER = "Xenova/speecht5_hifigan"
_RATE = 16_000
_SPEECH = ("threshold", "minlenratio", "maxlenratio")


@dataclass(frozen=True, slots=True, kw_only=True)
class TextToAudioOptions(CallOptions):
    """Options of a text-to-audio call; beside these, for music, all of `GenerationConfig`.

    Attributes:
        speaker_embeddings: Whose voice it is (SpeechT5): numbers of shape (width,) or (1, width),
            or a file or address of them (.npy, else bare float32).
        vocoder: What makes sound of a spectrogram (SpeechT5): a model, or its name or folder.
        speaker_id: Which voice of a VITS model with several.
        threshold, minlenratio, maxlenratio: When SpeechT5 ends; see its `generate_speech`.
        generation: What goes on to the model's generate(); its entries are options of the call.
    """

    speaker_embeddings: Any = None
    vocoder: Any = None
    speaker_id: int | None = None
    threshold: float = 0.5
    minlenratio: float = 0.0
    maxlenratio: float = 20.0
    generation: Mapping[str, Any] = field(default_factory=dict)

    replaced: ClassVar[Mapping[str, str]] = {
        "forward_params": "pass the options by their names",
        "generate_kwargs": "pass the options of generation by their names",
    }
    kept: ClassVar[bool] = False  # arrays and models among them

    @classmethod
    def names(cls) -> set[str]:
        """The names of all options, those of generate() among them."""
        own = {entry.name for entry in fields(cls)} - {"generation"}
        return own | set(generation_names())

    def changed(self, changes: Mapping[str, Any], task: str) -> Self:
        """A copy with some options changed; see `CallOptions`."""
        refuse_unknown(changes, self.names(), task, self.replaced)
        own = {entry.name for entry in fields(self)} - {"generation"}
        mine = {name: value for name, value in changes.items() if name in own}
        rest = {name: value for name, value in changes.items() if name not in own}
        return replace(self, **mine, generation={**self.generation, **rest})


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
        if kind != "speecht5" and options.vocoder is not None:
            raise InvalidArgumentError(
                f"[{self.task}] {kind} makes sound itself; leave vocoder out"
            )
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
        inputs = {name: value for name, value in inputs.items() if name in names}
        outputs = self.model(**inputs, timeout_s=options.timeout_s, cancel=options.cancel)
        sound = outputs.get("waveform", next(iter(outputs.values())))
        return self._sound(sound[0], self.model.config.get("sampling_rate"))

    def _speak_frames(self, text: str, voice: Any, options: TextToAudioOptions) -> Sound:
        """A spectrogram, and sound of it (SpeechT5)."""
        vocoder = self._vocoder(options.vocoder)
        model: Any = self.model
        output = model.generate_speech(
            self._tokens(text)["input_ids"],
            voice,
            **{name: getattr(options, name) for name in _SPEECH},
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


def read_voice(given: Any, task: str) -> NDArray[np.float32]:
    """Speaker embeddings of shape (voices, width).

    Args:
        given: Numbers of shape (width,) or (voices, width), or a file or address of them: .npy, or
            bare float32 as Transformers.js has them.
        task: For messages.

    Raises:
        InvalidArgumentError: They are of another shape, or no numbers.
        MissingFileError: There is no such file.
        FileFormatError: The file does not hold them.
    """
    values = _read_file(given, task) if isinstance(given, (str, os.PathLike)) else given
    voices = np.asarray(values)
    if voices.dtype.kind not in "fiu" or voices.ndim not in (1, 2) or not voices.size:
        raise InvalidArgumentError(
            f"[{task}] speaker_embeddings must be numbers of shape (width,) or (voices, width), "
            f"got {voices.dtype} of shape {voices.shape}"
        )
    if not np.isfinite(voices).all():
        raise InvalidArgumentError(f"[{task}] speaker_embeddings hold NaN or infinity")
    return np.atleast_2d(voices).astype(np.float32)


def _read_file(source: str | os.PathLike[str], task: str) -> NDArray[Any]:
    import io

    with opened(source, task, 1 << 26) as file:
        data = file.read()
    if data[:6] == b"\x93NUMPY":
        try:
            loaded: NDArray[Any] = np.load(io.BytesIO(data), allow_pickle=False)
        except ValueError as error:
            raise FileFormatError(f"[{task}] {source} is a broken .npy file: {error}") from None
        return loaded
    if not data or len(data) % 4:
        raise FileFormatError(
            f"[{task}] {source} holds {len(data)} bytes, which are no float32 numbers"
        )
    return np.frombuffer(data, np.float32)
