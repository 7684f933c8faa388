"""`model.generate`: options and prompts in, tokens out; the token loop is in the native core."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers._native.generation import generate as generate_native
from onnxformers.errors import InvalidArgumentError, InvalidTypeError, UnsupportedModelError
from onnxformers.generation.config import GenerationConfig
from onnxformers.generation.config_fields import FIELDS
from onnxformers.models.generation_outputs import make_output
from onnxformers.models.prompts import Prompt, eos_tokens, make_prompt, pad_token, read_ids
from onnxformers.models.steps import open_steps
from onnxformers.options import refuse_unknown

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onnxformers._native.generation import StepModel
    from onnxformers._native.runtime import CancelToken
    from onnxformers.models.base import PreTrainedModel
    from onnxformers.models.generation_outputs import GenerateOutput

KINDS = ("decoder-only", "encoder-decoder")
#: Fields that change nothing where ONNX Runtime has the cache, and those that are for Python alone.
_NOT_FOR_CORE = frozenset(
    {
        "cache_config",
        "cache_implementation",
        "generation_kwargs",
        "low_memory",
        "output_attentions",
        "output_hidden_states",
        "return_legacy_cache",
        "stop_strings",
        "use_cache",
    }
)
#: Fields of Python transformers that cannot be had here, and why.
_MISSING = {
    "constraints": "give force_words_ids, or a logits processor of your own",
    "dola_layers": "an exported model does not give the logits of its layers",
    "token_healing": "cut the last token off and use prefix_allowed_tokens_fn",
    "watermarking_config": "give a logits processor of your own",
}
#: What a generation_config.json has beside the fields, for the core.
_OF_FILES = ("no_timestamps_token_id", "max_initial_timestamp_index", "return_timestamps")
_SPECIAL = ("bos_token_id", "eos_token_id", "pad_token_id", "decoder_start_token_id")
_log = logging.getLogger("onnxformers")


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
            f"models of kind {' and '.join(KINDS)}"
        )
    if isinstance(inputs, Mapping):
        inputs, keywords = None, {**inputs, **keywords}
    config, given = merge(model, generation_config, keywords)
    _check_request(config, call)
    prompt = make_prompt(model, config, inputs, given)
    options = _options(config, prompt, call)
    if call.streamer is not None:
        return _streamed(model, prompt, options, config, call)
    return _run(model, prompt, options, config, call)


def merge(
    model: PreTrainedModel,
    given: GenerationConfig | Mapping[str, Any] | None,
    keywords: Mapping[str, Any],
) -> tuple[GenerationConfig, dict[str, Any]]:
    """The options of a call, and what remains of its keywords: inputs of the model.

    The later wins: the model's own, a config given, keywords. A `GenerationConfig` takes the place
    of the model's but for special tokens that it does not have; a mapping changes its items only.

    Raises:
        InvalidArgumentError: A keyword is neither; the nearest name is suggested.
    """
    own = model.generation_config or GenerationConfig()
    config = GenerationConfig.from_dict(own)
    if isinstance(given, GenerationConfig):
        config = GenerationConfig.from_dict(given)
        for name in _SPECIAL:
            if getattr(config, name) is None and getattr(own, name) is not None:
                config[name] = getattr(own, name)
    elif given is not None:
        config.update(given)
    inputs = set(model._forward._inputs) | {"attention_mask", "encoder_outputs"}
    inputs |= set(model._forward._optional) | {model.main_input_name}
    refuse_unknown(keywords, FIELDS.keys() | inputs, "generate")
    for name in ("past_key_values", "inputs_embeds", "position_ids"):
        if keywords.get(name) is not None:
            raise InvalidArgumentError(
                f"[generate] {name} cannot be given: a generation begins with tokens, and counts "
                "positions by the attention_mask"
            )
    config.update({name: value for name, value in keywords.items() if name in FIELDS})
    return config, {name: value for name, value in keywords.items() if name not in FIELDS}


def _check_request(config: GenerationConfig, call: Call) -> None:
    for name, instead in _MISSING.items():
        if getattr(config, name):
            raise InvalidArgumentError(f"[generate] {name} is not supported: {instead}")
    for name in ("output_attentions", "output_hidden_states"):
        if getattr(config, name) and config.return_dict_in_generate:
            raise InvalidArgumentError(
                f"[generate] {name} cannot be had: the model was exported without these outputs"
            )
    if call.streamer is not None and (config.num_beams or 1) > 1:
        raise InvalidArgumentError(
            "[generate] a streamer cannot follow several beams; set num_beams=1"
        )
    if call.assistant_model is not None:
        raise InvalidArgumentError("[generate] assistant_model is not supported yet")
    if config.stop_strings and call.tokenizer is None:
        raise InvalidArgumentError(
            "[generate] stop_strings need the model's tokenizer: generate(..., tokenizer=tokenizer)"
        )


def _options(config: GenerationConfig, prompt: Prompt, call: Call) -> dict[str, Any]:
    """What the core reads, by name."""
    fields = {
        name: getattr(config, name)
        for name in FIELDS
        if name not in _NOT_FOR_CORE and name not in _MISSING
    }
    fields |= {name: config[name] for name in _OF_FILES if name in config}
    length = prompt.ids.shape[1]
    if config.max_new_tokens is not None:
        fields["max_length"] = length + config.max_new_tokens
    elif config.max_length is None:
        fields["max_length"] = FIELDS["max_length"].default
    if config.min_new_tokens is not None:
        fields["min_length"] = length + config.min_new_tokens
    fields["eos_token_id"] = eos_tokens(config)
    fields["pad_token_id"] = pad_token(config)
    fields["decoder_start_token_id"] = None  # the prompt has it
    seed = call.seed if call.seed is not None else int.from_bytes(os.urandom(7), "little")
    fields |= {"seed": seed, "row_numbers": list(call.row_numbers)}
    return {name: value for name, value in fields.items() if not _is_empty(value)}


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, list | tuple | Mapping) and not value)


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
            call.streamer.stop_strings = tuple(np.atleast_1d(config.stop_strings).tolist())
        call.streamer.put(prompt.ids)
        return _run(model, prompt, options, config, call)
    except BaseException as error:
        if hasattr(call.streamer, "fail"):
            call.streamer.fail(error)
        raise


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
        processors=_callables("logits_processor", call.logits_processor),
        stopping=_criteria(config, call),
        streamer=call.streamer,
        prefix_allowed_tokens_fn=call.prefix_allowed_tokens_fn,
        **_guidance(model, prompt, config, call),
    )
    if not config.return_dict_in_generate:
        sequences: NDArray[np.int64] = result["sequences"]
        return sequences
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


def _criteria(config: GenerationConfig, call: Call) -> list[Callable[..., Any]]:
    criteria = _callables("stopping_criteria", call.stopping_criteria)
    if config.stop_strings:
        from onnxformers.generation.stopping import StopStringCriteria

        criteria.append(StopStringCriteria(call.tokenizer, config.stop_strings))
    return criteria


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
