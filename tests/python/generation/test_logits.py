"""The classes of logits processors as users touch them."""

from __future__ import annotations

import inspect
import pickle
import runpy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from onnxformers._native.generation import draw_tokens
from onnxformers.errors import InvalidArgumentError, InvalidTypeError
from onnxformers.generation import logits

TOOL = Path(__file__).parents[3] / "tools" / "make_logits_stubs.py"
INF = np.inf


def run(processor: Any, ids: list[list[int]], scores: list[list[float]], **more: Any) -> Any:
    return processor(np.array(ids), np.array(scores, np.float32), **more).tolist()


def test_the_stub_is_fresh() -> None:
    tool = runpy.run_path(str(TOOL))
    assert tool["STUB"].read_text() == tool["render"](), "run python tools/make_logits_stubs.py"


def test_every_public_name_is_there_once_and_has_a_docstring() -> None:
    assert len(logits.__all__) == len(set(logits.__all__)) == 31
    assert all(inspect.getdoc(getattr(logits, name)) for name in logits.__all__)


def test_signatures_are_those_of_the_core() -> None:
    known = inspect.signature(logits.TopPLogitsWarper)
    assert str(known) == "(top_p, filter_value=-inf, min_tokens_to_keep=1)"
    processor = logits.TopPLogitsWarper(0.5, min_tokens_to_keep=2)
    assert (processor.top_p, processor.min_tokens_to_keep) == (0.5, 2)
    assert repr(processor) == "TopPLogitsWarper(top_p=0.5, filter_value=-inf, min_tokens_to_keep=2)"
    with pytest.raises(AttributeError, match="no attribute 'penalty'"):
        _ = processor.penalty


def test_rows_are_processed_by_themselves() -> None:
    got = run(logits.NoRepeatNGramLogitsProcessor(1), [[0, 1], [2, 2]], [[1, 2, 3], [4, 5, 6]])
    assert got == [[-INF, -INF, 3], [4, 5, -INF]]


def test_large_scores_are_processed_without_the_interpreter_too() -> None:
    scores = np.random.default_rng(1).standard_normal((3, 30_000)).astype(np.float32)
    got = logits.TopKLogitsWarper(5)(np.zeros((3, 1), np.int64), scores)
    assert np.isfinite(got).sum(axis=1).tolist() == [5, 5, 5]


def test_processors_survive_pickling() -> None:
    processor = pickle.loads(pickle.dumps(logits.RepetitionPenaltyLogitsProcessor(2.0)))
    assert run(processor, [[0]], [[4.0, 4.0]]) == [[2.0, 4.0]]


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (logits.TopKLogitsWarper, InvalidTypeError, "missing a required argument"),
        (lambda: logits.TopKLogitsWarper(k=3), InvalidTypeError, "it takes .top_k"),
        (lambda: logits.TopKLogitsWarper(0), InvalidArgumentError, "top_k must be at least 1"),
        (lambda: logits.TopKLogitsWarper("a"), InvalidTypeError, "top_k must be an int"),
        (
            lambda: logits.NoBadWordsLogitsProcessor([object()]),
            InvalidTypeError,
            "bad_words_ids has a value of a kind",
        ),
        (
            lambda: logits.HammingDiversityLogitsProcessor(0.5, 2, 3),
            InvalidArgumentError,
            "3 groups of 2 beams",
        ),
    ],
)
def test_wrong_parameters_are_refused(make: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        make()


def test_wrong_shapes_are_refused() -> None:
    with pytest.raises(InvalidArgumentError, match="input_ids of shape"):
        run(logits.TopKLogitsWarper(1), [[1], [2]], [[1.0, 2.0]])


def test_lists_of_tokens_come_in_any_form() -> None:
    for words in ([[1], [0, 2]], ((1,), (0, 2)), np.array([[1, 1], [0, 2]])):
        got = run(logits.NoBadWordsLogitsProcessor(words), [[5, 0]], [[1, 1, 1]])
        assert got[0][2] == -INF
    biased = logits.SequenceBiasLogitsProcessor({(1,): 2.0, (0, 2): -1.0})
    assert run(biased, [[5, 0]], [[1, 1, 1]]) == [[1, 3, 0]]
    listed = logits.SequenceBiasLogitsProcessor([[[1], 2.0], [[0, 2], -1.0]])
    assert run(listed, [[5, 0]], [[1, 1, 1]]) == [[1, 3, 0]]
    decay = logits.ExponentialDecayLengthPenalty(
        (0, 1.5), eos_token_id=np.array([1]), input_ids_seq_length=0
    )
    assert run(decay, [[5]], [[1, 2]]) == [[1, 3]]


def test_guidance_gives_one_row_for_two() -> None:
    guidance = logits.ClassifierFreeGuidanceLogitsProcessor(3.0)
    assert run(guidance, [[1]], [[1, 2], [0, 4]]) == [[3, -2]]


def test_a_list_passes_on_what_a_processor_asks_for() -> None:
    class Own(logits.LogitsWarper):
        def __call__(self, input_ids: Any, scores: Any) -> Any:
            return scores + 1

    processors = logits.LogitsProcessorList([logits.TemperatureLogitsWarper(2)])
    processors.push(Own())
    processors.extend([logits.HammingDiversityLogitsProcessor(0.5, 2, 2)])
    chosen = {"current_tokens": np.array([1, 0]), "beam_group_idx": 1}
    assert run(processors, [[0]], [[2, 4]], **chosen) == [[2, 2.5]]
    with pytest.raises(InvalidArgumentError, match="takes current_tokens, beam_group_idx too"):
        run(processors, [[0]], [[2, 4]])
    with pytest.raises(NotImplementedError, match="LogitsProcessor has no __call__"):
        run(logits.LogitsProcessor(), [[0]], [[2]])


def test_only_tokens_that_a_function_allows() -> None:
    seen = []

    def allowed(batch: int, ids: np.ndarray) -> list[int]:
        seen.append((batch, ids.tolist()))
        return [int(ids[-1])]

    processor = logits.PrefixConstrainedLogitsProcessor(allowed, num_beams=2)
    got = run(processor, [[0], [1], [0], [0]], [[1, 2]] * 4)
    assert got == [[1, -INF], [-INF, 2], [1, -INF], [1, -INF]]
    assert seen == [(0, [0]), (0, [1]), (1, [0]), (1, [0])]
    nothing = logits.PrefixConstrainedLogitsProcessor(lambda batch, ids: [], num_beams=1)
    with pytest.raises(InvalidArgumentError, match="allowed no token for prompt 0"):
        run(nothing, [[0]], [[1, 2]])


def test_diversity_counts_what_groups_before_have_chosen() -> None:
    processor = logits.HammingDiversityLogitsProcessor(0.5, num_beams=4, num_beam_groups=2)
    chosen = np.array([1, 1, 0, 0, 0, 2, 0, 0])
    first = run(processor, [[0]] * 4, [[1, 1, 1]] * 4, current_tokens=chosen, beam_group_idx=0)
    assert first == [[1, 1, 1]] * 4
    second = run(processor, [[0]] * 4, [[1, 1, 1]] * 4, current_tokens=chosen, beam_group_idx=1)
    assert second == [[1, 0, 1]] * 2 + [[0.5, 1, 0.5]] * 2


def test_time_stamps_come_from_a_config() -> None:
    config = SimpleNamespace(
        no_timestamps_token_id=3, eos_token_id=2, max_initial_timestamp_index=1
    )
    processor = logits.WhisperTimeStampLogitsProcessor(config)
    assert run(processor, [[9]], [[1] * 7]) == [[-INF] * 4 + [1, 1, -INF]]


def test_scores_that_are_no_numbers_are_refused_or_removed() -> None:
    with pytest.raises(InvalidArgumentError, match="non-finite logits"):
        run(logits.TopPLogitsWarper(0.5), [[0]], [[1, float("nan")]])
    assert run(logits.InfNanRemoveLogitsProcessor(), [[0]], [[1, float("nan")]]) == [[1, 0]]


def test_tokens_are_drawn_among_those_that_the_options_leave() -> None:
    ids = np.zeros((200, 1), np.int64)
    scores = np.tile(np.log(np.array([0.5, 0.3, 0.15, 0.05], np.float32)), (200, 1))
    options = {"do_sample": True, "top_k": 2, "suppress_tokens": [0]}
    drawn = draw_tokens(ids, scores, options, 7)
    assert set(drawn.tolist()) == {1, 2}
    assert 110 < (drawn == 1).sum() < 160
    assert drawn.tolist() == draw_tokens(ids, scores, options, 7).tolist()
    assert drawn.tolist() != draw_tokens(ids, scores, options, 8).tolist()
