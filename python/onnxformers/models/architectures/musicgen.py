"""MusicGen: text to music, as tokens of several codebooks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers._native.generation import generate as generate_native
from onnxformers.errors import InvalidArgumentError, SessionError, UnsupportedModelError
from onnxformers.generation.config import GenerationConfig
from onnxformers.models.base import PreTrainedModel
from onnxformers.models.generation_jobs import native_callables
from onnxformers.models.generation_options import check_request, make_options, merge
from onnxformers.models.graph import Budget
from onnxformers.models.prompts import Prompt, read_ids
from onnxformers.models.steps import open_steps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onnxformers.models.generation_jobs import Call

_DECODER = "encodec_decode"
#: Codecs may fail on fewer frames: their layers mirror more of the sound than there is.
_SHORT = 16
_PROMPTS = ("input_values", "audio_values", "decoder_input_ids")


class MusicgenForConditionalGeneration(PreTrainedModel):
    """MusicGen with what its `generate` does beyond that of other models.

    `generate(input_ids, attention_mask=, guidance_scale=, max_new_tokens=, ...)` gives sound, of
    shape (rows, channels, samples), in place of tokens. Each second of it takes as many tokens as
    the codec has frames, 50 in the released models; the last few only fill up the codebooks.

    Source: spec/transformers.js/models.md, MusicgenForConditionalGeneration; transformers 4.46.3.
    """

    def _write(
        self,
        inputs: Any,
        generation_config: GenerationConfig | Mapping[str, Any] | None,
        call: Call,
        options: Mapping[str, Any],
    ) -> NDArray[np.float32]:
        if isinstance(inputs, Mapping):
            inputs, options = None, {**inputs, **options}
        for name in _PROMPTS:
            if options.get(name) is not None:
                raise UnsupportedModelError(
                    f"[generate] {name}: music that goes on from a recording is not supported; "
                    "exports of MusicGen have no encoder of sound"
                )
        config, given = merge(self, generation_config, options)
        check_request(self, config, call)
        if (config.num_beams or 1) > 1 or call.assistant_model is not None:
            raise InvalidArgumentError(
                "[generate] music is neither searched with beams nor drafted; set num_beams=1"
            )
        budget = Budget(call.timeout_s, call.cancel)
        encoded, mask = self._encode(inputs, given, config, budget)
        codes = self._codes(encoded, mask, config, call)
        outputs = self._decode(codes, budget)
        sound: NDArray[np.float32] = outputs[0]
        return sound

    def _decode(self, codes: NDArray[np.int64], budget: Budget) -> list[NDArray[Any]]:
        """The codec's sound of codes of shape (rows, codebooks, frames)."""
        try:
            return self.sessions[_DECODER].run(
                {"audio_codes": codes[None]}, timeout_s=budget.left_s, cancel=budget.cancel
            )
        except SessionError as error:
            if codes.shape[-1] >= _SHORT:
                raise
            raise InvalidArgumentError(
                f"[generate] {codes.shape[-1]} frames are too short for this codec; raise "
                "max_new_tokens"
            ) from error

    @property
    def _decoder_config(self) -> Mapping[str, Any]:
        decoder = self.config.get("decoder")
        return decoder if isinstance(decoder, Mapping) else {}

    def _encode(
        self, inputs: Any, given: Mapping[str, Any], config: GenerationConfig, budget: Budget
    ) -> tuple[NDArray[Any], NDArray[np.int64]]:
        """What the text encoder makes of the prompts, a row for each piece of music."""
        if inputs is not None and given.get("input_ids") is not None:
            raise InvalidArgumentError("[generate] inputs and input_ids are the same; give one")
        ids = given.get("input_ids") if inputs is None else inputs
        feeds = dict(given)
        if ids is not None:
            feeds["input_ids"] = read_ids("input_ids", ids)
        elif given.get("encoder_outputs") is None:
            raise InvalidArgumentError(
                "[generate] the encoder's input is missing: give 'input_ids' or 'encoder_outputs'"
            )
        encoded, mask = self._forward.encode(feeds, budget)
        mask = np.asarray(mask, np.int64)
        copies = config.num_return_sequences or 1
        return np.repeat(encoded, copies, axis=0), np.repeat(mask, copies, axis=0)

    def _codes(
        self,
        encoded: NDArray[Any],
        mask: NDArray[np.int64],
        config: GenerationConfig,
        call: Call,
    ) -> NDArray[np.int64]:
        """The codes of the music, of shape (rows, codebooks, frames)."""
        books = int(self._decoder_config.get("num_codebooks") or 4)
        rows, guidance = len(encoded), float(config.guidance_scale or 1.0)
        if guidance > 1:  # the second half hears no prompt
            encoded = np.concatenate([encoded, np.zeros_like(encoded)])
            mask = np.concatenate([mask, np.zeros_like(mask)])
        start = config.decoder_start_token_id
        filler = self._decoder_config.get("pad_token_id", config.pad_token_id)
        if start is None or filler is None:
            raise InvalidArgumentError(
                "[generate] neither config says decoder_start_token_id and pad_token_id"
            )
        values = {**config, "guidance_scale": None, "num_return_sequences": 1}
        prompt = Prompt(np.full((rows * books, 1), start, np.int64))
        made = make_options(GenerationConfig.from_dict(values), prompt, call)
        steps = open_steps(
            self,
            encoder_inputs={"encoder_outputs": encoded, "attention_mask": mask},
            timeout_s=call.timeout_s,
            cancel=call.cancel,
            group=books,
        )
        length = int(made["max_length"])
        result = generate_native(
            steps,
            made,
            prompt.ids,
            codebooks=(books, int(filler), length, guidance),
            **native_callables(config, call),
        )
        return codes_of(result["sequences"], books)


def codes_of(sequences: NDArray[np.int64], codebooks: int) -> NDArray[np.int64]:
    """The codes of each frame, out of rows that each begin a step behind the one above.

    Args:
        sequences: Shape (rows * codebooks, tokens), with the token that they began with.
        codebooks: Rows that make one sound.

    Returns:
        Shape (rows, codebooks, tokens - codebooks).

    Raises:
        InvalidArgumentError: There is no frame of which all codes are known.

    Example:
        >>> codes_of(np.array([[0, 1, 2, 3, 4], [0, 0, 11, 12, 13]]), 2).tolist()
        [[[1, 2, 3], [11, 12, 13]]]
    """
    frames = sequences.shape[1] - codebooks
    if frames < 1:
        raise InvalidArgumentError(
            f"[generate] {sequences.shape[1]} tokens make no sound with {codebooks} codebooks; "
            "raise max_new_tokens"
        )
    rows = sequences.reshape(-1, codebooks, sequences.shape[1])
    parts = [rows[:, book, book + 1 : book + 1 + frames] for book in range(codebooks)]
    return np.ascontiguousarray(np.stack(parts, axis=1))
