"""Settings that are set, tokens that are added, and calls that go on meanwhile."""

from __future__ import annotations

import copy
import pickle
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from onnxformers.errors import InvalidArgumentError, InvalidTypeError, OnnxformersError
from onnxformers.tokenizers import AddedToken, AutoTokenizer, PreTrainedTokenizer

MakeFolder = Callable[..., Path]


def load(folder: Path, **options: Any) -> PreTrainedTokenizer:
    return AutoTokenizer.from_pretrained(folder, local_files_only=True, **options)


def test_special_tokens_may_be_set(bert: PreTrainedTokenizer) -> None:
    bert.pad_token = bert.sep_token
    assert (bert.pad_token, bert.pad_token_id) == ("[SEP]", 3)
    assert bert(["a", "a b"], padding=True).input_ids.tolist() == [[2, 8, 3, 3], [2, 8, 9, 3]]
    bert.pad_token_id = 4
    assert bert.pad_token == "[MASK]"
    bert.mask_token = AddedToken("b", lstrip=True)
    assert bert.mask_token_id == 9
    assert bert.special_tokens_map_extended["mask_token"].lstrip
    bert.pad_token = None
    assert bert.pad_token_id is None
    with pytest.raises(InvalidArgumentError, match="needs a padding token"):
        bert("a", padding=True)
    bert.additional_special_tokens = ["a", AddedToken("c")]
    assert bert.additional_special_tokens == ["a", "c"]
    assert bert.additional_special_tokens_ids == [8, 10]
    assert bert.all_special_tokens == ["[UNK]", "[SEP]", "[CLS]", "b", "a", "c"]


def test_an_unknown_special_token_has_the_id_of_the_unknown_one(bert: PreTrainedTokenizer) -> None:
    bert.pad_token = "no such"
    assert bert.pad_token_id == bert.unk_token_id == 1


def test_lengths_and_sides_may_be_set(bert: PreTrainedTokenizer) -> None:
    bert.padding_side = "left"
    assert bert(["a", "a b"], padding=True).input_ids.tolist() == [[0, 2, 8, 3], [2, 8, 9, 3]]
    bert.truncation_side = "left"
    bert.model_max_length = 4
    assert bert("a b c", truncation=True).input_ids.tolist() == [[2, 9, 10, 3]]
    bert.model_max_length = None
    assert bert("a b c", truncation=True).input_ids.tolist() == [[2, 8, 9, 10, 3]]
    bert.model_input_names = ["input_ids"]
    assert list(bert("a")) == ["input_ids"]
    bert.pad_token_type_id = 5
    padded = bert("a", padding="max_length", max_length=4, return_token_type_ids=True)
    assert padded.token_type_ids.tolist() == [[5, 0, 0, 0]]
    bert.clean_up_tokenization_spaces = True
    assert bert.decode([8, 16, 9]) == "a'b"


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("padding_side", "up", InvalidArgumentError),
        ("model_max_length", 0, InvalidArgumentError),
        ("model_input_names", "x", InvalidArgumentError),
        ("pad_token_type_id", -1, InvalidArgumentError),
        ("pad_token", 3, InvalidTypeError),
        ("additional_special_tokens", [3], InvalidTypeError),
        ("pad_tokn", "[PAD]", InvalidArgumentError),
    ],
)
def test_what_cannot_be_set(
    bert: PreTrainedTokenizer, name: str, value: Any, error: type[OnnxformersError]
) -> None:
    before = repr(bert)
    with pytest.raises(error):
        setattr(bert, name, value)
    assert repr(bert) == before


def test_added_tokens_get_the_next_ids(bert: PreTrainedTokenizer) -> None:
    assert bert.add_tokens(["<x>", "<y>", "<x>", ""]) == 2
    assert bert.add_tokens("<x>") == 0
    assert bert.add_tokens([]) == 0
    assert (len(bert), bert.vocab_size) == (24, 22)
    assert bert.convert_tokens_to_ids(["<x>", "<y>"]) == [22, 23]
    assert bert.get_added_vocab()["<y>"] == 23
    assert bert.get_vocab()["<y>"] == 23
    assert bert("a <X>b").input_ids.tolist() == [[2, 8, 22, 9, 3]]
    assert bert.decode([8, 22, 9], skip_special_tokens=True) == "a <x> b"


def test_a_token_of_the_vocabulary_keeps_its_id(bert: PreTrainedTokenizer) -> None:
    assert bert.add_tokens(AddedToken("hello", single_word=True)) == 1
    assert len(bert) == 22
    assert bert.added_tokens_decoder[5].single_word
    assert bert.add_tokens("hello") == 1
    assert not bert.added_tokens_decoder[5].single_word


def test_added_special_tokens(bert: PreTrainedTokenizer) -> None:
    assert bert.add_tokens(["<x>"], special_tokens=True) == 1
    assert bert.added_tokens_decoder[22] == AddedToken("<x>", special=True, normalized=False)
    assert bert("<X>").input_ids.tolist() != [[2, 22, 3]]
    assert bert.decode([8, 22], skip_special_tokens=True) == "a"
    assert bert.add_special_tokens({"bos_token": "<s>", "pad_token": "[PAD]"}) == 1
    assert (bert.bos_token, bert.bos_token_id) == ("<s>", 23)
    assert bert.add_special_tokens({"additional_special_tokens": ["<a>", "<b>"]}) == 2
    more = {"additional_special_tokens": ["<a>", "<c>"]}
    assert bert.add_special_tokens(more, replace_additional_special_tokens=False) == 1
    assert bert.additional_special_tokens == ["<a>", "<b>", "<c>"]
    assert bert.add_special_tokens({"additional_special_tokens": ["<c>"]}) == 0
    assert bert.additional_special_tokens == ["<c>"]
    with pytest.raises(InvalidTypeError, match="no_token cannot be set so"):
        bert.add_special_tokens({"no_token": "x"})
    with pytest.raises(InvalidTypeError, match="must be a str or an AddedToken"):
        bert.add_tokens([3])  # type: ignore[list-item]


def test_special_tokens_can_be_split(bert: PreTrainedTokenizer) -> None:
    assert bert("[SEP]").input_ids.tolist() == [[2, 3, 3]]
    split = bert("[SEP]", split_special_tokens=True).input_ids.tolist()
    assert split == [[2, 1, 1, 1, 3]]
    bert.split_special_tokens = True
    assert bert("[SEP]").input_ids.tolist() == split
    assert bert.encode("[SEP]") == split[0]


@pytest.mark.parametrize("way", ["saved", "pickled", "copied", "deep"])
def test_changes_survive(bert: PreTrainedTokenizer, tmp_path: Path, way: str) -> None:
    bert.add_tokens([AddedToken("<x>", lstrip=True), "hello"])
    bert.add_special_tokens({"bos_token": "<s>", "additional_special_tokens": ["<a>"]})
    bert.padding_side = "left"
    bert.model_max_length = 5
    if way == "saved":
        bert.save_pretrained(tmp_path / "saved")
        other = load(tmp_path / "saved")
    elif way == "pickled":
        other = pickle.loads(pickle.dumps(bert))
    else:
        other = copy.copy(bert) if way == "copied" else copy.deepcopy(bert)
    assert type(other) is type(bert)
    assert other.get_vocab() == bert.get_vocab()
    assert other.added_tokens_decoder == bert.added_tokens_decoder
    assert other.special_tokens_map == bert.special_tokens_map
    assert other.bos_token_id == bert.bos_token_id == 23
    options: dict[str, Any] = {"padding": "max_length", "truncation": True}
    text = "hello  <x> a b c d"
    assert other(text, **options).input_ids.tolist() == bert(text, **options).input_ids.tolist()
    other.add_tokens("<z>")
    other.padding_side = "right"
    assert "<z>" not in bert.get_vocab()
    assert bert.padding_side == "left"


def test_calls_of_other_threads_see_all_of_a_change_or_nothing(bert: PreTrainedTokenizer) -> None:
    """Side and padding token change together with the vocabulary; no call sees a mixture."""
    seen: set[str] = set()
    done = threading.Event()

    def call() -> None:
        while not done.is_set():
            seen.add(str(bert(["a", "a <x> b"], padding=True).input_ids.tolist()))

    threads = [threading.Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    expected = {str(bert(["a", "a <x> b"], padding=True).input_ids.tolist())}
    for change in (
        lambda: bert.add_tokens("<x>"),
        lambda: setattr(bert, "padding_side", "left"),
        lambda: setattr(bert, "pad_token", "[MASK]"),
    ):
        change()
        expected.add(str(bert(["a", "a <x> b"], padding=True).input_ids.tolist()))
    done.set()
    for thread in threads:
        thread.join()
    assert seen <= expected


def test_tokens_added_by_many_threads_all_count(bert: PreTrainedTokenizer) -> None:
    threads = [
        threading.Thread(target=bert.add_tokens, args=([f"<{i}-{j}>" for j in range(5)],))
        for i in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(bert) == 22 + 40
    assert sorted(bert.get_vocab().values()) == list(range(62))


def test_bos_and_eos_by_settings(make_folder: MakeFolder) -> None:
    config = {"tokenizer_class": "LlamaTokenizer", "bos_token": "[CLS]", "eos_token": "[SEP]"}
    tokenizer = load(make_folder(tokenizer_config={**config, "unk_token": "[UNK]"}))
    assert tokenizer("a").input_ids.tolist() == [[2, 8]]
    assert tokenizer("a", "b").input_ids.tolist() == [[2, 8, 2, 9]]
    tokenizer.add_eos_token = True
    assert tokenizer("a", "b", return_token_type_ids=True).token_type_ids.tolist() == [
        [0, 0, 0, 1, 1, 1]
    ]
    tokenizer.add_bos_token = False
    assert tokenizer("a").input_ids.tolist() == [[8, 3]]
    tokenizer.eos_token = "[PAD]"
    assert tokenizer("a").input_ids.tolist() == [[8, 3]]
    tokenizer.update_post_processor()
    assert tokenizer("a").input_ids.tolist() == [[8, 0]]
    again = pickle.loads(pickle.dumps(tokenizer))
    assert again("a").input_ids.tolist() == [[8, 0]]
    tokenizer.bos_token = None
    with pytest.raises(InvalidArgumentError, match="add_bos_token is on, but"):
        tokenizer.add_bos_token = True
    assert tokenizer.add_bos_token is False
