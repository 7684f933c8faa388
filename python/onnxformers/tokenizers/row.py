"""What a tokenizer class adds to the files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

WITH_TYPE_IDS = ("input_ids", "token_type_ids", "attention_mask")
WITHOUT_TYPE_IDS = ("input_ids", "attention_mask")
_NOTHING: Mapping[str, Any] = {}


class TokenizerRow(NamedTuple):
    """What one tokenizer class adds to the files.

    Attributes:
        name: the class, without the "Fast" that files may put behind it.
        model_types: values of `model_type` in config.json that mean this class.
        model_input_names: what a call returns unless told otherwise.
        special_tokens: those the class has when no file names them.
        additional: `additional_special_tokens` likewise.
        options: other options of tokenizer_config.json the class assumes.
        rules: how options overrule tokenizer.json: names of rules in `overrides`.
        padding_side: the side on which rows are filled up.
        needs_prefix_space: texts that are split into words need `add_prefix_space`.
        mask_takes_space: a mask token that the files do not describe takes the space before it.
        letters_stay: a special token of one letter is not looked for in texts, where it is that
            letter.
    """

    name: str
    model_types: tuple[str, ...] = ()
    model_input_names: tuple[str, ...] = WITHOUT_TYPE_IDS
    special_tokens: Mapping[str, str] = _NOTHING
    additional: tuple[str, ...] = ()
    options: Mapping[str, Any] = _NOTHING
    rules: tuple[str, ...] = ()
    padding_side: str = "right"
    needs_prefix_space: bool = False
    mask_takes_space: bool = False
    letters_stay: bool = False


GENERIC = TokenizerRow(name="PreTrainedTokenizer", model_input_names=WITH_TYPE_IDS)
