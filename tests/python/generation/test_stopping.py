"""Stopping criteria by themselves."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from onnxformers import (
    AutoTokenizer,
    EosTokenCriteria,
    InterruptableStoppingCriteria,
    MaxLengthCriteria,
    MaxTimeCriteria,
    StoppingCriteria,
    StoppingCriteriaList,
    StopStringCriteria,
)
from onnxformers.errors import InvalidArgumentError

MODELS = Path(__file__).parents[2] / "conformance" / "models"
IDS = np.array([[5, 7], [5, 6]])


def test_lengths_times_and_tokens() -> None:
    assert MaxLengthCriteria(2)(IDS)
    assert not MaxLengthCriteria(3)(IDS)
    assert MaxLengthCriteria(3, max_position_embeddings=2)(IDS)
    assert not MaxTimeCriteria(60)(IDS)
    assert MaxTimeCriteria(60, initial_timestamp=time.time() - 61)(IDS)
    np.testing.assert_array_equal(EosTokenCriteria(7)(IDS), [True, False])
    np.testing.assert_array_equal(EosTokenCriteria([6, 7])(IDS), [True, True])
    with pytest.raises(NotImplementedError):
        StoppingCriteria()(IDS)


def test_a_list_is_done_where_one_of_it_is() -> None:
    criteria = StoppingCriteriaList([EosTokenCriteria(7)])
    criteria.push(lambda ids, scores: [False, ids.shape[1] > 2])
    np.testing.assert_array_equal(criteria(IDS), [True, False])
    criteria.extend([MaxLengthCriteria(2)])
    np.testing.assert_array_equal(criteria(IDS), [True, True])
    assert criteria.max_length == 2
    assert StoppingCriteriaList().max_length is None


def test_an_interrupt_holds_until_it_is_taken_back() -> None:
    stop = InterruptableStoppingCriteria()
    assert not stop(IDS)
    stop.interrupt()
    assert stop(IDS)
    assert stop.interrupted
    stop.reset()
    assert not stop(IDS)


@pytest.mark.parametrize("model", ["gpt-neo", "t5"])
def test_a_stop_string_is_seen_when_its_last_token_comes(model: str) -> None:
    tokenizer: Any = AutoTokenizer.from_pretrained(MODELS / model)
    ids = tokenizer.encode("one two three, four", add_special_tokens=False)
    texts = [tokenizer.decode(ids[: i + 1]) for i in range(len(ids))]
    for stop in ("two", "three,", "e t", "zebra"):
        criterion = StopStringCriteria(tokenizer, [stop, "never there"])
        seen = [bool(criterion(np.array([ids[: i + 1]]))[0]) for i in range(len(ids))]
        first = next((i for i, text in enumerate(texts) if stop in text), None)
        assert (seen.index(True) if True in seen else None) == first
        assert sum(seen) == (first is not None)


def test_empty_stop_strings_are_refused() -> None:
    for bad in ([], "", ["a", ""]):
        with pytest.raises(InvalidArgumentError, match="must not be empty"):
            StopStringCriteria(None, bad)
