"""Logits processors whose constructors or calls take more than the core's table can say.

Source: transformers' generation/logits_process.py, version 4.46.3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from onnxformers._native import generation as _core
from onnxformers.errors import InvalidArgumentError
from onnxformers.generation.processors import LogitsProcessor

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from onnxformers.generation.processors import Ids, Scores


class PrefixConstrainedLogitsProcessor(LogitsProcessor):
    """Only tokens that a function allows.

    Args:
        prefix_allowed_tokens_fn: The number of the prompt and the ids of a row so far, shape
            (length,), to the tokens that may follow.
        num_beams: How many rows go back to one prompt.
    """

    def __init__(
        self, prefix_allowed_tokens_fn: Callable[[int, Ids], Sequence[int]], num_beams: int
    ) -> None:
        self._prefix_allowed_tokens_fn = prefix_allowed_tokens_fn
        self._num_beams = num_beams

    def __call__(self, input_ids: Ids, scores: Scores) -> Scores:
        """Scores of the allowed tokens; -inf for all others.

        Raises:
            InvalidArgumentError: The function allows nothing.
        """
        import numpy as np

        processed = np.full_like(scores, -np.inf)
        for row, ids in enumerate(input_ids):
            batch = row // self._num_beams
            allowed = list(self._prefix_allowed_tokens_fn(batch, ids))
            if not allowed:
                raise InvalidArgumentError(
                    f"[PrefixConstrainedLogitsProcessor] prefix_allowed_tokens_fn allowed no token "
                    f"for prompt {batch}; it must return at least one"
                )
            processed[row, allowed] = scores[row, allowed]
        return processed


class HammingDiversityLogitsProcessor(LogitsProcessor):
    """Diverse beam search: a penalty on tokens that other groups of beams have just chosen.

    Args:
        diversity_penalty: Taken off once for each time that a token was chosen; above 0.
        num_beams: Beams of a prompt, at least 2.
        num_beam_groups: At least 2 and at most `num_beams`.

    Raises:
        InvalidArgumentError: A value is out of range.
    """

    def __init__(self, diversity_penalty: float, num_beams: int, num_beam_groups: int) -> None:
        if not diversity_penalty > 0.0 or not 2 <= num_beam_groups <= num_beams:
            raise InvalidArgumentError(
                "[HammingDiversityLogitsProcessor] expected a penalty above 0 and from 2 to "
                f"num_beams groups, got {diversity_penalty}, {num_beam_groups} groups of "
                f"{num_beams} beams"
            )
        self._diversity_penalty = diversity_penalty
        self._num_beams = num_beams
        self._num_sub_beams = num_beams // num_beam_groups

    def __call__(  # type: ignore[override]  # as transformers has it
        self, input_ids: Ids, scores: Scores, current_tokens: Ids, beam_group_idx: int
    ) -> Scores:
        """Scores of one group of beams of every prompt.

        Args:
            input_ids: Not used.
            scores: float32, shape (prompts * beams of the group, vocab_size).
            current_tokens: int64, shape (prompts * num_beams,): what was chosen at this step.
            beam_group_idx: The group; only those before it count.
        """
        import numpy as np

        start = beam_group_idx * self._num_sub_beams
        size = min(self._num_sub_beams, self._num_beams - start)
        processed: Scores = scores.copy()
        for batch, chosen in enumerate(np.reshape(current_tokens, (-1, self._num_beams))):
            times = np.bincount(chosen[:start], minlength=scores.shape[1]).astype(np.float32)
            rows = slice(batch * size, (batch + 1) * size)
            processed[rows] -= np.float32(self._diversity_penalty) * times
        return processed


class WhisperTimeStampLogitsProcessor(LogitsProcessor):
    """Time stamps of Whisper: in pairs, never going back.

    Args:
        generate_config: Has `no_timestamps_token_id`, `eos_token_id` and perhaps `bos_token_id`,
            `forced_decoder_ids` and `max_initial_timestamp_index`: a GenerationConfig, or any
            object with these attributes.
        begin_index: Tokens before the first one that is generated; by default those that
            `forced_decoder_ids` forces, and one.
        _detect_timestamp_from_logprob: Whether time stamps are taken rather than text where they
            are together more likely than any token of it.
    """

    def __init__(
        self,
        generate_config: Any,
        begin_index: int | None = None,
        _detect_timestamp_from_logprob: bool | None = None,
    ) -> None:
        def field(name: str, default: Any = None) -> Any:
            return getattr(generate_config, name, default)

        detects = _detect_timestamp_from_logprob
        if detects is None:
            detects = field("_detect_timestamp_from_logprob", True)
        self.begin_index = begin_index or len(field("forced_decoder_ids") or ()) + 1
        self._processor = _core.LogitsProcessor(
            "WhisperTimeStampLogitsProcessor",
            {
                "no_timestamps_token_id": field("no_timestamps_token_id"),
                "eos_token_id": field("eos_token_id") or field("bos_token_id"),
                "begin_index": self.begin_index,
                "max_initial_timestamp_index": field("max_initial_timestamp_index"),
                "_detect_timestamp_from_logprob": bool(detects),
            },
        )

    def __call__(self, input_ids: Ids, scores: Scores) -> Scores:
        """Scores of shape (rows, vocab_size), processed; those given stay."""
        return self._processor(input_ids, scores)
