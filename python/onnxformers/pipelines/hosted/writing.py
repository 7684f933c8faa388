"""Parameters of the tasks that write, by the names that servers know, as options of pipelines.

Source: spec/inference/HfInference_class.md; text-generation-inference, GenerateParameters.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from onnxformers.errors import InvalidArgumentError
from onnxformers.generation.config_fields import FIELDS

if TYPE_CHECKING:
    from onnxformers.pipelines.hosted.meter import Bend

#: Options of pipelines with the same name and meaning there.
SAME = (
    "do_sample",
    "early_stopping",
    "length_penalty",
    "max_length",
    "max_new_tokens",
    "max_time",
    "min_length",
    "min_new_tokens",
    "no_repeat_ngram_size",
    "num_beams",
    "num_return_sequences",
    "repetition_penalty",
    "seed",
    "temperature",
    "top_k",
    "top_p",
    "typical_p",
)
#: Name there -> option of pipelines.
WRITING: dict[str, str] = {
    **{name: name for name in SAME},
    "clean_up_tokenization_spaces": "clean_up_tokenization_spaces",
    "stop": "stop_strings",
    "stop_sequences": "stop_strings",
    "truncation": "truncation",
    "grammar": "guided",
    "response_format": "response_format",
}
#: Of decoders alone.
CONTINUING: dict[str, str] = {**WRITING, "return_full_text": "return_full_text"}
#: What clients of the Hub call the ways to cut.
_TRUNCATIONS = ("do_not_truncate", "longest_first", "only_first", "only_second")
#: Why a text ends, in the words of OpenAI's interface.
REASONS = {"eos_token": "stop", "stop_sequence": "stop", "length": "length"}
_BEYOND = 2**63
#: Those that ask for a draw, which a server makes unless do_sample forbids it.
_DRAWS = ("temperature", "top_k", "top_p", "typical_p")
#: Parameters that only say how much is told, or are without effect at these values.
_NEUTRAL: Mapping[str, tuple[Any, ...]] = {
    "best_of": (None, 1),
    "decoder_input_details": (None, False),
    "details": (None, True, False),
    "frequency_penalty": (None, 0),
    "presence_penalty": (None, 0),
    "top_n_tokens": (None, 0),
    "truncate": (None,),
    "watermark": (None, False),
}


def drop_neutral(parameters: Mapping[str, Any], task: str) -> dict[str, Any]:
    """The parameters without those that ask for nothing.

    Raises:
        InvalidArgumentError: One asks for what we do not have.
    """
    left = dict(parameters)
    nested = left.pop("generate_parameters", None) or left.pop("generation_parameters", None)
    if isinstance(nested, Mapping):
        left |= nested
    left = {name: value for name, value in left.items() if value is not None}
    if left.get("truncation") in _TRUNCATIONS:
        left["truncation"] = left["truncation"] != "do_not_truncate"
    for name, values in _NEUTRAL.items():
        value = left.pop(name, None)
        if value not in values:
            raise InvalidArgumentError(f"[{task}] {name}={value!r} is not supported; leave it out")
    return left


def as_options(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Options of a pipeline that writes, from parameters under the names of options.

    Raises:
        InvalidArgumentError: A value is of a wrong type, or beyond all numbers that make sense.
    """
    options = dict(parameters)
    for name, value in options.items():
        _check(name, value)
    temperature = options.get("temperature")
    if temperature is not None and not temperature:
        # No draw at all: the most likely token.
        del options["temperature"]
        return {**options, "do_sample": False}
    if any(name in options for name in _DRAWS):
        options.setdefault("do_sample", True)
    if "guided" in options:
        options["guided"] = _guide(options["guided"])
    if isinstance(options.get("stop_strings"), str):
        options["stop_strings"] = [options["stop_strings"]]
    return options


def draw_several(options: dict[str, Any], bend: Bend, place: str) -> None:
    """Draw where several texts are asked for without beams, as OpenAI's interface does.

    Raises:
        InvalidArgumentError: The scores of beams are to be bent or told.
    """
    if options.get("num_beams") not in (None, 1):
        if not bend.is_neutral:
            raise InvalidArgumentError(
                f"[{place}] penalties, logit_bias and logprobs do not go with num_beams"
            )
    elif options.get("num_return_sequences") not in (None, 1):
        options.setdefault("do_sample", True)


def _check(name: str, value: Any) -> None:
    field = FIELDS.get(name)
    is_wrong = field is not None and not field.check(value)
    if is_wrong or (isinstance(value, (int, float)) and abs(value) >= _BEYOND):
        words = field.words if field is not None else "a number that fits 64 bits"
        raise InvalidArgumentError(f"[parameters] {name} must be {words}, got {value!r:.60}")


def _guide(grammar: Any) -> Any:
    """A grammar in the words of text-generation-inference."""
    names = {"json": "schema", "json_schema": "schema", "regex": "regex"}
    if isinstance(grammar, Mapping) and grammar.get("type") in names and "value" in grammar:
        return {names[grammar["type"]]: grammar["value"]}
    return grammar
