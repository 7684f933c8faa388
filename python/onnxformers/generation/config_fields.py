"""The fields of a GenerationConfig: what each may hold and what it holds otherwise."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from numbers import Integral, Real
from typing import Any, NamedTuple

from onnxformers.errors import InvalidArgumentError, InvalidTypeError

PLACE = "GenerationConfig"
Check = Callable[[Any], bool]


class Field(NamedTuple):
    """One field.

    Attributes:
        default: Its value when nobody says otherwise.
        words: What it may hold, for messages.
        check: Whether it may hold a value; None is always allowed.
    """

    default: Any
    words: str
    check: Check


def is_whole(value: Any, lowest: int = 0) -> bool:
    """Whether it is an int, True and False not among them, of at least `lowest`."""
    return not isinstance(value, bool) and isinstance(value, Integral) and int(value) >= lowest


def is_number(value: Any) -> bool:
    """Whether it is an int or a float, True and False not among them."""
    return not isinstance(value, bool) and isinstance(value, Real)


def _is_ids(value: Any) -> bool:
    return _is_list(value) and all(is_whole(item, -1) for item in value)


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _is_word_lists(value: Any) -> bool:
    return _is_list(value) and all(_is_ids(item) or _is_word_lists(item) for item in value)


def _count(default: int | None, lowest: int = 0) -> Field:
    words = f"an int of at least {lowest}"
    return Field(default, words, lambda value: is_whole(value, lowest))


def _number(default: float | None) -> Field:
    return Field(default, "a number", is_number)


def _flag(default: bool | None) -> Field:
    return Field(default, "True or False", lambda value: isinstance(value, bool))


def _token() -> Field:
    return Field(None, "a token id", lambda value: is_whole(value, -1))


def _tokens() -> Field:
    words = "a token id or a list of them"
    return Field(None, words, lambda value: is_whole(value, -1) or _is_ids(value))


def _of(words: str, check: Check, default: Any = None) -> Field:
    return Field(default, words, check)


def _anything(default: Any = None) -> Field:
    return Field(default, "anything", lambda value: True)


def _is_bias(value: Any) -> bool:
    pairs = list(value.items()) if isinstance(value, Mapping) else value
    return _is_list(pairs) and all(
        _is_list(pair) and len(pair) == 2 and _is_ids(pair[0]) and is_number(pair[1])
        for pair in pairs
    )


#: Name -> field. Defaults as of Python transformers 4.46.3.
FIELDS: Mapping[str, Field] = {
    # Length.
    "max_length": _count(20, 1),
    "max_new_tokens": _count(None, 1),
    "min_length": _count(0),
    "min_new_tokens": _count(None),
    "early_stopping": _of(
        'True, False or "never"', lambda v: isinstance(v, bool) or v == "never", default=False
    ),
    "max_time": _of("a number of seconds", lambda v: is_number(v) and v >= 0),
    "stop_strings": _of(
        "a str or a list of them",
        lambda v: isinstance(v, str) or (_is_list(v) and all(isinstance(s, str) for s in v)),
    ),
    # Search.
    "do_sample": _flag(False),
    "num_beams": _count(1, 1),
    "num_beam_groups": _count(1, 1),
    "penalty_alpha": _number(None),
    "dola_layers": _anything(),
    "num_return_sequences": _count(1, 1),
    "length_penalty": _number(1.0),
    "diversity_penalty": _number(0.0),
    "constraints": _anything(),
    "force_words_ids": _of("a list of lists of token ids", _is_word_lists),
    "low_memory": _flag(None),
    # Cache; what a session does, whatever they say.
    "use_cache": _flag(True),
    "cache_implementation": _anything(),
    "cache_config": _anything(),
    "return_legacy_cache": _flag(None),
    # Scores.
    "temperature": _number(1.0),
    "top_k": _count(50),
    "top_p": _number(1.0),
    "min_p": _number(None),
    "top_h": _number(None),
    "typical_p": _number(1.0),
    "epsilon_cutoff": _number(0.0),
    "eta_cutoff": _number(0.0),
    "repetition_penalty": _number(1.0),
    "encoder_repetition_penalty": _number(1.0),
    "no_repeat_ngram_size": _count(0),
    "encoder_no_repeat_ngram_size": _count(0),
    "bad_words_ids": _of("a list of lists of token ids", _is_word_lists),
    "renormalize_logits": _flag(False),
    "forced_bos_token_id": _token(),
    "forced_eos_token_id": _tokens(),
    "remove_invalid_values": _flag(False),
    "exponential_decay_length_penalty": _of(
        "a pair of a number of tokens and a factor",
        lambda v: _is_list(v) and len(v) == 2 and is_whole(v[0]) and is_number(v[1]),
    ),
    "suppress_tokens": _of("a list of token ids", _is_ids),
    "begin_suppress_tokens": _of("a list of token ids", _is_ids),
    "forced_decoder_ids": _of("a list of pairs of a position and a token id", _is_list),
    "sequence_bias": _of("a dict of tuples of token ids and numbers", _is_bias),
    "guidance_scale": _number(None),
    "token_healing": _flag(False),
    "watermarking_config": _anything(),
    # What is returned.
    "output_attentions": _flag(False),
    "output_hidden_states": _flag(False),
    "output_scores": _flag(False),
    "output_logits": _flag(None),
    "return_dict_in_generate": _flag(False),
    # Special tokens.
    "pad_token_id": _token(),
    "bos_token_id": _token(),
    "eos_token_id": _tokens(),
    "decoder_start_token_id": _tokens(),
    # Drafts.
    "num_assistant_tokens": _count(20, 1),
    "num_assistant_tokens_schedule": _of(
        '"constant", "heuristic" or "heuristic_transient"',
        lambda v: v in ("constant", "heuristic", "heuristic_transient"),
        default="constant",
    ),
    "assistant_confidence_threshold": _number(0.4),
    "prompt_lookup_num_tokens": _count(None, 1),
    "max_matching_ngram_size": _count(None, 1),
    "generation_kwargs": _of("a dict", lambda v: isinstance(v, Mapping), default={}),
}

#: Fields of files that say nothing about a generation, or that models with code of their own read.
OF_FILES = frozenset(
    {
        "_commit_hash",
        "_from_model_config",
        "transformers_version",
        "alignment_heads",
        "is_assistant",
        "is_multilingual",
        "lang_to_id",
        "language",
        "max_initial_timestamp_index",
        "median_filter_width",
        "no_timestamps_token_id",
        "prev_sot_token_id",
        "return_timestamps",
        "task",
        "task_to_id",
        "use_scan",
    }
)


def check_field(name: str, value: Any, place: str = PLACE) -> None:
    """Refuse a value that a field cannot hold.

    Raises:
        InvalidTypeError: It is of another kind.
        InvalidArgumentError: It is a number that is too low, or a word that there is not.
    """
    field = FIELDS[name]
    if value is None or field.check(value):
        return
    of_kind = is_number(value) and is_number(field.default if field.default is not None else 0)
    kind = InvalidArgumentError if of_kind or isinstance(value, str) else InvalidTypeError
    raise kind(f"[{place}] {name} must be {field.words}, got {value!r}")
