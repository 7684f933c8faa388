"""model.generate: users' callables, streams and stop strings."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest
from writing_models import PROMPT, load, tokenizer

from onnxformers import (
    StopStringCriteria,
    TextIteratorStreamer,
    TextStreamer,
)
from onnxformers.errors import (
    InvalidArgumentError,
)


def test_users_callables_take_part() -> None:
    model = load("opt")
    seen = []

    def forbid_all_but_9(ids: Any, scores: Any) -> Any:
        seen.append((ids.shape, scores.shape, scores.dtype))
        out = np.full_like(scores, -np.inf)
        out[:, 9] = scores[:, 9]
        return out

    got = model.generate(PROMPT, logits_processor=[forbid_all_but_9], max_new_tokens=3)
    np.testing.assert_array_equal(got[0, 5:], [9, 9, 9])
    assert seen[0] == ((1, 5), (1, model.config.vocab_size), np.float32)
    got = model.generate(PROMPT, stopping_criteria=lambda ids, scores: ids.shape[1] == 7)
    assert got.shape == (1, 7)
    got = model.generate(PROMPT * 2, stopping_criteria=[lambda ids, _: [True, ids.shape[1] > 6]])
    assert got.shape == (2, 7)
    assert got[0, 6] == model.generation_config.pad_token_id
    got = model.generate(
        PROMPT, prefix_allowed_tokens_fn=lambda row, ids: [row + 20, len(ids)], max_new_tokens=2
    )
    assert got[0, 5] in (20, 5)
    assert got[0, 6] in (20, 6)


def test_streams_joined_are_the_text() -> None:
    model, words = load("gpt-neo"), tokenizer("gpt-neo")
    ids = [words.encode("the state of the")]
    whole = model.generate(ids, max_new_tokens=20)
    pieces: list[str] = []
    streamer = TextStreamer(words, skip_prompt=True, callback_function=pieces.append)
    np.testing.assert_array_equal(model.generate(ids, streamer=streamer, max_new_tokens=20), whole)
    written = words.decode(whole[0, len(ids[0]) :], skip_special_tokens=True)
    assert "".join(pieces) == written
    stream = TextIteratorStreamer(words, skip_prompt=True, timeout=10)
    options = {"streamer": stream, "max_new_tokens": 20}
    thread = threading.Thread(target=model.generate, args=(ids,), kwargs=options)
    thread.start()
    assert "".join(stream) == written
    thread.join()


def test_a_stream_ends_with_the_error_of_its_generation() -> None:
    stream = TextIteratorStreamer(tokenizer("gpt-neo"), timeout=10)
    with pytest.raises(InvalidArgumentError, match="leaves none"):
        load("gpt-neo").generate([[5, 6]], max_length=1, streamer=stream)
    with pytest.raises(InvalidArgumentError, match="leaves none"):
        "".join(stream)


def test_stop_strings_end_a_row() -> None:
    model, words = load("gpt-neo"), tokenizer("gpt-neo")
    ids = [words.encode("in the")]
    new = model.generate(ids, max_new_tokens=12, eos_token_id=None)[0, len(ids[0]) :]
    texts = [words.decode(new[: i + 1]) for i in range(len(new))]
    stop = next(text[-2:] for text in texts[3:] if "\ufffd" not in text[-2:])
    first = next(i for i, text in enumerate(texts) if stop in text)
    got = model.generate(
        ids, max_new_tokens=12, stop_strings=stop, tokenizer=words, eos_token_id=None
    )
    np.testing.assert_array_equal(got[0, len(ids[0]) :], new[: first + 1])


@pytest.mark.parametrize("name", ["gpt-neo", "bloom", "t5"])
def test_stop_strings_may_stand_across_tokens(name: str) -> None:
    """As the same criterion over decoded text finds them."""
    model, words = load(name), tokenizer(name)
    ids = [words.encode("the state of")]
    options = {"max_new_tokens": 16, "eos_token_id": None, "do_sample": True, "top_k": 0, "seed": 4}
    whole = words.decode(model.generate(ids, **options)[0, -14:])
    stops = [whole[begin : begin + 3] for begin in range(0, len(whole) - 3, 2)]
    stops = [stop for stop in stops if "\ufffd" not in stop]  # the place of broken bytes
    assert len(stops) > 5
    for stop in stops:
        got = model.generate(ids, **options, stop_strings=[stop, "\0"], tokenizer=words)
        twin = model.generate(ids, **options, stopping_criteria=[StopStringCriteria(words, stop)])
        np.testing.assert_array_equal(got, twin)
