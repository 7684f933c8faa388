"""The bytes of a tokenizer.json that does what older files of a tokenizer do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from onnxformers._native import tokenizers as native_tokenizers
from onnxformers.errors import FileFormatError
from onnxformers.tokenizers import conversion_rows as rows
from onnxformers.tokenizers import conversion_sections as sections
from onnxformers.tokenizers.conversion_parts import (
    Section,
    Source,
    added_of,
    document_of,
    template_of,
    vocabulary_of,
)
from onnxformers.tokenizers.conversion_steps import (
    BYTE_PAIR_NORMALIZERS,
    BYTE_PAIR_PRE_TOKENIZERS,
    Settings,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def from_tiktoken(source: Source) -> bytes:
    """tokenizer.json for a .tiktoken file.

    Raises:
        FileFormatError: the file is broken.
    """
    ((name, data),) = source.files.items()
    model_json = native_tokenizers.tiktoken_model_json(data)
    encoding = source.config.get("tiktoken_encoding") or rows.TIKTOKEN_BY_CLASS.get(
        source.class_name, name.rpartition("/")[2].removesuffix(".tiktoken")
    )
    row = rows.TIKTOKEN.get(encoding, rows.DEFAULT_TIKTOKEN)
    next_id = max(json.loads(model_json)["vocab"].values()) + 1
    ids = {}
    for token, token_id in row.special.items():
        ids[token] = next_id if token_id is None else token_id
        next_id = max(next_id, ids[token] + 1)
    byte_step = sections.byte_level(trim=False)
    bos = template_of(
        (f"{row.bos} $A", f"{row.bos} $A {row.bos}:1 $B:1") if row.bos else None, ids.get
    )
    return document_of(
        added=added_of(dict.fromkeys(ids, True), ids.get, ""),
        normalizer=None,
        pre_tokenizer=sections.split_bytes(getattr(sections, row.pattern)),
        post_processor=sections.sequence("processors", [byte_step, bos]) if bos else byte_step,
        decoder=sections.byte_level(),
        model=model_json,
    )


def from_byte_pairs(source: Source) -> bytes:
    """tokenizer.json for vocab.json and merges.txt.

    Raises:
        FileFormatError: a file is broken.
    """
    vocab_json, merges = source.files["vocab.json"], source.files["merges.txt"]
    row = rows.BYTE_PAIR.get(source.class_name, rows.BYTE_PAIR["GPT2Tokenizer"])
    vocab = _vocab(vocab_json)
    ids = _described_ids(source.config) | vocab
    settings = Settings(source.config, row.settings, None)
    unk = row.unk if source.config.get("unk_token", row.unk) is not None else None
    unk = settings.text("unk_token", unk) if unk else None
    options = {
        "type": "BPE",
        "dropout": None,
        "unk_token": unk if unk in vocab else None,
        "continuing_subword_prefix": "",
        "end_of_word_suffix": row.suffix,
        "fuse_unk": False,
        "byte_fallback": False,
        "ignore_merges": False,
    }
    head = json.dumps(options).encode()[:-1]
    merges_json = native_tokenizers.merges_txt_json(merges)
    model_json = head + b',"vocab":' + vocab_json + b',"merges":' + merges_json + b"}"
    present = [name for name in row.special if name in vocab]
    suffix = {"type": "BPEDecoder", "suffix": row.suffix}
    return document_of(
        added=added_of(dict.fromkeys(present, True), ids.get, row.mask, row.normalized),
        normalizer=BYTE_PAIR_NORMALIZERS[row.normalizer](settings),
        pre_tokenizer=BYTE_PAIR_PRE_TOKENIZERS[row.pre_tokenizer](settings),
        post_processor=_byte_pair_post(row, settings, ids.get),
        decoder=suffix if row.decoder == "suffix" else sections.byte_level(),
        model=model_json,
    )


def from_vocab_txt(source: Source) -> bytes:
    """tokenizer.json for the vocab.txt of BERT and its family.

    Raises:
        FileFormatError: the file is broken.
    """
    (data,) = source.files.values()
    vocab_json = native_tokenizers.vocab_txt_json(data)
    vocab = _vocab(vocab_json)
    row = rows.WORDPIECE.get(source.class_name, rows.PLAIN_WORDPIECE)
    settings = Settings(source.config, {}, None)
    head = {
        "type": "WordPiece",
        "unk_token": settings.text("unk_token", row.special[0]),
        "continuing_subword_prefix": "##",
        "max_input_chars_per_word": 100,
    }
    normalizer = {
        "type": "BertNormalizer",
        "clean_text": True,
        "handle_chinese_chars": settings.flag("tokenize_chinese_chars", True),
        "strip_accents": source.config.get("strip_accents"),
        "lowercase": settings.flag("do_lower_case", True),
    }
    present = [name for name in row.special if name in vocab]
    return document_of(
        added=added_of(dict.fromkeys(present, True), vocab.get, row.mask),
        normalizer=normalizer,
        pre_tokenizer={"type": "BertPreTokenizer"},
        post_processor=template_of(row.template, vocab.get),
        decoder={"type": "WordPiece", "prefix": "##", "cleanup": True},
        model=json.dumps(head).encode()[:-1] + b',"vocab":' + vocab_json + b"}",
    )


def _byte_pair_post(
    row: rows.BytePairRow, settings: Settings, id_of: Callable[[str], int | None]
) -> Section | None:
    if row.post == "template":
        return template_of(row.template, id_of)
    if row.post == "bytes":
        bos = settings.text("bos_token", "<|endoftext|>")
        if settings.flag("add_bos_token", False):
            return template_of((f"{bos} $A", f"{bos} $A $B:1"), id_of)
        return sections.byte_level(trim=False)
    if not row.post or None in (id_of(row.ends[0]), id_of(row.ends[1])):
        return None
    pair = {"sep": [row.ends[1], id_of(row.ends[1])], "cls": [row.ends[0], id_of(row.ends[0])]}
    if row.post == "bert":
        return {"type": "BertProcessing", **pair}
    is_clip = row.post == "clip"
    add_prefix_space = False if is_clip else settings.flag("add_prefix_space", False)
    return {
        "type": "RobertaProcessing",
        **pair,
        "trim_offsets": not is_clip,
        "add_prefix_space": add_prefix_space,
    }


def _vocab(vocab_json: bytes) -> dict[str, int]:
    vocab = vocabulary_of(vocab_json)
    if set(map(type, vocab.values())) - {int}:
        raise FileFormatError("[vocab.json] must map tokens to whole numbers")
    return vocab


def _described_ids(config: Mapping[str, Any]) -> dict[str, int]:
    """Token → id of `added_tokens_decoder`; entries that cannot be are passed over."""
    decoder = config.get("added_tokens_decoder")
    return {
        token["content"]: int(index)
        for index, token in (decoder.items() if isinstance(decoder, dict) else ())
        if isinstance(token, dict)
        and isinstance(token.get("content"), str)
        and len(index) < 10
        and index.isdecimal()
    }
