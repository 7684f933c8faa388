"""tokenizer.json with nothing but a vocabulary, as Transformers.js keeps letters and sounds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from onnxformers import AutoTokenizer
from onnxformers.errors import FileFormatError
from onnxformers.tokenizers import PreTrainedTokenizer

LETTERS = {token: index for index, token in enumerate(["<pad>", "<s>", "</s>", "<unk>", *"|AEHLO"])}
SOUNDS = {token: index for index, token in enumerate([*"k'eho l", "<unk>"])}
CTC = {"type": "CTC", "pad_token": "<pad>", "word_delimiter_token": "|", "cleanup": True}
SPLIT = {"type": "Split", "pattern": {"Regex": ""}, "behavior": "Isolated", "invert": False}


def replace(pattern: str, content: str) -> dict[str, Any]:
    return {"type": "Replace", "pattern": {"Regex": pattern}, "content": content}


def saved(folder: Path, vocab: dict[str, Any], config: dict[str, Any], **parts: Any) -> str:
    """A folder with a tokenizer of this vocabulary."""
    document = {"version": "1.0", "added_tokens": [], "pre_tokenizer": SPLIT, **parts}
    (folder / "tokenizer.json").write_text(json.dumps({**document, "model": {"vocab": vocab}}))
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
    return str(folder)


def letters(folder: Path, vocab: dict[str, Any] = LETTERS, **config: Any) -> str:
    config = {"tokenizer_class": "Wav2Vec2CTCTokenizer", **config}
    return saved(folder, vocab, config, normalizer=replace(" ", "|"), decoder=CTC)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("HELLO", [7, 6, 8, 8, 9]),
        ("HE  É", [7, 6, 4, 4, 3]),
        (" A", [4, 5]),
        ("A<pad>L", [5, 0, 8]),
        ("", []),
    ],
)
def test_letters(tmp_path: Path, text: str, ids: list[int]) -> None:
    tokenizer = AutoTokenizer.from_pretrained(letters(tmp_path))
    assert tokenizer(text, return_tensors=None)["input_ids"] == ids


def test_letters_back_to_text(tmp_path: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(letters(tmp_path))
    assert tokenizer.decode([7, 6, 6, 8, 0, 8, 9, 4, 5]) == "HELLO A"
    assert tokenizer.get_vocab() == LETTERS


def sounds(folder: Path, **config: Any) -> PreTrainedTokenizer:
    blanks = replace("(?=.)|(?<!^)$", "k")
    stages = [{"type": "Lowercase"}, replace("[^k'eho l]", ""), blanks]
    config |= {"tokenizer_class": "VitsTokenizer", "unk_token": "<unk>", "pad_token": "k"}
    normalizer = {"type": "Sequence", "normalizers": stages}
    return AutoTokenizer.from_pretrained(saved(folder, SOUNDS, config, normalizer=normalizer))


def test_sounds_with_a_blank_around_each(tmp_path: Path) -> None:
    ids = sounds(tmp_path)("Hé lo!", return_tensors=None)["input_ids"]
    assert ids == [0, 3, 0, 5, 0, 6, 0, 4, 0]


@pytest.mark.parametrize(
    ("ids", "text", "without_blanks_in_them"),
    [
        ([0, 3, 0, 2, 0, 5, 0, 6, 0, 4, 0], "he lo", "khkek klkok"),
        ([], "", ""),
        ([3], "h", "h"),
        ([0, 3, 0, 7, 0, 2, 0], "h<unk>e", "khk<unk>kek"),
        ([3, 2], "e", "he"),
        ([0, 0, 0, 99, 0], "k", "kkkk"),
    ],
)
def test_sounds_back_to_text(
    tmp_path: Path, ids: list[int], text: str, without_blanks_in_them: str
) -> None:
    tokenizer = sounds(tmp_path)
    assert tokenizer.decode(ids) == text
    assert tokenizer.decode(ids, skip_special_tokens=True) == text.replace("<unk>", "")
    assert tokenizer.batch_decode([ids, ids]) == [text, text]
    if 99 not in ids:
        tokens = tokenizer.convert_ids_to_tokens(ids)
        assert tokenizer.convert_tokens_to_string(tokens) == text
    assert sounds(tmp_path, add_blank=False).decode(ids) == without_blanks_in_them


def test_sounds_with_spaces_to_clean_up(tmp_path: Path) -> None:
    tokenizer = sounds(tmp_path, clean_up_tokenization_spaces=False)
    ids = [0, 5, 0, 1, 0, 5, 0]
    assert tokenizer.decode(ids) == " ' "
    assert tokenizer.decode(ids, clean_up_tokenization_spaces=True) == "'"


@pytest.mark.parametrize("unk_token", ["A", {"content": "A", "lstrip": False}])
def test_the_unknown_token_is_that_of_the_files(tmp_path: Path, unk_token: Any) -> None:
    tokenizer = AutoTokenizer.from_pretrained(letters(tmp_path, unk_token=unk_token))
    assert tokenizer("É", return_tensors=None)["input_ids"] == [5]


def test_a_vocabulary_for_each_language(tmp_path: Path) -> None:
    later = {token: index + 10 for token, index in LETTERS.items()}
    folder = letters(tmp_path, {"eng": LETTERS, "fra": later}, target_lang="fra")
    assert AutoTokenizer.from_pretrained(folder)("A", return_tensors=None)["input_ids"] == [15]
    english = AutoTokenizer.from_pretrained(folder, target_lang="eng")
    assert english("A", return_tensors=None)["input_ids"] == [5]
    with pytest.raises(FileFormatError, match="target_lang must be one of eng, fra; got 'deu'"):
        AutoTokenizer.from_pretrained(folder, target_lang="deu")


def test_it_is_saved_as_a_model_that_names_its_type(tmp_path: Path) -> None:
    folder = letters(tmp_path, {"eng": LETTERS}, target_lang="eng")
    AutoTokenizer.from_pretrained(folder).save_pretrained(tmp_path / "again")
    model = json.loads((tmp_path / "again" / "tokenizer.json").read_text())["model"]
    assert model == {"type": "WordLevel", "vocab": LETTERS, "unk_token": "<unk>"}
    again = AutoTokenizer.from_pretrained(tmp_path / "again")
    assert again("HÉ", return_tensors=None)["input_ids"] == [7, 3]


def test_without_an_unknown_token_the_file_is_refused() -> None:
    document = json.dumps({"model": {"vocab": LETTERS}}).encode()
    with pytest.raises(FileFormatError, match='the field "unk_token" is missing'):
        PreTrainedTokenizer(document)


def test_other_models_without_a_type_are_left_alone() -> None:
    model = {"vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b"]}
    tokenizer = PreTrainedTokenizer(json.dumps({"model": model}).encode())
    assert tokenizer("ab", return_tensors=None)["input_ids"] == [2]
