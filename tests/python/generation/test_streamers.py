"""Streamers: what they give out, joined, is the text; no piece ends where it must not."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from onnxformers import AutoTokenizer, BaseStreamer, TextIteratorStreamer, TextStreamer
from onnxformers.errors import InvalidArgumentError, RunTimeoutError

MODELS = Path(__file__).parents[2] / "conformance" / "models"
TEXT = "Zwei Größen, drei 漢字 and 🙂🙂: the end"


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return AutoTokenizer.from_pretrained(MODELS / "gpt-neo")


def play(streamer: Any, ids: list[int], prompt: int = 2) -> None:
    """As a generation calls it."""
    streamer.put(np.array([ids[:prompt]]))
    for token in ids[prompt:]:
        streamer.put(np.array([token]))
    streamer.end()


def test_pieces_joined_are_the_text_and_hold_whole_characters(tokenizer: Any) -> None:
    ids, pieces, tokens = tokenizer.encode(TEXT), [], []
    streamer = TextStreamer(
        tokenizer, callback_function=pieces.append, token_callback_function=tokens.extend
    )
    for _ in range(2):  # as new after the end
        pieces.clear()
        play(streamer, ids)
        assert "".join(pieces) == tokenizer.decode(ids) == TEXT
        assert "\ufffd" not in "|".join(pieces)
        assert len(pieces) > 5
    assert tokens == ids * 2


def test_the_prompt_can_be_left_out(tokenizer: Any) -> None:
    ids, pieces, tokens = tokenizer.encode("one two three"), [], []
    streamer = TextStreamer(
        tokenizer,
        skip_prompt=True,
        callback_function=pieces.append,
        token_callback_function=tokens.extend,
    )
    play(streamer, ids)
    assert "".join(pieces) == tokenizer.decode(ids[2:])
    assert tokens == ids[2:]


def test_special_tokens_and_decode_options(tokenizer: Any) -> None:
    ids = [*tokenizer.encode("one two ."), tokenizer.eos_token_id]
    for options, text in (
        ({}, "one two ."),
        ({"skip_special_tokens": False}, "one two .<|endoftext|>"),
        ({"decode_kwargs": {"clean_up_tokenization_spaces": True}}, "one two."),
        ({"clean_up_tokenization_spaces": True}, "one two."),
    ):
        pieces: list[str] = []
        play(TextStreamer(tokenizer, callback_function=pieces.append, **options), ids)
        assert "".join(pieces) == text
    with pytest.raises(InvalidArgumentError, match="did you mean 'skip_special_tokens'"):
        TextStreamer(tokenizer, skip_special_token=True)


def test_without_a_function_the_text_is_printed(
    tokenizer: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    play(TextStreamer(tokenizer), tokenizer.encode(TEXT))
    assert capsys.readouterr().out == TEXT + "\n"


def test_no_piece_ends_within_a_stop_string(tokenizer: Any) -> None:
    text = "one two end three the\nend: four"
    ids = tokenizer.encode(text)
    for stops in (("the\nend:",), ("end", "hree t"), ("our", "\n")):
        pieces: list[str] = []
        play(TextStreamer(tokenizer, callback_function=pieces.append, stop_strings=stops), ids)
        assert "".join(pieces) == text
        ends = np.cumsum([len(piece) for piece in pieces])[:-1]
        for stop in stops:
            start = text.find(stop)
            while start >= 0:
                assert not any(start < end < start + len(stop) for end in ends)
                start = text.find(stop, start + 1)


def test_one_row_only(tokenizer: Any) -> None:
    streamer = TextStreamer(tokenizer)
    with pytest.raises(InvalidArgumentError, match="one row only, got 2"):
        streamer.put(np.array([[1, 2], [3, 4]]))
    streamer.put(np.array([[1, 2]]))
    with pytest.raises(InvalidArgumentError, match="one row only, got 3"):
        streamer.put(np.array([1, 2, 3]))
    for call in (lambda: BaseStreamer().put([1]), lambda: BaseStreamer().end()):
        with pytest.raises(NotImplementedError):
            call()


def test_an_iterator_gives_the_text_of_another_thread(tokenizer: Any) -> None:
    ids = tokenizer.encode(TEXT)
    streamer = TextIteratorStreamer(tokenizer, timeout=10)
    for _ in range(2):
        thread = threading.Thread(target=play, args=(streamer, ids))
        thread.start()
        assert "".join(streamer) == TEXT
        thread.join()
        assert list(streamer) == []


def test_an_iterator_can_be_awaited_while_the_loop_goes_on(tokenizer: Any) -> None:
    ids = tokenizer.encode(TEXT)
    streamer = TextIteratorStreamer(tokenizer, skip_prompt=True, timeout=10)
    thread = threading.Thread(target=play, args=(streamer, ids))

    async def write_later() -> None:
        for _ in range(5):
            await asyncio.sleep(0)
        thread.start()

    async def main() -> str:
        other = asyncio.create_task(write_later())
        text = "".join([piece async for piece in streamer])
        await other
        return text

    assert asyncio.run(main()) == tokenizer.decode(ids[2:])
    thread.join()


def test_whoever_waits_hears_of_errors_and_of_silence(tokenizer: Any) -> None:
    streamer = TextIteratorStreamer(tokenizer, timeout=0.01)
    with pytest.raises(RunTimeoutError, match=r"no text came for 0\.01 seconds"):
        next(streamer)

    async def wait() -> None:
        await anext(aiter(streamer))

    with pytest.raises(RunTimeoutError):
        asyncio.run(wait())
    streamer.fail(ValueError("broken"))
    with pytest.raises(ValueError, match="broken"):
        next(streamer)
    assert list(streamer) == []
