from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from onnxformers.errors import InvalidArgumentError, InvalidTypeError
from onnxformers.models import ModelOutput
from onnxformers.models.feeds import make_feeds
from onnxformers.models.kinds import KINDS

OPTIONAL = KINDS["encoder-only"].optional_inputs
BERT = {name: np.dtype(np.int64) for name in ("input_ids", "attention_mask", "token_type_ids")}


def feeds(dtypes: dict[str, np.dtype[Any]] = BERT, **inputs: Any) -> dict[str, Any]:
    return make_feeds(dtypes, inputs, OPTIONAL)


def test_arrays_of_the_right_dtype_pass_untouched() -> None:
    ids = np.array([[1, 2]])
    made = feeds(input_ids=ids, attention_mask=ids, token_type_ids=ids)
    assert all(value is ids for value in made.values())


def test_missing_masks_and_types_are_filled() -> None:
    made = feeds(input_ids=[[1, 2], [3, 4]])
    assert made["attention_mask"].tolist() == [[1, 1], [1, 1]]
    assert made["token_type_ids"].tolist() == [[0, 0], [0, 0]]
    positions = feeds(
        {"input_ids": np.dtype(np.int64), "position_ids": np.dtype(np.int32)}, input_ids=[[7, 8]]
    )
    assert positions["position_ids"].tolist() == [[0, 1]]
    assert positions["position_ids"].dtype == np.int32


def test_inputs_that_the_session_lacks_are_left_out() -> None:
    assert list(
        feeds({"input_ids": np.dtype(np.int64)}, input_ids=[[1]], token_type_ids=[[0]])
    ) == ["input_ids"]


@pytest.mark.parametrize(
    ("inputs", "error", "message"),
    [
        (
            {},
            InvalidArgumentError,
            "input 'input_ids' is missing; needed: input_ids, attention_mask",
        ),
        ({"input_ids": [[1]], "pixel_values": 1}, InvalidArgumentError, "no input 'pixel_values'"),
        (
            {"input_ids": [[1.5]]},
            InvalidTypeError,
            "'input_ids' must hold int64 values, got float64",
        ),
        (
            {"input_ids": [["a"]]},
            InvalidTypeError,
            "'input_ids' must hold int64 values, got <U1|str",
        ),
        ({"input_ids": [[1], [1, 2]]}, InvalidArgumentError, "'input_ids' is no array"),
    ],
)
def test_bad_inputs(inputs: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        feeds(**inputs)


def test_outputs_are_mapping_and_attributes() -> None:
    output = ModelOutput(logits=1)
    assert (output.logits, output["logits"], dict(output)) == (1, 1, {"logits": 1})
    with pytest.raises(AttributeError, match="no output 'loss'; there are logits"):
        output.loss  # noqa: B018
