"""The options of a generation: what a call, a config and the model say, as the core takes them."""

from __future__ import annotations

import logging
import os
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from onnxformers.errors import InvalidArgumentError, InvalidTypeError
from onnxformers.generation.config import GenerationConfig
from onnxformers.generation.config_fields import FIELDS
from onnxformers.models.layer_outputs import wanted_outputs
from onnxformers.models.prompts import eos_tokens, pad_token
from onnxformers.options import refuse_unknown

if TYPE_CHECKING:
    from onnxformers.models.base import PreTrainedModel
    from onnxformers.models.generation_jobs import Call
    from onnxformers.models.prompts import Prompt

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
#: The fields that the core reads, and their defaults.
_FOR_CORE = {
    name: field.default
    for name, field in FIELDS.items()
    if name not in _NOT_FOR_CORE and name not in _MISSING
}
#: What a generation_config.json has beside the fields, for the core.
_OF_FILES = ("no_timestamps_token_id", "max_initial_timestamp_index", "return_timestamps")
#: Field -> fields that have an effect with it only.
_ONLY_WITH = {
    "do_sample": (
        "temperature",
        "top_k",
        "top_p",
        "min_p",
        "top_h",
        "typical_p",
        "epsilon_cutoff",
        "eta_cutoff",
    ),
    "num_beams": ("early_stopping", "length_penalty"),
}
_SPECIAL = ("bos_token_id", "eos_token_id", "pad_token_id", "decoder_start_token_id")

_log = logging.getLogger("onnxformers")


def merge(
    model: PreTrainedModel,
    given: GenerationConfig | Mapping[str, Any] | None,
    keywords: Mapping[str, Any],
    own_names: Collection[str] = (),
) -> tuple[GenerationConfig, dict[str, Any]]:
    """The options of a call, and what remains of its keywords: inputs of the model.

    The later wins: the model's own, a config given, keywords. A `GenerationConfig` takes the place
    of the model's but for special tokens that it does not have; a mapping changes its items only.

    Args:
        model: Who writes.
        given: A config, or items of one.
        keywords: Fields of a config, and inputs.
        own_names: Further keywords that this architecture takes; they remain with the inputs.

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
    refuse_unknown(keywords, FIELDS.keys() | inputs | set(own_names), "generate")
    for name in ("past_key_values", "inputs_embeds", "position_ids"):
        if keywords.get(name) is not None:
            raise InvalidArgumentError(
                f"[generate] {name} cannot be given: a generation begins with tokens, and counts "
                "positions by the attention_mask"
            )
    config.update({name: value for name, value in keywords.items() if name in FIELDS})
    _tell_unused(config, keywords)
    return config, {name: value for name, value in keywords.items() if name not in FIELDS}


def _tell_unused(config: GenerationConfig, keywords: Mapping[str, Any]) -> None:
    """Say which keywords have no effect."""
    if keywords.get("max_length") is not None and keywords.get("max_new_tokens") is not None:
        _log.warning("[generate] max_new_tokens is taken, max_length has no effect beside it")
    for flag, names in _ONLY_WITH.items():
        if getattr(config, flag) in (None, FIELDS[flag].default):
            given = [name for name in names if keywords.get(name) is not None]
            given = [name for name in given if keywords[name] != FIELDS[name].default]
            if given and not (flag == "do_sample" and config.penalty_alpha):
                _log.warning("[generate] %s: no effect without %s", ", ".join(given), flag)


def check_request(model: PreTrainedModel, config: GenerationConfig, call: Call) -> None:
    """Refuse what cannot be had, and what goes with nothing else that was given.

    Raises:
        InvalidArgumentError: There is such a thing.
        InvalidTypeError: The streamer is none.
    """
    for name, instead in _MISSING.items():
        if getattr(config, name):
            raise InvalidArgumentError(f"[generate] {name} is not supported: {instead}")
    wanted_outputs(model, config)
    if call.streamer is not None and (config.num_beams or 1) > 1:
        raise InvalidArgumentError(
            "[generate] a streamer cannot follow several beams; set num_beams=1"
        )
    methods = [getattr(call.streamer, name, None) for name in ("put", "end")]
    if call.streamer is not None and not all(map(callable, methods)):
        raise InvalidTypeError(
            "[generate] streamer must have the methods put and end, as TextStreamer has; got "
            f"{type(call.streamer).__name__}"
        )
    if call.assistant_model is not None and call.assistant_model.kind != model.kind:
        raise InvalidArgumentError(
            f"[generate] assistant_model must be of kind {model.kind!r}, as the model is; got "
            f"{call.assistant_model.kind!r}"
        )
    if config.stop_strings and call.tokenizer is None:
        raise InvalidArgumentError(
            "[generate] stop_strings need the model's tokenizer: generate(..., tokenizer=tokenizer)"
        )


def make_options(config: GenerationConfig, prompt: Prompt, call: Call) -> dict[str, Any]:
    """What the core reads, by name."""
    fields = _FOR_CORE | {
        name: value for name, value in config.items() if name in _FOR_CORE or name in _OF_FILES
    }
    length = prompt.ids.shape[1]
    if config.max_new_tokens is not None:
        fields["max_length"] = length + config.max_new_tokens
    elif config.max_length is None:
        fields["max_length"] = FIELDS["max_length"].default
    if config.min_new_tokens is not None:
        fields["min_length"] = length + config.min_new_tokens
    if config.force_words_ids:
        fields["force_words_ids"] = [_choices(words) for words in config.force_words_ids]
    if config.forced_decoder_ids:
        # None stands for a token that the model finds by itself: the language it hears.
        pairs = [pair for pair in config.forced_decoder_ids if pair[1] is not None]
        fields["forced_decoder_ids"] = pairs
    fields["eos_token_id"] = eos_tokens(config)
    fields["pad_token_id"] = pad_token(config)
    fields["decoder_start_token_id"] = None  # the prompt has it
    seed = call.seed if call.seed is not None else int.from_bytes(os.urandom(7), "little")
    fields |= {"seed": seed, "row_numbers": list(call.row_numbers)}
    return {name: value for name, value in fields.items() if not _is_empty(value)}


def _choices(words: Any) -> Any:
    """Words of which one must come; one alone is a list of one."""
    return [words] if words and not isinstance(words[0], list | tuple) else words


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, list | tuple | Mapping) and not value)
