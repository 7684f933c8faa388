"""The rows of the registry against the classes of an installed transformers (4.46.3)."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from onnxformers.tokenizers.registry import ROWS, TokenizerRow, row_by_model_type
from onnxformers.tokenizers.special_tokens import NAMES

transformers = pytest.importorskip(
    "transformers", reason="the reference: pip install transformers==4.46.3"
)

pytestmark = [pytest.mark.oracle, pytest.mark.filterwarnings("ignore")]

# Ours alone, or slow there with other defaults.
NOT_THERE = {"Grok1Tokenizer"}


def reference(row: TokenizerRow) -> Any:
    """The class, the fast one if there is one."""
    for name in (f"{row.name}Fast", row.name):
        found = getattr(transformers, name, None)
        if inspect.isclass(found):
            try:
                inspect.signature(found.__init__)
                found.model_input_names  # noqa: B018 - a stand-in for a missing library raises
            except (ImportError, AttributeError):
                continue
            return found
    return None


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row_says_what_the_class_says(row: TokenizerRow) -> None:
    found = reference(row)
    if found is None:
        assert row.name in NOT_THERE
        return
    assert row.model_input_names == tuple(found.model_input_names)
    assert row.padding_side == found.padding_side
    parameters = inspect.signature(found.__init__).parameters
    defaults = {name: parameters[name].default for name in NAMES if name in parameters}
    wanted = {name: str(value) for name, value in defaults.items() if value is not None}
    assert row.special_tokens == wanted
    for name, value in row.options.items():
        assert parameters[name].default == value, name


def test_every_model_type_finds_the_same_class() -> None:
    from transformers.models.auto.tokenization_auto import TOKENIZER_MAPPING_NAMES

    for model_type, (slow, fast) in TOKENIZER_MAPPING_NAMES.items():
        row = row_by_model_type(model_type)
        if row is not None:
            names = {name.removesuffix("Fast") for name in (slow, fast) if name is not None}
            assert row.name in names, model_type
