"""What generate() returns with return_dict_in_generate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from onnxformers.models.kinds import KINDS
from onnxformers.models.outputs import ModelOutput

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Steps = tuple[NDArray[np.float32], ...]


class GenerateOutput(ModelOutput):
    """Of generate(): `sequences` of shape (rows, tokens), and what was asked for.

    `scores` (with output_scores) and `logits` (with output_logits) have one array of shape (rows,
    vocabulary) for each step: after and before the logits processors. With output_attentions and
    output_hidden_states there is a tuple for each step, with an array for each layer: `attentions`
    and `hidden_states` of a decoder alone, `decoder_attentions`, `cross_attentions` and
    `decoder_hidden_states` of one behind an encoder.
    """

    __slots__ = ()

    if TYPE_CHECKING:
        sequences: NDArray[np.int64]
        scores: Steps
        logits: Steps


class GenerateDecoderOnlyOutput(GenerateOutput):
    """Of a decoder."""

    __slots__ = ()


class GenerateEncoderDecoderOutput(GenerateOutput):
    """Of a decoder behind an encoder."""

    __slots__ = ()


class GenerateBeamOutput(GenerateOutput):
    """Of a beam search.

    `sequences_scores` of shape (rows,) are log-probabilities under the length penalty;
    `beam_indices` of shape (rows, tokens) say from which beam each token came, -1 behind the end.
    """

    __slots__ = ()

    if TYPE_CHECKING:
        sequences_scores: NDArray[np.float32]
        beam_indices: NDArray[np.int64]


class GenerateBeamDecoderOnlyOutput(GenerateBeamOutput):
    """Of a decoder's beam search."""

    __slots__ = ()


class GenerateBeamEncoderDecoderOutput(GenerateBeamOutput):
    """Of the beam search of a decoder behind an encoder."""

    __slots__ = ()


def make_output(result: dict[str, Any], kind: str) -> GenerateOutput:
    """The output of a search, without what was not recorded.

    Args:
        result: What the core gave.
        kind: Of the model, a key of `KINDS`.
    """
    found = {name: value for name, value in result.items() if value is not None}
    is_alone = not KINDS[kind].has_encoder
    if "sequences_scores" in found:
        of_beams = GenerateBeamDecoderOnlyOutput if is_alone else GenerateBeamEncoderDecoderOutput
        return of_beams(found)
    of_rows = GenerateDecoderOnlyOutput if is_alone else GenerateEncoderDecoderOutput
    return of_rows(found)
