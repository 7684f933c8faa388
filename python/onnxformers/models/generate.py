"""`model.generate`: options and prompts in, tokens out; the token loop is in the native core."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers._native.generation import generate as generate_native
from onnxformers.errors import InvalidArgumentError, InvalidTypeError, UnsupportedModelError
from onnxformers.generation.stopping import InterruptableStoppingCriteria
from onnxformers.models.generation_options import check_request, make_options, merge
from onnxformers.models.generation_outputs import make_output
from onnxformers.models.graph import Budget
from onnxformers.models.prompts import Prompt, make_prompt, read_ids
from onnxformers.models.steps import open_steps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onnxformers._native.generation import StepModel
    from onnxformers._native.runtime import CancelToken
    from onnxformers.generation import GenerationConfig
    from onnxformers.models.base import PreTrainedModel
    from onnxformers.models.generation_outputs import GenerateOutput

KINDS = ("decoder-only", "encoder-decoder", "image-text-to-text", "image-text-to-text-seq2seq")


@dataclass(frozen=True, slots=True)
class Call:
    """Arguments of generate() that are no options; see there."""

    logits_processor: Any = None
    stopping_criteria: Any = None
    prefix_allowed_tokens_fn: Callable[..., Any] | None = None
    streamer: Any = None
    assistant_model: PreTrainedModel | None = None
    negative_prompt_ids: Any = None
    negative_prompt_attention_mask: Any = None
    tokenizer: Any = None
    guided: Any = None
    response_format: Any = None
    seed: int | None = None
    row_numbers: Sequence[int] = ()
    timeout_s: float | None = None
    cancel: CancelToken | None = None


def generate(
    model: PreTrainedModel,
    inputs: Any,
    generation_config: GenerationConfig | Mapping[str, Any] | None,
    call: Call,
    keywords: Mapping[str, Any],
) -> NDArray[np.int64] | GenerateOutput:
    """As `PreTrainedModel.generate`, which documents it."""
    if model.kind not in KINDS:
        raise UnsupportedModelError(
            f"[generate] {type(model).__name__} is of kind {model.kind!r}; generate() is for "
            f"models of kind {', '.join(KINDS)}"
        )
    if isinstance(inputs, Mapping):
        inputs, keywords = None, {**inputs, **keywords}
    config, given = merge(model, generation_config, keywords)
    check_request(model, config, call)
    prompt = make_prompt(model, config, inputs, given, Budget(call.timeout_s, call.cancel))
    options = make_options(config, prompt, call)
    if call.streamer is not None:
        return _streamed(model, prompt, options, config, call)
    return _in_form(model, prompt, options, config, call)


def _streamed(
    model: PreTrainedModel,
    prompt: Prompt,
    options: dict[str, Any],
    config: GenerationConfig,
    call: Call,
) -> NDArray[np.int64] | GenerateOutput:
    """As `_run`; whoever waits for the stream hears of an error too."""
    try:
        if config.stop_strings and hasattr(call.streamer, "stop_strings"):
            call.streamer.stop_strings = tuple(_stop_strings(config))
        call.streamer.put(prompt.ids)
        return _in_form(model, prompt, options, config, call)
    except BaseException as error:
        if hasattr(call.streamer, "fail"):
            call.streamer.fail(error)
        raise


def _in_form(
    model: PreTrainedModel,
    prompt: Prompt,
    options: dict[str, Any],
    config: GenerationConfig,
    call: Call,
) -> NDArray[np.int64] | GenerateOutput:
    """As `_run`, with answers of the form that was asked for."""
    if call.guided is None and call.response_format is None:
        return _run(model, prompt, options, config, call)
    from onnxformers.generation.guided import EndHeld, make_guide

    guide = make_guide(call.guided, call.response_format, call.tokenizer, config, prompt.ids)
    if guide is None:
        return _run(model, prompt, options, config, call)
    if call.assistant_model is not None:
        raise InvalidArgumentError("[guided] does not go with an assistant_model; leave one out")
    processors = _callables("logits_processor", call.logits_processor)
    criteria = _callables("stopping_criteria", call.stopping_criteria)
    own: dict[str, Any] = {
        "logits_processor": [*processors, guide.process],
        "stopping_criteria": [guide.watch, *criteria],
        "streamer": None if call.streamer is None else EndHeld(call.streamer),
    }
    with guide:
        output = _run(model, prompt, options, config, replace(call, **own))
    guide.check(output if isinstance(output, np.ndarray) else output.sequences)
    if call.streamer is not None:
        call.streamer.end()
    return output


def _run(
    model: PreTrainedModel,
    prompt: Prompt,
    options: dict[str, Any],
    config: GenerationConfig,
    call: Call,
) -> NDArray[np.int64] | GenerateOutput:
    steps = _open(model, prompt, call)
    result = generate_native(
        steps,
        options,
        prompt.ids,
        prompt.mask,
        encoder_ids=prompt.encoder_ids,
        draft=None if call.assistant_model is None else _open(call.assistant_model, prompt, call),
        **native_callables(config, call),
        **_guidance(model, prompt, config, call),
    )
    sequences = prompt.with_given(result["sequences"])
    if not config.return_dict_in_generate:
        return sequences
    result["sequences"] = sequences
    return make_output(result, model.kind)


def _open(model: PreTrainedModel, prompt: Prompt, call: Call) -> StepModel:
    return open_steps(
        model,
        encoder_inputs=prompt.encoder_inputs,
        extra=prompt.extra,
        timeout_s=call.timeout_s,
        cancel=call.cancel,
    )


def _callables(name: str, given: Any) -> list[Callable[..., Any]]:
    """One callable, a list of them, or None."""
    if given is None:
        return []
    listed = list(given) if isinstance(given, list | tuple) else [given]
    for item in listed:
        if not callable(item):
            raise InvalidTypeError(
                f"[generate] {name} must be a callable or a list of them, got {item!r}"
            )
    return listed


def native_callables(config: GenerationConfig, call: Call) -> dict[str, Any]:
    """What of a call the core calls while it generates, by the names of its arguments."""
    return {
        "processors": _callables("logits_processor", call.logits_processor),
        "streamer": call.streamer,
        "prefix_allowed_tokens_fn": call.prefix_allowed_tokens_fn,
        **_criteria(config, call),
    }


def _criteria(config: GenerationConfig, call: Call) -> dict[str, Any]:
    """What ends rows: callables, and what the core can look at by itself."""
    given = _callables("stopping_criteria", call.stopping_criteria)
    interrupts = [each for each in given if isinstance(each, InterruptableStoppingCriteria)]
    criteria: dict[str, Any] = {
        "stopping": [each for each in given if each not in interrupts],
        "interrupts": [each.flag for each in interrupts],
    }
    if config.stop_strings:
        criteria["stop_strings"] = _stop_strings(config)
        criteria["tokenizer"] = call.tokenizer.native
    return criteria


def _stop_strings(config: GenerationConfig) -> list[str]:
    given = config.stop_strings
    return [given] if isinstance(given, str) else list(given or ())


def _guidance(
    model: PreTrainedModel, prompt: Prompt, config: GenerationConfig, call: Call
) -> dict[str, Any]:
    """What guidance_scale leads away from: the same model over other prompts."""
    if config.guidance_scale in (None, 1, 1.0):
        if call.negative_prompt_ids is not None:
            raise InvalidArgumentError(
                "[generate] negative_prompt_ids have an effect with a guidance_scale over 1 only"
            )
        return {}
    guidance: dict[str, Any] = {"unconditional": _open(model, prompt, call)}
    if call.negative_prompt_ids is not None:
        guidance["negative_ids"] = read_ids("negative_prompt_ids", call.negative_prompt_ids)
    if call.negative_prompt_attention_mask is not None:
        guidance["negative_mask"] = read_ids(
            "negative_prompt_attention_mask", call.negative_prompt_attention_mask
        )
    return guidance
