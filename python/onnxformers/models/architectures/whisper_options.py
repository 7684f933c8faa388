"""What Whisper's generate() takes beyond that of other models."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers.errors import InvalidArgumentError
from onnxformers.generation.config_fields import is_number
from onnxformers.models.generation_options import merge
from onnxformers.options import check_flag

if TYPE_CHECKING:
    from onnxformers.generation import GenerationConfig
    from onnxformers.models.base import PreTrainedModel

#: Mel frames that the encoder makes one state of.
INPUT_STRIDE = 2
_THRESHOLDS = ("compression_ratio_threshold", "logprob_threshold", "no_speech_threshold")
#: Options that generation_config.json may have too.
_OF_FILES = (
    "condition_on_prev_tokens",
    "is_multilingual",
    "language",
    "return_timestamps",
    "task",
    *_THRESHOLDS,
)
_FLAGS = (
    "condition_on_prev_tokens",
    "is_multilingual",
    "return_segments",
    "return_timestamps",
    "return_token_timestamps",
)
_CONDITIONS = ("first-segment", "all-segments")


@dataclass(frozen=True, slots=True, kw_only=True)
class WhisperOptions:
    """Options of a call, beside those of all models that write.

    Attributes:
        language: Name, code or token of what is spoken; a list has one for each row. None: the
            model hears it out.
        task: "transcribe", or "translate" to English.
        is_multilingual: Takes the place of the model's own.
        return_timestamps: Write timestamps.
        return_token_timestamps: Say when each token was said, by what the decoder looked at.
        return_segments: Give the segments of each row, with their times, too.
        prompt_ids: What was said before, as `tokenizer.get_prompt_ids` gives it.
        prompt_condition_type: "first-segment": the prompt stands before the first window only;
            "all-segments": before each.
        condition_on_prev_tokens: Let each window begin with the text of those before it.
        temperature: Above 0, tokens are drawn. Several are tried in turn, until a window's text
            passes the thresholds.
        compression_ratio_threshold: A text that packs better than this repeats itself.
        logprob_threshold: A text whose tokens' mean log-probability is lower is a guess.
        no_speech_threshold: Above this probability of silence, a text that is a guess is dropped.
        hallucination_silence_threshold: Odd words with silence of more seconds before and behind
            are dropped, and what follows is heard again; as openai-whisper does, by the times of
            words. Needs `tokenizer`.
        num_frames: Mel frames of sound in each row, without padding: one number, or a list.
        num_segment_frames: Mel frames of a window; None: as many as the model reads.
        time_precision: Seconds from one timestamp to the next.
        monitor_progress: Called after each window with an array of shape (rows, 2): frames that
            were heard, and all.
    """

    language: str | Sequence[str] | None = None
    task: str | None = None
    is_multilingual: bool | None = None
    return_timestamps: bool | None = None
    return_token_timestamps: bool = False
    return_segments: bool = False
    prompt_ids: Any = None
    prompt_condition_type: str = "first-segment"
    condition_on_prev_tokens: bool | None = None
    temperature: float | Sequence[float] | None = None
    compression_ratio_threshold: float | None = None
    logprob_threshold: float | None = None
    no_speech_threshold: float | None = None
    hallucination_silence_threshold: float | None = None
    num_frames: Any = None
    num_segment_frames: int | None = None
    time_precision: float = 0.02
    monitor_progress: Callable[[Any], Any] | None = None

    def __post_init__(self) -> None:
        if self.prompt_condition_type not in _CONDITIONS:
            raise InvalidArgumentError(
                f"[generate] prompt_condition_type must be one of {', '.join(_CONDITIONS)}, got "
                f"{self.prompt_condition_type!r}"
            )
        if self.prompt_condition_type == "all-segments" and not self.condition_on_prev_tokens:
            raise InvalidArgumentError(
                "[generate] prompt_condition_type='all-segments' needs "
                "condition_on_prev_tokens=True"
            )
        for name in _FLAGS:
            check_flag(getattr(self, name) or False, name, "generate")
        if not is_number(self.time_precision) or self.time_precision <= 0:
            raise InvalidArgumentError(
                f"[generate] time_precision must be seconds above 0, got {self.time_precision!r}"
            )
        for name in (*_THRESHOLDS, "hallucination_silence_threshold"):
            value = getattr(self, name)
            if value is not None and not is_number(value):
                raise InvalidArgumentError(f"[generate] {name} must be a number, got {value!r}")
        for value in self.temperatures:
            if value is not None and (not is_number(value) or value < 0):
                raise InvalidArgumentError(
                    f"[generate] temperature must be numbers of at least 0, got {value!r}"
                )

    @property
    def temperatures(self) -> tuple[float | None, ...]:
        """What is tried in turn; None leaves it to the generation's other options."""
        given: Any = self.temperature
        if given is None or is_number(given):
            return (given,)
        if isinstance(given, str) or not isinstance(given, Sequence) or not len(given):
            raise InvalidArgumentError(
                f"[generate] temperature must be a number or a list of numbers, got {given!r}"
            )
        return tuple(given)


OPTION_NAMES = frozenset(field.name for field in fields(WhisperOptions))


@dataclass(frozen=True, slots=True)
class Settings:
    """The options of a call with what the model's files say.

    Attributes:
        options: Whisper's own.
        config: Those of all models; timestamps, and no forced tokens, are set.
        inputs: What is neither: inputs of the model by name.
        window_frames: Mel frames of a window.
        max_positions: Tokens that the decoder has positions for.
    """

    options: WhisperOptions
    config: GenerationConfig
    inputs: dict[str, Any]
    window_frames: int
    max_positions: int

    @classmethod
    def read(
        cls,
        model: PreTrainedModel,
        given: GenerationConfig | Mapping[str, Any] | None,
        keywords: Mapping[str, Any],
    ) -> Settings:
        """Sort the keywords of a call.

        Raises:
            InvalidArgumentError: One is unknown, or has a bad value.
        """
        own = {name: value for name, value in keywords.items() if name in OPTION_NAMES}
        rest = {name: value for name, value in keywords.items() if name not in OPTION_NAMES}
        config, inputs = merge(model, given, rest, OPTION_NAMES)
        for name in _OF_FILES:
            if own.get(name) is None and config.get(name) is not None:
                own[name] = config[name]
        options = WhisperOptions(
            **{name: value for name, value in own.items() if value is not None}
        )
        _check_languages(options, config)
        if options.return_timestamps and config.get("no_timestamps_token_id") is None:
            raise InvalidArgumentError(
                "[generate] this model writes no timestamps: its generation_config.json has no "
                "no_timestamps_token_id"
            )
        positions = int(model.config.get("max_source_positions") or 1500)
        return cls(
            options=options,
            config=config,
            inputs=inputs,
            window_frames=options.num_segment_frames or INPUT_STRIDE * positions,
            max_positions=int(model.config.get("max_target_positions") or 448),
        )

    @property
    def timestamp_begin(self) -> int:
        """The id of <|0.00|>; timestamps are the tokens from here on."""
        token = self.config.get("no_timestamps_token_id")
        return (1 << 62) if token is None else int(token) + 1

    @property
    def previous_token(self) -> int | None:
        """The id of <|startofprev|>; older files name it among the tokens that never come only."""
        token, never = self.config.get("prev_sot_token_id"), self.config.suppress_tokens or []
        if token is None and len(never) > 1:
            return int(never[-2])
        return None if token is None else int(token)

    @property
    def is_judged(self) -> bool:
        """Whether the text of a window may be refused."""
        options = self.options
        return (
            len(options.temperatures) > 1
            or options.hallucination_silence_threshold is not None
            or any(getattr(options, name) is not None for name in _THRESHOLDS)
        )

    def frames_of(self, row: int, frames: int) -> int:
        """Mel frames of sound in a row that has so many with padding."""
        given, mask = self.options.num_frames, self.inputs.get("attention_mask")
        if given is None and mask is not None and np.shape(mask)[1:] == (frames,):
            given = np.asarray(mask).sum(axis=1)
        if given is None:
            return frames
        numbers = np.atleast_1d(np.asarray(given))
        return min(int(numbers[row % len(numbers)]), frames)


def _check_languages(options: WhisperOptions, config: GenerationConfig) -> None:
    if options.is_multilingual is False and (options.language or options.task):
        raise InvalidArgumentError(
            "[generate] this model knows English only and takes neither language nor task; pass "
            "is_multilingual=True if that is wrong"
        )
    for name, table in (("language", "lang_to_id"), ("task", "task_to_id")):
        if getattr(options, name) is not None and not isinstance(config.get(table), Mapping):
            raise InvalidArgumentError(
                f"[generate] {name} cannot be chosen: generation_config.json has no {table}"
            )
