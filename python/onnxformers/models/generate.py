"""`model.generate`: options and prompts in, tokens out; the token loop is in the native core."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from onnxformers._native.generation import generate as generate_native
from onnxformers.errors import InvalidArgumentError
from onnxformers.models.generation_jobs import Answer, Call, Job, native_callables, prepare
from onnxformers.models.prompts import read_ids
from onnxformers.models.steps import open_steps

if TYPE_CHECKING:
    from collections.abc import Mapping

    from onnxformers._native.generation import StepModel
    from onnxformers.generation import GenerationConfig
    from onnxformers.models.base import PreTrainedModel
    from onnxformers.models.generation_jobs import Output


def generate(
    model: PreTrainedModel,
    inputs: Any,
    generation_config: GenerationConfig | Mapping[str, Any] | None,
    call: Call,
    keywords: Mapping[str, Any],
) -> Output:
    """As `PreTrainedModel.generate`, which documents it."""
    return run(prepare(model, inputs, generation_config, call, keywords))


def run(job: Job) -> Output:
    """Generate on this thread."""
    answer = Answer(job)
    answer.begin()
    return answer.conclude(lambda: _search(answer.job))


def _search(job: Job) -> dict[str, Any]:
    call, prompt = job.call, job.prompt
    return generate_native(
        _open(job.model, job),
        job.options,
        prompt.ids,
        prompt.mask,
        encoder_ids=prompt.encoder_ids,
        draft=None if call.assistant_model is None else _open(call.assistant_model, job),
        **native_callables(job.config, call),
        **_guidance(job),
    )


def _open(model: PreTrainedModel, job: Job) -> StepModel:
    return open_steps(
        model,
        encoder_inputs=job.prompt.encoder_inputs,
        extra=job.prompt.extra,
        timeout_s=job.call.timeout_s,
        cancel=job.call.cancel,
    )


def _guidance(job: Job) -> dict[str, Any]:
    """What guidance_scale leads away from: the same model over other prompts."""
    call = job.call
    if job.config.guidance_scale in (None, 1, 1.0):
        if call.negative_prompt_ids is not None:
            raise InvalidArgumentError(
                "[generate] negative_prompt_ids have an effect with a guidance_scale over 1 only"
            )
        return {}
    guidance: dict[str, Any] = {"unconditional": _open(job.model, job)}
    if call.negative_prompt_ids is not None:
        guidance["negative_ids"] = read_ids("negative_prompt_ids", call.negative_prompt_ids)
    if call.negative_prompt_attention_mask is not None:
        guidance["negative_mask"] = read_ids(
            "negative_prompt_attention_mask", call.negative_prompt_attention_mask
        )
    return guidance
