"""What the tests of normalizers share: texts that matter, and a way to see what comes out.

A tokenizer whose model knows every character alone shows the normalised text and, as offsets, which
characters of the original each character of it stands for.
"""

from __future__ import annotations

import base64
import json
import struct
from typing import Any

from hypothesis import strategies as st

from onnxformers._native import tokenizers as _native

Normalizer = dict[str, Any]
Result = tuple[str, list[tuple[int, int]]]

# Marks of several classes, jamo, what decomposes to marks, ligatures, spaces, controls, capitals
# that change their length, surrogate pairs, Chinese, what is new since old versions of Unicode.
CHARACTERS = (
    "aAbeE xzÀéåÅ\u0130\u0131ßẞ\u017fǄ\u03a3\u03c3\u03c2Йй \t\n\r\x00\x0b\x7f\x85\x8f\x9f\xa0\xad"
    "\u0300\u0301\u0307\u0323\u0327\u0328\u0315\u0338\u0344\u0345\u034f\u05ae\u0483\u0591\u093c"
    "\u094d\u0915\u0958\u0e33\u0e49\u0f71\u0f73\u1100\u1161\u1162\u11a7\u11a8\uac00\uac01\ud7a3"
    "ﬁﬀ½²…①ⅷ㌀ﾊﾟｶﾞＡ\u1e9b\u1e0a\u212b\u2126\u0340\u0374\u037e\u1fbe\u1fee\u2adc\ufb1d\ufb2a\u3099"
    "\u304b\u30cf\u309b\u200b\u200d\u2028\u2581\ufeff\ufffd\u3000\u1680\u2fff\u4e2d\uf900\U0001d15e"
    "\U0001f600\U0001f1e6\U0002f800\U00011099\U000110ba\U0001e900\U00010400\ua7ca\u1c89\u0b47\u0b3e"
    "\u09c7\u09be\u0dd9\u0dca\u0dcf\u1025\u102e\u11131\u0cc6\u0cc2\u0cd5\ufb01\u01d5\u1ec7\u0627\u0653"
)
TEXTS = st.one_of(
    st.text(alphabet=CHARACTERS, max_size=24),
    st.text(max_size=24),
    st.lists(
        st.sampled_from(["a", "e", "\u0301", "\u0323", "\u0307", " ", "é", "중", "ﬁ"]), max_size=60
    ).map("".join),
)


def document(normalizer: Normalizer, characters: str) -> dict[str, Any]:
    """A tokenizer.json whose tokens are single characters."""
    vocab = {"[UNK]": 0}
    for character in sorted(set(characters)):
        vocab.setdefault(character, len(vocab))
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [],
        "normalizer": normalizer,
        "pre_tokenizer": None,
        "post_processor": None,
        "decoder": None,
        "model": {"type": "BPE", "vocab": vocab, "merges": [], "unk_token": "[UNK]"},
    }


def load(normalizer: Normalizer, characters: str = "") -> _native.Tokenizer:
    return _native.Tokenizer.from_json(json.dumps(document(normalizer, characters)).encode())


def normalized(normalizer: Normalizer, text: str, characters: str) -> Result:
    """The text and the offset of each character. `characters` are those the result may have."""
    tokenizer = load(normalizer, characters)
    rows = tokenizer.encode_batch([text], with_offsets=True)
    assert list(tokenizer.encode_batch([text]).ids(0)) == list(rows.ids(0))
    vocab = {index: token for token, index in tokenizer.vocab().items()}
    return "".join(vocab[token] for token in rows.ids(0)), list(rows.offsets(0))


def sequence(*normalizers: Normalizer) -> Normalizer:
    return {"type": "Sequence", "normalizers": list(normalizers)}


def strip(left: bool = True, right: bool = True) -> Normalizer:
    return {"type": "Strip", "strip_left": left, "strip_right": right}


def replace(pattern: dict[str, str], content: str) -> Normalizer:
    return {"type": "Replace", "pattern": pattern, "content": content}


def prepend(content: str) -> Normalizer:
    return {"type": "Prepend", "prepend": content}


def charsmap_bytes(replacements: dict[str, str]) -> bytes:
    """A SentencePiece charsmap: a double array whose nodes have 256 units each."""
    children: list[dict[int, int]] = [{}]
    values: dict[int, int] = {}
    block = b""
    for key, replacement in replacements.items():
        node = 0
        for byte in key.encode():
            if byte not in children[node]:
                children[node][byte] = len(children)
                children.append({})
            node = children[node][byte]
        values[node] = len(block)
        block += replacement.encode() + b"\0"
    places = {0: 0}
    units = [0] * (256 * (len(children) + 1))
    for node, following in enumerate(children):
        base = 256 * (node + 1)
        units[places[node]] |= (places[node] ^ base) << 10 | (node in values) << 8
        if node in values:
            units[base] = 1 << 31 | values[node]
        for byte, child in following.items():
            places[child] = base + byte
            units[base + byte] = byte
    array = struct.pack(f"<{len(units)}I", *units)
    return struct.pack("<I", len(array)) + array + block


def precompiled(replacements: dict[str, str]) -> Normalizer:
    encoded = base64.b64encode(charsmap_bytes(replacements)).decode()
    return {"type": "Precompiled", "precompiled_charsmap": encoded}
