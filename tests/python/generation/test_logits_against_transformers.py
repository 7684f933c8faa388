"""Every processor against transformers' on random scores of real vocabulary sizes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from onnxformers.generation import logits

pytestmark = pytest.mark.oracle
ENCODER = [[5, 7, 9, 11, 5, 7], [1, 2, 3, 4, 5, 6]]

SUMS = {"LogitNormalization", "TypicalLogitsWarper"}
CASES: list[tuple[str, dict[str, Any]]] = [
    ("RepetitionPenaltyLogitsProcessor", {"penalty": 1.3}),
    ("EncoderRepetitionPenaltyLogitsProcessor", {"penalty": 1.3, "encoder_input_ids": ENCODER}),
    ("NoRepeatNGramLogitsProcessor", {"ngram_size": 1}),
    ("NoRepeatNGramLogitsProcessor", {"ngram_size": 2}),
    ("NoRepeatNGramLogitsProcessor", {"ngram_size": 3}),
    (
        "EncoderNoRepeatNGramLogitsProcessor",
        {"encoder_ngram_size": 2, "encoder_input_ids": ENCODER},
    ),
    ("NoBadWordsLogitsProcessor", {"bad_words_ids": [[3], [5, 8], [7, 2]], "eos_token_id": 7}),
    ("SequenceBiasLogitsProcessor", {"sequence_bias": {(3,): 2.5, (5, 8): -1.5, (7, 5, 8): 0.1}}),
    ("MinLengthLogitsProcessor", {"min_length": 99, "eos_token_id": [2, 7]}),
    (
        "MinNewTokensLengthLogitsProcessor",
        {"prompt_length_to_skip": 3, "min_new_tokens": 50, "eos_token_id": 2},
    ),
    ("ForcedBOSTokenLogitsProcessor", {"bos_token_id": 5}),
    ("ForcedEOSTokenLogitsProcessor", {"max_length": 41, "eos_token_id": 2}),
    (
        "ExponentialDecayLengthPenalty",
        {
            "exponential_decay_length_penalty": (5, 1.02),
            "eos_token_id": 2,
            "input_ids_seq_length": 6,
        },
    ),
    ("LogitNormalization", {}),
    ("SuppressTokensLogitsProcessor", {"suppress_tokens": [2, 8, 5000]}),
    (
        "SuppressTokensAtBeginLogitsProcessor",
        {"begin_suppress_tokens": [2, 8], "begin_index": 40},
    ),
    ("TemperatureLogitsWarper", {"temperature": 0.7}),
    ("TopKLogitsWarper", {"top_k": 50}),
    ("TopKLogitsWarper", {"top_k": 5000, "min_tokens_to_keep": 2}),
    ("TopPLogitsWarper", {"top_p": 0.95}),
    ("TopPLogitsWarper", {"top_p": 0.3, "min_tokens_to_keep": 2}),
    ("MinPLogitsWarper", {"min_p": 0.05}),
    ("MinPLogitsWarper", {"min_p": 0.9, "min_tokens_to_keep": 3}),
    ("TypicalLogitsWarper", {"mass": 0.9}),
    ("TypicalLogitsWarper", {"mass": 0.2, "min_tokens_to_keep": 5}),
    ("EpsilonLogitsWarper", {"epsilon": 3e-4}),
    ("EtaLogitsWarper", {"epsilon": 2e-3}),
    ("TopHLogitsWarper", {"top_h": 0.4}),
]


@pytest.fixture(scope="module")
def peer() -> Any:
    pytest.importorskip("torch", reason="the reference: pip install torch")
    pytest.importorskip("transformers", reason="the reference: pip install transformers==4.46.3")
    from transformers.generation import logits_process

    return logits_process


def tensor(value: Any) -> Any:
    import torch

    return torch.tensor(value)


@pytest.mark.parametrize("spread", [1.0, 4.0])
@pytest.mark.parametrize("vocab_size", [30_000, 150_000])
@pytest.mark.parametrize(("name", "parameters"), CASES, ids=lambda value: str(value)[:60])
def test_scores_equal_those_of_transformers(
    peer: Any, name: str, parameters: dict[str, Any], vocab_size: int, spread: float
) -> None:
    if not hasattr(peer, name):
        pytest.skip(f"this version of transformers has no {name}")
    rng = np.random.default_rng([vocab_size, int(spread), len(name)])
    ids = rng.integers(0, 30, (2, 40))
    scores = (rng.standard_normal((2, vocab_size)) * spread).astype(np.float32)
    scores[:, 100:200] = -np.inf
    theirs = {
        key: tensor(value) if key == "encoder_input_ids" else value
        for key, value in parameters.items()
    }
    # In single precision torch's sums over 150 000 tokens are off by 2e-5.
    exact = scores.astype(np.float64) if name in SUMS else scores
    expected = getattr(peer, name)(**theirs)(tensor(ids), tensor(exact)).numpy()
    got = getattr(logits, name)(**parameters)(ids, scores)
    np.testing.assert_array_equal(np.isneginf(got), np.isneginf(expected))
    np.testing.assert_allclose(got, expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("ids", [[], [50364], [50364, 7], [50364, 7, 50400], [50364, 7, 8, 50400]])
def test_time_stamps_are_those_of_transformers(peer: Any, ids: list[int]) -> None:
    from types import SimpleNamespace

    config = SimpleNamespace(
        no_timestamps_token_id=50363,
        eos_token_id=50257,
        bos_token_id=50257,
        forced_decoder_ids=None,
        max_initial_timestamp_index=50,
    )
    rows = np.array([[50258, *ids]] * 3)
    scores = np.random.default_rng(len(ids)).standard_normal((3, 51865)).astype(np.float32)
    scores[1, 60] += 20
    theirs = peer.WhisperTimeStampLogitsProcessor(config, begin_index=1)
    ours = logits.WhisperTimeStampLogitsProcessor(config, begin_index=1)
    expected = theirs(tensor(rows), tensor(scores)).numpy()
    np.testing.assert_array_equal(ours(rows, scores), expected)


def test_invalid_values_are_removed_as_in_transformers(peer: Any) -> None:
    scores = np.array([[np.nan, np.inf, -np.inf, 3.0]], np.float32)
    ids = np.zeros((1, 1), np.int64)
    expected = peer.InfNanRemoveLogitsProcessor()(tensor(ids), tensor(scores)).numpy()
    np.testing.assert_array_equal(logits.InfNanRemoveLogitsProcessor()(ids, scores), expected)
