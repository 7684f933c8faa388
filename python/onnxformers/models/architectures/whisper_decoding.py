"""Windows of sound to tokens, again and again until the texts are ones to believe."""

from __future__ import annotations

import math
from collections.abc import Mapping
from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers.errors import InvalidArgumentError
from onnxformers.generation.config import GenerationConfig
from onnxformers.models.architectures.whisper_prompts import begin_tokens, next_logits
from onnxformers.models.architectures.whisper_text import (
    Text,
    compression_ratio,
    is_refused,
    is_silence,
    mean_logprob,
)
from onnxformers.models.generate import generate
from onnxformers.models.graph import Budget
from onnxformers.models.prompts import eos_tokens, pad_token
from onnxformers.ops import softmax

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from onnxformers.models.architectures.whisper_options import Settings
    from onnxformers.models.base import PreTrainedModel
    from onnxformers.models.generation_jobs import Call

    Ids = NDArray[np.int64]

#: Scores that are kept at once: half a GiB of them.
_SCORES = 1 << 27


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

    def begin(self, encoded: NDArray[Any], rows: Sequence[int] | None = None) -> Ids:
        """What the text of each row begins with, of shape (rows, tokens).

        Args:
            encoded: Shape (rows, frames, width).
            rows: Which rows of the call these are; None for all of them.
        """
        settings = self.settings
        language = settings.options.language
        if rows is not None and language is not None and not isinstance(language, str):
            own = [language[row % len(language)] for row in rows]
            settings = replace(settings, options=replace(settings.options, language=own))
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

    def generate(
        self, encoded: NDArray[Any], ids: Ids, options: Mapping[str, Any], **more: Any
    ) -> Any:
        """Run the token loop behind `ids` of shape (rows, tokens), with more fields of `Call`."""
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
        call = replace(self.call, timeout_s=self.budget.left_s, **more)
        return generate(self.model, None, config, call, inputs)

    def windows(self, encoded: NDArray[Any], before: Ids, begin: Ids) -> list[Text]:
        """The text of each window, at the first temperature that gives one to believe.

        A row is written as if it were alone: it draws the same, and rows that are to be written
        again go on without the others.

        Args:
            encoded: Shape (rows, frames, width).
            before: What was said before, shape (rows, tokens).
            begin: What the texts begin with, shape (rows, tokens).

        Source: Radford et al., 2022, section 4.5; transformers 4.46.3, `generate_with_fallback`.
        """
        options = self.settings.options
        ids = np.concatenate([before, begin], axis=1)
        silence = np.full(len(ids), math.nan)
        if options.no_speech_threshold is not None:
            silence = self._silence(encoded, ids, before.shape[1])
        texts = [Text([])] * len(ids)
        left = np.arange(len(ids))
        for temperature in options.temperatures:
            found = self._attempts(encoded[left], ids[left], temperature)
            for row, text in zip(left.tolist(), found, strict=True):
                known = replace(text, no_speech_prob=float(silence[row]))
                texts[row] = replace(known, is_silence=is_silence(known, options))
            left = left[[is_refused(texts[row], options) for row in left]]
            if not len(left):
                break
        return texts

    def _attempts(self, encoded: NDArray[Any], ids: Ids, temperature: float | None) -> list[Text]:
        """A text of each row, a few rows at a time where the scores of all steps are kept."""
        size = len(ids)
        if self.settings.options.logprob_threshold is not None:
            steps = self.settings.max_positions * self._vocabulary
            size = max(1, _SCORES // steps)
        texts: list[Text] = []
        for first in range(0, len(ids), size):
            rows = slice(first, first + size)
            texts += self._attempt(encoded[rows], ids[rows], temperature)
        return texts

    def _attempt(self, encoded: NDArray[Any], ids: Ids, temperature: float | None) -> list[Text]:
        wanted: dict[str, Any] = {} if temperature is None else _heat(temperature)
        needs_scores = self.settings.options.logprob_threshold is not None
        if needs_scores:
            wanted |= {"return_dict_in_generate": True, "output_scores": True}
        output = self.generate(encoded, ids, wanted, row_numbers=[0] * len(ids))
        sequences = output["sequences"] if isinstance(output, Mapping) else output
        texts = []
        for row, sequence in enumerate(sequences):
            tokens = self._own_tokens(sequence, ids.shape[1])
            logprob = math.nan
            if needs_scores:
                logprob = mean_logprob(output, row, tokens, temperature or 1.0)
            ratio = compression_ratio(tokens, self._vocabulary)
            texts.append(Text(tokens, temperature or 0.0, logprob, ratio))
        return texts

    @property
    def _vocabulary(self) -> int:
        return int(self.model.config.get("vocab_size") or 1 << 16)

    def _own_tokens(self, row: Ids, begin: int) -> list[int]:
        """The tokens behind a prompt, up to the end."""
        ends = [*eos_tokens(self.settings.config), pad_token(self.settings.config)]
        (places,) = np.isin(row[begin:], [end for end in ends if end is not None]).nonzero()
        own: list[int] = row[begin : begin + int(places[0]) if len(places) else None].tolist()
        return own

    def _silence(self, encoded: NDArray[Any], ids: Ids, place: int) -> NDArray[np.float32]:
        """Probability of <|nospeech|> where each transcript starts, behind `place` tokens."""
        token = self.settings.timestamp_begin - 2
        logits = next_logits(self.model, encoded, ids[:, : place + 1], self.budget)
        return softmax(logits[:, place])[:, token]

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
        asked, before = config.get("max_length"), min(prompt_length, most // 2) - 1
        return {"max_length": most if asked is None else min(asked + before, most)}


def _heat(temperature: float) -> dict[str, Any]:
    if temperature > 0:
        return {"do_sample": True, "temperature": float(temperature), "num_beams": 1}
    return {"do_sample": False}
