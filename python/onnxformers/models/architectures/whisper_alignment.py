"""When each token was said: what the decoder looked at while it wrote."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers.errors import InvalidArgumentError, UnsupportedModelError
from onnxformers.models.architectures.whisper_options import INPUT_STRIDE
from onnxformers.models.architectures.whisper_prompts import run_decoder
from onnxformers.models.prompts import eos_tokens
from onnxformers.ops import dynamic_time_warping, median_filter

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onnxformers.models.architectures.whisper_decoding import Decoding
    from onnxformers.models.architectures.whisper_options import Settings
    from onnxformers.models.base import PreTrainedModel

    Ids = NDArray[np.int64]
    Heads = Sequence[tuple[int, int]]

_OUTPUT = "cross_attentions"
_MEDIAN_WIDTH = 7


def token_times(
    decoding: Decoding,
    encoded: NDArray[Any],
    sequences: Ids,
    prompt_length: int,
    frames: int | None = None,
) -> NDArray[np.float32]:
    """The second at which each token begins.

    The decoder runs once more, over all tokens at once, and gives out what its heads looked at.

    Args:
        decoding: The call.
        encoded: The encoder's states, shape (rows, frames, width); one row may have several texts.
        sequences: Tokens with their prompts, shape (texts, tokens).
        prompt_length: Tokens of the prompts, whose times are 0.
        frames: Mel frames of sound in every row; None: as the options say.

    Returns:
        Seconds of shape (texts, tokens), which never go back in a row.

    Raises:
        UnsupportedModelError: The model does not give out what it looked at.
        InvalidArgumentError: Its files do not say which heads follow the sound.

    Source: Transformers.js 3.0.0, `_extract_token_timestamps`: the prompt is left out of the
        alignment, where transformers 4.46.3 has it in.
    """
    model, settings = decoding.model, decoding.settings
    heads = alignment_heads(model, settings)
    times = np.zeros(sequences.shape, np.float32)
    states = np.repeat(encoded, len(sequences) // len(encoded), axis=0)
    looks = _looks(decoding, states, sequences[:, :-1], heads)
    whole = encoded.shape[1] * INPUT_STRIDE
    for row, sequence in enumerate(sequences):
        count = _length(sequence, prompt_length, eos_tokens(settings.config))
        sound = frames or settings.frames_of(row * len(encoded) // len(sequences), whole)
        weights = looks[row, :, : count - 1, : -(-sound // INPUT_STRIDE)]
        frames_of = _begins(weights, slice(prompt_length, None), _median_width(model))
        begins = frames_of * settings.options.time_precision
        if len(begins):
            times[row, prompt_length : prompt_length + len(begins)] = begins
            times[row, prompt_length + len(begins) :] = begins[-1]
    return times


def alignment_heads(model: PreTrainedModel, settings: Settings) -> list[tuple[int, int]]:
    """(layer, head) of the heads that follow the sound.

    Raises:
        UnsupportedModelError, InvalidArgumentError: See `token_times`.
    """
    first = model._forward.decoder.first
    if not any(name.startswith(_OUTPUT) for name in first.outputs):
        raise UnsupportedModelError(
            "[generate] this model cannot tell when words were said: it was exported without the "
            "outputs cross_attentions.0, ...; export it with output_attentions=True, or take "
            "return_timestamps=True"
        )
    heads = settings.config.get("alignment_heads")
    if not heads:
        raise InvalidArgumentError(
            "[generate] times of tokens need alignment_heads in generation_config.json: pairs of "
            "a layer and a head of the decoder that follow the sound"
        )
    return [(int(layer), int(head)) for layer, head in heads]


def _looks(
    decoding: Decoding, encoded: NDArray[Any], ids: Ids, heads: Heads
) -> NDArray[np.float32]:
    """What each head looked at while it read each token: (rows, heads, tokens, frames)."""
    return _read(decoding, encoded, ids, heads, ())[_OUTPUT]


def _read(
    decoding: Decoding, encoded: NDArray[Any], ids: Ids, heads: Heads, more: Sequence[str]
) -> dict[str, NDArray[np.float32]]:
    """What the heads looked at, and more outputs of the decoder's run."""
    model = decoding.model
    names = [f"{_OUTPUT}.{layer}" for layer, _ in heads]
    missing = sorted(set(names) - set(model._forward.decoder.first.outputs))
    if missing:
        raise InvalidArgumentError(
            f"[generate] alignment_heads name {', '.join(missing)}, which the decoder has not"
        )
    found = run_decoder(model, encoded, ids, [*sorted(set(names)), *more], decoding.budget)
    picked = [found[name][:, head] for name, (_, head) in zip(names, heads, strict=True)]
    looks = np.stack(picked, axis=1).astype(np.float32, copy=False)
    return {_OUTPUT: looks, **{name: found[name] for name in more}}


def read_again(
    decoding: Decoding, encoded: NDArray[Any], ids: Ids, tokens: slice, frames: int
) -> tuple[NDArray[Any], NDArray[np.float32]]:
    """When tokens are predicted, and the scores of all of them.

    Args:
        decoding: The call.
        encoded: The encoder's states, shape (1, frames, width).
        ids: Tokens with what they begin with and their end, shape (tokens,).
        tokens: Those behind which the tokens stand that are sought.
        frames: Mel frames of sound.

    Returns:
        Seconds, one for each of `tokens`, and scores of shape (tokens, vocabulary).

    Raises:
        UnsupportedModelError, InvalidArgumentError: See `token_times`.

    Source: openai-whisper 20250625, `find_alignment`.
    """
    heads = alignment_heads(decoding.model, decoding.settings)
    found = _read(decoding, encoded, ids[None], heads, ["logits"])
    weights = found[_OUTPUT][0, :, :, : -(-frames // INPUT_STRIDE)]
    weights = weights / np.maximum(weights.sum(axis=-1, keepdims=True), np.finfo(np.float32).tiny)
    begins = _begins(weights, tokens, _median_width(decoding.model))
    seconds: NDArray[Any] = begins * decoding.settings.options.time_precision
    return seconds, found["logits"][0]


def _length(sequence: Ids, begin: int, ends: list[int]) -> int:
    """Tokens up to the first end behind the prompt, that included."""
    (places,) = np.isin(sequence[begin:], ends).nonzero()
    return begin + int(places[0]) + 1 if len(places) else len(sequence)


def _median_width(model: PreTrainedModel) -> int:
    return int(model.config.get("median_filter_width") or _MEDIAN_WIDTH)


def _begins(weights: NDArray[np.float32], tokens: slice, width: int) -> NDArray[np.int64]:
    """The encoder's frame at which each of these tokens begins.

    Args:
        weights: Of shape (heads, tokens, frames).
        tokens: Those that are aligned.
        width: Of the median filter.
    """
    if not weights[:, tokens].shape[1] or not weights.shape[2]:
        return np.zeros(0, np.int64)
    spread = weights.std(axis=1, keepdims=True)
    scaled = (weights - weights.mean(axis=1, keepdims=True)) / np.where(spread > 0, spread, 1)
    smooth = median_filter(scaled, width)[:, tokens]
    rows, frames = dynamic_time_warping(-smooth.mean(axis=0))
    is_new = np.diff(rows, prepend=-1) != 0
    begins: NDArray[np.int64] = frames[is_new]
    return begins
