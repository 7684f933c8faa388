"""The peers of the tokenizer benchmark, each behind the same face.

What a peer needs is imported where it is built, so that those who lack it only miss that peer.
Each gives its quickest way to ids in numpy arrays: padded int64 arrays with mask and types
(onnxformers), padded int64 ids (transformers), one flat array (most others).
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from measure import UnavailableError
from tokenizer_files import Family, made_sentencepiece_model, tiktoken_parts
from tokenizer_js import TokenizersJs

Ids = Sequence[int] | np.ndarray


@dataclass(frozen=True)
class Peer:
    """One tokenizer.

    Attributes:
        ids: of every text, for the comparison with the reference.
        arrays: ids of many texts in numpy arrays.
        offsets: as `arrays`, with offsets; None where the library has none.
        ones: ways to encode one short sentence, by name.
        special: whether ids come with the special tokens of the file.
        same_vocabulary: whether its ids are those of the family at all.
        js: the child process that times itself, for Transformers.js.
    """

    ids: Callable[[list[str]], Sequence[Ids]]
    arrays: Callable[[list[str]], object]
    offsets: Callable[[list[str]], object] | None = None
    ones: tuple[tuple[str, Callable[[str], object]], ...] = ()
    special: bool = True
    same_vocabulary: bool = True
    js: TokenizersJs | None = None


def split(flat: Ids, lengths: Sequence[int] | np.ndarray) -> list[Ids]:
    """Rows of one flat array."""
    ends = np.cumsum(np.asarray(lengths, dtype=np.int64))
    return [flat[int(end) - int(n) : int(end)] for end, n in zip(ends, lengths, strict=True)]


def onnxformers_peer(family: Family, threads: int) -> Peer:
    """Ours: the core's batch into padded arrays; for one sentence also the class."""
    from onnxformers import OnnxformersError
    from onnxformers.tokenizers import AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(str(family.folder))
    except OnnxformersError as error:
        raise UnavailableError(f"cannot read this family yet: {error}") from error
    native, fill = tokenizer.native, tokenizer.pad_options._asdict()

    def ids(texts: list[str]) -> list[list[int]]:
        encodings = native.encode_batch(texts)
        return [encodings.ids(row) for row in range(len(encodings))]

    def offsets(texts: list[str]) -> object:
        return native.encode_batch(texts, with_offsets=True, threads=threads).pad(**fill)

    ones = (
        ("tok.encode(text)", tokenizer.encode),
        ("tok(text)", tokenizer),
        ("native encode_row(text)", native.encode_row),
    )
    return Peer(
        ids,
        lambda texts: native.encode_batch(texts, threads=threads).pad(**fill),
        offsets,
        ones,
    )


def tokenizers_peer(family: Family, _: int) -> Peer:
    """Hugging Face's tokenizers; `encode_batch_fast` leaves offsets out."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(family.file))
    tokenizer.no_padding()
    tokenizer.no_truncation()

    def arrays(texts: list[str]) -> object:
        return [np.array(e.ids, dtype=np.int64) for e in tokenizer.encode_batch_fast(texts)]

    return Peer(
        lambda texts: [e.ids for e in tokenizer.encode_batch(texts)],
        arrays,
        tokenizer.encode_batch,
        (("encode(text).ids", lambda text: tokenizer.encode(text).ids),),
    )


def transformers_peer(family: Family, _: int) -> Peer:
    """A fast tokenizer of transformers, padding to the longest text."""
    from transformers import PreTrainedTokenizerFast
    from transformers.utils import logging

    logging.set_verbosity_error()
    tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(family.file))
    tokenizer.pad_token = tokenizer.convert_ids_to_tokens(0)
    # The class would cut and pad where the file says so.
    tokenizer.backend_tokenizer.no_truncation()
    tokenizer.backend_tokenizer.no_padding()
    options = {"padding": True, "return_tensors": "np"}
    return Peer(
        lambda texts: tokenizer(texts)["input_ids"],
        lambda texts: tokenizer(texts, **options),
        lambda texts: tokenizer(texts, return_offsets_mapping=True, **options),
        (("encode(text)", tokenizer.encode), ("tok(text)", tokenizer)),
    )


def tokie_peer(family: Family, _: int) -> Peer:
    """A Rust tokenizer that reads tokenizer.json."""
    from tokie import Tokenizer

    tokenizer = Tokenizer.from_json(str(family.file))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return Peer(
        lambda texts: split(*tokenizer.encode_batch_flat(texts)),
        tokenizer.encode_batch_flat,
        lambda texts: [tokenizer.encode_with_offsets(text) for text in texts],
        (
            ("encode(text)", tokenizer.encode),
            ("encode(text).ids", lambda text: tokenizer.encode(text).ids),
        ),
    )


def iree_peer(family: Family, _: int) -> Peer:
    """The tokenizer of the IREE project; its batch runs on one thread."""
    from iree.tokenizer import Tokenizer

    tokenizer = Tokenizer.from_file(str(family.file))

    def arrays(texts: list[str]) -> Any:
        return tokenizer.encode_batch_to_array(texts, add_special_tokens=True)

    def rich(texts: list[str]) -> object:
        return [tokenizer.encode_rich(text, add_special_tokens=True) for text in texts]

    one = ("encode(text)", lambda text: tokenizer.encode(text, add_special_tokens=True))
    return Peer(lambda texts: split(*arrays(texts)), arrays, rich, (one,))


def toktok_peer(family: Family, threads: int) -> Peer:
    """A Rust tokenizer with a few built-in encodings; no special tokens of its own accord.

    For Llama 3 its cl100k_base, whose ids are others and whose work is alike.
    """
    import toktok

    if family.toktok is None:
        raise UnavailableError("has no encoding of this kind")
    encoding = toktok._encoding(family.toktok)  # the way its own documentation names

    def offsets(texts: list[str]) -> object:
        return [encoding.encode_with_offsets(text, unit="char") for text in texts]

    def rows(texts: list[str]) -> Iterator[Ids]:
        flat, ends = encoding.encode_batch_to_numpy(texts, threads)
        return split(flat, np.diff(ends))

    return Peer(
        rows,
        lambda texts: encoding.encode_batch_to_numpy(texts, threads),
        offsets,
        (
            ("encode_ordinary(text)", encoding.encode_ordinary),
            ("encode_to_numpy(text)", encoding.encode_to_numpy),
        ),
        special=False,
        same_vocabulary=family.toktok != "cl100k_base",
    )


def quicktok_peer(family: Family, threads: int) -> Peer:
    """A C++ tokenizer with a few built-in encodings; no special tokens of its own accord."""
    import quicktok

    if family.quicktok is None:
        raise UnavailableError("has no encoding of this kind")
    encoding = quicktok.get_encoding(family.quicktok)

    def rows(texts: list[str]) -> Sequence[Ids]:
        flat, ends = encoding.encode_batch(texts, threads)
        return split(flat, np.diff(ends))

    return Peer(
        rows,
        lambda texts: encoding.encode_batch(texts, threads),
        None,
        (("encode_ordinary(text)", encoding.encode_ordinary),),
        special=False,
    )


def tiktoken_peer(family: Family, threads: int) -> Peer:
    """OpenAI's tiktoken with the vocabulary and the pattern of tokenizer.json."""
    import tiktoken

    pattern, ranks = tiktoken_parts(family)
    encoding = tiktoken.Encoding(
        family.name, pat_str=pattern, mergeable_ranks=ranks, special_tokens={}
    )

    def arrays(texts: list[str]) -> list[np.ndarray]:
        if threads == 1:
            return [encoding.encode_to_numpy(text) for text in texts]
        rows = encoding.encode_ordinary_batch(texts, num_threads=threads)
        return [np.array(row, dtype=np.int64) for row in rows]

    one = ("encode_ordinary(text)", encoding.encode_ordinary)
    return Peer(arrays, arrays, None, (one,), special=False)


def sentencepiece_peer(family: Family, threads: int) -> Peer:
    """Google's sentencepiece, its model made here from tokenizer.json."""
    import sentencepiece

    processor = sentencepiece.SentencePieceProcessor(model_proto=made_sentencepiece_model(family))

    def rows(texts: list[str]) -> list[list[int]]:
        return processor.encode(texts, num_threads=threads)

    def arrays(texts: list[str]) -> list[np.ndarray]:
        return [np.array(row, dtype=np.int64) for row in rows(texts)]

    def offsets(texts: list[str]) -> object:
        return processor.encode(texts, num_threads=threads, return_type="proto")

    return Peer(rows, arrays, offsets, (("encode(text)", processor.encode),), special=False)


def flash_peer(family: Family, threads: int) -> Peer:
    """A C++ tokenizer for BERT only; it wants vocab.txt, which is made from tokenizer.json here."""
    if family.kind != "WordPiece":
        raise UnavailableError("is for BERT only")
    from flash_tokenizer import BertTokenizerFlash

    vocabulary = json.loads(family.file.read_bytes())["model"]["vocab"]
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8", delete=False) as file:
        file.write("\n".join(sorted(vocabulary, key=vocabulary.get)) + "\n")
    core = BertTokenizerFlash(file.name, do_lower_case=True, model_max_length=100_000).tokenizer
    Path(file.name).unlink()

    def rows(texts: list[str]) -> list[list[int]]:
        return core.batch_encode(texts, "longest", 100_000, threads > 1)

    def arrays(texts: list[str]) -> list[np.ndarray]:
        return [np.array(row, dtype=np.int64) for row in rows(texts)]

    one = ("encode(text)", lambda text: core.encode(text, "longest", 100_000))
    return Peer(rows, arrays, None, (one,))


def js_peer(family: Family, _: int, node_folder: Path | None = None) -> Peer:
    """Transformers.js in a child process of node, which times itself; into its Tensors."""
    child = TokenizersJs(family, node_folder)
    return Peer(child.ids, child.unusable, None, (("encode(text)", child.unusable),), js=child)


PEERS: dict[str, Callable[..., Peer]] = {
    "onnxformers": onnxformers_peer,
    "tokenizers": tokenizers_peer,
    "transformers": transformers_peer,
    "tokie": tokie_peer,
    "iree-tokenizer": iree_peer,
    "toktok-rs": toktok_peer,
    "quicktok-v1": quicktok_peer,
    "tiktoken": tiktoken_peer,
    "sentencepiece": sentencepiece_peer,
    "flash-tokenizer": flash_peer,
    "Transformers.js": js_peer,
}
