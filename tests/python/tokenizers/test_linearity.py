"""Time grows with the text, for every family of tokenizers and whatever the text is made of.

The families are small tokenizers read from older files, and the pipelines of published ones before
small models; ONNXFORMERS_DATA names a folder with published ones, which are measured too.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import linear_time
import published_pipelines
import pytest
from linear_time import MOST, TIMES_LONGER

from onnxformers._native import tokenizers as native_tokenizers
from onnxformers.tokenizers import conversion, conversion_sentencepiece
from onnxformers.tokenizers.conversion_parts import Source

OLDER = Path(__file__).parent / "older"
GOLDEN = json.loads((OLDER / "transformers.json").read_text(encoding="utf-8"))
DATA = os.environ.get("ONNXFORMERS_DATA")
PUBLISHED = sorted(Path(DATA, "tokenizers").glob("*/tokenizer.json")) if DATA else []

PROSE = (
    "The old captain, who hadn't slept for 3 days, went down to the harbour; its lights (what was "
    "left of them) shone like 1,024 stars.\nNobody's boat was there: naïve as ever, he waited... "
)
TEXTS = {
    "prose": PROSE,
    "one letter": "a",
    "spaces": " ",
    "emoji": "🙂👩‍👩‍👧🇫🇷",
    "combining marks": "\u0301\u0323",
    "letters with marks": "e\u0301o\u0323\u0304",
    "Chinese without spaces": "我们在海边等了三天船没有来灯也灭了",
    "digits": "1234567890",
    "punctuation": "!?..-",
    "line ends": "\n",
}


def sentencepiece(name: str, class_name: str) -> bytes:
    files = {"tokenizer.model": (OLDER / f"{name}.model").read_bytes()}
    return conversion_sentencepiece.from_sentencepiece(Source(class_name, {}, files))


def byte_pairs(class_name: str) -> bytes:
    files = {name: GOLDEN[name].encode() for name in ("vocab.json", "merges.txt")}
    return conversion.from_byte_pairs(Source(class_name, {}, files))


def wordpiece() -> bytes:
    files = {"vocab.txt": GOLDEN["vocab.txt"].encode()}
    return conversion.from_vocab_txt(Source("BertTokenizer", {}, files))


def tiktoken(encoding: str) -> bytes:
    tokens = [*(bytes([byte]) for byte in range(256)), b"th", b"the", b" t", b" the", b"aa", b"  "]
    lines = [b"%s %d" % (base64.b64encode(token), rank) for rank, token in enumerate(tokens)]
    config = {"tiktoken_encoding": encoding}
    return conversion.from_tiktoken(Source("", config, {"x": b"\n".join(lines)}))


def words() -> bytes:
    document = published_pipelines.document("wav2vec2")
    return json.dumps({**document, "pre_tokenizer": {"type": "Whitespace"}}).encode()


FAMILIES: dict[str, Callable[[], bytes]] = {
    "wordpiece": wordpiece,
    "sentencepiece BPE": lambda: sentencepiece("small_bpe", "LlamaTokenizer"),
    "sentencepiece BPE, its own way": lambda: sentencepiece("small_bpe", ""),
    "unigram": lambda: sentencepiece("small_unigram", "T5Tokenizer"),
    "unigram, albert": lambda: sentencepiece("small_unigram", "AlbertTokenizer"),
    "gpt2": lambda: byte_pairs("GPT2Tokenizer"),
    "clip": lambda: byte_pairs("CLIPTokenizer"),
    "qwen": lambda: byte_pairs("Qwen2Tokenizer"),
    "cl100k": lambda: tiktoken("cl100k_base"),
    "o200k": lambda: tiktoken("o200k_base"),
    "words": words,
}


def load(data: bytes) -> native_tokenizers.Tokenizer:
    return native_tokenizers.Tokenizer.from_json(data)


def check_linear(data: bytes, units: dict[str, str]) -> None:
    found = linear_time.growths(data, units)
    too_long = {name: round(times) for name, times in found.items() if times > MOST}
    assert not too_long, f"{TIMES_LONGER} times the text takes so many times as long"


@pytest.mark.parametrize("family", FAMILIES)
def test_families_take_linear_time(family: str) -> None:
    check_linear(FAMILIES[family](), TEXTS)


@pytest.mark.slow
@pytest.mark.parametrize("name", published_pipelines.PIPELINES)
def test_published_pipelines_take_linear_time(name: str) -> None:
    check_linear(json.dumps(published_pipelines.document(name)).encode(), TEXTS)


@pytest.mark.slow
@pytest.mark.skipif(
    not PUBLISHED, reason="real tokenizers are not kept in the repository; set ONNXFORMERS_DATA"
)
@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: path.parent.name)
def test_published_tokenizers_take_linear_time(path: Path) -> None:
    check_linear(path.read_bytes(), TEXTS)


@pytest.mark.slow
@pytest.mark.skipif(
    not PUBLISHED, reason="real tokenizers are not kept in the repository; set ONNXFORMERS_DATA"
)
@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: path.parent.name)
@pytest.mark.parametrize("text", ["prose", "one letter"])
def test_fifty_megabytes(path: Path, text: str) -> None:
    unit = TEXTS[text]
    tokenizer = load(path.read_bytes())
    rows = tokenizer.encode_batch([unit * (50_000_000 // len(unit.encode()))])
    # That of proteins knows no small letters, and has no unknown token.
    assert (rows.lengths[0] > 0) == (tokenizer.encode_batch([unit]).lengths[0] > 0)


# In a process of its own, as the most memory that one ever had does not fall.
FIFTY_MEGABYTES = """
import resource, sys
from onnxformers._native.tokenizers import Tokenizer
native = Tokenizer.from_json(sys.stdin.buffer.read())
text = sys.argv[1] * (50_000_000 // len(sys.argv[1].encode()))
text.encode()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
rows = native.encode_batch([text])
grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
print(rows.lengths[0], grown * 1024 // 50_000_000)
"""
# Ids alone take 4 bytes a byte where each is a token; Unigram's search keeps all of a long word.
MOST_BYTES_A_BYTE = 48


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="ru_maxrss is in other units elsewhere")
@pytest.mark.parametrize("unit", [PROSE, "a"], ids=["prose", "one letter"])
@pytest.mark.parametrize("family", FAMILIES)
def test_fifty_megabytes_take_bounded_memory(family: str, unit: str) -> None:
    command = [sys.executable, "-c", FIFTY_MEGABYTES, unit]
    done = subprocess.run(command, input=FAMILIES[family](), capture_output=True, check=True)
    tokens, bytes_a_byte = map(int, done.stdout.split())
    assert tokens > 0
    assert bytes_a_byte <= MOST_BYTES_A_BYTE


def test_decoding_takes_linear_time() -> None:
    native = load(tiktoken("cl100k_base"))
    ids = [0xE4, 0xB8, 0xAD, 257, 259, 32] * 400
    ratios = []
    for _ in range(4):
        times = []
        for row in (ids, ids * TIMES_LONGER):
            stream = native_tokenizers.DecodeStream(native)
            start = time.thread_time()
            pieces = [stream.add(token_id) for token_id in row]
            native.decode(row)
            times.append(time.thread_time() - start)
            assert "".join(pieces) + stream.finish() == native.decode(row)
        ratios.append(times[1] / times[0])
        if min(ratios) <= MOST:
            return
    pytest.fail(f"{TIMES_LONGER} times the ids take {min(ratios):.0f} times as long")
