"""One family of the tokenizer benchmark, measured in this process."""

from __future__ import annotations

import argparse
import functools
import hashlib
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from measure import Case, Timing, UnavailableError, in_process, interleave
from texts import SHORT_SENTENCE
from tokenizer_files import Family, documents
from tokenizer_peers import PEERS, Ids, Peer

SENTENCES = 1000
LOADS = 3
#: Where the gain of threads that only calculate stands among the results.
ARITHMETIC = "arithmetic"
#: Of the same documents in a round: the first finds the processor's caches filled by another peer.
CALLS = 5
#: The peers that read tokenizer.json themselves, so that loading can be compared.
READERS = ("onnxformers", "tokenizers", "transformers", "tokie", "iree-tokenizer")


def built_peers(
    family: Family, threads: int, options: argparse.Namespace
) -> tuple[dict[str, Peer], dict[str, str]]:
    """The peers that can take part, and why the others cannot."""
    needed = ["onnxformers", "tokenizers", *(options.peer or PEERS)]
    peers, skipped = {}, {}
    for name in PEERS:
        if any(part in name for part in needed):
            peer, reason = built_peer(name, family, threads, options)
            if peer is None:
                skipped[name] = reason
            else:
                peers[name] = peer
    return peers, skipped


def built_peer(
    name: str, family: Family, threads: int, options: argparse.Namespace
) -> tuple[Peer | None, str]:
    """One peer, tried out; or None and the reason."""
    extra = {"node_folder": options.node} if name == "Transformers.js" else {}
    try:
        peer = PEERS[name](family, threads, **extra)
        try_out(peer)
    except UnavailableError as error:
        return None, str(error)
    except ImportError as error:
        return None, f"not installed ({error})"
    except Exception as error:  # a peer's own failure is a result, not the end of the run
        return None, f"{type(error).__name__}: {error}"
    return peer, ""


def try_out(peer: Peer) -> None:
    """One use of everything that is measured, so that a failure is found before the clock runs."""
    peer.ids([SHORT_SENTENCE])
    for work in (peer.arrays, peer.offsets):
        if work is not None and peer.js is None:
            work([SHORT_SENTENCE])
    for _, function in peer.ones if peer.js is None else ():
        function(SHORT_SENTENCE)


def measure_family(family: Family, options: argparse.Namespace) -> dict[str, Any]:
    """All columns but those of several threads."""
    peers, skipped = built_peers(family, 1, options)
    return {
        "skipped": skipped,
        "texts": {text: measure_text(peers, text, options) for text in options.text},
        "one": one_sentence(peers, options.rounds),
        "load": loading(family, peers),
        "compiled": compiled_size(family),
    }


def measure_threads(family: Family, options: argparse.Namespace) -> dict[str, Any]:
    """Wall megabytes a second into arrays; ours also with one thread in the same process."""
    threads = options.threads[0]
    peers, _ = built_peers(family, threads, options)
    if "onnxformers" in peers:
        peers["onnxformers, 1 thread"] = PEERS["onnxformers"](family, 1)
    found = {}
    for text in options.text:
        seen, _ = parts(documents(options.inputs, text), options)
        timings = interleave(arrays_cases(peers, seen), rounds=options.rounds, calls=CALLS)
        found[text] = {name: megabytes(seen) / timing.wall for name, timing in timings.items()}
    found[ARITHMETIC] = {ARITHMETIC: arithmetic_gain(threads)}
    return found


def arithmetic_gain(threads: int) -> float:
    """What threads gain that do nothing but arithmetic in registers: more is not to be had here."""
    work = functools.partial(hashlib.pbkdf2_hmac, "sha256", b"0" * 16, b"1" * 16, 100_000)

    def on_threads() -> None:
        with ThreadPoolExecutor(threads) as pool:
            for job in [pool.submit(work) for _ in range(threads)]:
                job.result()

    cases = {"one": in_process(work), "all": in_process(on_threads)}
    timings = interleave(cases, rounds=5)
    return threads * timings["one"].wall / timings["all"].wall


def parts(every: list[str], options: argparse.Namespace) -> tuple[list[str], list[list[str]]]:
    """Documents that all rounds see, and for each round some that it alone sees."""
    count = min(options.documents, len(every) // 2)
    step = len(every) // count
    chosen = set(range(0, step * count, step))
    rest = [every[i] for i in range(len(every)) if i not in chosen]
    each = max(1, min(count, len(rest) // options.rounds))
    unseen = [rest[turn * each : (turn + 1) * each] for turn in range(options.rounds)]
    return [every[i] for i in sorted(chosen)], unseen


def measure_text(peers: dict[str, Peer], text: str, options: argparse.Namespace) -> dict[str, Any]:
    """Every peer on one kind of text: megabytes per CPU second, documents with other ids."""
    try:
        seen, unseen = parts(documents(options.inputs, text), options)
    except UnavailableError as error:
        return {"skipped": str(error)}
    # Before anything else, so that the first round finds every cache empty.
    fresh = interleave(unseen_cases(peers, unseen), rounds=options.rounds, warmup=0)
    first = statistics.median(map(megabytes, unseen))
    differing = {name: differences(peer, peers["tokenizers"], seen) for name, peer in peers.items()}
    arrays = interleave(arrays_cases(peers, seen), rounds=options.rounds, calls=CALLS)
    with_offsets = {
        name: in_process(functools.partial(peer.offsets, seen))
        for name, peer in peers.items()
        if peer.offsets is not None
    }
    offsets = interleave(with_offsets, rounds=options.rounds, calls=CALLS)
    return {
        name: {
            "arrays": megabytes(seen) / arrays[name].cpu,
            "offsets": rate(megabytes(seen), offsets.get(name)),
            "unseen": rate(first, fresh.get(name)),
            "differ": differing[name],
            "documents": len(seen),
        }
        for name in peers
    }


def rate(size: float, timing: Timing | None) -> float | None:
    """Megabytes per CPU second."""
    return None if timing is None else size / timing.cpu


def megabytes(texts: list[str]) -> float:
    """Of UTF-8."""
    return sum(len(text.encode()) for text in texts) / 1e6


def arrays_cases(peers: dict[str, Peer], texts: list[str]) -> dict[str, Case]:
    """All texts into arrays."""
    return {
        name: peer.js.case(texts=texts, want="arrays", times=1)
        if peer.js
        else in_process(functools.partial(peer.arrays, texts))
        for name, peer in peers.items()
    }


def unseen_cases(peers: dict[str, Peer], slices: list[list[str]]) -> dict[str, Case]:
    """Other texts at every call."""

    def case(peer: Peer) -> Case:
        turns: Iterator[list[str]] = iter(slices)
        return in_process(lambda: peer.arrays(next(turns)))

    return {name: case(peer) for name, peer in peers.items() if not peer.js}


def differences(peer: Peer, reference: Peer, texts: list[str]) -> str:
    """How many texts get other ids than from `tokenizers`."""
    if not peer.same_vocabulary:
        return "another vocabulary"
    rows = as_lists(peer.ids(texts))
    whole = as_lists(reference.ids(texts))
    bare = without_special_tokens(whole, reference)
    expected = whole if peer.special else bare
    differ = sum(row != want for row, want in zip(rows, expected, strict=True))
    if differ == len(texts) and peer.special:
        left = sum(row != want for row, want in zip(rows, bare, strict=True))
        return f"{differ}: special tokens left out, else {left}" if left < differ else str(differ)
    return str(differ)


def without_special_tokens(rows: list[list[int]], reference: Peer) -> list[list[int]]:
    """Rows less what the reference puts around an empty text."""
    (around,) = as_lists(reference.ids([""]))
    (probe,) = as_lists(reference.ids(["a"]))
    before = 0
    while before < len(around) and probe[before] == around[before]:
        before += 1
    after = len(around) - before
    return [row[before : len(row) - after] for row in rows]


def as_lists(rows: Sequence[Ids]) -> list[list[int]]:
    """Rows as lists of int."""
    return [list(map(int, row)) for row in rows]


def one_sentence(peers: dict[str, Peer], rounds: int) -> dict[str, float]:
    """CPU microseconds of one short sentence, each way of each peer."""

    def repeated(function: Callable[[str], object]) -> Callable[[], None]:
        def run() -> None:
            for _ in range(SENTENCES):
                function(SHORT_SENTENCE)

        return run

    cases: dict[str, Case] = {}
    for name, peer in peers.items():
        for label, function in peer.ones:
            cases[f"{name} {label}"] = (
                peer.js.case(texts=[SHORT_SENTENCE], want="one", times=SENTENCES)
                if peer.js
                else in_process(repeated(function))
            )
    timings = interleave(cases, rounds=rounds)
    return {name: timing.cpu / SENTENCES * 1e6 for name, timing in timings.items()}


def loading(family: Family, peers: dict[str, Peer]) -> dict[str, float]:
    """Milliseconds from tokenizer.json to a tokenizer."""
    with tempfile.TemporaryDirectory() as folder:
        cases = load_cases(family, peers, Path(folder, "compiled"))
        timings = interleave(cases, rounds=LOADS, warmup=0)
    found = {name: timing.wall * 1e3 for name, timing in timings.items()}
    for name, peer in peers.items():
        if peer.js:
            found[name] = peer.js.load_s * 1e3
    found["reading the file"] = read_seconds(family) * 1e3
    return found


def load_cases(family: Family, peers: dict[str, Peer], compiled: Path) -> dict[str, Case]:
    """The ways to load; `compiled` is where the compiled form is written."""
    cases = {
        name: in_process(functools.partial(PEERS[name], family, 1))
        for name in READERS
        if name in peers
    }
    if "onnxformers" in peers:
        from onnxformers._native.tokenizers import Tokenizer

        compiled.write_bytes(Tokenizer.compile(family.file.read_bytes())[1])
        cases["onnxformers, core from JSON"] = in_process(
            lambda: Tokenizer.from_json(family.file.read_bytes())
        )
        cases["onnxformers, core from its compiled form"] = in_process(
            lambda: Tokenizer.from_compiled(str(compiled))
        )
    return cases


def compiled_size(family: Family) -> float:
    """Of the compiled form, in multiples of tokenizer.json."""
    from onnxformers._native.tokenizers import Tokenizer

    data = family.file.read_bytes()
    return len(Tokenizer.compile(data)[1]) / len(data)


def read_seconds(family: Family) -> float:
    """How long the bytes of the file take alone."""
    start = time.perf_counter()
    family.file.read_bytes()
    return time.perf_counter() - start
