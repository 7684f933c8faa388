"""Rows of a generation in a grammar, with an engine in plain Python."""

from __future__ import annotations

import sys
from typing import Any, NamedTuple

import numpy as np
import pytest

from onnxformers.errors import GuidedGenerationError, InvalidArgumentError, MissingExtraError
from onnxformers.generation.grammar_engine import Engine
from onnxformers.generation.guide import Guide

SPELT = [b"", b"", b"a", b"b", b"ab", b"c", b""]
PAD, END = 0, 1
CHOICES = [b"ab", b"abc"]


class Vocabulary(NamedTuple):
    spelt: list[bytes] = SPELT
    is_text: np.ndarray = np.array([bool(spelt) for spelt in SPELT])
    special: frozenset[int] = frozenset({PAD, END})
    drops_first_space: bool = False


@pytest.fixture
def guide(choice_engine: Any) -> Guide:
    return make_guide(choice_engine)


def make_guide(engine: Any, ends: tuple[int, ...] = (END,), forced: int = 0) -> Guide:
    matcher = engine(Vocabulary(), list).compile(AnswerFake("|".join(c.decode() for c in CHOICES)))
    return Guide(matcher, Vocabulary(), ends, forced)


class AnswerFake(NamedTuple):
    text: str
    kind: str = "regex"


def allowed(guide: Guide, rows: list[list[int]], width: int = 9) -> list[list[int]]:
    """Which tokens are left of each row."""
    scores = guide.process(np.array(rows), np.zeros((len(rows), width), np.float32))
    return [np.flatnonzero(row > -np.inf).tolist() for row in scores]


def test_only_what_the_grammar_allows_is_left(guide: Guide) -> None:
    with guide:
        assert allowed(guide, [[9, 9], [9, 9]]) == [[2, 4], [2, 4]]
        assert allowed(guide, [[9, 9, 2], [9, 9, 4]]) == [[3], [END, 5]]
        assert allowed(guide, [[9, 9, 2, 3], [9, 9, 4, 5]]) == [[END, 5], [END]]
        rows = np.array([[9, 9, 2, 3, END], [9, 9, 4, 5, END]])
        guide.check(rows)


def test_ended_rows_are_left_alone(guide: Guide) -> None:
    with guide:
        allowed(guide, [[9], [9]])
        assert allowed(guide, [[9, 4], [9, 2]]) == [[END, 5], [3]]
        assert allowed(guide, [[9, 4, END], [9, 2, 3]]) == [list(range(9)), [END, 5]]
        guide.check(np.array([[9, 4, END, PAD, PAD], [9, 2, 3, 5, END]]))


def test_masks_are_made_by_a_thread_of_its_own(choice_engine: Any) -> None:
    matcher = choice_engine(Vocabulary(), list).compile(AnswerFake("ab|abc"))
    with Guide(matcher, Vocabulary(), [END]) as guide:
        assert allowed(guide, [[9]]) == [[2, 4]]
        assert guide.watch(np.array([[9, 4]])) is False
        assert allowed(guide, [[9, 4]]) == [[END, 5]]
    main, ahead = matcher.threads
    assert main == "MainThread"
    assert ahead.startswith("onnxformers-guided")


def test_narrow_vocabularies_of_models(guide: Guide) -> None:
    with guide:
        assert allowed(guide, [[9]], width=4) == [[2]]


def test_tokens_that_are_forced_first_are_no_part_of_the_answer(choice_engine: Any) -> None:
    with make_guide(choice_engine, forced=1) as guide:
        assert allowed(guide, [[9]]) == [list(range(9))]
        assert guide.watch(np.array([[9, 6]])) is False
        assert allowed(guide, [[9, 6]]) == [[2, 4]]
        guide.check(np.array([[9, 6, 4]]))


@pytest.mark.parametrize("rows", [[[9, 2]], [[9, 2, PAD, PAD]], [[9, 2, END]], [[9]]])
def test_answers_that_are_cut_off_are_errors(guide: Guide, rows: list[list[int]]) -> None:
    with guide:
        allowed(guide, [[9]])
        with pytest.raises(GuidedGenerationError, match="row 0 of 1 ended before") as caught:
            guide.check(np.array(rows))
    assert caught.value.rows == (0,)
    assert caught.value.sequences.tolist() == rows


def test_what_was_cut_off_at_a_good_place_is_valid(guide: Guide) -> None:
    with guide:
        allowed(guide, [[9]])
        guide.check(np.array([[9, 2, 3]]))


def test_when_other_options_forbid_everything(guide: Guide) -> None:
    scores = np.zeros((1, 9), np.float32)
    scores[0, [2, 4]] = -np.inf
    with guide, pytest.raises(GuidedGenerationError, match="row 0: nothing may follow 0 tokens"):
        guide.process(np.array([[9]]), scores)


def test_there_must_be_a_token_to_end_with(choice_engine: Any) -> None:
    with pytest.raises(InvalidArgumentError, match="no eos_token_id; give one"):
        make_guide(choice_engine, ends=())


def test_a_missing_engine_is_named_with_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "llguidance", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'onnxformers\[guided\]'"):
        Engine(Vocabulary(), list)


def test_rows_that_change_places_take_their_state_along(guide: Guide) -> None:
    with guide:
        allowed(guide, [[9, 9], [9, 9]])
        assert allowed(guide, [[9, 9, 2], [9, 9, 4]]) == [[3], [END, 5]]
        assert guide.watch(np.array([[9, 9, 4, 5], [9, 9, 2, 3]])) is False
        assert allowed(guide, [[9, 9, 4, 5], [9, 9, 2, 3]]) == [[END], [END, 5]]
        guide.check(np.array([[9, 9, 2, 3, END], [9, 9, 4, 5, END], [9, 9, 4, END, PAD]]))
