"""Files that came before tokenizer.json: what they are read as, and what is refused.

`older/` holds small SentencePiece models, what transformers 4.46.3 converts them to, and what
sentencepiece 0.2.3 makes of some texts.
"""

from __future__ import annotations

import base64
import hashlib
import json
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onnxformers._native import tokenizers as native_tokenizers
from onnxformers.errors import FileFormatError, MissingFileError
from onnxformers.hub.options import LoadOptions
from onnxformers.tokenizers import (
    AutoTokenizer,
    conversion,
    conversion_sentencepiece,
    older_files,
)
from onnxformers.tokenizers.conversion_parts import Source

OLDER = Path(__file__).parent / "older"
GOLDEN = json.loads((OLDER / "transformers.json").read_text(encoding="utf-8"))
MODELS = {name: (OLDER / f"{name}.model").read_bytes() for name in ("small_bpe", "small_unigram")}
Convert = Callable[[bytes], object]


def converted(folder: Path, config: dict[str, Any]) -> dict[str, Any]:
    found = older_files.find(folder, "", LoadOptions(local_files_only=True), (config, {}))
    assert found is not None
    document: dict[str, Any] = json.loads(found)
    return document


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=lambda case: case["class"])
def test_classes_read_files_as_transformers_does(case: dict[str, Any], tmp_path: Path) -> None:
    if case["model"]:
        (tmp_path / case["file"]).write_bytes((OLDER / case["model"]).read_bytes())
    else:
        for name in case["form"]:
            (tmp_path / name).write_text(GOLDEN[name], encoding="utf-8")
    document = converted(tmp_path, {"tokenizer_class": case["class"], **case["config"]})
    model = document.pop("model")
    assert document == case["expected"]
    text = json.dumps(model, sort_keys=True)
    assert hashlib.sha256(text.encode()).hexdigest() == case["model_sha256"]


@pytest.mark.parametrize("name", list(MODELS))
def test_a_model_without_a_class_does_what_sentencepiece_does(name: str) -> None:
    document = conversion_sentencepiece.from_sentencepiece(
        Source("", {}, {"tokenizer.model": MODELS[name]})
    )
    native = native_tokenizers.Tokenizer.from_json(document)
    vectors = json.loads((OLDER / "sentencepiece.json").read_text(encoding="utf-8"))[name]
    for vector in vectors:
        rows = native.encode_batch([vector["text"]], add_special_tokens=False)
        assert rows.ids(0) == vector["ids"], vector["text"]
        # Its processor writes unknown tokens its own way.
        decoded = native.decode(vector["ids"]).replace("<unk>", " \u2047 ")
        assert decoded == vector["decoded"]


def test_a_tokenizer_of_older_files_saves_a_new_one(tmp_path: Path) -> None:
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "hello", "##s"]
    (tmp_path / "vocab.txt").write_text("\r\n".join(words), encoding="utf-8", newline="")
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    tokenizer = AutoTokenizer.from_pretrained(tmp_path, local_files_only=True)
    assert tokenizer("Hellos", return_tensors=None)["input_ids"] == [2, 5, 6, 3]
    tokenizer.save_pretrained(tmp_path / "saved")
    again = AutoTokenizer.from_pretrained(tmp_path / "saved", local_files_only=True)
    assert again.decode([2, 5, 6, 3], skip_special_tokens=True) == "hellos"


def test_a_tiktoken_file() -> None:
    tokens = [*(bytes([byte]) for byte in range(256)), b"ab", b"abc", b"bc", "é".encode()]
    lines = [f"{base64.b64encode(t).decode()} {rank}" for rank, t in enumerate(tokens)]
    file = "\n".join(lines).encode()
    model = json.loads(native_tokenizers.tiktoken_model_json(file))
    assert (model["vocab"]["abc"], model["vocab"]["Ã©"], model["vocab"]["Ā"]) == (257, 259, 0)
    # By the rank of what a merge makes, then of its left part.
    merges = [["a", "b"], ["a", "bc"], ["ab", "c"], ["b", "c"], ["Ã", "©"]]
    assert model["merges"] == merges
    source = Source("", {"tiktoken_encoding": "llama3"}, {"x.tiktoken": file})
    document = json.loads(conversion.from_tiktoken(source))
    assert document["added_tokens"][0]["id"] == 260
    # Llama 3 calls such a file tokenizer.model.
    source = Source("LlamaTokenizer", {}, {"tokenizer.model": file})
    assert json.loads(conversion_sentencepiece.from_sentencepiece(source)) == document


@pytest.mark.parametrize(
    "config",
    [
        {"added_tokens_decoder": {"3": {}, "4": 5, "x": {"content": "c"}}},
        {"added_tokens_decoder": {"3": {"content": ["c"]}, "9" * 5000: {"content": "d"}}},
        {"unk_token": {"content": "a", "lstrip": False}},
    ],
    ids=["nothing in it", "no text", "an object"],
)
def test_odd_configs_beside_byte_pairs(config: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "vocab.json").write_text('{"a": 0, "b": 1, "<|endoftext|>": 2}')
    (tmp_path / "merges.txt").write_text("#version: 0.2\n")
    (tmp_path / "tokenizer_config.json").write_text(
        json.dumps({"tokenizer_class": "GPT2Tokenizer", **config})
    )
    tokenizer = AutoTokenizer.from_pretrained(tmp_path, local_files_only=True)
    assert tokenizer.encode("ab") == [0, 1]


@pytest.mark.parametrize("vocab", [{"a": "0"}, {"a": None, "<|endoftext|>": 1}, {"a": 0.5}, [0]])
def test_vocabularies_that_are_none_are_refused(vocab: Any, tmp_path: Path) -> None:
    (tmp_path / "vocab.json").write_text(json.dumps(vocab))
    (tmp_path / "merges.txt").write_text("#version: 0.2\n")
    (tmp_path / "tokenizer_config.json").write_text('{"tokenizer_class": "GPT2Tokenizer"}')
    with pytest.raises(FileFormatError, match=r"vocab.json. must"):
        AutoTokenizer.from_pretrained(tmp_path, local_files_only=True)


def test_a_class_that_reads_them_another_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "vocab.json").write_text("{}")
    (tmp_path / "merges.txt").write_text("")
    (tmp_path / "tokenizer_config.json").write_text('{"tokenizer_class": "CTRLTokenizer"}')
    with pytest.raises(MissingFileError, match=r"vocab.json \+ merges.txt in the way of CTRL"):
        AutoTokenizer.from_pretrained(tmp_path, local_files_only=True)


def field(number: int, content: bytes) -> bytes:
    """A length-delimited field, of less than 16 kB."""
    size = len(content)
    length = bytes([size]) if size < 128 else bytes([size & 127 | 128, size >> 7])
    return bytes([number << 3 | 2]) + length + content


def piece(text: bytes, *more: bytes) -> bytes:
    return field(1, field(1, text) + b"".join(more))


UNKNOWN = piece(b"<unk>", b"\x18\x02")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "there are no pieces"),
        (b"\x00" * 1000, "not protobuf"),
        (b"\x0a", "truncated"),
        (b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "truncated"),
        (b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "a number without end"),
        (b"\xff" * 100, "a number without end"),
        (b"\x0b" * 100, "no field begins"),
        (b"\x0a\x80\x80\x80\x80\x04" + b"x" * 100, "truncated"),
        (b'{"model": {}}', "FileFormat|truncated|not protobuf|SentencePiece"),
        (UNKNOWN + piece(b"a") + piece(b"a"), '"a" is there twice'),
        (UNKNOWN + piece(b""), "piece 1 is empty"),
        (UNKNOWN + piece(b"\xff"), "piece 1 is not UTF-8"),
        (UNKNOWN + piece(b"a" * 2000), "piece 1 has 2000 bytes"),
        (UNKNOWN + piece(b"a", b"\x15\x00\x00\xc0\x7f"), "the score of piece 1"),
        (UNKNOWN + piece(b"a", b"\x18\x09"), "type must be from 1 to 6, got 9"),
        (UNKNOWN + piece(b"a", b"\x10\x01"), "score has the wire type 0"),
        (piece(b"a"), "one unknown piece, got 0"),
        (UNKNOWN + piece(b"b", b"\x18\x02"), "one unknown piece, got 2"),
        (UNKNOWN + field(2, b"\x18\x07"), "model_type must be from 1 to 4"),
        (UNKNOWN + b"\x10\x01", "a part of the model has the wire type 0"),
    ],
)
def test_broken_models_are_refused(data: bytes, message: str) -> None:
    start = time.perf_counter()
    with pytest.raises(FileFormatError, match=message):
        native_tokenizers.SentencePieceFile(data)
    assert time.perf_counter() - start < 0.5


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "there are no ranks"),
        (b"\x00" * 1000, "line 1: expected a token"),
        (b"YQ==", "line 1: expected a token"),
        (b"YQ== 0\nYg== x", 'line 2: "x" is no rank'),
        (b"YQ== -1", "is no rank"),
        (b"YQ== 99999999999999999999", "is no rank"),
        (b"YQ 0", "is not base64"),
        (b"Y!== 0", "is not base64"),
        (b"=YQ= 0", "is not base64"),
        (b"YQ== 0\nYg== 0", "two tokens have the rank 0"),
        (b"YQ== 0\nYQ== 1", "the token of rank 1 is there twice"),
        (b"QUFB" * 1000 + b" 0", "a token of more than"),
    ],
)
def test_broken_ranks_are_refused(data: bytes, message: str) -> None:
    with pytest.raises(FileFormatError, match=message):
        native_tokenizers.tiktoken_model_json(data)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"vocab.txt": b""}, "expected from 1"),
        ({"vocab.txt": b"\xff"}, "not UTF-8"),
        ({"vocab.json": b"[]", "merges.txt": b""}, "must be an object"),
        ({"vocab.json": b"[" * 100_000, "merges.txt": b""}, r"vocab\.json"),
        ({"vocab.json": b"{}", "merges.txt": b"a b c"}, "line 1: expected two tokens"),
        ({"vocab.json": b"{}", "merges.txt": b"a b\nab"}, "line 2: expected two tokens"),
        ({"vocab.json": b'{"a": 0}', "merges.txt": b"a b"}, "tokenizer.json"),
        ({"vocab.json": b'{"a": -1}', "merges.txt": b""}, "tokenizer.json"),
        ({"tokenizer.model": (OLDER / "small_word.model").read_bytes()}, "words or characters"),
    ],
)
def test_broken_text_files_are_refused(
    files: dict[str, bytes], message: str, tmp_path: Path
) -> None:
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    with pytest.raises(FileFormatError, match=message):
        AutoTokenizer.from_pretrained(tmp_path, local_files_only=True)


@given(data=st.data())
@settings(deadline=None, max_examples=150)
def test_a_damaged_model_is_read_or_refused(data: st.DataObject) -> None:
    model = bytearray(MODELS["small_unigram"])
    end = data.draw(st.integers(0, len(model)))
    rng = random.Random(data.draw(st.integers(0, 2**32)))
    for _ in range(data.draw(st.integers(0, 4))):
        model[rng.randrange(len(model))] = rng.randrange(256)
    files = {"tokenizer.model": bytes(model[:end])}
    try:
        document = conversion_sentencepiece.from_sentencepiece(Source("", {}, files))
    except FileFormatError:
        return
    json.loads(document)


@pytest.mark.oracle
@pytest.mark.parametrize("name", list(MODELS))
def test_against_an_installed_sentencepiece(name: str) -> None:
    sentencepiece = pytest.importorskip(
        "sentencepiece", reason="the reference: pip install sentencepiece"
    )
    processor = sentencepiece.SentencePieceProcessor(model_proto=MODELS[name])
    file = native_tokenizers.SentencePieceFile(MODELS[name])
    for index, (text, score, kind) in enumerate(file.pieces()):
        assert processor.id_to_piece(index) == text
        assert processor.get_score(index) == pytest.approx(score)
        assert processor.is_control(index) == (kind == 3)
        assert processor.is_byte(index) == (kind == 6)
