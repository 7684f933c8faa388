from __future__ import annotations

import io

import numpy as np
import pytest

from onnxformers.cli import show

PLAIN = show.Style()
BARS = show.Style(width=80, bar="#")


class Terminal(io.StringIO):
    def __init__(self, encoding: str) -> None:
        super().__init__()
        self._encoding = encoding

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._encoding

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "72")


def test_a_file_gets_no_bars() -> None:
    assert show.Style.of(io.StringIO()).bar == ""


@pytest.mark.parametrize(("encoding", "bar"), [("utf-8", "█"), ("ascii", "#"), ("unheard-of", "#")])
def test_a_terminal_gets_bars_it_can_print(encoding: str, bar: str) -> None:
    assert show.Style.of(Terminal(encoding)) == show.Style(width=72, bar=bar)


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_a_terminal_may_ask_for_plain_output(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    assert show.Style.of(Terminal("utf-8")).bar == ""


@pytest.mark.parametrize(
    ("score", "length"), [(0.0, 0), (0.5, 5), (1.0, 10), (1.7, 10), (-0.2, 0), (float("nan"), 0)]
)
def test_a_bar_is_as_long_as_its_score(score: float, length: int) -> None:
    assert show.bar(score, BARS, width=10) == "#" * length


def test_scores_line_up_and_bars_follow() -> None:
    rows = [{"label": "JOY", "score": 0.9}, {"label": "ANGER", "score": 0.1}]
    assert list(show.result_lines(rows, BARS)) == [
        "JOY    0.9000  " + "#" * 27,
        "ANGER  0.1000  ###",
    ]


def test_several_columns_get_titles() -> None:
    rows = [
        {"score": 0.5, "word": "Lisbon", "start": 3},
        {"score": 0.25, "word": "Rio", "start": 12},
    ]
    assert list(show.result_lines(rows, PLAIN)) == [
        "word    start  score",
        "Lisbon  3      0.5000",
        "Rio     12     0.2500",
    ]


def test_a_single_dict_is_a_table_of_one_row() -> None:
    assert list(show.result_lines({"label": "A", "score": 1.0}, PLAIN)) == ["A  1.0000"]


def test_a_row_without_a_score_has_no_number() -> None:
    assert list(show.result_lines([{"generated_text": "yes"}], PLAIN)) == ["yes"]


def test_wide_characters_count_twice() -> None:
    rows = [{"label": "好", "score": 0.5}, {"label": "abcd", "score": 0.5}]
    assert list(show.result_lines(rows, PLAIN)) == ["好    0.5000", "abcd  0.5000"]


def test_lists_of_several_masks_are_numbered_tables() -> None:
    masks = [[{"token_str": "a", "score": 0.5}], [{"token_str": "b", "score": 0.25}]]
    assert list(show.result_lines(masks, PLAIN)) == [
        "1 of 2",
        "  a  0.5000",
        "2 of 2",
        "  b  0.2500",
    ]


def test_no_result_is_said() -> None:
    assert list(show.result_lines([], PLAIN)) == ["nothing found"]


def entity(label: str, start: int, end: int) -> dict[str, object]:
    return {"entity_group": label, "score": 0.5, "word": "", "start": start, "end": end}


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ([entity("PER", 0, 3), entity("LOC", 6, 10)], "[Ida PER] in [Rio LOC]."),
        ([entity("LOC", 7, 11)], "Ida in [Rio. LOC]"),
        ([], "Ida in Rio."),
        ([{"entity": "B-PER", "start": 0, "end": 3}], "Ida in Rio."),
        ([[entity("PER", 0, 3)]], "Ida in Rio."),
        ({"label": "A"}, "Ida in Rio."),
        ([1], "Ida in Rio."),
        (np.zeros(3), "Ida in Rio."),
    ],
)
def test_entities_are_marked_in_their_text(result: object, expected: str) -> None:
    assert show.marked("Ida in Rio.", result) == expected


def test_text_and_unknown_values_are_shown_as_they_are() -> None:
    assert list(show.result_lines("two\nlines", PLAIN)) == ["two", "lines"]
    assert list(show.result_lines([1, None, True], PLAIN)) == ["[1, null, true]"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("plain", "plain"), ("a\x1b[31mb", "a\\x1b[31mb"), ("\u202e", "\\u202e"), ("é 好", "é 好")],
)
def test_no_control_character_reaches_the_terminal(text: str, expected: str) -> None:
    assert show.printable(text) == expected
    assert list(show.result_lines(text, PLAIN)) == [expected]


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("short", 10, "short"),
        ("a much longer text", 10, "a much ..."),
        ("好好好好好", 8, "好好..."),
    ],
)
def test_long_text_is_cut_to_the_columns(text: str, width: int, expected: str) -> None:
    assert show.shorten(text, width) == expected
    assert show.cells(show.shorten(text, width)) <= width


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (np.array([3, 4], np.float32), "shape (2,)  float32  norm 5.0000  [3.0000, 4.0000]"),
        (np.arange(8, dtype=np.int8), "shape (8,)  int8  [0, 1, 2, 3, 4, 5, ...]"),
        (np.zeros((1, 2)), "shape (1, 2)  float64  norm 0.0000  [0.0000, 0.0000]"),
        (np.zeros((0, 3), np.float16), "shape (0, 3)  float16  norm 0.0000  []"),
    ],
)
def test_arrays_are_summarised(array: np.ndarray, expected: str) -> None:
    assert show.array_summary(array) == expected


def test_similarity_of_a_zero_vector_is_zero() -> None:
    lines = list(show.similarity_lines([np.zeros(2), np.array([0.0, 3.0])]))
    assert lines[2:] == ["  1  0.0000  0.0000", "  2  0.0000  1.0000"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.float32(0.5), 0.5),
        (np.array([[1, 2]]), [[1, 2]]),
        (np.array([np.nan, 1.0]), [None, 1.0]),
        ({"a": (1, "b", None, True)}, {"a": [1, "b", None, True]}),
        (float("-inf"), None),
        (complex(1, 2), "(1+2j)"),
    ],
)
def test_to_json_leaves_what_json_takes(value: object, expected: object) -> None:
    assert show.to_json(value) == expected
