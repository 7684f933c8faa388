"""Saved, pickled, and used from many threads."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from onnxformers.tokenizers import AutoTokenizer, PreTrainedTokenizer

MakeFolder = Callable[..., Path]

TEXTS = ["hello worlds", "a, b. c!", "naïve 'n", "", "🙂 unknown"]


def state(tokenizer: PreTrainedTokenizer) -> dict[str, Any]:
    hidden = {"native", "name_or_path", "config"}
    return {
        name: value
        for name, value in vars(tokenizer).items()
        if name not in hidden and not name.startswith("_")
    }


def test_saved_and_loaded_again(make_folder: MakeFolder, tmp_path: Path) -> None:
    config = {"tokenizer_class": "DistilBertTokenizer", "do_lower_case": False}
    before = AutoTokenizer.from_pretrained(
        make_folder(tokenizer_config=config), model_max_length=99, eos_token="<end>"
    )
    target = tmp_path / "deep" / "folder"
    written = before.save_pretrained(target)
    assert sorted(Path(path).name for path in written) == [
        "special_tokens_map.json",
        "tokenizer.json",
        "tokenizer_config.json",
    ]
    after = AutoTokenizer.from_pretrained(target, local_files_only=True)
    assert type(after) is type(before)
    assert state(after) == state(before)
    assert (
        after(TEXTS, padding=True).input_ids.tolist()
        == before(TEXTS, padding=True).input_ids.tolist()
    )


def test_what_was_not_changed_is_saved_byte_for_byte(
    make_folder: MakeFolder, tmp_path: Path
) -> None:
    folder = make_folder()
    AutoTokenizer.from_pretrained(folder).save_pretrained(tmp_path / "copy")
    assert (tmp_path / "copy/tokenizer.json").read_bytes() == (
        folder / "tokenizer.json"
    ).read_bytes()


def test_pickled(bert: PreTrainedTokenizer) -> None:
    again = pickle.loads(pickle.dumps(bert))
    assert type(again) is type(bert)
    assert state(again) == state(bert)
    assert again.name_or_path == bert.name_or_path
    assert again.encode("hello worlds") == bert.encode("hello worlds")


def test_repr(bert: PreTrainedTokenizer) -> None:
    assert repr(bert).startswith("BertTokenizer(name_or_path='")
    assert "vocab_size=22, model_max_length=8, padding_side='right'" in repr(bert)


@pytest.mark.slow
def test_one_tokenizer_serves_32_threads(bert: PreTrainedTokenizer) -> None:
    options: list[dict[str, Any]] = [
        {"padding": True},
        {"padding": "max_length", "max_length": 12},
        {"padding": True, "truncation": True, "max_length": 4},
        {"padding": True, "padding_side": "left", "add_special_tokens": False},
    ]

    def work(index: int) -> list[list[int]]:
        ids = bert(TEXTS, verbose=False, **options[index % len(options)]).input_ids
        return [row.tolist() for row in ids]

    expected = [work(index) for index in range(len(options))]
    with ThreadPoolExecutor(32) as pool:
        results = list(pool.map(work, range(10_000)))
    assert all(rows == expected[i % len(options)] for i, rows in enumerate(results))
