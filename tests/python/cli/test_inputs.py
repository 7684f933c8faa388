"""Tasks that take more than a text for a result."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Command = Callable[..., tuple[int, str, str]]


def answer(item: dict[str, str]) -> dict[str, Any]:
    start = item["context"].find(item["question"].split()[-1])
    return {"score": 0.5, "start": start, "end": len(item["context"]), "answer": "in Quito"}


def test_questions_are_asked_about_one_context(
    command: Command, use_pipeline: Callable[..., Any]
) -> None:
    use_pipeline(answer)
    arguments = ["question-answering", "Who sat", "Where sat", "--context", "The cat sat"]
    status, out, err = command("run", *arguments)
    assert (status, err) == (0, "")
    assert out.splitlines() == [
        "Who sat",
        "  answer    start  end  score",
        "  in Quito  8      11   0.5000",
        "Where sat",
        "  answer    start  end  score",
        "  in Quito  8      11   0.5000",
    ]
    _, out, _ = command("run", *arguments, "--json")
    assert json.loads(out) == [answer({"question": "sat", "context": "The cat sat"})] * 2


def test_several_answers_are_rows(command: Command, use_pipeline: Callable[..., Any]) -> None:
    fake = use_pipeline(lambda item: [answer(item)] * 2)
    arguments = ["--context", "The cat sat", "--top-k", "2", "--option", "max_answer_len=3"]
    _, out, _ = command("run", "question-answering", "Who sat", *arguments)
    assert out.count("in Quito") == 2
    assert fake.calls == [{"top_k": 2, "max_answer_len": 3}]


def test_a_context_may_lie_in_a_file_and_questions_come_from_stdin(
    command: Command,
    use_pipeline: Callable[..., Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use_pipeline(lambda item: item)
    (tmp_path / "page.txt").write_text("Der Bär\n", encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", io.StringIO("a\nb\n"))
    _, out, _ = command(
        "run", "question-answering", "-", "--context-file", str(tmp_path / "page.txt"), "--json"
    )
    assert json.loads(out) == [{"question": q, "context": "Der Bär\n"} for q in "ab"]


def test_candidate_labels_are_rows(command: Command, use_pipeline: Callable[..., Any]) -> None:
    fake = use_pipeline(
        lambda text: {"sequence": text, "labels": ["b", "a"], "scores": [0.75, 0.25]}
    )
    arguments = ["zero-shot-classification", "x", "--labels", "a, b", "--multi-label"]
    _, out, _ = command("run", *arguments)
    assert out.splitlines() == ["x", "  b  0.7500", "  a  0.2500"]
    assert fake.calls == [{"candidate_labels": "a, b", "multi_label": True}]


def test_a_second_text_goes_with_every_text(
    command: Command, use_pipeline: Callable[..., Any]
) -> None:
    use_pipeline(lambda item: item)
    for task in ("text-classification", "sentiment-analysis"):
        _, out, _ = command("run", task, "a", "b", "--text-pair", "c", "--json")
        assert json.loads(out) == [{"text": text, "text_pair": "c"} for text in "ab"]


def test_the_first_text_is_compared_with_the_others(
    command: Command, use_pipeline: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    use_pipeline(lambda item: [len(text) / 10 for text in item["sentences"]])
    monkeypatch.setattr(sys, "stdin", io.StringIO("bb\nccc\n"))
    _, out, _ = command("run", "sentence-similarity", "first", "a", "-")
    assert out.splitlines() == [
        "first",
        "  a    0.1000",
        "  bb   0.2000",
        "  ccc  0.3000",
    ]


def test_documents_are_ranked_with_their_texts(
    command: Command, use_pipeline: Callable[..., Any]
) -> None:
    fake = use_pipeline(lambda item: [item])
    _, out, _ = command("run", "text-ranking", "query", "a", "b", "--json", "--top-k", "all")
    assert json.loads(out) == [[{"query": "query", "documents": ["a", "b"]}]]
    assert fake.calls == [{"top_k": None, "return_documents": True}]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["question-answering", "Who?"], "needs --context TEXT or --context-file FILE"),
        (["text-classification", "x", "--context", "y"], "text-classification takes no --context"),
        (["feature-extraction", "x", "--text-pair", "y"], "takes no --text-pair"),
        (["question-answering", "x", "--text-pair", "y"], "takes no --text-pair"),
        (["text-ranking", "x"], "compares the first input with all others"),
        (
            ["question-answering", "x", "--context-file", "nowhere.txt"],
            "nowhere.txt cannot be read",
        ),
    ],
)
def test_texts_that_do_not_go_together_are_refused_before_anything_is_loaded(
    command: Command, classifier: Any, arguments: list[str], message: str
) -> None:
    status, out, err = command("run", *arguments)
    assert (status, out) == (1, "")
    assert message in err
    assert classifier.loaded == {}


def test_a_file_that_is_no_text_is_refused(
    command: Command, classifier: Any, tmp_path: Path
) -> None:
    (tmp_path / "page").write_bytes(b"a\xff")
    path = str(tmp_path / "page")
    status, _, err = command("run", "question-answering", "x", "--context-file", path)
    assert status == 1
    assert "is not UTF-8 at byte 1" in err


def test_no_line_on_stdin_is_nothing_to_compare(
    command: Command, classifier: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    status, _, err = command("run", "text-ranking", "-")
    assert status == 1
    assert "there is no other" in err
