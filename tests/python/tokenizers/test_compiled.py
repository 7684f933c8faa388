"""Compiled tokenizers answer as those of tokenizer.json, and never stand in the way."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from onnxformers import env
from onnxformers._native.tokenizers import Tokenizer
from onnxformers.errors import FileFormatError, MissingFileError
from onnxformers.tokenizers import AutoTokenizer, compiled
from onnxformers.tokenizers.bare_vocabulary import bare_vocabulary

MODELS = Path(__file__).parents[2] / "conformance" / "models"
FILES = sorted(MODELS.glob("**/tokenizer.json"))
TEXTS = [
    "Hello world, don't you think so? 3.14159",
    "你好 世界 テスト 한국어 🙂 naïve ÀÉÎ straße",
    "  def f(x):\n\treturn x\r\n",
    "<s> [CLS] </s> [MASK] <|endoftext|>",
    "",
]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, for files of any size."""
    monkeypatch.setattr(env, "cache_dir", tmp_path / "cache")
    monkeypatch.setattr(compiled, "_LEAST_BYTES", 0)
    return tmp_path / "cache" / "derived" / "tokenizers"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name)
def test_a_compiled_tokenizer_gives_the_same_answers(path: Path, tmp_path: Path) -> None:
    content = bare_vocabulary(path.read_bytes(), {"unk_token": "<unk>"})
    plain = Tokenizer.from_json(content)
    _, tables = Tokenizer.compile(content)
    (tmp_path / "tables").write_bytes(tables)
    mapped, rest = Tokenizer.from_compiled(str(tmp_path / "tables"))
    rows, again = (t.encode_batch(TEXTS, with_offsets=True) for t in (plain, mapped))
    for row in range(len(TEXTS)):
        assert again.ids(row) == rows.ids(row)
        assert again.offsets(row) == rows.offsets(row)
        assert mapped.decode(again.ids(row)) == plain.decode(rows.ids(row))
    assert mapped.vocab() == plain.vocab()
    assert mapped.added_tokens == plain.added_tokens
    whole = json.loads(content, object_hook=_without_map)
    parts = json.loads(rest)
    for document in (whole, parts):
        document["model"] = {
            name: value
            for name, value in document["model"].items()
            if name not in {"vocab", "merges"}
        }
    assert parts == whole


def _without_map(value: dict[str, Any]) -> dict[str, Any]:
    return {**value, "precompiled_charsmap": ""} if "precompiled_charsmap" in value else value


def test_added_tokens_are_found_alike(tmp_path: Path) -> None:
    document = json.loads((MODELS / "bert-uncased-mlm" / "tokenizer.json").read_bytes())
    first = max(token["id"] for token in document["added_tokens"]) + 1000
    for index, content in enumerate(["<Ab>", "<ab>c", "xÉ", "<"]):
        for normalized in (False, True):
            token = {**document["added_tokens"][0], "id": first + 2 * index + normalized}
            token.update(content=f"{content}{normalized:d}", normalized=normalized, special=False)
            document["added_tokens"].append(token)
    plain, tables = Tokenizer.compile(json.dumps(document).encode())
    (tmp_path / "tables").write_bytes(tables)
    mapped, _ = Tokenizer.from_compiled(str(tmp_path / "tables"))
    texts = ["a<Ab>0b<AB>1<ab>c0 <AB>C1 xé1 xÉ0 xe1<0<1[CLS]", "<ab>0 XÉ1"]
    rows, again = (t.encode_batch(texts, with_offsets=True) for t in (plain, mapped))
    for row in range(len(texts)):
        assert again.ids(row) == rows.ids(row)
        assert again.offsets(row) == rows.offsets(row)
    assert sum(token >= first for token in rows.ids(0)) >= 8


def test_the_second_load_reads_no_tokenizer_json(
    cache: Path, make_folder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_folder()
    first = AutoTokenizer.from_pretrained(folder)
    (entry,) = cache.iterdir()
    assert entry.suffix == ".tables"
    monkeypatch.setattr(Tokenizer, "compile", lambda _: pytest.fail("compiled again"))
    second = AutoTokenizer.from_pretrained(folder)
    assert second("hello worlds").input_ids.tolist() == first("hello worlds").input_ids.tolist()
    assert second.get_vocab() == first.get_vocab()


def test_options_that_change_the_stages_have_an_entry_of_their_own(
    cache: Path, make_folder: Any
) -> None:
    folder = make_folder()
    lower = AutoTokenizer.from_pretrained(folder, do_lower_case=True)
    cased = AutoTokenizer.from_pretrained(folder, do_lower_case=False)
    assert len(list(cache.iterdir())) == 2
    assert lower.tokenize("HELLO") == ["hello"]
    assert cased.tokenize("HELLO") == ["[UNK]"]


def test_a_damaged_entry_is_made_again(
    cache: Path, make_folder: Any, caplog: pytest.LogCaptureFixture
) -> None:
    folder = make_folder()
    expected = AutoTokenizer.from_pretrained(folder)("hello").input_ids.tolist()
    (entry,) = cache.iterdir()
    content = bytearray(entry.read_bytes())
    content[len(content) // 2] ^= 1
    entry.write_bytes(content)
    with caplog.at_level(logging.WARNING, logger="onnxformers"):
        assert AutoTokenizer.from_pretrained(folder)("hello").input_ids.tolist() == expected
    assert "damaged" in caplog.text
    caplog.clear()
    AutoTokenizer.from_pretrained(folder)
    assert not caplog.records


def test_nothing_is_kept_without_a_cache(
    cache: Path, make_folder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(env, "use_fs_cache", False)
    assert AutoTokenizer.from_pretrained(make_folder()).tokenize("hello") == ["hello"]
    assert not cache.exists()


def test_saving_writes_the_whole_file(cache: Path, make_folder: Any, tmp_path: Path) -> None:
    folder = make_folder()
    AutoTokenizer.from_pretrained(folder)
    AutoTokenizer.from_pretrained(folder).save_pretrained(tmp_path / "saved")
    saved = json.loads((tmp_path / "saved" / "tokenizer.json").read_bytes())
    assert saved == json.loads((Path(folder) / "tokenizer.json").read_bytes())
    assert cache.exists()


@pytest.mark.parametrize("content", [b"", b"x" * 1000], ids=["empty", "something else"])
def test_other_files_are_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "tables"
    path.write_bytes(content)
    with pytest.raises(FileFormatError):
        Tokenizer.from_compiled(str(path))
    with pytest.raises(MissingFileError):
        Tokenizer.from_compiled(str(tmp_path / "none"))
