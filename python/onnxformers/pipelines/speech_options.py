"""Options of automatic-speech-recognition: its own, and all that the model's generate() takes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from onnxformers.errors import InvalidArgumentError, InvalidTypeError
from onnxformers.generation.config_fields import is_number
from onnxformers.options import check_choice, check_flag, refuse_unknown
from onnxformers.pipelines.base import CallOptions
from onnxformers.pipelines.generation_options import generation_names
from onnxformers.pipelines.speech_chunks import read_lengths

if TYPE_CHECKING:
    from typing_extensions import Self

TASK = "automatic-speech-recognition"
#: Options of Whisper's generate() that the pipeline itself gives.
_GIVEN = frozenset({"num_frames", "return_segments", "return_token_timestamps", "monitor_progress"})


def writing_names() -> frozenset[str]:
    """Every option that goes on to the model's generate()."""
    from onnxformers.models.architectures.whisper_options import OPTION_NAMES

    return frozenset(generation_names() | OPTION_NAMES - _GIVEN - {"return_timestamps"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechOptions(CallOptions):
    """Options of a call.

    Beside these, for models that write, `WhisperOptions` (language, task, prompt_ids, temperature,
    thresholds, ...) and all of `GenerationConfig`.

    Attributes:
        return_timestamps: True: the times of segments (Whisper); "word": of words; "char": of
            letters (CTC).
        return_language: Tell the language of each segment (Whisper).
        chunk_length_s: Cut recordings into pieces of so many seconds, which go through the model
            together; 0 does not. Whisper hears more than 30 seconds window by window without it.
        stride_length_s: Seconds that a piece shares with each neighbour, or a pair for left and
            right. None: a sixth of the piece.
        force_full_sequences: Refuse a transcript whose last timestamp is missing (Whisper).
        beam_width: Of a CTC model: texts that are followed at once; 1 takes the likeliest letters.
        language_model: Of a CTC model, with beams: a file of n-grams (ARPA) that says which words
            follow each other.
        alpha: How much the language model counts.
        beta: What each word is worth.
        vad: Hear only where somebody speaks: True for the loudness alone, the name of a Silero
            model, or a function (samples, rate) -> pairs of begin and end in seconds.
        on_progress: Called with the seconds that were heard, and those there are.
        generation: What goes on to the model's generate(); its entries are options of the call.
    """

    return_timestamps: bool | Literal["word", "char"] | None = None
    return_language: bool = False
    chunk_length_s: float | None = 0
    stride_length_s: float | Sequence[float] | None = None
    force_full_sequences: bool = False
    beam_width: int = 1
    language_model: Any = None
    alpha: float = 0.5
    beta: float = 1.5
    vad: Any = None
    on_progress: Callable[[float, float], Any] | None = None
    generation: Mapping[str, Any] = field(default_factory=dict)

    replaced: ClassVar[Mapping[str, str]] = {
        "decoder_kwargs": "pass beam_width, language_model, alpha and beta by their names",
        "return_dict_in_generate": "call model.generate",
    }
    kept: ClassVar[bool] = False  # streamers and functions among them

    def __post_init__(self) -> None:
        CallOptions.__post_init__(self)
        choices = (None, True, False, "word", "char")
        check_choice(self.return_timestamps, choices, "return_timestamps", TASK)
        check_flag(self.return_language, "return_language", TASK)
        check_flag(self.force_full_sequences, "force_full_sequences", TASK)
        if self.return_timestamps is not None and type(self.return_timestamps) not in (bool, str):
            raise InvalidTypeError(
                f"[{TASK}] return_timestamps must be a bool or a str, got "
                f"{self.return_timestamps!r}"
            )
        length = self.chunk_length_s or 0
        if not is_number(length) or not 0 <= length < math.inf:
            raise InvalidArgumentError(
                f"[{TASK}] chunk_length_s must be a number of seconds, got {self.chunk_length_s!r}"
            )
        if self.chunk_length_s:
            read_lengths(self.chunk_length_s, self.stride_length_s)
        for name in ("alpha", "beta"):
            if not is_number(getattr(self, name)):
                raise InvalidArgumentError(
                    f"[{TASK}] {name} must be a number, got {getattr(self, name)!r}"
                )
        if self.on_progress is not None and not callable(self.on_progress):
            raise InvalidTypeError(
                f"[{TASK}] on_progress must be a function, got {self.on_progress!r}"
            )
        if type(self.beam_width) is not int or self.beam_width < 1:
            raise InvalidArgumentError(
                f"[{TASK}] beam_width must be a positive int, got {self.beam_width!r}"
            )

    @classmethod
    def names(cls) -> set[str]:
        """The names of all options, those of generate() among them."""
        own = {entry.name for entry in fields(cls)} - {"generation"}
        return own | writing_names() | {"generate_kwargs"}

    def changed(self, changes: Mapping[str, Any], task: str) -> Self:
        """A copy with some options changed; see `CallOptions`."""
        refuse_unknown(changes, self.names(), task, self.replaced)
        more = changes.get("generate_kwargs") or {}
        if not isinstance(more, Mapping):
            raise InvalidTypeError(f"[{task}] generate_kwargs must be a dict, got {more!r}")
        doubled = sorted(set(more) & set(changes))
        if doubled:
            raise InvalidArgumentError(
                f"[{task}] {doubled[0]} is given by its name and in generate_kwargs; once will do"
            )
        changes = {**{n: v for n, v in changes.items() if n != "generate_kwargs"}, **more}
        refuse_unknown(changes, self.names(), task, self.replaced)
        own = {entry.name for entry in fields(self)} - {"generation"}
        mine = {name: value for name, value in changes.items() if name in own}
        rest = {name: value for name, value in changes.items() if name not in own}
        return replace(self, **mine, generation={**self.generation, **rest})
