"""Which generations may run as rows of one batch."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers.errors import InvalidArgumentError, SessionError
from onnxformers.models.steps import open_steps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onnxformers.models.base import PreTrainedModel
    from onnxformers.models.generation_jobs import Job

_log = logging.getLogger("onnxformers")
#: How far scores may lie apart, of the width between the best and the worst. Rounding, also that
#: of quantised models, stays below; wrong positions or padding that is read do not.
_NOISE = 0.05
_SHORT = np.array([[1, 2]])
_LONG = np.array([[3, 1, 2, 3, 2, 1, 3, 1]])
_NEXT = np.array([3])


def runs_alone(job: Job) -> bool:
    """Whether it is no greedy search or sampling over tokens alone."""
    config, call, prompt = job.config, job.call, job.prompt
    return (
        bool(prompt.extra)
        or (config.num_beams or 1) > 1
        or bool(config.force_words_ids)
        or bool(config.prompt_lookup_num_tokens)
        or config.guidance_scale not in (None, 1, 1.0)
        or call.assistant_model is not None
        or call.negative_prompt_ids is not None
        or bool(config.penalty_alpha and not config.do_sample)
    )


def can_join(model: PreTrainedModel) -> bool:
    """Whether rows of different lengths may run together: tried out once for each model.

    Exports may count positions without looking at the mask, or take one row only.
    """
    decoder = model._forward.decoder
    if decoder.joins_rows is None:
        decoder.joins_rows = _try_out(model)
    return bool(decoder.joins_rows)


def _try_out(model: PreTrainedModel) -> bool:
    expected = _alone(model)
    try:
        found = (_joined(model), _padded(model))
    except (InvalidArgumentError, SessionError) as error:
        _log.info("[GenerationQueue] requests run one after the other: %s", error)
        return False
    width = float(np.ptp(expected))
    distance = max(float(np.abs(scores - expected).max()) for scores in found)
    if distance <= _NOISE * width:
        return True
    _log.info(
        "[GenerationQueue] requests run one after the other: padding changes what %s says, by "
        "%.2g of %.2g",
        model.name_or_path,
        distance,
        width,
    )
    return False


def _alone(model: PreTrainedModel) -> NDArray[np.float32]:
    steps = open_steps(model)
    steps.admit(_SHORT)
    return np.asarray(steps.step(_NEXT)[0])


def _joined(model: PreTrainedModel) -> Any:
    """As a row that comes to a longer one."""
    steps = open_steps(model)
    steps.admit(_LONG)
    steps.admit(_SHORT)
    return steps.step(np.repeat(_NEXT, 2))[1]


def _padded(model: PreTrainedModel) -> Any:
    """As a row that begins beside a longer one."""
    steps = open_steps(model)
    padding = _LONG.shape[1] - _SHORT.shape[1]
    short = np.pad(_SHORT, ((0, 0), (padding, 0)))
    mask = np.pad(np.ones_like(_SHORT), ((0, 0), (padding, 0)))
    steps.admit(np.concatenate([_LONG, short]), np.concatenate([np.ones_like(_LONG), mask]))
    return steps.step(np.repeat(_NEXT, 2))[1]
