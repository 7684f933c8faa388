"""Tokenizers of translation models: languages as special tokens, and what is to be written."""

from __future__ import annotations

import copy
import json
import pickle
import struct
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from onnxformers.errors import FileFormatError, InvalidArgumentError
from onnxformers.tokenizers import AutoTokenizer

SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")
WORDS = ("hello", "world", "hallo", "welt")
NAMES = {
    "NllbTokenizer": ("eng_Latn", "deu_Latn", "zho_Hans"),
    "M2M100Tokenizer": ("__en__", "__de__", "__zh__"),
    "MBart50Tokenizer": ("en_XX", "de_DE", "zh_CN"),
    "MBartTokenizer": ("en_XX", "de_DE", "zh_CN"),
}
CODES = {**NAMES, "M2M100Tokenizer": ("en", "de", "zh")}
# Ids: 4 to 7 the words, 8 to 10 the languages, 2 the end.
ENGLISH, GERMAN, CHINESE = 8, 9, 10

MakeTokenizer = Callable[..., Any]


def document(languages: tuple[str, ...], more: tuple[str, ...] = ()) -> dict[str, Any]:
    tokens = [*SPECIAL, *languages]
    vocab = {token: i for i, token in enumerate([*SPECIAL, *WORDS, *languages, *more])}
    flags = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
    added = [{"id": vocab[t], "content": t, "special": True, **flags} for t in tokens]
    return {
        "version": "1.0",
        "added_tokens": added,
        "normalizer": None,
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": None,
        "decoder": None,
        "model": {"type": "WordLevel", "unk_token": "<unk>", "vocab": vocab},
    }


@pytest.fixture
def make(tmp_path: Path) -> MakeTokenizer:
    def load(name: str, more: tuple[str, ...] = (), **config: Any) -> Any:
        languages = NAMES.get(name, ())
        special = {"eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"}
        config = {
            "tokenizer_class": name,
            **special,
            "additional_special_tokens": list(languages),
            **config,
        }
        (tmp_path / "tokenizer.json").write_text(json.dumps(document(languages, more)))
        (tmp_path / "tokenizer_config.json").write_text(json.dumps(config))
        return AutoTokenizer.from_pretrained(tmp_path)

    return load


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("NllbTokenizer", [ENGLISH, 4, 5, 2]),
        ("M2M100Tokenizer", [ENGLISH, 4, 5, 2]),
        ("MBart50Tokenizer", [ENGLISH, 4, 5, 2]),
        ("MBartTokenizer", [4, 5, 2, ENGLISH]),
    ],
)
def test_each_language_has_its_place(make: MakeTokenizer, name: str, row: list[int]) -> None:
    tokenizer = make(name)
    english, german, chinese = CODES[name]
    assert tokenizer.src_lang == english
    assert tokenizer.language_codes == [english, german, chinese]
    assert tokenizer.lang_code_to_token == dict(zip(CODES[name], NAMES[name], strict=True))
    assert tokenizer.lang_code_to_id == {english: ENGLISH, german: GERMAN, chinese: CHINESE}
    assert tokenizer.get_lang_id(german) == GERMAN
    assert tokenizer.id_to_lang_token[GERMAN] == tokenizer.get_lang_token(german)
    assert tokenizer.lang_token_to_id[NAMES[name][1]] == GERMAN
    assert tokenizer.encode("hello world") == row
    assert [*tokenizer.prefix_tokens, 4, 5, *tokenizer.suffix_tokens] == row
    pair = tokenizer("hello", "world", return_token_type_ids=True)
    assert pair.input_ids.tolist() == [row]
    assert pair.token_type_ids.tolist() == [[0, 0, 0, 0]]
    tokenizer.src_lang = german
    german_row = [GERMAN if token == ENGLISH else token for token in row]
    assert tokenizer.encode("hello world") == german_row
    assert tokenizer.src_lang == german


def test_nllb_as_it_was_before(make: MakeTokenizer) -> None:
    assert make("NllbTokenizer", legacy_behaviour=True).encode("hello") == [4, 2, ENGLISH]


@pytest.mark.parametrize("name", NAMES)
def test_inputs_of_a_translation(make: MakeTokenizer, name: str) -> None:
    tokenizer = make(name)
    english, german, chinese = CODES[name]
    before = tokenizer.encode("hello")
    found = tokenizer._build_translation_inputs(
        ["hello", "hello world"], src_lang=german, tgt_lang=chinese, padding=True
    )
    assert found["forced_bos_token_id"] == CHINESE
    assert [row.tolist().count(GERMAN) for row in found.input_ids] == [1, 1]
    # Another thread that uses the tokenizer sees nothing of that.
    assert tokenizer.encode("hello") == before
    assert tokenizer.src_lang == english
    with pytest.raises(InvalidArgumentError, match=f"needs tgt_lang; there are {english}"):
        tokenizer._build_translation_inputs("hello", src_lang=german)
    tokenizer.tgt_lang = german
    assert tokenizer._build_translation_inputs("hello")["forced_bos_token_id"] == GERMAN


@pytest.mark.parametrize("language", ["xx", "", "hello", "</s>", "__en__x", "xyz_Abcd"])
@pytest.mark.parametrize("name", NAMES)
def test_no_such_language(make: MakeTokenizer, name: str, language: str) -> None:
    tokenizer = make(name)
    before = tokenizer.encode("hello")
    with pytest.raises(InvalidArgumentError, match="is no language of this tokenizer"):
        tokenizer.src_lang = language
    with pytest.raises(InvalidArgumentError, match="is no language of this tokenizer"):
        tokenizer.tgt_lang = language
    with pytest.raises(InvalidArgumentError, match="is no language of this tokenizer"):
        tokenizer._build_translation_inputs("hello", tgt_lang=language)
    assert tokenizer.encode("hello") == before
    with pytest.raises(FileFormatError, match="src_lang of tokenizer_config"):
        make(name, src_lang=language or "yy")


def test_a_language_when_loading(make: MakeTokenizer, tmp_path: Path) -> None:
    make("NllbTokenizer")
    tokenizer = AutoTokenizer.from_pretrained(tmp_path, src_lang="zho_Hans", tgt_lang="eng_Latn")
    assert tokenizer.encode("hello") == [CHINESE, 4, 2]
    assert tokenizer.tgt_lang == "eng_Latn"


def test_targets(make: MakeTokenizer) -> None:
    tokenizer = make("NllbTokenizer", tgt_lang="deu_Latn")
    both = tokenizer("hello", text_target="hallo welt")
    assert both.input_ids.tolist() == [[ENGLISH, 4, 2]]
    assert both.labels.tolist() == [[GERMAN, 6, 7, 2]]
    assert tokenizer(text_target="hallo").input_ids.tolist() == [[GERMAN, 6, 2]]
    with tokenizer.as_target_tokenizer():
        assert tokenizer.encode("hallo") == [GERMAN, 6, 2]
    assert tokenizer.encode("hello") == [ENGLISH, 4, 2]
    with pytest.raises(InvalidArgumentError, match="give text or text_target"):
        tokenizer()
    with pytest.raises(InvalidArgumentError, match="set tgt_lang"):
        make("NllbTokenizer")("hello", text_target="hallo")


def test_by_the_methods_of_transformers(make: MakeTokenizer) -> None:
    tokenizer = make("MBartTokenizer")
    tokenizer.set_tgt_lang_special_tokens("de_DE")
    assert tokenizer.encode("hello") == [4, 2, GERMAN]
    tokenizer.set_src_lang_special_tokens("zh_CN")
    assert tokenizer.encode("hello") == [4, 2, CHINESE]
    assert tokenizer.src_lang == "en_XX"


@pytest.mark.parametrize("name", NAMES)
def test_saved_pickled_and_copied_in_its_language(
    make: MakeTokenizer, name: str, tmp_path: Path
) -> None:
    tokenizer = make(name)
    tokenizer.src_lang = CODES[name][1]
    row = tokenizer.encode("hello")
    tokenizer.save_pretrained(tmp_path / "saved")
    for other in (
        AutoTokenizer.from_pretrained(tmp_path / "saved"),
        pickle.loads(pickle.dumps(tokenizer)),
        copy.copy(tokenizer),
    ):
        assert other.encode("hello") == row
        assert other.src_lang == tokenizer.src_lang
        other.src_lang = CODES[name][2]
        assert other.encode("hello") != row
    assert tokenizer.encode("hello") == row


def test_many_languages_at_once(make: MakeTokenizer) -> None:
    tokenizer = make("M2M100Tokenizer")
    ids = {"en": ENGLISH, "de": GERMAN, "zh": CHINESE}

    def work(index: int) -> bool:
        source, target = list(ids)[index % 3], list(ids)[index % 2]
        found = tokenizer._build_translation_inputs("hello", source, target)
        assert found["forced_bos_token_id"] == ids[target]
        return bool(found.input_ids[0, 0] == ids[source])

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(work, range(300)))


def test_languages_that_are_not_the_published_ones(make: MakeTokenizer) -> None:
    tokenizer = make("MBart50Tokenizer", additional_special_tokens=[])
    assert tokenizer.language_codes == ["en_XX", "de_DE", "zh_CN"]
    other = make("NllbTokenizer", more=("x",), additional_special_tokens=["eng_Latn"])
    assert other.language_codes == ["eng_Latn", "deu_Latn", "zho_Hans"]


def test_marian_reads_the_target_language(make: MakeTokenizer) -> None:
    tokenizer = make("MarianTokenizer", more=(">>fr<<", ">>pt_BR<<"))
    assert tokenizer.supported_language_codes == [">>fr<<", ">>pt_BR<<"]
    tokens = tokenizer.tokenize(">>fr<< hello >>xx<<")
    assert tokens[:2] == [">>fr<<", "hello"]
    assert ">>xx<<" not in tokens
    with pytest.raises(InvalidArgumentError, match=r"text_target is not supported.*target\.spm"):
        tokenizer("hello", text_target="hallo")
    with (
        pytest.raises(InvalidArgumentError, match="not supported"),
        tokenizer.as_target_tokenizer(),
    ):
        pass
    assert tokenizer.tokenize(">>fr<< hello")[0] == ">>fr<<"
    plain = make("MarianTokenizer")
    assert plain.supported_language_codes == []


def spm_file(pieces: dict[str, float]) -> bytes:
    """A SentencePiece model of these pieces and scores: Unigram, no character map."""
    data = b""
    for piece, score in {"<unk>": 0.0, **pieces}.items():
        text = piece.encode()
        kind = 2 if piece == "<unk>" else 1
        body = b"\x0a" + bytes([len(text)]) + text + b"\x15" + struct.pack("<f", score)
        body += b"\x18" + bytes([kind])
        data += b"\x0a" + bytes([len(body)]) + body
    return data + b"\x12\x02\x18\x01" + b"\x1a\x00"


def test_marian_from_its_older_files(tmp_path: Path) -> None:
    tokens = ["</s>", "<unk>", "▁ab", "▁a", "b", "▁", "c", ">>fr<<", "abc", "<pad>"]
    vocab = {token: index for index, token in enumerate(tokens)}
    scores = {"▁ab": -1.0, "▁a": -2.0, "b": -2.0, "▁": -3.0, "c": -4.0, "elsewhere": -0.5}
    (tmp_path / "source.spm").write_bytes(spm_file(scores))
    config = {"tokenizer_class": "MarianTokenizer", "unk_token": "<unk>", "eos_token": "</s>"}
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(config))
    (tmp_path / "vocab.json").write_text(json.dumps(vocab))
    tokenizer = AutoTokenizer.from_pretrained(tmp_path)
    assert tokenizer.tokenize("ab  abc x") == ["▁ab", "▁ab", "c", "▁", "x"]
    assert tokenizer.encode(">>fr<< ab") == [7, 2, 0]
    assert tokenizer.decode([2, 6, 0], skip_special_tokens=True) == "abc"
    for wrong in ({**vocab, "x": 99}, {"<unk>": 0}, [], {**vocab, "x": "9"}):
        (tmp_path / "vocab.json").write_text(json.dumps(wrong))
        with pytest.raises(FileFormatError, match=r"vocab.json"):
            AutoTokenizer.from_pretrained(tmp_path)
    (tmp_path / "vocab.json").write_bytes(b"{")
    with pytest.raises(FileFormatError, match="not usable JSON"):
        AutoTokenizer.from_pretrained(tmp_path)


def test_whisper_prefixes(tmp_path: Path) -> None:
    names = ("<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|zh|>", "<|de|>")
    names += ("<|translate|>", "<|transcribe|>", "<|notimestamps|>")
    whisper = document(names)
    config = {"tokenizer_class": "WhisperTokenizer", "additional_special_tokens": list(names)}
    config |= {"eos_token": "<|endoftext|>", "unk_token": "<unk>"}
    (tmp_path / "tokenizer.json").write_text(json.dumps(whisper))
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(config))
    (tmp_path / "normalizer.json").write_text(json.dumps({"colour": "color"}))
    tokenizer = AutoTokenizer.from_pretrained(tmp_path)
    assert tokenizer.normalize("Colour") == "color"
    tokenizer.set_prefix_tokens(language="german", task="transcribe")
    row = tokenizer.convert_ids_to_tokens(tokenizer.encode("hello"))
    assert row == [*names[1:2], "<|de|>", "<|transcribe|>", names[-1], "hello", names[0]]
    assert (tokenizer.language, tokenizer.task) == ("german", "transcribe")
    tokenizer.predict_timestamps = True
    assert tokenizer.prefix_tokens == tokenizer.convert_tokens_to_ids(list(row[:3]))
    with pytest.raises(InvalidArgumentError, match="no language"):
        tokenizer.language = "klingon"
    with pytest.raises(InvalidArgumentError, match="task must be"):
        tokenizer.task = "sing"
