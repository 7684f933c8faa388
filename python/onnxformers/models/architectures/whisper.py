"""Whisper: speech to text, with times, for recordings of any length."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers.errors import InvalidArgumentError
from onnxformers.models.architectures.whisper_alignment import token_times
from onnxformers.models.architectures.whisper_decoding import Decoding
from onnxformers.models.architectures.whisper_longform import transcribe
from onnxformers.models.architectures.whisper_options import Settings
from onnxformers.models.architectures.whisper_prompts import detect_language
from onnxformers.models.base import PreTrainedModel
from onnxformers.models.graph import Budget
from onnxformers.models.outputs import ModelOutput

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onnxformers.generation import GenerationConfig
    from onnxformers.models.generation_jobs import Call


class WhisperForConditionalGeneration(PreTrainedModel):
    """Whisper with what its `generate` does beyond that of other models.

    `generate(input_features, **options)` takes features of shape (rows, mels, frames), and beside
    the options of all models those of `WhisperOptions`: language, task, return_timestamps, prompt,
    and for recordings what makes a piece be heard again. Up to 30 seconds are one window; more are
    heard window by window, each beginning where the last one's timestamps end.

    Returns:
        Token ids of shape (rows, tokens): of one window with their prompt, of several without. With
        `return_token_timestamps` a mapping that has `token_timestamps` in seconds beside
        `sequences`; with `return_segments` one that has `segments`.

    Source: spec/transformers.js/models.md, WhisperForConditionalGeneration; transformers 4.46.3,
        `WhisperGenerationMixin`.
    """

    def _write(
        self,
        inputs: Any,
        generation_config: GenerationConfig | Mapping[str, Any] | None,
        call: Call,
        options: Mapping[str, Any],
    ) -> Any:
        if isinstance(inputs, Mapping):
            inputs, options = None, {**inputs, **options}
        settings = Settings.read(self, generation_config, options)
        decoding = Decoding(self, settings, call)
        features = self._features(inputs, settings.inputs)
        wants_more = settings.is_judged or settings.options.return_segments
        if features is None and wants_more:
            raise InvalidArgumentError(
                "[generate] segments and thresholds need input_features, not encoder_outputs"
            )
        is_long = features is not None and features.shape[-1] > settings.window_frames
        if features is not None and (is_long or wants_more):
            return transcribe(decoding, features)
        encoded = decoding.encode(features)
        output, prompt_length = decoding.plain(encoded)
        if not settings.options.return_token_timestamps:
            return output
        found = output if isinstance(output, Mapping) else {"sequences": output}
        times = token_times(decoding, encoded, found["sequences"], prompt_length)
        return ModelOutput({**found, "token_timestamps": times})

    def _features(self, inputs: Any, given: Mapping[str, Any]) -> NDArray[Any] | None:
        name = self.main_input_name
        if inputs is not None and given.get(name) is not None:
            raise InvalidArgumentError(f"[generate] inputs and {name} are the same; give one")
        features = given.get(name) if inputs is None else inputs
        if features is None and given.get("encoder_outputs") is None:
            raise InvalidArgumentError(
                f"[generate] the encoder's input is missing: give {name!r} or 'encoder_outputs'"
            )
        if features is None:
            return None
        array = np.asarray(features)
        if array.ndim != 3 or not array.size:
            raise InvalidArgumentError(
                f"[generate] {name} must be of shape (rows, mels, frames), got {array.shape}"
            )
        return array

    def detect_language(
        self, input_features: Any = None, encoder_outputs: Any = None
    ) -> NDArray[np.int64]:
        """The token of the language that each row speaks.

        Args:
            input_features: Of shape (rows, mels, frames); of more than one window the first counts.
            encoder_outputs: What the encoder made of them, in their place.

        Returns:
            Ids of shape (rows,).

        Raises:
            InvalidArgumentError: Neither or both are given, or the model knows one language only.
        """
        if (input_features is None) == (encoder_outputs is None):
            raise InvalidArgumentError(
                "[detect_language] give either input_features or encoder_outputs"
            )
        settings = Settings.read(self, None, {})
        if input_features is not None:
            input_features = np.asarray(input_features)[:, :, : settings.window_frames]
        given = {"encoder_outputs": encoder_outputs}
        budget = Budget()
        encoded, _ = self._forward.encode({"input_features": input_features, **given}, budget)
        return detect_language(self, encoded, settings.config, budget)
