"""Random strings through every published tokenizer, compared with Hugging Face tokenizers.

    python benchmarks/nightly/tokenizers_differential.py --data FOLDER --strings 20000

Ids, tokens, offsets and decoded texts must be the same. Differences are counted, the shortest of
each tokenizer is shown, and the exit status is 1. A tokenizer that does not load here, or there, is
listed. With `--seed` a run repeats; by default each run has strings of its own.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import tokenizers
from onnxformers._native import tokenizers as native_tokenizers
from onnxformers.errors import OnnxformersError

Random = random.Random
BATCH = 500

WORDS = (
    "the",
    "quick",
    "brown",
    "fox",
    "don't",
    "I'LL",
    "we're",
    "12,345.67",
    "3rd",
    "e-mail",
    "http://a.b/c?d=e#f",
    "{\n\t}",
    "-->",
    "/*",
    "x",
    "*/",
    "\u201cquoted\u201d",
    "\u2026",
    "na\xefve",
    "fa\xe7ade",
    "Stra\xdfe",
    "\u0130stanbul",
    "\u03a3\u03af\u03c3\u03c5\u03c6\u03bf\u03c2",
    "\u03a3\u038a\u03a3\u03a5\u03a6\u039f\u03a3",
    "\ufb01nance",
    "\xbd",
    "\u2167",
    "x\xb2",
    "\uff21\uff42",
    "\uff11\uff12",
    "\u1100\u1161\u11a8",
    "\u4e2d\u6587\u5b57\u7b26",
    "\u65e5\u672c\u8a9e\u30c6\u30ad\u30b9\u30c8",
    "\ud55c\uad6d\uc5b4",
    "\uac01",
    "\u0e20\u0e32\u0e29\u0e32\u0e44\u0e17\u0e22",
    "\u0939\u093f\u0928\u094d\u0926\u0940",
    "\u0928\u092e\u0938\u094d\u0924\u0947",
    "\u0627\u0644\u0639\u0631\u0628\u064a\u0629",
    "\u05e2\u05d1\u05e8\u05d9\u05ea",
    "ti\u1ebfng",
    "Vi\u1ec7t",
    "\U0001f642",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467",
    "\U0001f1eb\U0001f1f7",
    "\u2603\ufe0f",
    "e\u0301",
    "o\u0308\u0304",
    "\u200b\xad",
    "''",
    "``",
)
SPACES = [" ", "  ", "   ", "\t", "\n", "\r\n", "\n\n", "\u00a0", "\u3000", "\u2028", "\u0085", "▁"]
RANGES = (
    *((0x20, 0x7E), (0x20, 0x7E), (0, 0x1F), (0x80, 0xFF), (0x100, 0x24F), (0x300, 0x36F)),
    *((0x370, 0x5FF), (0x600, 0x6FF), (0x900, 0xDFF), (0xE00, 0xEFF), (0x1100, 0x11FF)),
    *((0x1E00, 0x1FFF), (0x2000, 0x206F), (0x2100, 0x218F), (0x2460, 0x24FF), (0x3000, 0x30FF)),
    *((0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0xF900, 0xFAFF), (0xFB00, 0xFB4F), (0xFF00, 0xFFEF)),
    *((0x1F300, 0x1FAFF), (0x1D400, 0x1D7FF), (0x20000, 0x2A6DF), (0xE0000, 0xE007F)),
)


def character(rng: Random) -> str:
    low, high = rng.choice(RANGES)
    code = rng.randint(low, high) if rng.random() < 0.95 else rng.randrange(0x110000)
    return "\ufffd" if 0xD800 <= code < 0xE000 else chr(code)


def words(rng: Random, _: list[str]) -> str:
    parts = (rng.choice(WORDS) + rng.choice(SPACES) for _ in range(rng.randint(0, 12)))
    return rng.choice(("", "", " ")) + "".join(parts)


def mixed_case(rng: Random, _: list[str]) -> str:
    text = words(rng, [])
    return "".join(c.upper() if rng.random() < 0.5 else c.lower() for c in text)


def characters(rng: Random, _: list[str]) -> str:
    return "".join(character(rng) for _ in range(rng.randint(0, 24)))


def runs(rng: Random, _: list[str]) -> str:
    pool = [character(rng), rng.choice(SPACES), "a", "é", "🙂", "中", "\u0301", "1"]
    return "".join(rng.choice(pool) * rng.randint(1, 9) for _ in range(rng.randint(1, 5)))


def with_tokens(rng: Random, special: list[str]) -> str:
    parts = [
        rng.choice(special) if special and rng.random() < 0.4 else words(rng, []) for _ in "12345"
    ]
    return rng.choice(("", " ")).join(parts)


def code(rng: Random, _: list[str]) -> str:
    pieces = [
        "def f(x):",
        "\n    ",
        "return",
        " x",
        "+=",
        "1",
        ";",
        "//",
        "foo_bar",
        "camelCase",
        "0x1F",
    ]
    return "".join(rng.choice(pieces) for _ in range(rng.randint(1, 20)))


SHAPES: tuple[Callable[[Random, list[str]], str], ...] = (
    *(words, words, mixed_case, characters, characters, runs, with_tokens, code),
)


class Pair:
    """A tokenizer here and there."""

    def __init__(self, folder: Path) -> None:
        data = (folder / "tokenizer.json").read_text(encoding="utf-8")
        self.name = folder.name
        self.there = tokenizers.Tokenizer.from_str(data)
        self.there.no_truncation()
        self.there.no_padding()
        self.here = native_tokenizers.Tokenizer.from_json(data.encode())
        added = self.here.added_tokens
        self.special = [token["content"] for token in added][:40]
        # It passes over the ids of added tokens in a file whose ids have gaps; ours are the file's.
        self.ours = {self.there.token_to_id(t["content"]): t["id"] for t in added}

    def differences(self, texts: list[str]) -> list[tuple[str, str, object, object]]:
        """Each as what differs, the text, ours and theirs."""
        found: list[tuple[str, str, object, object]] = []
        try:
            theirs = self.there.encode_batch(texts)
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            return [] if len(texts) == 1 else self._one_by_one(texts)
        try:
            rows = self.here.encode_batch(texts, with_offsets=True)
            plain = self.here.encode_batch(texts)
        except OnnxformersError as error:
            if len(texts) > 1:
                return self._one_by_one(texts)
            return [("error", texts[0], str(error), theirs[0].ids)]
        for row, (text, other) in enumerate(zip(texts, theirs, strict=True)):
            ids, theirs_ids = rows.ids(row), [self.ours.get(i, i) for i in other.ids]
            for what, ours, expected in (
                ("ids", ids, theirs_ids),
                ("ids without offsets", plain.ids(row), theirs_ids),
                ("tokens", rows.tokens(row), other.tokens),
                ("offsets", rows.offsets(row), [tuple(span) for span in other.offsets]),
            ):
                if ours != expected:
                    found.append((what, text, ours, expected))
                    break
            skips = row % 2 == 0
            ours = self.here.decode(theirs_ids, skip_special_tokens=skips)
            expected_text = self.there.decode(other.ids, skip_special_tokens=skips)
            if ours != expected_text:
                found.append(("decode", text, ours, expected_text))
        return found

    def random_ids(self, rng: Random, count: int) -> list[tuple[str, str, object, object]]:
        """Decoding of ids that no text has, at once and as a stream."""
        found: list[tuple[str, str, object, object]] = []
        theirs = {ours: other for other, ours in self.ours.items() if other is not None}
        for _ in range(count):
            ids = [rng.randrange(self.here.vocab_size) for _ in range(rng.randint(0, 12))]
            stream = native_tokenizers.DecodeStream(self.here)
            ours = self.here.decode(ids)
            there = [theirs.get(i, i) for i in ids]
            expected = self.there.decode(there, skip_special_tokens=False)
            streamed = "".join(stream.add(i) for i in ids) + stream.finish()
            if not ours == expected == streamed:
                found.append(("decode of ids", str(ids), (ours, streamed), expected))
        return found

    def _one_by_one(self, texts: list[str]) -> list[tuple[str, str, object, object]]:
        return [difference for text in texts for difference in self.differences([text])]


def compare(pair: Pair, strings: int, rng: Random) -> Counter[str]:
    """Prints the shortest difference of each kind; how many there are of each."""
    counts: Counter[str] = Counter()
    shortest: dict[str, tuple[str, object, object]] = {}
    for begin in range(0, strings, BATCH):
        size = min(BATCH, strings - begin)
        texts = [rng.choice(SHAPES)(rng, pair.special) for _ in range(size)]
        for what, text, ours, theirs in (
            *pair.differences(texts),
            *pair.random_ids(rng, size // 10),
        ):
            counts[what] += 1
            if what not in shortest or len(text) < len(shortest[what][0]):
                shortest[what] = (text, ours, theirs)
    for what, (text, ours, theirs) in shortest.items():
        print(f"    {what}: {text!r}\n      ours   {ours!r}\n      theirs {theirs!r}")
    return counts


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="holds tokenizers/NAME/")
    parser.add_argument("--strings", type=int, default=25_000, help="for each tokenizer")
    parser.add_argument("--only", default="", help="a part of the name")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 2**32)
    options = parser.parse_args()
    print(f"seed {options.seed}, tokenizers {tokenizers.__version__}")
    total, wrong, absent = 0, 0, []
    for path in sorted((options.data / "tokenizers").glob("*/tokenizer.json")):
        if options.only not in path.parent.name:
            continue
        try:
            pair = Pair(path.parent)
        except Exception as error:
            absent.append(path.parent.name)
            print(f"{path.parent.name:40} not loaded: {str(error)[:120]}", flush=True)
            continue
        start = time.perf_counter()
        counts = compare(pair, options.strings, random.Random(f"{options.seed} {pair.name}"))
        total, wrong = total + options.strings, wrong + counts.total()
        seconds = time.perf_counter() - start
        print(
            f"{pair.name:40} {options.strings} strings, {dict(counts) or 'same'}, {seconds:.0f} s"
        )
    summary = {"strings": total, "differences": wrong, "not loaded": absent}
    print(json.dumps(summary, ensure_ascii=False))
    return 1 if wrong or absent else 0


if __name__ == "__main__":
    sys.exit(main())
