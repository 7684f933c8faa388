"""The bytes of a tokenizer.json that does what older files of a tokenizer do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from onnxformers._native import tokenizers as native_tokenizers
from onnxformers.errors import FileFormatError
from onnxformers.tokenizers import conversion_rows as rows
from onnxformers.tokenizers import conversion_sections as sections
from onnxformers.tokenizers.conversion_steps import (
    BYTE_PAIR_NORMALIZERS,
    BYTE_PAIR_PRE_TOKENIZERS,
    DECODERS,
    NORMALIZERS,
    PRE_TOKENIZERS,
    Settings,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from onnxformers._native.tokenizers import SentencePieceFile

Section = dict[str, Any]


class Source(NamedTuple):
    """Where a conversion takes its files from.

    Attributes:
        class_name: the tokenizer's class without "Fast"; empty where none is known.
        config: tokenizer_config.json.
        files: name → content of the files of one form.
    """

    class_name: str
    config: Mapping[str, Any]
    files: Mapping[str, bytes]


def from_sentencepiece(source: Source) -> bytes:
    """tokenizer.json for a SentencePiece .model, or for Llama 3's file of that name.

    Raises:
        FileFormatError: the file is broken or asks for something unknown.
    """
    (data,) = source.files.values()
    if _is_tiktoken(data):
        return from_tiktoken(source)
    model = native_tokenizers.SentencePieceFile(data)
    row = rows.SENTENCEPIECE.get(source.class_name, rows.PLAIN_SENTENCEPIECE)
    first, last = _own_tokens(model, row, source.config)
    size = len(first) + len(model) - row.skipped + len(last)
    special = [*row.special, *last[len(row.last) :], *_additional(source.config)]
    id_of = _with_new_ids(_piece_ids(model, row, first, last), special, size)
    settings = Settings(source.config, row.settings, model)
    is_plain = row is rows.PLAIN_SENTENCEPIECE
    names = {text: is_control for _, text, is_control in model.marked()}
    return _document(
        added=_added(names | dict.fromkeys(special, True), id_of, row.mask, row.normalized),
        normalizer=NORMALIZERS[row.normalizer](settings),
        pre_tokenizer=PRE_TOKENIZERS[row.pre_tokenizer](settings),
        post_processor=_template(row.template or _bos_template(row.bos, source.config), id_of),
        decoder=DECODERS[row.decoder](settings),
        model=model.model_json(
            first=first,
            skipped=row.skipped,
            last=[(text, 0.0) for text in last],
            unk_id=row.unk_id,
            byte_fallback=model.byte_fallback if is_plain else row.byte_fallback,
            lowers_number_commas=row.number_commas,
            has_tab=row.tab,
        ),
    )


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
    bos = _template(
        (f"{row.bos} $A", f"{row.bos} $A {row.bos}:1 $B:1") if row.bos else None, ids.get
    )
    return _document(
        added=_added(dict.fromkeys(ids, True), ids.get, ""),
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
    return _document(
        added=_added(dict.fromkeys(present, True), ids.get, row.mask, row.normalized),
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
    return _document(
        added=_added(dict.fromkeys(present, True), vocab.get, row.mask),
        normalizer=normalizer,
        pre_tokenizer={"type": "BertPreTokenizer"},
        post_processor=_template(row.template, vocab.get),
        decoder={"type": "WordPiece", "prefix": "##", "cleanup": True},
        model=json.dumps(head).encode()[:-1] + b',"vocab":' + vocab_json + b"}",
    )


def _is_tiktoken(data: bytes) -> bool:
    # A SentencePiece model begins with a field of bytes, no line of base64 and a number.
    first, _, rank = data[:256].partition(b"\n")[0].partition(b" ")
    return rank.rstrip().isdigit() and first.isascii() and not first.startswith(b"\n")


def _own_tokens(
    model: SentencePieceFile, row: rows.SentencePieceRow, config: Mapping[str, Any]
) -> tuple[list[tuple[str, float]], list[str]]:
    """The tokens a class puts in front, with their scores, and behind."""
    kept = [text for text in row.first if not text.startswith("{")]
    first = kept
    if len(kept) < len(row.first):
        if len(model) < len(row.first):
            raise FileFormatError("[SentencePiece model] there are fewer than three pieces")
        first = [model.text(index) for index in range(len(row.first))]
    scores = [0.0] * (len(first) - row.low) + [-100.0] * row.low
    extra = config.get("extra_ids", row.extra_ids) if row.extra_ids else 0
    if not isinstance(extra, int) or not 0 <= extra <= 10_000:
        raise FileFormatError(f"[tokenizer_config.json] extra_ids cannot be {extra!r}")
    last = [*row.last, *(f"<extra_id_{i}>" for i in range(extra - 1, -1, -1))]
    return list(zip(first, scores, strict=True)), last


def _piece_ids(
    model: SentencePieceFile,
    row: rows.SentencePieceRow,
    first: list[tuple[str, float]],
    last: list[str],
) -> Callable[[str], int | None]:
    moved = len(first) - row.skipped
    own = {text: index for index, (text, _) in enumerate(first)}
    own |= {text: len(model) + moved + index for index, text in enumerate(last)}
    asked = [*row.special, *(text for _, text, _ in model.marked())]
    for part in (*(row.template or ()), *(row.bos or ())):
        asked += [name.partition(":")[0] for name in part.split()]
    pieces = {
        text: index + moved for text, index in model.ids_of(asked).items() if index >= row.skipped
    }
    return {**pieces, **own}.get


def _additional(config: Mapping[str, Any]) -> list[str]:
    listed = config.get("additional_special_tokens") or []
    found = [token.get("content") if isinstance(token, dict) else token for token in listed]
    return [token for token in found if isinstance(token, str)]


def _with_new_ids(
    id_of: Callable[[str], int | None], special: Iterable[str], size: int
) -> Callable[[str], int | None]:
    """Special tokens that are not in the vocabulary come behind it, in their order."""
    missing = [name for name in dict.fromkeys(special) if id_of(name) is None]
    new = {name: size + index for index, name in enumerate(missing)}
    return lambda name: new.get(name, id_of(name))


def _bos_template(
    ends: tuple[str, str] | None, config: Mapping[str, Any]
) -> tuple[str, str] | None:
    """Which ends a class puts round a text is a setting of some classes."""
    if ends is None:
        return None
    bos = ends[0] if config.get("add_bos_token", True) else ""
    eos = ends[1] if config.get("add_eos_token", False) else ""
    single = f"{bos} $A {eos}"
    return single, f"{single} {bos + ':1' if bos else ''} $B:1 {eos + ':1' if eos else ''}"


def _template(texts: tuple[str, str] | None, id_of: Callable[[str], int | None]) -> Section | None:
    return sections.template(*texts, id_of) if texts else None


def _byte_pair_post(
    row: rows.BytePairRow, settings: Settings, id_of: Callable[[str], int | None]
) -> Section | None:
    if row.post == "template":
        return _template(row.template, id_of)
    if row.post == "bytes":
        bos = settings.text("bos_token", "<|endoftext|>")
        if settings.flag("add_bos_token", False):
            return _template((f"{bos} $A", f"{bos} $A $B:1"), id_of)
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
    try:
        vocab = json.loads(vocab_json)
    except (ValueError, RecursionError) as error:
        raise FileFormatError(f"[vocab.json] {error}") from None
    if not isinstance(vocab, dict) or set(map(type, vocab.values())) - {int}:
        raise FileFormatError("[vocab.json] expected an object of tokens and their ids")
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


def _added(
    names: Mapping[str, bool],
    id_of: Callable[[str], int | None],
    mask: str,
    normalized: tuple[str, ...] = (),
) -> list[Section]:
    """Added tokens of the vocabulary, by id; those it does not have are left to the settings."""
    found: Iterable[tuple[int | None, str]] = ((id_of(name), name) for name in names)
    return [
        {
            "id": token_id,
            "content": name,
            "single_word": False,
            "lstrip": name == mask,
            "rstrip": False,
            "normalized": name in normalized,
            "special": names[name],
        }
        for token_id, name in sorted(entry for entry in found if entry[0] is not None)
    ]


def _document(*, added: list[Section], model: bytes, **stages: Section | None) -> bytes:
    head = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": added, **stages}
    return json.dumps(head).encode()[:-1] + b',"model":' + model + b"}"
