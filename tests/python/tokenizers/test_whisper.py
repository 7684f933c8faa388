"""Whisper's tokenizer: transcripts, timestamps, prompts; and English in one way of writing."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onnxformers.errors import InvalidArgumentError
from onnxformers.tokenizers import PreTrainedTokenizer
from onnxformers.tokenizers.whisper import WhisperMethods
from onnxformers.tokenizers.whisper_languages import LANGUAGES
from onnxformers.tokenizers.whisper_normalizer import basic_text, english_text
from onnxformers.tokenizers.whisper_numbers import numbers_in_digits
from onnxformers.tokenizers.whisper_stitching import stitch
from onnxformers.tokenizers.whisper_words import Word, merge_punctuation

NAMED = (
    "<|endoftext|>",
    "<|startoftranscript|>",
    *(f"<|{code}|>" for code in LANGUAGES),
    *(f"<|{name}|>" for name in ("translate", "transcribe", "startoflm", "startofprev")),
    "<|nospeech|>",
    "<|notimestamps|>",
)
TIMES = [f"<|{index * 0.02:.2f}|>" for index in range(1501)]

Make = Callable[..., WhisperMethods]


class Whisper(WhisperMethods, PreTrainedTokenizer):
    """What the registry makes of the mix-in."""


def byte_names() -> list[str]:
    """The character that stands for each byte, in the order of GPT-2's vocabulary."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = iter(range(256, 512))
    names = {byte: chr(byte) for byte in printable}
    return [*names.values(), *(chr(next(rest)) for byte in range(256) if byte not in names)]


def added(index: int, content: str, special: bool) -> dict[str, Any]:
    flags = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
    return {"id": index, "content": content, "special": special, **flags}


def document() -> dict[str, Any]:
    vocab = {name: index for index, name in enumerate([*byte_names(), *NAMED[:1]])}
    tokens = [added(256 + index, name, special=True) for index, name in enumerate(NAMED)]
    first = 256 + len(NAMED)
    tokens += [added(first + index, name, special=False) for index, name in enumerate(TIMES)]
    level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True}
    return {
        "version": "1.0",
        "added_tokens": tokens,
        "normalizer": None,
        "pre_tokenizer": level,
        "post_processor": level,
        "decoder": level,
        "model": {"type": "BPE", "vocab": vocab, "merges": []},
    }


CONFIG = {
    "tokenizer_class": "WhisperTokenizer",
    "bos_token": "<|endoftext|>",
    "eos_token": "<|endoftext|>",
    "unk_token": "<|endoftext|>",
    "additional_special_tokens": list(NAMED),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tokenizer.json").write_text(json.dumps(document()))
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(CONFIG))
    return tmp_path


@pytest.fixture
def whisper(folder: Path) -> Whisper:
    return Whisper.from_pretrained(folder)


def ids(tokenizer: WhisperMethods, *parts: str | float) -> list[int]:
    """Text as bytes, names of special tokens as they are, numbers as timestamps."""
    found: list[int] = []
    for part in parts:
        if isinstance(part, str):
            found += tokenizer.encode(part, add_special_tokens=False)
        else:
            found.append(tokenizer.timestamp_begin + round(part / 0.02))
    return found


START = "<|startoftranscript|><|en|><|transcribe|>"


def test_one_piece_without_timestamps(whisper: Whisper) -> None:
    tokens = ids(whisper, START, "<|notimestamps|> Hello world.<|endoftext|>")
    assert whisper._decode_asr([{"tokens": tokens}]) == (" Hello world.", {})
    asked = whisper._decode_asr([{"tokens": tokens}], return_language=True)
    assert asked == (
        " Hello world.",
        {"chunks": [{"language": "english", "text": " Hello world."}]},
    )


@pytest.mark.parametrize("shape", [list, np.array, lambda row: [row], lambda row: np.array([row])])
def test_tokens_in_any_shape(whisper: Whisper, shape: Callable[[list[int]], Any]) -> None:
    assert whisper._decode_asr([{"tokens": shape(ids(whisper, START, " Hi"))}])[0] == " Hi"
    one = [{"tokens": shape(ids(whisper, "H"))}]
    assert whisper._decode_asr(one)[0] == "H"


def test_chunks_with_times(whisper: Whisper) -> None:
    tokens = ids(whisper, START, 0.0, " One.", 1.5, 1.5, " Two.", 3.0, "<|endoftext|>")
    text, extra = whisper._decode_asr([{"tokens": tokens}], return_timestamps=True)
    assert text == " One. Two."
    assert extra["chunks"] == [
        {"timestamp": (0.0, 1.5), "text": " One."},
        {"timestamp": (1.5, 3.0), "text": " Two."},
    ]


def test_pieces_that_overlap(whisper: Whisper) -> None:
    stride = [(30.0, 0.0, 5.0), (20.0, 5.0, 0.0)]
    rows = [
        ids(whisper, START, 0.0, " The quick brown", 24.0, 24.0, " fox jum", 29.0),
        ids(whisper, START, 0.0, " fox jumps over.", 9.0),
    ]
    outputs = [{"tokens": row, "stride": s} for row, s in zip(rows, stride, strict=True)]
    text, extra = whisper._decode_asr(outputs, return_timestamps=True)
    assert text == " The quick brown fox jumps over."
    assert [chunk["timestamp"] for chunk in extra["chunks"]] == [(0.0, 24.0), (24.0, 29.0)]
    # Without the strides nothing tells that the second begins before the first ends.
    alone = [{"tokens": row} for row in rows]
    assert whisper._decode_asr(alone, return_timestamps=True)[0] == (
        " The quick brown fox jum fox jumps over."
    )


def test_another_language_begins_a_chunk(whisper: Whisper) -> None:
    outputs = [
        {"tokens": ids(whisper, "<|startoftranscript|><|en|>", " One")},
        {"tokens": ids(whisper, "<|startoftranscript|><|fr|>", " Deux")},
    ]
    text, extra = whisper._decode_asr(outputs, return_language=True)
    assert text == " One Deux"
    assert [chunk["language"] for chunk in extra["chunks"]] == ["english", "french"]


def test_a_prompt_is_no_part_of_the_transcript(whisper: Whisper) -> None:
    row = ids(whisper, "<|startofprev|> Said before.", START, " Now.")
    assert whisper._decode_asr([{"tokens": row}])[0] == " Now."
    assert whisper.decode(row, skip_special_tokens=True) == " Now."
    only = ids(whisper, "<|startofprev|> Said before.")
    assert whisper.decode(only, skip_special_tokens=True) == ""


def test_words_with_times(whisper: Whisper) -> None:
    row = ids(whisper, "<|startoftranscript|><|en|>", 0.0, ' "Hi," she', 2.0)
    times = [index / 10 for index in range(len(row))]
    outputs = [{"tokens": row, "token_timestamps": times}]
    text, extra = whisper._decode_asr(outputs, return_timestamps="word")
    assert text == ' "Hi," she'
    assert extra["chunks"] == [
        {"text": ' "Hi,"', "timestamp": (0.3, 0.9)},
        {"text": " she", "timestamp": (0.9, 1.3)},
    ]
    named = whisper._decode_asr(outputs, return_timestamps="word", return_language=True)[1]
    assert {word["language"] for word in named["chunks"]} == {"english"}


def test_words_of_languages_without_spaces(whisper: Whisper) -> None:
    row = ids(whisper, "<|startoftranscript|><|zh|>", 0.0, "你好。", 2.0)
    times = [index / 10 for index in range(len(row))]
    outputs = [{"tokens": row, "token_timestamps": times}]
    text, extra = whisper._decode_asr(outputs, return_timestamps="word")
    assert text == "你好。"
    assert extra["chunks"] == [
        {"text": "你", "timestamp": (0.3, 0.6)},
        {"text": "好。", "timestamp": (0.6, 1.2)},
    ]


def test_a_missing_end(whisper: Whisper, caplog: pytest.LogCaptureFixture) -> None:
    outputs = [{"tokens": ids(whisper, START, 1.0, " Cut")}]
    text, extra = whisper._decode_asr(outputs, return_timestamps=True)
    assert (text, extra["chunks"][0]["timestamp"]) == (" Cut", (1.0, None))
    assert "no ending timestamp" in caplog.text
    with pytest.raises(InvalidArgumentError, match="no ending timestamp"):
        whisper._decode_asr(outputs, return_timestamps=True, force_full_sequences=True)


def test_what_is_no_output(whisper: Whisper) -> None:
    assert whisper._decode_asr([]) == ("", {})
    with pytest.raises(InvalidArgumentError, match="no 'tokens'"):
        whisper._decode_asr([{}])
    with pytest.raises(InvalidArgumentError, match="no 'token_timestamps'"):
        whisper._decode_asr([{"tokens": [1]}], return_timestamps="word")
    with pytest.raises(InvalidArgumentError, match="return_timestamps must be"):
        whisper._decode_asr([], return_timestamps="sentence")  # type: ignore[arg-type]


def test_decode_with_timestamps(whisper: Whisper) -> None:
    row = ids(whisper, START, 0.0, " One.", 1.5, 1.5, " Two.", 3.0, 0.0, " Three.", 2.0)
    assert whisper.decode(row, skip_special_tokens=True) == " One. Two. Three."
    kept = whisper.decode(row, skip_special_tokens=True, decode_with_timestamps=True)
    assert kept == "<|0.00|> One.<|1.50|><|1.50|> Two.<|3.00|><|3.00|> Three.<|5.00|>"
    both = whisper.decode(row, skip_special_tokens=True, output_offsets=True)
    assert both["text"] == " One. Two. Three."
    assert [part["text"] for part in both["offsets"]] == [" One.", " Two.", " Three."]
    times = [second for part in both["offsets"] for second in part["timestamp"]]
    assert times == pytest.approx([0.0, 1.5, 1.5, 3.0, 3.0, 5.0])
    rows = whisper.batch_decode([row, row[:4]], True, output_offsets=True)
    assert rows == [both, {"text": "", "offsets": []}]
    assert whisper.decode([], output_offsets=True) == {"text": "", "offsets": []}


def test_decode_normalized(whisper: Whisper) -> None:
    row = ids(whisper, START, " He's got TWENTY one [noise] dollars.")
    options = {"skip_special_tokens": True}
    assert whisper.decode(row, **options, normalize=True) == "he has got $21"
    assert whisper.decode(row, **options, basic_normalize=True) == (" he s got twenty one dollars ")


def test_prompts(whisper: Whisper) -> None:
    found = whisper.get_prompt_ids(" Some names ")
    assert found.dtype == np.int64
    assert whisper.decode(found) == "<|startofprev|> Some names"
    assert whisper.get_prompt_ids("Some names", return_tensors=None) == found.tolist()
    with pytest.raises(InvalidArgumentError, match=r"special token <\|en\|>"):
        whisper.get_prompt_ids("<|en|>")
    with pytest.raises(InvalidArgumentError, match="return_tensors"):
        whisper.get_prompt_ids("x", return_tensors="pt")


def test_what_a_transcript_begins_with(whisper: Whisper, folder: Path) -> None:
    def names(pairs: list[tuple[int, int]]) -> list[str | None]:
        assert [place for place, _ in pairs] == list(range(1, len(pairs) + 1))
        return whisper.convert_ids_to_tokens([token for _, token in pairs])

    assert names(whisper.get_decoder_prompt_ids()) == ["<|notimestamps|>"]
    asked = whisper.get_decoder_prompt_ids("translate", "French", no_timestamps=False)
    assert names(asked) == ["<|fr|>", "<|translate|>"]
    assert names(whisper.get_decoder_prompt_ids(language="mandarin"))[0] == "<|zh|>"
    with pytest.raises(InvalidArgumentError, match="no language 'klingon'; there are english"):
        whisper.get_decoder_prompt_ids(language="klingon")
    with pytest.raises(InvalidArgumentError, match="no language 'xx'; there are en"):
        whisper.get_decoder_prompt_ids(language="xx")
    with pytest.raises(InvalidArgumentError, match="task must be"):
        whisper.get_decoder_prompt_ids(task="sing")
    config = {**CONFIG, "language": "fr", "task": "transcribe", "predict_timestamps": True}
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
    set_up = Whisper.from_pretrained(folder)
    assert set_up.convert_ids_to_tokens(set_up.prefix_tokens) == [
        "<|startoftranscript|>",
        "<|fr|>",
        "<|transcribe|>",
    ]


def test_timestamp_ids(whisper: Whisper) -> None:
    found = whisper.timestamp_ids()
    assert found[:2] == [whisper.timestamp_begin, whisper.timestamp_begin + 1]
    assert len(found) == 1501


# As transformers 4.46.3 gives them.
ENGLISH = {
    "two hundred and one": "201",
    "one two three": "123",
    "nineteen eighty four": "1984",
    "twenty twenty": "2020",
    "one oh one": "101",
    "the sixties and the first": "the 60s and the 1st",
    "twenty first": "21st",
    "three million five hundred thousand": "3500000",
    "two and a half million": "2500000",
    "five percent, six per cent": "5% 6%",
    "minus ten degrees": "-10 degrees",
    "two dollars and seven cents": "$2.07",
    "zero point zero five": "0.05",
    "$20 million": "$20000000",
    "double oh seven": "007",
    "one": "one",
    "ones and twos": "ones and 2s",
    "1,000.50": "1000.50",
    "won't y'all": "will not you all",
    "Mr. Smith's colour": "mister smith is color",
    "um (laughs) [noise] okay": "okay",
    "naïve Straße": "naive strasse",
    "per se and so on": "per se and so on",
    "a hundred hundredths": "a 100 hundredths",
    "it's been": "it has been",
}


@pytest.mark.parametrize("text", ENGLISH)
def test_english_in_one_way_of_writing(text: str) -> None:
    assert english_text(text, {"colour": "color"}).strip() == ENGLISH[text]


def test_text_of_any_language() -> None:
    assert basic_text("Où? <b>Ça</b> (là)  va!") == "où ça va "
    assert basic_text("Où? Ça va!", remove_diacritics=True) == "ou ca va "


@pytest.mark.parametrize("mark", ["(", "[", "<", " ", "and ", "1 ", "one ", "1", "point "])
def test_time_grows_with_the_text_alone(mark: str) -> None:
    text = mark * 10_000
    assert isinstance(english_text(text, {}), str)
    assert isinstance(basic_text(text), str)


def words(*texts: str) -> list[Word]:
    return [Word(text, [place], [place]) for place, text in enumerate(texts)]


@pytest.mark.parametrize(
    ("parts", "merged"),
    [
        ([], []),
        ([" a", "."], [" a."]),
        ([" (", " a", ")", "."], [" ( a)."]),
        ([" a", " -", " b"], [" a", " - b"]),
        ([" a ", ","], [" a ", ","]),
        (["。", "a"], ["。", "a"]),
        ([" a", " “"], [" a", " “"]),
    ],
)
def test_punctuation_goes_with_words(parts: list[str], merged: list[str]) -> None:
    found = merge_punctuation(words(*parts), "\"'“¡¿([{-", "\"'.。,，!！?？:：”)]}、")  # noqa: RUF001
    assert [word.text for word in found] == merged
    assert [place for word in found for place in word.places] == list(range(len(parts)))


def plain_stitch(pieces: list[list[int]]) -> list[int]:
    """The slow twin: every overlap of two neighbours, token by token."""
    found: list[int] = []
    left = pieces[0]
    for right in pieces[1:]:
        best, ends = 0.0, (len(left), 0)
        for shift in range(1, len(left) + len(right)):
            pairs = [
                (i, i - len(left) + shift)
                for i in range(len(left))
                if 0 <= i - len(left) + shift < len(right)
            ]
            matches = sum(left[i] == right[j] for i, j in pairs)
            quality = matches / shift + shift / 10_000
            if matches > 1 and quality > best:
                best = quality
                ends = (
                    (pairs[0][0] + pairs[-1][0] + 1) // 2,
                    (pairs[0][1] + pairs[-1][1] + 1) // 2,
                )
        found += left[: ends[0]]
        left = right[ends[1] :]
    return found + left


@given(st.lists(st.lists(st.integers(0, 4), max_size=9), min_size=1, max_size=4))
def test_stitching_as_its_slow_twin(pieces: list[list[int]]) -> None:
    assert stitch(pieces) == (plain_stitch(pieces), [])


def test_stitching_by_times_too() -> None:
    left, right = [1, 2, 3, 4], [3, 4, 5]
    early = [(float(i), i + 1.0) for i in range(4)]
    assert stitch([left, right], [early, [(2.0, 3.0), (3.0, None), (4.0, 5.0)]])[0] == [
        *(1, 2, 3, 4, 5)
    ]
    # Tokens that were said before those of the left piece are others.
    assert stitch([left, right], [early, [(0.0, 0.5)] * 3])[0] == [1, 2, 3, 4, 3, 4, 5]


def random_output(whisper: WhisperMethods, generator: random.Random) -> dict[str, Any]:
    row = ids(whisper, START) if generator.random() < 0.8 else []
    now = generator.random() * 5
    for _ in range(generator.randrange(4)):
        row += ids(whisper, round(now, 2)) if generator.random() < 0.8 else []
        row += ids(whisper, generator.choice([" one", " two.", "三", ' "a"', " é", ""]))
        now += generator.random() * 8
        row += ids(whisper, round(now, 2)) if generator.random() < 0.8 else []
    row = row or ids(whisper, START)
    times = sorted(round(generator.random() * 30, 2) for _ in row)
    return {"tokens": np.array([row]), "token_timestamps": np.array([times])}


@pytest.mark.oracle
def test_transcripts_as_transformers_gives_them(whisper: Whisper, folder: Path) -> None:
    transformers = pytest.importorskip(
        "transformers",
        minversion="4.46",
        exc_type=ImportError,
        reason="the reference: pip install transformers==4.46.3",
    )
    reference = transformers.WhisperTokenizerFast.from_pretrained(folder)
    generator = random.Random(0)
    for _ in range(150):
        outputs = [random_output(whisper, generator) for _ in range(generator.randrange(1, 4))]
        if generator.random() < 0.7:
            for place, output in enumerate(outputs):
                last = place == len(outputs) - 1
                output["stride"] = (30.0, 5.0 if place else 0.0, 0.0 if last else 5.0)
        for timestamps in (False, True, "word"):
            options = {"return_timestamps": timestamps, "return_language": True}
            expected = reference._decode_asr(outputs, **options, time_precision=0.02)
            assert whisper._decode_asr(outputs, **options) == expected


@pytest.mark.oracle
@given(st.lists(st.sampled_from(sorted({*ENGLISH, "one", "and", "point", "5", "$3", "x", "'s"}))))
def test_numbers_as_transformers_writes_them(parts: list[str]) -> None:
    module = "transformers.models.whisper.english_normalizer"
    reference = pytest.importorskip(
        module, exc_type=ImportError, reason="the reference: pip install transformers==4.46.3"
    )
    text = " ".join(parts).lower()
    assert numbers_in_digits(text) == reference.EnglishNumberNormalizer()(text)
    spellings = {"colour": "color"}
    assert english_text(text, spellings) == reference.EnglishTextNormalizer(spellings)(text)
