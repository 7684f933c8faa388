"""The bytes of a tokenizer.json that does what a SentencePiece model does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from onnxformers._native import tokenizers as native_tokenizers
from onnxformers.errors import FileFormatError
from onnxformers.tokenizers import conversion_rows as rows
from onnxformers.tokenizers.conversion import from_tiktoken
from onnxformers.tokenizers.conversion_parts import Source, added_of, document_of, template_of
from onnxformers.tokenizers.conversion_steps import (
    DECODERS,
    NORMALIZERS,
    PRE_TOKENIZERS,
    Settings,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from onnxformers._native.tokenizers import SentencePieceFile


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
    return document_of(
        added=added_of(names | dict.fromkeys(special, True), id_of, row.mask, row.normalized),
        normalizer=NORMALIZERS[row.normalizer](settings),
        pre_tokenizer=PRE_TOKENIZERS[row.pre_tokenizer](settings),
        post_processor=template_of(row.template or _bos_template(row.bos, source.config), id_of),
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
