"""One window of sound to tokens, again and again until the text is one to believe."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers.errors import InvalidArgumentError
from onnxformers.generation.config import GenerationConfig
from onnxformers.models.architectures.whisper_prompts import begin_tokens, next_logits
from onnxformers.models.generate import generate
from onnxformers.models.graph import Budget
from onnxformers.models.prompts import eos_tokens, pad_token
from onnxformers.ops import log_softmax, softmax

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onnxformers.models.architectures.whisper_options import Settings
    from onnxformers.models.base import PreTrainedModel
    from onnxformers.models.generation_jobs import Call

    Ids = NDArray[np.int64]

#: Text that was drawn at this temperature or above does not lead the next window.
BOLD = 0.5


@dataclass(frozen=True, slots=True)
class Text:
    """What was written about one window.

    Attributes:
        tokens: Without what stood before them, the end and padding.
        temperature: At which it was written.
        avg_logprob: Mean log-probability of its tokens; NaN where nobody asked.
        compression_ratio: How well it packs; high for what repeats itself.
        no_speech_prob: Probability of silence; NaN where nobody asked.
        is_silence: It is a guess about silence, to be dropped.
    """

    tokens: list[int]
    temperature: float = 0.0
    avg_logprob: float = math.nan
    compression_ratio: float = math.nan
    no_speech_prob: float = math.nan
    is_silence: bool = False


class Decoding:
    """A call of generate(): its options, and what runs the decoder.

    Args:
        model: A Whisper model.
        settings: The options.
        call: What `generate` was called with beside them.
    """

    def __init__(self, model: PreTrainedModel, settings: Settings, call: Call) -> None:
        self.model = model
        self.settings = settings
        self.call = call
        self.budget = Budget(call.timeout_s, call.cancel)

    def encode(self, features: NDArray[Any] | None) -> NDArray[Any]:
        """The encoder's states of shape (rows, frames, width)."""
        inputs = self.settings.inputs
        if features is not None:
            inputs = {**inputs, self.model.main_input_name: features}
        encoded: NDArray[Any]
        encoded, _ = self.model._forward.encode(inputs, self.budget)
        return encoded

    def begin(self, encoded: NDArray[Any], row: int | None = None) -> Ids:
        """What the text of each row begins with, of shape (rows, tokens).

        Args:
            encoded: Shape (rows, frames, width).
            row: Which recording of the call the only row is.
        """
        settings = self.settings
        language = settings.options.language
        if row is not None and language is not None and not isinstance(language, str):
            options = replace(settings.options, language=language[row % len(language)])
            settings = replace(settings, options=options)
        return begin_tokens(self.model, encoded, settings, self.budget)

    def with_timestamps(self) -> Decoding:
        """The same call, which writes timestamps."""
        if self.settings.options.return_timestamps:
            return self
        if self.settings.config.get("no_timestamps_token_id") is None:
            raise InvalidArgumentError(
                "[generate] more than one window needs timestamps, and generation_config.json has "
                f"no no_timestamps_token_id; give at most {self.settings.window_frames} frames"
            )
        options = replace(self.settings.options, return_timestamps=True)
        other = copy(self)
        other.settings = replace(self.settings, options=options)
        return other

    def plain(self, encoded: NDArray[Any]) -> tuple[Any, int]:
        """What the generation of all models gives, and how many tokens its prompts have."""
        given = self.settings.inputs.get("decoder_input_ids")
        ids = self.begin(encoded) if given is None else np.asarray(given, np.int64)
        if given is None and self.settings.options.prompt_ids is not None:
            before = np.tile(self.prompt_ids(), (len(ids), 1))
            ids = np.concatenate([before, ids], axis=1)
        options = {}
        (temperature,) = self.settings.options.temperatures
        if temperature is not None:
            options = _heat(temperature)
        return self.generate(encoded, ids, options), ids.shape[1]

    def prompt_ids(self) -> Ids:
        """What was said before, as the caller gave it; empty without."""
        given = self.settings.options.prompt_ids
        ids = np.zeros(0, np.int64) if given is None else np.asarray(given)
        if ids.ndim != 1 or ids.dtype.kind not in "iu":
            raise InvalidArgumentError(
                f"[generate] prompt_ids must be token ids of shape (tokens,), got {ids.shape} of "
                f"{ids.dtype}"
            )
        return ids.astype(np.int64)

    def generate(self, encoded: NDArray[Any], ids: Ids, options: Mapping[str, Any]) -> Any:
        """Run the token loop behind `ids` of shape (rows, tokens)."""
        values = {**self.settings.config, **options, **self._limits(ids.shape[1])}
        values["forced_decoder_ids"] = None  # the prompt has them
        values["return_timestamps"] = bool(self.settings.options.return_timestamps)
        inputs = {
            name: value
            for name, value in self.settings.inputs.items()
            if name not in (self.model.main_input_name, "attention_mask")
        }
        inputs |= {"encoder_outputs": encoded, "decoder_input_ids": ids}
        config = GenerationConfig.from_dict(values)
        call = replace(self.call, timeout_s=self.budget.left_s)
        return generate(self.model, None, config, call, inputs)

    def window(self, encoded: NDArray[Any], before: Ids, begin: Ids) -> Text:
        """The text of one window, at the first temperature that gives one to believe.

        Args:
            encoded: Shape (1, frames, width).
            before: What was said before, shape (tokens,).
            begin: What the text begins with, shape (tokens,).

        Source: Radford et al., 2022, section 4.5; transformers 4.46.3, `generate_with_fallback`.
        """
        options = self.settings.options
        ids = np.concatenate([before, begin])[None]
        silence = math.nan
        if options.no_speech_threshold is not None:
            silence = self._silence(encoded, ids, len(before))
        text = Text([])
        for temperature in options.temperatures:
            text = replace(self._attempt(encoded, ids, temperature), no_speech_prob=silence)
            text = replace(text, is_silence=self._is_silence(text))
            if text.is_silence or not self._is_refused(text):
                break
        return text

    def _attempt(self, encoded: NDArray[Any], ids: Ids, temperature: float | None) -> Text:
        wanted: dict[str, Any] = {} if temperature is None else _heat(temperature)
        needs_scores = self.settings.options.logprob_threshold is not None
        if needs_scores:
            wanted |= {"return_dict_in_generate": True, "output_scores": True}
        output = self.generate(encoded, ids, wanted)
        sequences = output["sequences"] if isinstance(output, Mapping) else output
        tokens, is_ended = self._own_tokens(sequences[0], ids.shape[1])
        logprob = math.nan
        if needs_scores:
            logprob = _mean_logprob(output, tokens, is_ended, temperature or 1.0)
        vocabulary = int(self.model.config.get("vocab_size") or 1 << 16)
        return Text(
            tokens=tokens,
            temperature=temperature or 0.0,
            avg_logprob=logprob,
            compression_ratio=compression_ratio(tokens, vocabulary),
        )

    def _own_tokens(self, row: Ids, begin: int) -> tuple[list[int], bool]:
        """The tokens behind a prompt, up to the end; whether there is one."""
        ends = {*eos_tokens(self.settings.config)}
        pad = pad_token(self.settings.config)
        tokens: list[int] = []
        for token in row[begin:].tolist():
            if token in ends or token == pad:
                return tokens, token in ends
            tokens.append(token)
        return tokens, False

    def _silence(self, encoded: NDArray[Any], ids: Ids, place: int) -> float:
        """Probability of <|nospeech|> where the transcript starts, behind `place` tokens."""
        token = self.settings.timestamp_begin - 2
        logits = next_logits(self.model, encoded, ids[:, : place + 1], self.budget)
        return float(softmax(logits[0, place])[token])

    def _is_silence(self, text: Text) -> bool:
        options = self.settings.options
        if (
            options.no_speech_threshold is None
            or text.no_speech_prob <= options.no_speech_threshold
        ):
            return False
        return options.logprob_threshold is None or text.avg_logprob < options.logprob_threshold

    def _is_refused(self, text: Text) -> bool:
        options = self.settings.options
        repeats = options.compression_ratio_threshold
        guesses = options.logprob_threshold
        return (repeats is not None and text.compression_ratio > repeats) or (
            guesses is not None and text.avg_logprob < guesses
        )

    def _limits(self, prompt_length: int) -> dict[str, Any]:
        """How long a text may get, with what stands before it."""
        config, most = self.settings.config, self.settings.max_positions
        new = config.max_new_tokens
        if prompt_length + (new or 1) > most:
            raise InvalidArgumentError(
                f"[generate] {prompt_length} tokens before the text and {new or 1} of it are more "
                f"than the {most} positions of the decoder; shorten the prompt or max_new_tokens"
            )
        if new is not None:
            return {"max_new_tokens": new}
        asked = config.get("max_length")
        return {"max_length": most if asked is None else min(asked + prompt_length - 1, most)}


def compression_ratio(tokens: list[int], vocab_size: int) -> float:
    """How many times smaller tokens get when they are packed; 0 without tokens.

    Source: transformers 4.46.3, `_retrieve_compression_ratio`.
    """
    size = int(math.log2(vocab_size) / 8) + 1
    packed = b"".join(token.to_bytes(size, "little") for token in tokens)
    return len(packed) / len(zlib.compress(packed))


def _heat(temperature: float) -> dict[str, Any]:
    if temperature > 0:
        return {"do_sample": True, "temperature": float(temperature), "num_beams": 1}
    return {"do_sample": False}


def _mean_logprob(
    output: Mapping[str, Any], tokens: list[int], is_ended: bool, temperature: float
) -> float:
    """Mean over the tokens and the end, of whose log-probability nothing is added.

    Source: transformers 4.46.3, `_retrieve_avg_logprobs`.
    """
    if "sequences_scores" in output:
        return float(output["sequences_scores"][0])
    total = 0.0
    for token, scores in zip(tokens, _rows(output["scores"]), strict=False):
        total += float(log_softmax(scores * temperature)[token])
    return total / (len(tokens) + 1)


def _rows(steps: tuple[NDArray[np.float32], ...]) -> Iterator[NDArray[np.float32]]:
    for scores in steps:
        yield scores[0]
