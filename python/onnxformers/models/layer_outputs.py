"""What the layers of a decoder gave while it wrote: `output_attentions`, `output_hidden_states`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers.errors import InvalidArgumentError
from onnxformers.models.forward.encoder_decoder import ENCODED, ENCODER_MASK
from onnxformers.models.graph import Budget

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onnxformers.generation import GenerationConfig
    from onnxformers.models.base import PreTrainedModel
    from onnxformers.models.generation_jobs import Job

    Layers = tuple[NDArray[Any], ...]

#: Option -> what it asks for, by the names of outputs, of which there is one for each layer.
_OPTIONS = {
    "output_attentions": ("attentions", "decoder_attentions", "cross_attentions"),
    "output_hidden_states": ("hidden_states", "decoder_hidden_states"),
}


def wanted_outputs(model: PreTrainedModel, config: GenerationConfig) -> list[str]:
    """Names of the outputs of layers that a call asks for.

    Raises:
        InvalidArgumentError: The model was exported without them, or they cannot be had with the
            other options.
    """
    if not config.return_dict_in_generate:
        return []
    wanted = []
    for option, names in _OPTIONS.items():
        if not getattr(config, option):
            continue
        stems = {name.rpartition(".")[0] for name in model._forward.decoder.first.outputs}
        found = [name for name in names if name in stems]
        if not found:
            raise InvalidArgumentError(
                f"[generate] {option} cannot be had: the model was exported without these outputs"
            )
        if (config.num_beams or 1) > 1 or model.kind not in ("decoder-only", "encoder-decoder"):
            raise InvalidArgumentError(
                f"[generate] {option} is for models of text with num_beams=1; leave it out"
            )
        wanted += found
    return wanted


def layer_outputs(job: Job, sequences: NDArray[np.int64]) -> dict[str, Any]:
    """What the call asks for, by name: for each step a tuple with an array for each layer.

    The decoder runs once more, over all tokens at once: none sees those behind it. The first
    step's arrays are of the prompt's tokens, the others' of one token each.

    Args:
        job: The call.
        sequences: All tokens, of shape (rows, tokens).

    Returns:
        Attentions of shape (rows, heads, tokens of the step, tokens so far), hidden states of shape
        (rows, tokens of the step, width).

    Source: transformers 4.46.3, `GenerateDecoderOnlyOutput`, `GenerateEncoderDecoderOutput`.
    """
    wanted = wanted_outputs(job.model, job.config)
    if not wanted:
        return {}
    outputs = _run(job, sequences[:, :-1])
    begin = job.prompt.ids.shape[1]
    return {name: _steps(outputs[name], begin, name) for name in wanted}


def _run(job: Job, tokens: NDArray[np.int64]) -> dict[str, Any]:
    prompt, forward = job.prompt, job.model._forward
    budget = Budget(job.call.timeout_s, job.call.cancel)
    copies = len(tokens) // len(prompt.ids)
    mask = np.ones_like(tokens)
    if prompt.mask is not None:
        mask[:, : prompt.mask.shape[1]] = np.repeat(prompt.mask, copies, axis=0)
    feeds: dict[str, Any] = {"input_ids": tokens, "attention_mask": mask}
    if prompt.encoder_inputs is not None:
        encoded = forward.encode(prompt.encoder_inputs, budget)
        states, of_states = (np.repeat(each, copies, axis=0) for each in encoded)
        feeds |= {ENCODED: states, ENCODER_MASK: of_states}
    outputs: dict[str, Any] = forward.decoder.step(feeds, len(tokens), budget)
    return outputs


def _steps(layers: Layers, begin: int, name: str) -> tuple[Layers, ...]:
    """Cut up: the prompt's tokens, then one token after the other."""
    looks_back = name.endswith("attentions") and not name.startswith("cross")
    steps = []
    for end in range(begin, layers[0].shape[-2] + 1):
        first = 0 if end == begin else end - 1
        width = end if looks_back else None
        steps.append(tuple(layer[..., first:end, :width] for layer in layers))
    return tuple(steps)
