from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from onnxformers.errors import MissingFileError, OnnxformersError

Command = Callable[..., tuple[int, str, str]]


def test_labels_are_printed_as_a_table_under_their_text(command: Command, classifier: Any) -> None:
    status, out, err = command("run", "text-classification", "good", "bad", "--model", "m")
    assert (status, err) == (0, "")
    assert out.splitlines() == [
        "good",
        "  POSITIVE  0.7500",
        "  NEGATIVE  0.2500",
        "bad",
        "  POSITIVE  0.2500",
        "  NEGATIVE  0.7500",
    ]
    assert classifier.closed


def test_json_is_one_array_with_a_result_for_each_input(command: Command, classifier: Any) -> None:
    _, out, _ = command("run", "text-classification", "good", "bad", "--json")
    assert json.loads(out) == [classifier.answer("good"), classifier.answer("bad")]


def test_json_holds_arrays_as_lists(command: Command, embedder: Any) -> None:
    _, out, _ = command("run", "feature-extraction", "aa", "--json")
    assert json.loads(out) == [embedder.answer("aa").tolist()]


def test_json_has_no_numbers_that_json_lacks(
    command: Command, use_pipeline: Callable[..., Any]
) -> None:
    use_pipeline(lambda text: {"score": float("nan"), "high": float("inf")})
    _, out, _ = command("run", "text-classification", "x", "--json")
    assert json.loads(out) == [{"score": None, "high": None}]


def test_loading_options_reach_the_pipeline(command: Command, classifier: Any) -> None:
    options = ["--dtype", "q8", "--device", "cpu", "--revision", "v1", "--cache-dir", "d"]
    command("run", "text-classification", "x", "-m", "m", "--local-files-only", *options)
    assert classifier.loaded == {
        "task": "text-classification",
        "model": "m",
        "dtype": "q8",
        "device": "cpu",
        "revision": "v1",
        "cache_dir": "d",
        "local_files_only": True,
    }


def test_entities_are_marked_and_listed(command: Command, use_pipeline: Callable[..., Any]) -> None:
    pipe = use_pipeline(
        lambda text: [
            {"entity_group": "PER", "score": 0.5, "word": "ida", "start": 0, "end": 3},
        ]
    )
    _, out, _ = command("run", "ner", "Ida sings")
    assert out.splitlines() == [
        "[Ida PER] sings",
        "  entity_group  word  start  end  score",
        "  PER           ida   0      3    0.5000",
    ]
    command("run", "token-classification", "Ida", "--aggregation", "none", "--json")
    assert [call["aggregation_strategy"] for call in pipe.calls] == ["simple", "none"]


def test_nothing_is_passed_that_was_not_given(command: Command, classifier: Any) -> None:
    command("run", "text-classification", "x")
    assert classifier.loaded == {"task": "text-classification", "model": None}
    assert classifier.calls == [{}]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--top-k", "3"], {"top_k": 3}),
        (["--top-k", "all"], {"top_k": None}),
        (["--batch-size", "8"], {"batch_size": 8}),
        (["--option", "function_to_apply=sigmoid"], {"function_to_apply": "sigmoid"}),
        (["--option", "max-length=12"], {"max_length": 12}),
        (["--option", "truncation=false"], {"truncation": False}),
        (["--option", "text_pair=a = b"], {"text_pair": "a = b"}),
        (["--top-k", "3", "--option", "top_k=5"], {"top_k": 5}),
    ],
)
def test_task_options_reach_the_call(
    command: Command, classifier: Any, arguments: list[str], expected: dict[str, Any]
) -> None:
    status, _, _ = command("run", "text-classification", "x", *arguments)
    assert status == 0
    assert classifier.calls == [expected]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], {"pooling": "auto"}),
        (["--pooling", "none"], {"pooling": "none"}),
        (["--normalize"], {"pooling": "auto", "normalize": True}),
    ],
)
def test_embeddings_are_pooled_as_the_model_says_unless_told(
    command: Command, embedder: Any, arguments: list[str], expected: dict[str, Any]
) -> None:
    for task in ("feature-extraction", "embeddings"):
        command("run", task, "x", *arguments)
    assert embedder.calls == [expected] * 2


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["run"],
        ["run", "text-classification"],
        ["run", "text-classification", "x", "--top-k", "many"],
        ["run", "text-classification", "x", "--option", "nothing"],
        ["run", "text-classification", "x", "--option", "=1"],
        ["run", "text-classification", "x", "--unknown"],
        ["dance"],
    ],
)
def test_wrong_usage_is_status_2(command: Command, classifier: Any, arguments: list[str]) -> None:
    status, out, err = command(*arguments)
    assert status == 2
    assert out == ""
    assert "usage: onnxformers" in err


def test_embeddings_are_summarised_and_compared(command: Command, embedder: Any) -> None:
    _, out, _ = command("run", "feature-extraction", "aaa", "ooo")
    lines = out.splitlines()
    assert lines[0] == "aaa"
    assert lines[1].startswith("  shape (4,)  float32  norm 1.0000  [0.9707, 0.1387, ")
    cosine = float(embedder.answer("aaa") @ embedder.answer("ooo"))
    assert lines[4:] == [
        "cosine similarity",
        "          1       2",
        f"  1  1.0000  {cosine:.4f}",
        f"  2  {cosine:.4f}  1.0000",
    ]


def test_a_single_embedding_is_not_compared(command: Command, embedder: Any) -> None:
    _, out, _ = command("run", "feature-extraction", "aaa")
    assert "cosine" not in out


def test_lines_of_stdin_are_inputs_among_others(
    command: Command, classifier: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("good one\n\nlast without newline"))
    _, out, _ = command("run", "text-classification", "first", "-", "end")
    texts = [line for line in out.splitlines() if not line.startswith("  ")]
    assert texts == ["first", "good one", "", "last without newline", "end"]


def test_a_result_is_printed_before_the_next_line_is_read(
    command: Command, classifier: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed_before = []
    out = io.StringIO()

    def lines() -> Iterator[str]:
        for _ in range(3):
            printed_before.append(out.getvalue().count("POSITIVE"))
            yield "good\n"

    monkeypatch.setattr(sys, "stdin", lines())
    monkeypatch.setattr(sys, "stdout", out)
    command("run", "text-classification", "-")
    assert printed_before == [0, 1, 2]


def test_no_line_on_stdin_is_no_result(
    command: Command, classifier: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    assert command("run", "text-classification", "-", "--json") == (0, "[]\n", "")


def test_bytes_that_are_no_text_are_an_error(
    command: Command, classifier: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"good\n\xff\n"), "utf-8"))
    status, _, err = command("run", "text-classification", "-")
    assert status == 1
    assert err == "onnxformers: error: [run] stdin must be text in utf-8, got byte 0xff\n"


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (OnnxformersError("[hub] no\nsuch  thing"), "onnxformers: error: [hub] no such thing\n"),
        (MissingFileError("[hub] no \x1b[2J"), "onnxformers: error: [hub] no \\x1b[2J\n"),
    ],
)
def test_an_error_of_ours_is_one_clean_line(
    command: Command,
    use_pipeline: Callable[..., Any],
    error: OnnxformersError,
    expected: str,
) -> None:
    def fail(text: str) -> None:
        raise error

    use_pipeline(fail)
    assert command("run", "text-classification", "x") == (1, "", expected)


def test_ctrl_c_is_status_130(command: Command, use_pipeline: Callable[..., Any]) -> None:
    def interrupt(text: str) -> None:
        raise KeyboardInterrupt

    use_pipeline(interrupt)
    assert command("run", "text-classification", "x") == (130, "", "")


def test_an_error_that_is_not_ours_is_not_hidden(
    command: Command, use_pipeline: Callable[..., Any]
) -> None:
    def fail(text: str) -> None:
        raise ZeroDivisionError

    use_pipeline(fail)
    with pytest.raises(ZeroDivisionError):
        command("run", "text-classification", "x")
