"""Options of text-to-audio: of speech, and all that the generation of music takes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, ClassVar

from onnxformers.errors import InvalidArgumentError
from onnxformers.generation.config_fields import is_number, is_whole
from onnxformers.options import refuse_unknown
from onnxformers.pipelines.base import CallOptions
from onnxformers.pipelines.generation_options import generation_names

if TYPE_CHECKING:
    from typing_extensions import Self

_TASK = "text-to-audio"
SPEECH = ("threshold", "minlenratio", "maxlenratio")
SCALES = ("speaking_rate", "noise_scale", "noise_scale_duration")
#: Options that one kind of model has.
OF_KIND = {
    "speaker_embeddings": "speecht5",
    "vocoder": "speecht5",
    "speaker_id": "vits",
    **dict.fromkeys(SPEECH, "speecht5"),
    **dict.fromkeys(SCALES, "vits"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TextToAudioOptions(CallOptions):
    """Options of a text-to-audio call; beside these, for music, all of `GenerationConfig`.

    Attributes:
        speaker_embeddings: Whose voice it is (SpeechT5): numbers of shape (width,) or (1, width),
            or a file or address of them (.npy, else bare float32).
        vocoder: What makes sound of a spectrogram (SpeechT5): a model, or its name or folder.
        speaker_id: Which voice of a VITS model with several.
        speaking_rate, noise_scale, noise_scale_duration: How fast a VITS model speaks and how much
            it varies, where its export takes them; most have those of the config built in.
        threshold, minlenratio, maxlenratio: When SpeechT5 ends; see its `generate_speech`.
        generation: What goes on to the model's generate(); its entries are options of the call.
    """

    speaker_embeddings: Any = None
    vocoder: Any = None
    speaker_id: int | None = None
    speaking_rate: float | None = None
    noise_scale: float | None = None
    noise_scale_duration: float | None = None
    threshold: float = 0.5
    minlenratio: float = 0.0
    maxlenratio: float = 20.0
    generation: Mapping[str, Any] = field(default_factory=dict)

    replaced: ClassVar[Mapping[str, str]] = {
        "forward_params": "pass the options by their names",
        "generate_kwargs": "pass the options of generation by their names",
    }
    kept: ClassVar[bool] = False  # arrays and models among them

    def __post_init__(self) -> None:
        CallOptions.__post_init__(self)
        for name in (*SPEECH, *SCALES):
            value = getattr(self, name)
            if value is None and name in SCALES:
                continue
            if not is_number(value) or not 0 <= value < math.inf:
                raise InvalidArgumentError(
                    f"[{_TASK}] {name} must be a number of at least 0, got {value!r}"
                )
        if self.speaker_id is not None and not is_whole(self.speaker_id):
            raise InvalidArgumentError(
                f"[{_TASK}] speaker_id must be a whole number of at least 0, got "
                f"{self.speaker_id!r}"
            )

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

    def refuse_others(self, kind: str) -> None:
        """Refuse options that are for other kinds of models than this `model_type`.

        Raises:
            InvalidArgumentError: There is one.
        """
        own = kind if kind in ("speecht5", "musicgen") else "vits"
        defaults = {entry.name: entry.default for entry in fields(self)}
        for name, needed in OF_KIND.items():
            value, usual = getattr(self, name), defaults[name]
            is_usual = value is usual or (is_number(value) and value == usual)
            if own != needed and not is_usual:
                raise InvalidArgumentError(
                    f"[{_TASK}] {name} is for {needed}, this model is {kind}; leave it out"
                )
