"""Logits processors as their definitions say, one token after the other, with full sorts.

Each takes a row's tokens and its scores in double precision, and the constructor's parameters.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import numpy as np

INF = math.inf


def softmax(scores: np.ndarray) -> np.ndarray:
    weights = np.exp(scores - scores.max())
    return weights / weights.sum()


def entropy(probabilities: np.ndarray) -> float:
    some = probabilities[probabilities > 0]
    return float(-(some * np.log(some)).sum())


def keep(scores: np.ndarray, tokens: Any) -> np.ndarray:
    kept = np.full_like(scores, -INF)
    kept[list(tokens)] = scores[list(tokens)]
    return kept


def best_first(scores: np.ndarray) -> list[int]:
    return sorted(range(len(scores)), key=lambda token: -scores[token])


def above(scores: np.ndarray, lowest: float, least: int) -> np.ndarray:
    """Tokens of at least a probability, and the best ones in any case."""
    probabilities = softmax(scores)
    order = best_first(scores)
    worst = scores[order[min(least, len(order)) - 1]]
    stay = [t for t in order if probabilities[t] >= lowest or scores[t] >= worst]
    return keep(scores, stay)


def repetition_penalty(ids: list[int], scores: np.ndarray, *, penalty: float) -> np.ndarray:
    scores = scores.copy()
    for token in set(ids):
        scores[token] = scores[token] * penalty if scores[token] < 0 else scores[token] / penalty
    return scores


def no_repeat_ngram(ids: list[int], scores: np.ndarray, *, ngram_size: int) -> np.ndarray:
    scores = scores.copy()
    for token in range(len(scores)):
        grams = Counter(zip(*[(*ids, token)[i:] for i in range(ngram_size)], strict=False))
        last = tuple((*ids, token)[-ngram_size:])
        if grams[last] > 1:
            scores[token] = -INF
    return scores


def sequence_bias(ids: list[int], scores: np.ndarray, *, sequence_bias: Any) -> np.ndarray:
    scores = scores.copy()
    for sequence, bias in dict(sequence_bias).items():
        fits = len(sequence) == 1 or len(sequence) <= len(ids)
        if fits and tuple(ids[len(ids) - len(sequence) + 1 :]) == tuple(sequence[:-1]):
            scores[sequence[-1]] += bias
    return scores


def min_length(
    ids: list[int], scores: np.ndarray, *, min_length: int, eos_token_id: int
) -> np.ndarray:
    scores = scores.copy()
    if len(ids) < min_length:
        scores[eos_token_id] = -INF
    return scores


def top_k(
    ids: list[int], scores: np.ndarray, *, top_k: int, min_tokens_to_keep: int = 1
) -> np.ndarray:
    k = min(max(top_k, min_tokens_to_keep), len(scores))
    lowest = np.sort(scores)[-k]
    return keep(scores, np.flatnonzero(scores >= lowest))


def top_p(
    ids: list[int], scores: np.ndarray, *, top_p: float, min_tokens_to_keep: int = 1
) -> np.ndarray:
    order = np.argsort(scores, kind="stable")
    gone = np.float32(np.cumsum(softmax(scores)[order])) <= np.float32(1 - top_p)
    gone[-min_tokens_to_keep:] = False
    return keep(scores, order[~gone])


def min_p(
    ids: list[int], scores: np.ndarray, *, min_p: float, min_tokens_to_keep: int = 1
) -> np.ndarray:
    return above(scores, min_p * softmax(scores).max(), min_tokens_to_keep)


def typical(
    ids: list[int], scores: np.ndarray, *, mass: float, min_tokens_to_keep: int = 1
) -> np.ndarray:
    probabilities = softmax(scores)
    with np.errstate(divide="ignore"):
        distance = np.abs(-np.log(probabilities) - entropy(probabilities))
    order = np.argsort(distance, kind="stable")
    within = int((np.cumsum(probabilities[order]) < mass).sum())
    last = min(max(within, min_tokens_to_keep - 1), len(order) - 1)
    return keep(scores, np.flatnonzero(distance <= distance[order[last]]))


def epsilon(
    ids: list[int], scores: np.ndarray, *, epsilon: float, min_tokens_to_keep: int = 1
) -> np.ndarray:
    return above(scores, epsilon, min_tokens_to_keep)


def eta(
    ids: list[int], scores: np.ndarray, *, epsilon: float, min_tokens_to_keep: int = 1
) -> np.ndarray:
    lowest = min(epsilon, math.sqrt(epsilon) * math.exp(-entropy(softmax(scores))))
    return above(scores, lowest, min_tokens_to_keep)


def top_h(ids: list[int], scores: np.ndarray, *, top_h: float) -> np.ndarray:
    order = best_first(scores)[:100]
    probabilities = softmax(scores[order])
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.nan_to_num(-probabilities * np.log(probabilities))
    stay = np.cumsum(terms) <= entropy(probabilities) * top_h
    stay[0] = True
    return keep(scores, np.array(order)[stay & (probabilities > 0)])


TWINS = {
    "RepetitionPenaltyLogitsProcessor": repetition_penalty,
    "NoRepeatNGramLogitsProcessor": no_repeat_ngram,
    "SequenceBiasLogitsProcessor": sequence_bias,
    "MinLengthLogitsProcessor": min_length,
    "TopKLogitsWarper": top_k,
    "TopPLogitsWarper": top_p,
    "MinPLogitsWarper": min_p,
    "TypicalLogitsWarper": typical,
    "EpsilonLogitsWarper": epsilon,
    "EtaLogitsWarper": eta,
    "TopHLogitsWarper": top_h,
}
