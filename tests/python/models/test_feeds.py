from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from onnxformers.errors import InvalidArgumentError, InvalidTypeError
from onnxformers.models.feeds import make_feeds, refuse_undeclared

BERT = {name: np.dtype(np.int64) for name in ("input_ids", "attention_mask", "token_type_ids")}


def feeds(dtypes: dict[str, np.dtype[Any]] = BERT, **inputs: Any) -> dict[str, Any]:
    return make_feeds(dtypes, inputs)


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


@pytest.mark.parametrize(
    ("name", "value", "shape"),
    [
        ("inputs_embeds", np.zeros((2, 3, 4), np.float32), (2, 3)),
        ("input_values", np.zeros((1, 5), np.float32), (1, 5)),
        ("input_features", np.zeros((1, 7, 80), np.float32), (1, 7)),
        ("timesteps", [[0, 1, 2]], (1, 3)),
    ],
)
def test_masks_are_as_long_as_what_they_mask(name: str, value: Any, shape: tuple[int, int]) -> None:
    dtypes = {name: np.asarray(value).dtype, "attention_mask": np.dtype(np.int64)}
    made = feeds(dtypes, **{name: value})
    assert (made["attention_mask"].shape, made["attention_mask"].all()) == (shape, True)


def test_a_missing_pixel_mask_is_all_ones() -> None:
    dtypes = {"pixel_values": np.dtype(np.float32), "pixel_mask": np.dtype(np.int64)}
    made = feeds(dtypes, pixel_values=np.zeros((2, 3, 4, 5)))
    assert (made["pixel_mask"].shape, made["pixel_mask"].all()) == ((2, 4, 5), True)


def test_numbers_become_those_of_the_session() -> None:
    made = feeds({"x": np.dtype(np.float16)}, x=[1.5, 2])
    assert (made["x"].dtype, made["x"].tolist()) == (np.float16, [1.5, 2.0])
    assert feeds({"x": np.dtype(np.bool_)}, x=[True])["x"].dtype == np.bool_


def test_an_input_that_no_session_takes_is_refused_with_the_near_name() -> None:
    refuse_undeclared(["input_ids", "token_type_ids"], ["input_ids"], {"token_type_ids"})
    with pytest.raises(
        InvalidArgumentError,
        match=r"no input 'input_id'; did you mean 'input_ids'\? this model takes input_ids",
    ):
        refuse_undeclared(["input_id"], ["input_ids"], ())


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
