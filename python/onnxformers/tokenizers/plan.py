"""What a tokenizer call was asked for, settled before any text is touched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from onnxformers.errors import InvalidArgumentError
from onnxformers.options import refuse_unknown
from onnxformers.tokenizers.encoding import Padding
from onnxformers.tokenizers.options import (
    NO_PADDING,
    NO_TRUNCATION,
    PADDINGS,
    SIDES,
    TRUNCATIONS,
    EncodeOptions,
    count,
    one_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from onnxformers.tokenizers.state import State

# What the core takes an argument for that is not passed. Each one passed costs time in the call.
ENCODE_DEFAULTS = {
    "add_special_tokens": True,
    "truncation": NO_TRUNCATION,
    "max_length": None,
    "stride": 0,
    "truncation_side": "right",
    "return_overflowing": False,
    "with_offsets": False,
    "is_split": False,
    "split_special_tokens": False,
}
PAD_DEFAULTS = {"multiple_of": None, "side": "right", "pad_id": 0, "pad_type_id": 0}


class EncodePlan(NamedTuple):
    """A call's options, settled.

    Attributes:
        native: keyword arguments of the native `encode_batch`.
        padding: "longest", "max_length" or "do_not_pad".
        length: tokens to pad to with padding "max_length".
        multiple_of: rows are filled up to a multiple of this.
        fill: what rows are filled up with.
        pad: keyword arguments of the native `pad`.
        type_ids: return token_type_ids.
        mask: return attention_mask.
        special_tokens_mask: return special_tokens_mask.
        offsets: return offset_mapping.
        lengths: return length.
        overflowing: a text's overflowing parts are rows too.
        has_extras: any of the four before.
        as_arrays: numpy arrays, else lists.
        warns_of_length: a row longer than the model takes is worth a warning.
        is_split: texts are lists of words.
    """

    native: Mapping[str, Any]
    padding: str
    length: int | None
    multiple_of: int | None
    fill: Padding
    pad: Mapping[str, Any]
    type_ids: bool
    mask: bool
    special_tokens_mask: bool
    offsets: bool
    lengths: bool
    overflowing: bool
    has_extras: bool
    as_arrays: bool
    warns_of_length: bool
    is_split: bool

    def rounded(self, length: int) -> int:
        """The next multiple of `multiple_of`, where there is one."""
        multiple = self.multiple_of or 1
        return -(-length // multiple) * multiple


def make_plan(state: State, options: Mapping[str, Any]) -> EncodePlan:
    """Check the options of one call and settle what they mean for a tokenizer in this state.

    Raises:
        InvalidArgumentError: an unknown option, or a value that cannot be.
        InvalidTypeError: a number that is none.
    """
    place, get, settings = state.place, options.get, state.settings
    refuse_unknown(options, EncodeOptions.__annotations__, place)
    max_length = count(place, "max_length", get("max_length"), least=1)
    multiple_of = count(place, "pad_to_multiple_of", get("pad_to_multiple_of"), least=1)
    truncation, padding, length = _strategies(state, options, max_length)
    if truncation != NO_TRUNCATION and padding != NO_PADDING and multiple_of and length:
        _check_multiple(place, length, multiple_of)
    names = settings.model_input_names
    extras: dict[str, bool] = {
        "special_tokens_mask": bool(get("return_special_tokens_mask")),
        "offsets": bool(get("return_offsets_mapping")),
        "lengths": bool(get("return_length")),
        "overflowing": bool(get("return_overflowing_tokens")),
    }
    native = {
        "add_special_tokens": bool(get("add_special_tokens", True)),
        "truncation": truncation,
        "max_length": None if truncation == NO_TRUNCATION else length,
        "stride": count(place, "stride", get("stride", 0), least=0) or 0,
        "truncation_side": settings.truncation_side,
        "return_overflowing": extras["overflowing"],
        "with_offsets": extras["offsets"],
        "is_split": bool(get("is_split_into_words")),
        "split_special_tokens": _flag(get("split_special_tokens"), settings.split_special_tokens),
    }
    fill = _fill(state, one_of(place, "padding_side", get("padding_side"), SIDES))
    return EncodePlan(
        native=_changed(native, ENCODE_DEFAULTS),
        padding=padding,
        length=length if padding == "max_length" else None,
        multiple_of=multiple_of,
        fill=fill,
        pad=_pad_arguments(padding, multiple_of, fill),
        type_ids=_flag(get("return_token_type_ids"), "token_type_ids" in names),
        mask=_flag(get("return_attention_mask"), "attention_mask" in names),
        **extras,
        has_extras=any(extras.values()),
        as_arrays=_as_arrays(place, get("return_tensors", "np")),
        warns_of_length=max_length is None and bool(get("verbose", True)),
        is_split=bool(get("is_split_into_words")),
    )


def truncation_of(
    state: State, truncation: bool | str | None, max_length: int | None
) -> tuple[str, int | None]:
    """The native truncation strategy and the length that go with what a caller said.

    Without `max_length` the model's own is used; where the model has none nothing is cut, and that
    is logged once.

    Raises:
        InvalidArgumentError: no such strategy.
    """
    place = state.place
    if truncation is True:
        truncation = TRUNCATIONS[0]
    elif truncation is False:
        truncation = NO_TRUNCATION
    strategy = one_of(place, "truncation", truncation, TRUNCATIONS) or NO_TRUNCATION
    if strategy == NO_TRUNCATION:
        return NO_TRUNCATION, None
    length = state.settings.model_max_length if max_length is None else max_length
    if length is None:
        state.warn_once("truncation asked for, but no max_length given and none in the files")
        return NO_TRUNCATION, None
    return strategy, length


def _strategies(
    state: State, options: Mapping[str, Any], max_length: int | None
) -> tuple[str, str, int | None]:
    """Truncation, padding, and the length that either of them works with.

    Source: transformers 4.46.3, `_get_padding_truncation_strategies`.
    """
    place, verbose = state.place, bool(options.get("verbose", True))
    truncation, padding = options.get("truncation"), _padding(place, options.get("padding", False))
    # Said in words, that nothing is padded says that nothing is cut either.
    if truncation is None and not options.get("padding") and max_length is not None:
        truncation = TRUNCATIONS[0]
        if verbose:
            state.warn_once("max_length without truncation: taken as truncation=True")
    strategy, length = truncation_of(state, truncation, max_length)
    if padding == "longest" and strategy == NO_TRUNCATION and max_length is not None and verbose:
        state.warn_once("max_length is ignored with padding=True and no truncation")
    if padding == "max_length":
        length = state.settings.model_max_length if max_length is None else max_length
        if length is None:
            state.warn_once(
                "padding='max_length', but no max_length given and none in the files: not padded"
            )
            padding = NO_PADDING
    if padding != NO_PADDING and "pad_token" not in state.token_ids:
        _need_eos(state)
    return strategy, padding, length


def _need_eos(state: State) -> None:
    """Without a padding token the end-of-sequence token stands for it: the mask is what counts."""
    if "eos_token" not in state.token_ids:
        raise InvalidArgumentError(
            f"[{state.place}] padding needs a padding token and this tokenizer has none; set "
            "tokenizer.pad_token"
        )
    state.warn_once("there is no padding token; rows are filled up with the end-of-sequence token")


def _fill(state: State, side: str | None) -> Padding:
    pad_id, pad_type_id, own_side = state.pad_options
    pad_token = state.token("pad_token") or state.token("eos_token")
    return Padding(pad_id, pad_type_id, side or own_side, pad_token or "")


def _pad_arguments(padding: str, multiple_of: int | None, fill: Padding) -> dict[str, Any]:
    if padding == NO_PADDING:
        return {}
    wanted: dict[str, Any] = {
        "side": fill.side,
        "pad_id": fill.pad_id,
        "pad_type_id": fill.pad_type_id,
    }
    if padding == "longest":
        wanted["multiple_of"] = multiple_of
    return _changed(wanted, PAD_DEFAULTS)


def _changed(arguments: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in arguments.items() if value != defaults[name]}


def _padding(place: str, value: bool | str | None) -> str:
    if value is True:
        return "longest"
    if value is False or value is None:
        return NO_PADDING
    return one_of(place, "padding", value, PADDINGS) or NO_PADDING


def _check_multiple(place: str, length: int, multiple_of: int) -> None:
    if length % multiple_of:
        raise InvalidArgumentError(
            f"[{place}] max_length {length} is not a multiple of pad_to_multiple_of "
            f"{multiple_of}, and both truncation and padding were asked for"
        )


def _as_arrays(place: str, value: object) -> bool:
    if value is None:
        return False
    if value == "np":
        return True
    raise InvalidArgumentError(
        f"[{place}] return_tensors must be 'np' or None, got {value!r}; this package works with "
        "numpy arrays, other frameworks take them (torch.from_numpy, tf.constant)"
    )


def _flag(value: object, default: bool) -> bool:
    return default if value is None else bool(value)
