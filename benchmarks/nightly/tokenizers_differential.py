"""Random strings through every published tokenizer, compared with Hugging Face tokenizers.

    python benchmarks/nightly/tokenizers_differential.py --data FOLDER --strings 1000000

Ids, tokens, offsets, words and decoded texts must be the same, of texts alone, in pairs and without
special tokens. Differences are counted, the shortest of each kind is shown, and the exit status is
1. A tokenizer that does not load here, or there, is listed. `--families` takes the largest of the
files that differ only in their vocabulary. With `--seed` a run repeats; by default each run has
strings of its own. A million strings take about a minute of the processor for each tokenizer.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from random_texts import RandomTexts, readable_pieces

import tokenizers
from onnxformers._native import tokenizers as native_tokenizers
from onnxformers.errors import OnnxformersError

BATCH = 500
Difference = tuple[str, str, object, object]
WHAT = ("ids", "tokens", "offsets", "words")


class Pair:
    """A tokenizer here and there."""

    def __init__(self, path: Path) -> None:
        data = path.read_text(encoding="utf-8")
        self.there = tokenizers.Tokenizer.from_str(data)
        self.there.no_truncation()
        self.there.no_padding()
        self.here = native_tokenizers.Tokenizer.from_json(data.encode())
        self.added = [token["content"] for token in self.here.added_tokens][:40]
        # It passes over the ids of added tokens in a file whose ids have gaps; ours are the file's.
        ids = {self.there.token_to_id(t["content"]): t["id"] for t in self.here.added_tokens}
        self.ours = {there: here for there, here in ids.items() if there != here}

    def texts(self, rng: random.Random) -> RandomTexts:
        """What makes texts for it."""
        vocabulary = sorted(self.here.vocab())
        pieces = readable_pieces(rng.sample(vocabulary, min(4000, len(vocabulary))))
        return RandomTexts(rng, self.added, list(pieces))

    def differences(self, texts: list[str], special: bool = True) -> Iterator[Difference]:
        """Each as what differs, the text, ours and theirs."""
        theirs = attempt(lambda: self.there.encode_batch(texts, add_special_tokens=special))
        if theirs is None:  # It refuses one of them.
            if len(texts) > 1:
                yield from self._one_by_one(texts, special)
            return
        try:
            rows = self.here.encode_batch(texts, with_offsets=True, add_special_tokens=special)
            plain = self.here.encode_batch(texts, add_special_tokens=special)
        except OnnxformersError as error:
            if len(texts) > 1:
                yield from self._one_by_one(texts, special)
            else:
                yield "error", texts[0], str(error), theirs[0].ids
            return
        for row, (text, other) in enumerate(zip(texts, theirs, strict=True)):
            ours = (rows.ids(row), rows.tokens(row), rows.offsets(row), rows.word_ids(row))
            expected = (self._our_ids(other.ids), other.tokens, other.offsets, other.word_ids)
            if ours != expected:
                yield from first_difference(text, ours, expected)
            elif plain.ids(row) != ours[0]:
                yield "ids without offsets", text, plain.ids(row), ours[0]
        yield from self._decoded(texts, [other.ids for other in theirs], skips=special)

    def pairs(self, texts: list[str]) -> Iterator[Difference]:
        """Each text with the next: ids, type ids and which are special."""
        firsts, seconds = texts[::2], texts[1::2]
        both = list(zip(firsts, seconds, strict=False))
        theirs = attempt(lambda: self.there.encode_batch(both))
        if theirs is None:
            return
        rows = self.here.encode_batch(firsts[: len(both)], seconds, with_offsets=True)
        for row, other in enumerate(theirs):
            ours = (rows.ids(row), rows.type_ids(row), rows.special_tokens_mask(row))
            expected = (self._our_ids(other.ids), other.type_ids, other.special_tokens_mask)
            places = (rows.offsets(row), rows.sequence_ids(row))
            if (*ours, *places) != (*expected, other.offsets, other.sequence_ids):
                yield "pair", str(both[row]), (*ours, *places), expected

    def random_ids(self, rng: random.Random, count: int) -> Iterator[Difference]:
        """Decoding of ids that no text has, at once and as a stream."""
        theirs = {ours: other for other, ours in self.ours.items() if other is not None}
        for _ in range(count):
            ids = [rng.randrange(self.here.vocab_size) for _ in range(rng.randint(0, 12))]
            stream = native_tokenizers.DecodeStream(self.here)
            ours = self.here.decode(ids)
            there = [theirs.get(i, i) for i in ids]
            expected = self.there.decode(there, skip_special_tokens=False)
            streamed = "".join(stream.add(i) for i in ids) + stream.finish()
            if not ours == expected == streamed:
                yield "decode of ids", str(ids), (ours, streamed), expected

    def _our_ids(self, ids: list[int]) -> list[int]:
        return [self.ours.get(i, i) for i in ids] if self.ours else ids

    def _decoded(self, texts: list[str], ids: list[list[int]], skips: bool) -> Iterator[Difference]:
        ours = self.here.decode_batch(list(map(self._our_ids, ids)), skip_special_tokens=skips)
        expected = self.there.decode_batch(ids, skip_special_tokens=skips)
        for text, mine, other in zip(texts, ours, expected, strict=True):
            if mine != other:
                yield "decode", text, mine, other

    def _one_by_one(self, texts: list[str], special: bool) -> Iterator[Difference]:
        for text in texts:
            yield from self.differences([text], special)


def attempt(ask: Callable[[], Any]) -> Any:
    """The answer; None where the reference refuses, or panics (which is no Exception)."""
    try:
        return ask()
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        return None


def first_difference(
    text: str, ours: tuple[Any, ...], theirs: tuple[Any, ...]
) -> Iterator[Difference]:
    for what, mine, other in zip(WHAT, ours, theirs, strict=True):
        if mine != other:
            yield what, text, mine, other
            return


def compare(pair: Pair, strings: int, rng: random.Random) -> Counter[str]:
    """Prints the shortest difference of each kind; how many there are of each."""
    counts: Counter[str] = Counter()
    shortest: dict[str, tuple[str, object, object]] = {}
    maker = pair.texts(rng)
    for number, begin in enumerate(range(0, strings, BATCH)):
        texts = maker.batch(min(BATCH, strings - begin))
        found = list(pair.differences(texts, special=number % 4 != 3))
        if number % 8 == 0:
            found += [*pair.pairs(texts), *pair.random_ids(rng, len(texts) // 5)]
        for what, text, ours, theirs in found:
            counts[what] += 1
            if what not in shortest or len(text) < len(shortest[what][0]):
                shortest[what] = (text, ours, theirs)
    for what, (text, ours, theirs) in shortest.items():
        print(f"    {what}: {text!r}\n      ours   {ours!r}\n      theirs {theirs!r}")
    return counts


def pipeline_of(path: Path) -> str:
    """The same for files that differ only in vocabulary and special tokens."""

    def squeezed(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: squeezed(part) for name, part in value.items()}
        if isinstance(value, list):
            return [squeezed(part) for part in value]
        return hashlib.sha256(value.encode()).hexdigest() if len(str(value)) > 999 else value

    document = json.loads(path.read_text(encoding="utf-8"))
    options = {name: value for name, value in document["model"].items() if name[:5] != "merge"}
    options["vocab"] = options["unk_token"] = options["unk_id"] = None
    parts = [document.get("normalizer"), document.get("pre_tokenizer"), options]
    return json.dumps(squeezed(parts), sort_keys=True)


def chosen(options: argparse.Namespace) -> list[Path]:
    paths = sorted(options.data.glob("*/tokenizer.json"))
    paths = [path for path in paths if options.only in path.parent.name]
    if options.families:
        by_size = sorted(paths, key=lambda path: path.stat().st_size)
        largest = {pipeline_of(path): path for path in by_size}.values()
        paths = [path for path in paths if path in largest]
    return paths[options.skip :]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="holds NAME/tokenizer.json")
    parser.add_argument("--strings", type=int, default=25_000, help="for each tokenizer")
    parser.add_argument("--only", default="", help="a part of the name")
    parser.add_argument("--families", action="store_true", help="the largest file of each pipeline")
    parser.add_argument("--skip", type=int, default=0, help="so many files, to go on with a run")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 2**32)
    options = parser.parse_args()
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    print(f"seed {options.seed}, tokenizers {tokenizers.__version__}")
    total, wrong, absent = 0, 0, []
    for path in chosen(options):
        name = path.parent.name
        try:
            pair = Pair(path)
        except Exception as error:
            absent.append(name)
            print(f"{name:40} not loaded: {str(error)[:120]}", flush=True)
            continue
        start = time.process_time()
        counts = compare(pair, options.strings, random.Random(f"{options.seed} {name}"))
        total, wrong = total + options.strings, wrong + counts.total()
        seconds = time.process_time() - start
        result = dict(counts) or "same"
        print(f"{name:40} {options.strings} strings, {result}, {seconds:.0f} s", flush=True)
    summary = {"strings": total, "differences": wrong, "not loaded": absent}
    print(json.dumps(summary, ensure_ascii=False))
    return 1 if wrong or absent else 0


if __name__ == "__main__":
    sys.exit(main())
