"""Every decoder against its plain twin and Hugging Face tokenizers; streams against decoders."""

from __future__ import annotations

import functools
import json
from typing import Any

import numpy as np
import pytest
from decoders_twin import decode as decode_slowly
from hypothesis import given, settings
from hypothesis import strategies as st

from onnxformers._native import tokenizers as native_tokenizers
from onnxformers.errors import FileFormatError, InvalidArgumentError, InvalidTypeError
from onnxformers.tokenizers import DecodeStream, PreTrainedTokenizer

Spec = dict[str, Any]

# A handful of texts that mean something to one decoder or another, and all that lies between.
WORDS = [
    *("a", "b", "ab", "aa", "é", "狐", "🙂", " ", "  ", "", "\ufffd", "\n"),
    *("##a", "##b", "##", "#", "a##b", "</w>", "a</w>", "</w>b</w>", "<", "/w>"),
    *("▁", "▁a", "▁b", "a▁b", "▁▁", "|", "a|", "<pad>", "a<pad>b", "h", "e"),
    *(".", " .", "?", "'", " ' ", "n't", "'s", "'ve", " do", " do not", "do not", " not"),
    *(f"<0x{byte:02X}>" for byte in (0x61, 0xC3, 0xA9, 0xE7, 0x8B, 0x90, 0xF0, 0xFF, 0x0A)),
    # Bytes C3, A9 and F0 of a byte-level vocabulary.
    *("Ã", "©", "Ã©", "aÃ", "ð", "Ã狐"),
    *("<0xc3>", "<0xa9>", "<0x+A>", "<0x++>", "<0x-0>", "<0x1>", "<0x123>", "<0xé>", "x0x61>"),
]
TOKENS = list(dict.fromkeys(WORDS))
SPECIAL = ("<s>", "</s>")

STEPS: list[Spec] = [
    {"type": "WordPiece", "prefix": "##", "cleanup": True},
    {"type": "WordPiece", "prefix": "", "cleanup": False},
    {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always"},
    {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": False},
    {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "never"},
    {"type": "Metaspace", "replacement": "a", "add_prefix_space": True, "str_rep": "a"},
    {"type": "BPEDecoder", "suffix": "</w>"},
    {"type": "BPEDecoder", "suffix": ""},
    {"type": "CTC", "pad_token": "<pad>", "word_delimiter_token": "|", "cleanup": True},
    {"type": "CTC", "pad_token": "<pad>", "word_delimiter_token": "|", "cleanup": False},
    {"type": "CTC", "pad_token": "", "word_delimiter_token": "", "cleanup": True},
    {"type": "ByteFallback"},
    {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True},
    {"type": "Fuse"},
    {"type": "Strip", "content": " ", "start": 1, "stop": 0},
    {"type": "Strip", "content": "a", "start": 2, "stop": 1},
    {"type": "Strip", "content": "é", "start": 0, "stop": 3},
    {"type": "Replace", "pattern": {"String": "▁"}, "content": " "},
    {"type": "Replace", "pattern": {"String": "aab"}, "content": "▁"},
    {"type": "Replace", "pattern": {"String": "aa"}, "content": "a"},
    {"type": "Replace", "pattern": {"String": ""}, "content": "-"},
    {"type": "Replace", "pattern": {"Regex": "a+|[.] *"}, "content": "-"},
]
LLAMA: Spec = {
    "type": "Sequence",
    "decoders": [
        {"type": "Replace", "pattern": {"String": "▁"}, "content": " "},
        {"type": "ByteFallback"},
        {"type": "Fuse"},
        {"type": "Strip", "content": " ", "start": 1, "stop": 0},
    ],
}
FIXED: list[Spec | None] = [None, LLAMA, *STEPS, {"type": "Sequence", "decoders": []}]
SPECS = st.one_of(
    st.sampled_from(FIXED),
    st.lists(st.sampled_from([*STEPS, {"type": "Fuse"}]), min_size=2, max_size=4).map(
        lambda steps: {"type": "Sequence", "decoders": steps}
    ),
)
IDS = st.lists(st.integers(0, len(TOKENS) - 1), max_size=14)


def document(spec: Spec | None) -> str:
    vocab = {token: index for index, token in enumerate((*TOKENS, "[UNK]"))}
    added = [
        {
            "id": len(vocab) + index,
            "content": token,
            **dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False),
            "special": True,
        }
        for index, token in enumerate(SPECIAL)
    ]
    model = {
        "type": "WordPiece",
        "unk_token": "[UNK]",
        "continuing_subword_prefix": "##",
        "max_input_chars_per_word": 100,
        "vocab": vocab,
    }
    stages = dict.fromkeys(
        ("truncation", "padding", "normalizer", "pre_tokenizer", "post_processor")
    )
    return json.dumps(
        {"version": "1.0", **stages, "added_tokens": added, "decoder": spec, "model": model}
    )


@functools.lru_cache(maxsize=4096)
def loaded(text: str) -> native_tokenizers.Tokenizer:
    return native_tokenizers.Tokenizer.from_json(text.encode())


def streamed(spec: Spec | None, ids: list[int], sizes: list[int], **options: bool) -> list[str]:
    stream = DecodeStream(loaded(document(spec)), **options)
    pieces, begin = [], 0
    for size in [*sizes, len(ids)]:
        pieces.append(stream.add(ids[begin : begin + size]))
        begin += size
    return [*pieces, stream.finish()]


@given(spec=SPECS, ids=IDS)
@settings(deadline=None, max_examples=400)
def test_decoders_do_what_their_twins_do(spec: Spec | None, ids: list[int]) -> None:
    expected = decode_slowly(spec, [TOKENS[i] for i in ids])
    assert loaded(document(spec)).decode(ids) == expected


@pytest.mark.oracle
@given(spec=SPECS, ids=IDS)
@settings(deadline=None, max_examples=400)
def test_decoders_do_what_the_reference_does(spec: Spec | None, ids: list[int]) -> None:
    reference = pytest.importorskip(
        "tokenizers", reason="the reference: pip install tokenizers"
    ).Tokenizer.from_str(document(spec))
    try:
        expected = reference.decode(ids, skip_special_tokens=False)
    except BaseException as error:
        # It crashes where there is less to strip than asked for.
        if type(error).__name__ != "PanicException":
            raise
        return
    assert loaded(document(spec)).decode(ids) == expected


@given(spec=SPECS, ids=IDS, sizes=st.lists(st.integers(0, 3), max_size=14))
@settings(deadline=None, max_examples=400)
def test_a_stream_joined_is_all_at_once(
    spec: Spec | None, ids: list[int], sizes: list[int]
) -> None:
    assert "".join(streamed(spec, ids, sizes)) == loaded(document(spec)).decode(ids)


@given(ids=IDS, sizes=st.lists(st.integers(0, 3), max_size=14))
@settings(deadline=None)
def test_a_stream_cleans_up_as_decode_does(ids: list[int], sizes: list[int]) -> None:
    tokenizer = PreTrainedTokenizer(document(LLAMA).encode())
    expected = tokenizer.decode(ids, clean_up_tokenization_spaces=True)
    assert "".join(streamed(LLAMA, ids, sizes, clean_up=True)) == expected
    assert "".join(tokenizer.decode_stream(False, True).texts(ids)) == expected


@pytest.mark.parametrize(
    ("spec", "tokens", "pieces"),
    [
        (LLAMA, ["▁a", "▁b", "a"], ["a", " b", "a", ""]),
        # A row of bytes is certain when it has ended.
        (LLAMA, ["a", "<0xC3>", "<0xA9>", "b"], ["a", "", "", "éb", ""]),
        (LLAMA, ["a", "<0xC3>"], ["a", "", "\ufffd"]),
        (STEPS[6], ["a</w>", "a", "a</w>"], ["a", " a", "a", ""]),
        (STEPS[0], ["a", "##b", "."], ["a", "b", ".", ""]),
        (
            {"type": "Sequence", "decoders": [{"type": "Fuse"}, STEPS[18]]},
            ["a", "a", "a", "b", "a"],
            ["", "", "a", "▁", "", "a"],
        ),
    ],
)
def test_text_comes_as_soon_as_it_is_certain(
    spec: Spec, tokens: list[str], pieces: list[str]
) -> None:
    ids = [TOKENS.index(token) for token in tokens]
    got = streamed(spec, ids, [1] * len(ids))
    assert got[:-2] + got[-1:] == pieces


def test_a_stream_is_as_new_when_finished() -> None:
    a = TOKENS.index("▁a")
    stream = DecodeStream(loaded(document(LLAMA)))
    assert [stream.add(a), stream.add([]), stream.finish()] == ["a", "", ""]
    assert list(stream.texts([a, a])) == ["a", " a"]
    assert stream.add(np.int64(a)) + stream.add(np.array([a], np.uint32)) == "a a"


def test_special_tokens_are_left_out() -> None:
    begin = len(TOKENS) + 1
    tokenizer = PreTrainedTokenizer(document(None).encode())
    ids = [begin, 0, 1, begin + 1]
    assert tokenizer.decode(ids) == "<s> a b </s>"
    assert tokenizer.decode(ids, skip_special_tokens=True) == "a b"
    assert "".join(tokenizer.decode_stream(skip_special_tokens=True).texts(ids)) == "a b"


@given(rows=st.lists(IDS, max_size=5))
@settings(deadline=None)
def test_a_batch_is_its_rows(rows: list[list[int]]) -> None:
    native = loaded(document(LLAMA))
    expected = [native.decode(row) for row in rows]
    assert native.decode_batch(rows, threads=3) == expected
    arrays = [np.array(row, np.int32) for row in rows]
    assert PreTrainedTokenizer(document(LLAMA).encode()).batch_decode(arrays) == expected


@pytest.mark.parametrize(
    ("ids", "error"),
    [
        ("ab", InvalidTypeError),
        ([1.5], InvalidTypeError),
        (np.ones((1, 2), int), InvalidTypeError),
        (np.ones(2), InvalidTypeError),
        ([-1], InvalidArgumentError),
        ([2**70], InvalidArgumentError),
        (np.array([2**63], np.uint64), InvalidArgumentError),
    ],
)
def test_what_is_no_id_is_refused(ids: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        DecodeStream(loaded(document(None))).add(ids)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"type": "Nope"}, "decoder"),
        ({"type": "Metaspace"}, "replacement"),
        ({"type": "Metaspace", "replacement": "ab"}, "one character"),
        ({"type": "Metaspace", "replacement": "▁", "prepend_scheme": "last"}, "prepend_scheme"),
        (
            {
                "type": "Metaspace",
                "replacement": "▁",
                "prepend_scheme": "always",
                "add_prefix_space": False,
            },
            "add_prefix_space is false",
        ),
        ({"type": "Strip", "content": "", "start": 0, "stop": 0}, "one character"),
        ({"type": "Strip", "content": " ", "start": -1, "stop": 0}, "start"),
        ({"type": "Replace", "content": " "}, "pattern"),
        ({"type": "Sequence"}, "decoders"),
    ],
)
def test_broken_decoders_are_refused(spec: Spec, message: str) -> None:
    with pytest.raises(FileFormatError, match=message):
        loaded(document(spec))


def test_the_old_form_of_metaspace() -> None:
    spec = {"type": "Metaspace", "replacement": "▁", "str_rep": "▁", "add_prefix_space": False}
    assert loaded(document(spec)).decode([TOKENS.index("▁a")]) == " a"
