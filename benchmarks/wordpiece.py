"""WordPiece: megabytes a second over documents, microseconds for one sentence.

python benchmarks/wordpiece.py --model FOLDER --threads 1 2
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from measure import (
    available,
    in_process,
    interleave,
    print_header,
    ratio,
    skipped_lines,
    table,
)
from peers import REPOSITORY
from texts import SHORT_SENTENCE, documents

DOCUMENTS = 200
SENTENCES = 1000


@dataclass(frozen=True)
class Peer:
    """One tokenizer: ids of one text and of many, special tokens included."""

    one: Callable[[str], Sequence[int]]
    many: Callable[[list[str]], Sequence[Sequence[int]]]
    #: Other ways to encode one sentence, by name.
    more: tuple[tuple[str, Callable[[str], object]], ...] = ()


def vocabulary_of(folder: Path) -> dict[str, int]:
    """Word pieces and their ids."""
    return json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]


def onnxformers_peer(folder: Path, threads: int) -> Peer:
    """Ours: the tokenizer class for one text, the core's batch into arrays for many."""
    from onnxformers.tokenizers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(str(folder))
    native = tokenizer.native

    def many(texts: list[str]) -> list[list[int]]:
        encodings = native.encode_batch(texts, threads=threads)
        encodings.pad()  # into arrays, as a model takes them: that is part of the work
        return _Rows(encodings.ids, len(encodings))

    calls = (("tok(text)", tokenizer),)
    return Peer(tokenizer.encode, many, calls)


class _Rows(Sequence):
    """Rows that turn into lists only when somebody looks."""

    def __init__(self, row: Callable[[int], list[int]], count: int) -> None:
        self._row, self._count = row, count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: int) -> list[int]:
        if not 0 <= index < self._count:
            raise IndexError(index)
        return self._row(index)


def tokenizers_peer(folder: Path, _: int) -> Peer:
    """Hugging Face's tokenizers; `encode_batch_fast` leaves offsets out, as ours does."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()

    def many(texts: list[str]) -> Sequence[Sequence[int]]:
        encodings = tokenizer.encode_batch_fast(texts)
        return _Rows(lambda row: encodings[row].ids, len(encodings))

    return Peer(lambda text: tokenizer.encode(text).ids, many)


def tokie_peer(folder: Path, _: int) -> Peer:
    """A Rust tokenizer that reads tokenizer.json."""
    from tokie import Tokenizer

    tokenizer = Tokenizer.from_json(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()

    def many(texts: list[str]) -> Sequence[Sequence[int]]:
        encodings = tokenizer.encode_batch(texts)
        return _Rows(lambda row: encodings[row].ids, len(encodings))

    return Peer(lambda text: tokenizer.encode(text).ids, many)


def iree_peer(folder: Path, _: int) -> Peer:
    """The tokenizer of the IREE project; its batch runs on one thread."""
    from iree.tokenizer import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    return Peer(
        lambda text: tokenizer.encode(text, add_special_tokens=True),
        lambda texts: tokenizer.encode_batch(texts, add_special_tokens=True),
    )


def flash_peer(folder: Path, threads: int) -> Peer:
    """A C++ tokenizer for BERT only; it wants vocab.txt, which is made from tokenizer.json here."""
    from flash_tokenizer import BertTokenizerFlash

    vocabulary = vocabulary_of(folder)
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8", delete=False) as file:
        file.write("\n".join(sorted(vocabulary, key=vocabulary.get)) + "\n")
    tokenizer = BertTokenizerFlash(file.name, do_lower_case=True, model_max_length=100_000)
    Path(file.name).unlink()
    core = tokenizer.tokenizer
    return Peer(
        lambda text: core.encode(text, "longest", 100_000),
        lambda texts: core.batch_encode(texts, "longest", 100_000, threads > 1),
    )


PEERS = {
    "onnxformers": onnxformers_peer,
    "tokenizers": tokenizers_peer,
    "tokie": tokie_peer,
    "iree-tokenizer": iree_peer,
    "flash-tokenizer": flash_peer,
}


def differing(peer: Peer, texts: list[str], expected: Sequence[Sequence[int]]) -> int:
    """How many texts get other ids than from tokenizers."""
    rows = peer.many(texts)
    return sum(list(rows[i]) != list(expected[i]) for i in range(len(texts)))


def measure(folder: Path, threads: int, rounds: int) -> None:
    """Prints the table for one number of threads; this process has that many cores."""
    vocabulary = vocabulary_of(folder)
    texts = documents(DOCUMENTS, sorted(vocabulary, key=vocabulary.get))
    megabytes = sum(len(text.encode()) for text in texts) / 1e6
    peers, skipped = available(
        {name: lambda make=make: make(folder, threads) for name, make in PEERS.items()}
    )
    expected = [list(row) for row in tokenizers_peer(folder, 1).many(texts)]
    batches = {name: in_process(lambda peer=peer: peer.many(texts)) for name, peer in peers.items()}
    many = interleave(batches, rounds=rounds)
    base = many["tokenizers"]
    rows = [
        [
            name,
            f"{megabytes / timing.cpu:.1f}",
            ratio(base.cpu, timing.cpu),
            f"{megabytes / timing.wall:.1f}",
            ratio(base.wall, timing.wall),
            differing(peers[name], texts, expected),
        ]
        for name, timing in many.items()
    ]
    print(f"### {threads} thread{'s' if threads > 1 else ''}\n")
    print(
        table(
            [
                "documents",
                "MB per CPU s",
                "x tokenizers",
                "MB/s",
                "x tokenizers",
                f"of {DOCUMENTS} differ",
            ],
            rows,
        )
    )
    if threads == 1:
        print("\n" + one_sentence(peers, rounds))
    print(f"\n{skipped_lines(skipped)}\n")


def one_sentence(peers: dict[str, Peer], rounds: int) -> str:
    """The table of one sentence."""

    def repeated(function: Callable[[str], object]) -> Callable[[], None]:
        return lambda: [function(SHORT_SENTENCE) for _ in range(SENTENCES)]

    cases = {}
    for name, peer in peers.items():
        cases[f"{name} encode"] = in_process(repeated(peer.one))
        for label, function in peer.more:
            cases[f"{name} {label}"] = in_process(repeated(function))
    timings = interleave(cases, rounds=rounds)
    base = timings["tokenizers encode"].cpu
    rows = [
        [name, f"{timing.cpu / SENTENCES * 1e6:.2f}", ratio(timing.cpu, base)]
        for name, timing in timings.items()
    ]
    return table(["one sentence", "CPU µs", "x tokenizers"], rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    default = REPOSITORY / "examples" / "models" / "all-MiniLM-L6-v2"
    parser.add_argument("--model", type=Path, default=default, help="folder with tokenizer.json")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.here:
        measure(options.model, options.threads[0], options.rounds)
        return
    print_header(
        "WordPiece",
        f"{DOCUMENTS} documents of 2000 characters in one call, to what each library gives: padded "
        f"int64 arrays (onnxformers), objects or lists (the others). “{SHORT_SENTENCE}” in single "
        "calls. Ids must equal those of tokenizers. Each number of threads in a process of its "
        "own that may use as many cores.",
    )
    for threads in options.threads:
        # The pools of the Rust libraries read this once, when their process starts.
        environment = {**os.environ, "RAYON_NUM_THREADS": str(threads)}
        command = [sys.executable, __file__, "--here", "--model", str(options.model)]
        command += ["--threads", str(threads), "--rounds", str(options.rounds)]
        sys.stdout.flush()
        with_cores = (
            {"preexec_fn": lambda threads=threads: pin(threads)}
            if hasattr(os, "sched_setaffinity")
            else {}
        )
        subprocess.run(command, env=environment, check=True, **with_cores)


def pin(cores: int) -> None:
    """Keeps this process on so many cores."""
    os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[:cores]))


if __name__ == "__main__":
    main()
