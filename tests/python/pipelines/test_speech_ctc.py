"""CTC: letters of frames to text and times, beams, and language models."""

from __future__ import annotations

import gzip
import itertools
import math
from pathlib import Path

import numpy as np
import pytest
from speech_tokenizers import LETTERS, ids_of, letter_tokenizer

from onnxformers.errors import FileFormatError, InvalidTypeError, MissingFileError
from onnxformers.ops import log_softmax
from onnxformers.pipelines.n_grams import NGrams
from onnxformers.pipelines.speech_beams import BeamSearch
from onnxformers.pipelines.speech_ctc import Letter, Letters, with_times, words


@pytest.fixture
def letters() -> Letters:
    return Letters(letter_tokenizer())


@pytest.mark.parametrize(
    ("frames", "text"),
    [
        ("HHE_LL_LOO", "HELLO"),  # a blank keeps equal letters apart
        ("__HELLO__", "HELO"),
        ("A||B", "A B"),
        ("|A|", "A"),
        ("____", ""),
        ("A|_|B", "A  B"),
    ],
)
def test_equal_neighbours_are_one_letter(letters: Letters, frames: str, text: str) -> None:
    assert letters.text(letters.collapse(np.array(ids_of(frames)))) == text


def test_letters_and_words_know_their_frames(letters: Letters) -> None:
    found = letters.collapse(np.array(ids_of("_HH_I||_YOU_")))
    assert found[:3] == [Letter("H", 1, 3), Letter("I", 4, 5), Letter(" ", 5, 7)]
    assert words(found) == [Letter("HI", 1, 5), Letter("YOU", 8, 11)]


def test_special_tokens_but_the_blank_are_written_as_the_reference_does(letters: Letters) -> None:
    assert letters.text(letters.collapse(np.array([1, 5, 0, 3]))) == "<s>A<unk>"


def test_beams_follow_no_special_tokens(letters: Letters) -> None:
    logits = scores([{"A": 0.4}])
    logits[0, 1] = np.log(0.6)
    assert letters.text(BeamSearch(letters, 5, None, 0, 0).decode(logits)) == "A"


def test_no_part_ends_behind_the_sound() -> None:
    parts = with_times([Letter("HI", 0, 3), Letter("YOU", 4, 9)], 0.02, 0.15)
    assert parts == [
        {"text": "HI", "timestamp": (0.0, 0.06)},
        {"text": "YOU", "timestamp": (0.08, 0.15)},
    ]


def test_the_files_say_how_text_is_written() -> None:
    lower = Letters(letter_tokenizer(do_lower_case=True, word_delimiter_token="'"))
    assert lower.text(lower.collapse(np.array(ids_of("HI'YOU")))) == "hi you"


def scores(rows: list[dict[str, float]]) -> np.ndarray:
    """Probabilities of letters in frames as logits; "_" stands for the blank."""
    table = np.full((len(rows), len(LETTERS)), 1e-9)
    for row, chances in zip(table, rows, strict=True):
        for letter, chance in chances.items():
            row[ids_of(letter)[0]] = chance
    return np.log(table).astype(np.float32)


def likeliest(logits: np.ndarray, alphabet: str) -> str:
    """The text of most probability, all ways to each text counted."""
    chances: dict[str, float] = {}
    logs = log_softmax(logits)
    spell = Letters(letter_tokenizer())
    for way in itertools.product(alphabet, repeat=len(logits)):
        ids = np.array(ids_of("".join(way)))
        text = spell.text(spell.collapse(ids))
        chances[text] = chances.get(text, 0.0) + math.exp(
            sum(float(logs[i, token]) for i, token in enumerate(ids))
        )
    return max(chances, key=lambda text: chances[text])


def test_beams_find_the_text_that_many_ways_lead_to(letters: Letters) -> None:
    # The best way is two blanks; the ways to "A" are likelier together.
    logits = scores([{"_": 0.55, "A": 0.45}] * 2)
    assert letters.text(letters.collapse(logits.argmax(-1))) == ""
    found = BeamSearch(letters, 8, None, 0, 0).decode(logits)
    assert letters.text(found) == likeliest(logits, "_A") == "A"


@pytest.mark.parametrize("seed", range(6))
def test_wide_beams_are_exact(letters: Letters, seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = [dict(zip("_AB", rng.dirichlet([1, 1, 1]), strict=True)) for _ in range(5)]
    found = BeamSearch(letters, 500, None, 0, 0).decode(scores(rows))
    assert letters.text(found) == likeliest(scores(rows), "_AB")
    frames = [letter.begin for letter in found]
    assert frames == sorted(set(frames))


ARPA = """\\data\\
ngram 1=5
ngram 2=2

\\1-grams:
-1.0 <s> -0.5
-1.0 </s>
-2.0 <unk>
-1.0 BED -0.3
-1.0 BAD -0.3

\\2-grams:
-0.1 <s> BAD
-0.2 BAD BED

\\end\\
"""


@pytest.fixture
def arpa(tmp_path: Path) -> Path:
    path = tmp_path / "words.arpa"
    path.write_text(ARPA)
    return path


def test_n_grams_back_off_to_shorter_ones(arpa: Path) -> None:
    model = NGrams.load(arpa)
    assert model.order == 2
    assert model.score(["<s>"], "BAD") == -0.1
    assert model.score(["<s>"], "BED") == pytest.approx(-0.5 - 1.0)
    assert model.score(["<s>", "BAD"], "BED") == -0.2
    assert model.score(["BED"], "NEVER") == pytest.approx(-0.3 - 2.0)  # <unk>
    assert model.score([], "BED") == -1.0


def test_a_language_model_decides_between_words_that_sound_alike(
    letters: Letters, arpa: Path
) -> None:
    rows = [{"B": 0.99}, {"E": 0.52, "A": 0.48}, {"D": 0.99}]
    logits = scores(rows)
    assert letters.text(BeamSearch(letters, 20, None, 0, 0).decode(logits)) == "BED"
    heard = BeamSearch(letters, 20, NGrams.load(arpa), 0.5, 1.0).decode(logits)
    assert letters.text(heard) == "BAD"


def test_packed_files_are_read(arpa: Path, tmp_path: Path) -> None:
    packed = tmp_path / "words.arpa.gz"
    packed.write_bytes(gzip.compress(arpa.read_bytes()))
    assert NGrams.load(packed).score(["<s>"], "BAD") == -0.1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"mmap lm http://kheafield.com/code format version 5\n", "give the .arpa file"),
        (b"hello\n", "it has no n-grams"),
        (b"\\1-grams:\nmany BED\n", "no ARPA file"),
        (b"\\1-grams:\n\xff\xfe\n", "no ARPA file"),
        (b"\\2-grams:\n-1 A B\n", "it has no n-grams"),
    ],
)
def test_files_that_are_no_language_model_are_refused(
    tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "lm.arpa"
    path.write_bytes(content)
    with pytest.raises(FileFormatError, match=message):
        NGrams.load(path)


def test_a_language_model_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match=r"none\.arpa"):
        NGrams.load(tmp_path / "none.arpa")
    with pytest.raises(InvalidTypeError, match=r"path of an \.arpa file"):
        NGrams.load(3)  # type: ignore[arg-type]
