"""Letters of CTC models, and pieces of recordings, against an installed transformers 4.46.3."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from onnxformers import AutoTokenizer
from onnxformers.pipelines.speech_chunks import cut, read_lengths
from onnxformers.pipelines.speech_ctc import Letters, words

transformers = pytest.importorskip(
    "transformers", reason="the reference: pip install transformers==4.46.3"
)

pytestmark = [pytest.mark.oracle, pytest.mark.filterwarnings("ignore")]

FOLDER = Path(__file__).parents[2] / "conformance" / "models" / "hubert-ctc"


def frames(rng: np.random.Generator, vocabulary: int) -> np.ndarray:
    """Tokens of frames: each some times, with blanks in between."""
    ids = np.repeat(rng.integers(0, vocabulary, 40), rng.integers(1, 4, 40))
    found: np.ndarray = np.where(rng.random(len(ids)) < 0.3, 0, ids)
    return found


def test_letters_words_and_texts_are_those_of_the_reference() -> None:
    theirs = transformers.Wav2Vec2CTCTokenizer.from_pretrained(FOLDER)
    ours = Letters(AutoTokenizer.from_pretrained(FOLDER))
    rng = np.random.default_rng(0)
    for _ in range(200):
        ids = frames(rng, theirs.vocab_size)
        wanted = theirs.decode(ids, skip_special_tokens=False, output_char_offsets=True)
        letters = ours.collapse(ids)
        assert ours.text(letters) == wanted["text"]
        assert [tuple(letter) for letter in letters] == [
            (item["char"], item["start_offset"], item["end_offset"])
            for item in wanted["char_offsets"]
        ]
        spans = theirs._get_word_offsets(wanted["char_offsets"], theirs.replace_word_delimiter_char)
        assert [tuple(word) for word in words(letters)] == [
            (item["word"], item["start_offset"], item["end_offset"]) for item in spans
        ]


def test_recordings_are_cut_as_in_the_reference() -> None:
    module: Any = pytest.importorskip(
        "transformers.pipelines.automatic_speech_recognition",
        reason="the reference: pip install transformers==4.46.3",
    )

    class Extractor(SimpleNamespace):
        def __call__(self, chunk: Any, **_: Any) -> dict[str, Any]:
            return {"samples": chunk}

    rng = np.random.default_rng(1)
    for _ in range(100):
        rate, align = int(rng.integers(50, 200)), int(rng.choice([1, 4, 7]))
        chunk = float(rng.uniform(1, 5))
        stride = float(rng.uniform(0, chunk / 2.5))
        sound = rng.standard_normal(int(rng.integers(1, 20 * rate))).astype(np.float32)
        sizes = [round(s * rate / align) * align for s in (chunk, stride, stride)]
        wanted = list(module.chunk_iter(sound, Extractor(sampling_rate=rate), *sizes))
        pieces = cut(sound, rate, read_lengths(chunk, stride), align)
        assert [(len(p.samples), p.left, p.right) for p in pieces] == [
            item["stride"] for item in wanted
        ]
        for piece, item in zip(pieces, wanted, strict=True):
            np.testing.assert_array_equal(piece.samples, item["samples"])
