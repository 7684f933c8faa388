from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from onnxformers.cli import demo
from onnxformers.errors import InvalidArgumentError, OfflineError

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder without the model of the repository."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def words(use_pipeline: Callable[..., Any]) -> Any:
    """Embeds a text by the words of the page that it has, so that the ranking is known."""
    vocabulary = sorted({word for text in demo.SENTENCES for word in text.lower().split()})

    def embed(text: str) -> np.ndarray:
        vector = np.array([word in text.lower().split() for word in vocabulary], np.float32)
        return vector / max(1, np.linalg.norm(vector))

    return use_pipeline(embed)


def test_a_query_finds_the_sentence_that_means_it(command: Command, words: Any) -> None:
    status, out, err = command("demo", "--query", "kitten asleep")
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert re.fullmatch(r"sentences  20 embedded, \d+ dimensions, .* m?s", lines[1])
    ranking = lines[lines.index(next(x for x in lines if x.startswith("kitten asleep"))) + 1 :]
    assert len(ranking) == demo.BEST
    assert "A kitten fell asleep on the keyboard of my laptop." in ranking[0]
    scores = [float(line.split()[0]) for line in ranking]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > 0


def test_without_a_query_the_built_in_ones_run(command: Command, words: Any) -> None:
    _, out, _ = command("demo")
    assert all(query in out for query in demo.QUERIES)


def test_the_model_is_loaded_quantised_and_pools_as_it_says(command: Command, words: Any) -> None:
    command("demo", "--query", "x")
    assert words.loaded == {"task": "feature-extraction", "model": demo.HUB_MODEL, "dtype": "q8"}
    assert words.calls == [{"pooling": "auto", "normalize": True}] * 2
    assert words.closed


def test_loading_options_win(command: Command, words: Any) -> None:
    command("demo", "--query", "x", "--dtype", "fp32", "--model", "mine")
    assert words.loaded == {"task": "feature-extraction", "model": "mine", "dtype": "fp32"}


def test_the_model_of_the_repository_is_found_first(elsewhere: Path) -> None:
    assert demo.find_model(None) == demo.HUB_MODEL
    (elsewhere / demo.LOCAL_MODEL).mkdir(parents=True)
    assert demo.find_model(None) == str(demo.LOCAL_MODEL)
    assert demo.find_model("other") == "other"


def test_offline_it_says_how_to_get_the_model(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pipeline(*_: object, **__: object) -> None:
        raise OfflineError("[hub] no network.")

    monkeypatch.setattr("onnxformers.pipeline", pipeline, raising=False)
    status, out, err = command("demo")
    assert (status, out) == (1, "")
    assert err.startswith("onnxformers: error: [hub] no network. Without a network: ")
    assert "--model" in err
    assert demo.LOCAL_MODEL.as_posix() in err


@pytest.mark.parametrize("error", [OfflineError("[hub] gone"), InvalidArgumentError("[x] bad")])
def test_the_hint_is_given_only_for_the_demo_model(
    command: Command, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def pipeline(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("onnxformers.pipeline", pipeline, raising=False)
    assert command("demo", "--model", "mine") == (1, "", f"onnxformers: error: {error}\n")
