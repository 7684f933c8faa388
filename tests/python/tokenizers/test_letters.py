"""A vocab.json of letters, as speech models have it; expected values from transformers 4.46.3."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from onnxformers import AutoTokenizer
from onnxformers.errors import FileFormatError, MissingFileError

LETTERS = {t: i for i, t in enumerate(["<pad>", "<s>", "</s>", "<unk>", *"|AEHLO'"])}
CLASS = "Wav2Vec2CTCTokenizer"


def saved(folder: Path, vocab: Any = LETTERS, **config: Any) -> str:
    (folder / "vocab.json").write_text(vocab if isinstance(vocab, str) else json.dumps(vocab))
    config = {"tokenizer_class": CLASS, **config}
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
    return str(folder)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("HELLO", [7, 6, 8, 8, 9]),
        ("HE  É", [7, 6, 4, 4, 3]),
        (" A", [4, 5]),
        ("A<pad>L", [5, 0, 8]),
        ("", []),
        ("A <s> L", [5, 1, 8]),
        ("HAL'O A", [7, 5, 8, 10, 9, 4, 5]),
    ],
)
def test_each_letter_is_a_token(tmp_path: Path, text: str, ids: list[int]) -> None:
    tokenizer = AutoTokenizer.from_pretrained(saved(tmp_path))
    assert type(tokenizer).__name__ == CLASS
    assert tokenizer(text, return_tensors=None)["input_ids"] == ids


@pytest.mark.parametrize(
    ("ids", "text", "without_special_tokens"),
    [
        ([7, 6, 6, 8, 0, 8, 9, 4, 5], "HELLO A", "HELO A"),
        ([4, 7, 4, 4, 5, 4], "H A", "H A"),
        ([1, 7, 2, 3], "<s>H</s><unk>", "H"),
        ([3, 10, 5], "<unk>'A", "'A"),
        ([0, 4, 0], "", ""),
    ],
)
def test_repeated_letters_and_blanks_are_taken_out(
    tmp_path: Path, ids: list[int], text: str, without_special_tokens: str
) -> None:
    tokenizer = AutoTokenizer.from_pretrained(saved(tmp_path))
    assert tokenizer.decode(ids) == text
    assert tokenizer.decode(ids, skip_special_tokens=True) == without_special_tokens


@pytest.mark.parametrize("skip", [True, False])
def test_no_spaces_stand_at_the_ends_of_what_a_tokenizer_json_decodes(
    tmp_path: Path, skip: bool
) -> None:
    sections = {
        "normalizer": {"type": "Replace", "pattern": {"String": " "}, "content": "|"},
        "pre_tokenizer": {
            "type": "Split",
            "pattern": {"Regex": ""},
            "behavior": "Isolated",
            "invert": False,
        },
        "decoder": {"type": "CTC", "pad_token": "<pad>", "word_delimiter_token": "|"},
        "model": {"type": "WordLevel", "vocab": LETTERS, "unk_token": "<unk>"},
    }
    (tmp_path / "tokenizer.json").write_text(json.dumps({"added_tokens": [], **sections}))
    tokenizer = AutoTokenizer.from_pretrained(saved(tmp_path))
    rows = [[4, 7, 6, 6, 9, 4, 5, 4], [4], []]
    assert tokenizer.batch_decode(rows, skip_special_tokens=skip) == ["HEO A", "", ""]
    assert tokenizer.decode(rows[0], skip_special_tokens=skip) == "HEO A"


def test_a_vocabulary_for_each_language(tmp_path: Path) -> None:
    later = {token: index + 10 for token, index in LETTERS.items()}
    folder = saved(tmp_path, {"eng": LETTERS, "fra": later}, target_lang="fra")
    french = AutoTokenizer.from_pretrained(folder)
    assert french("AÉ", return_tensors=None)["input_ids"] == [15, 13]
    assert french.decode([15, 15, 10, 14, 15]) == "A A"
    english = AutoTokenizer.from_pretrained(folder, target_lang="eng")
    assert english("A", return_tensors=None)["input_ids"] == [5]
    with pytest.raises(FileFormatError, match="one of eng, fra; got 'deu'"):
        AutoTokenizer.from_pretrained(folder, target_lang="deu")


def test_other_special_tokens(tmp_path: Path) -> None:
    vocab = {"[PAD]": 0, "[UNK]": 1, "_": 2, "A": 3}
    tokens = {"pad_token": {"content": "[PAD]"}, "unk_token": "[UNK]"}
    folder = saved(tmp_path, vocab, word_delimiter_token="_", **tokens)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    assert tokenizer("A É", return_tensors=None)["input_ids"] == [3, 2, 1]
    assert tokenizer.decode([3, 0, 3, 2, 3, 1]) == "AA A[UNK]"
    assert tokenizer.decode([3, 2, 3, 1], skip_special_tokens=True) == "A A"


@pytest.mark.parametrize(
    ("vocab", "config", "message"),
    [
        ("[1]", {}, r"\[vocab.json\] must be an object that maps tokens to ids"),
        ("{}", {}, r"\[vocab.json\] must be an object that maps tokens to ids"),
        ("{", {}, r"\[vocab.json\] is not usable JSON"),
        (LETTERS, {"do_lower_case": True}, "do_lower_case reads capitals"),
        (LETTERS, {"replace_word_delimiter_char": "-"}, "must be a space, got '-'"),
        ({"A": "B"}, {}, r"\[tokenizer.json\] model"),
    ],
)
def test_what_cannot_be_read(
    tmp_path: Path, vocab: Any, config: dict[str, Any], message: str
) -> None:
    with pytest.raises(FileFormatError, match=message):
        AutoTokenizer.from_pretrained(saved(tmp_path, vocab, **config))


def test_a_vocabulary_alone_is_not_taken_for_letters(tmp_path: Path) -> None:
    folder = saved(tmp_path, tokenizer_class=None)
    with pytest.raises(MissingFileError, match=r"tokenizer\.json is not in"):
        AutoTokenizer.from_pretrained(folder)
    folder = saved(tmp_path, tokenizer_class="VitsTokenizer")
    with pytest.raises(MissingFileError, match=r"vocab.json in the way of VitsTokenizer"):
        AutoTokenizer.from_pretrained(folder)
