"""Every processor that does more than set a few scores, against a plain one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from logits_twin import TWINS

from onnxformers.generation import logits

PARAMETERS: dict[str, dict[str, Any]] = {
    "RepetitionPenaltyLogitsProcessor": {"penalty": st.floats(0.3, 3)},
    "NoRepeatNGramLogitsProcessor": {"ngram_size": st.integers(1, 4)},
    "SequenceBiasLogitsProcessor": {
        "sequence_bias": st.dictionaries(
            st.lists(st.integers(0, 3), min_size=1, max_size=3).map(tuple),
            st.floats(-9, 9),
            min_size=1,
        )
    },
    "MinLengthLogitsProcessor": {"min_length": st.integers(0, 9), "eos_token_id": st.just(1)},
    "TopKLogitsWarper": {"top_k": st.integers(1, 50)},
    "TopPLogitsWarper": {"top_p": st.floats(0.01, 0.999)},
    "MinPLogitsWarper": {"min_p": st.floats(0, 1)},
    "TypicalLogitsWarper": {"mass": st.floats(0.05, 0.95)},
    "EpsilonLogitsWarper": {"epsilon": st.floats(1e-5, 0.9)},
    "EtaLogitsWarper": {"epsilon": st.floats(1e-5, 0.9)},
    "TopHLogitsWarper": {"top_h": st.floats(0.05, 1)},
}
FILTERS = {name for name in TWINS if name.endswith("Warper")}
KEEPS = {"TopKLogitsWarper", "TopPLogitsWarper", "MinPLogitsWarper", "TypicalLogitsWarper"}
IDS = st.lists(st.integers(0, 3), min_size=1, max_size=12)


def nearest(
    name: str, ids: list[int], scores: np.ndarray, parameters: dict[str, Any], gone: np.ndarray
) -> np.ndarray:
    """What the twin gives; where a token is at a limit, with one that is a hair beside it."""
    for factor in (1 + 1e-5, 1 - 1e-5, 1):
        moved = {
            key: value * factor if isinstance(value, float) and name in FILTERS else value
            for key, value in parameters.items()
        }
        expected = TWINS[name](ids, scores, **moved)
        if np.array_equal(np.isneginf(expected), gone):
            break
    return expected


@pytest.mark.parametrize("name", sorted(TWINS))
@given(data=st.data())
def test_a_processor_is_its_definition(name: str, data: st.DataObject) -> None:
    parameters = {key: data.draw(value, key) for key, value in PARAMETERS[name].items()}
    if name in KEEPS and data.draw(st.booleans()):
        parameters["min_tokens_to_keep"] = data.draw(st.integers(1, 6), "keep")
    rng = np.random.default_rng(data.draw(st.integers(0, 10_000), "seed"))
    size = data.draw(st.sampled_from([4, 33, 200, 1500]), "size")
    scores = (rng.standard_normal(size) * data.draw(st.floats(0.5, 8), "spread")).astype(np.float32)
    scores[rng.integers(0, size, size // 4)] = -np.inf
    scores[rng.integers(size)] = 1.0
    ids = data.draw(IDS, "ids")
    before = scores.copy()
    got = getattr(logits, name)(**parameters)(np.array([ids]), scores[None])[0]
    np.testing.assert_array_equal(scores, before)
    expected = nearest(name, ids, scores.astype(np.float64), parameters, np.isneginf(got))
    np.testing.assert_array_equal(np.isneginf(got), np.isneginf(expected))
    np.testing.assert_allclose(got, expected, rtol=1e-6, atol=1e-6)
