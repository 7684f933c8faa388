"""WhisperTextStreamer: text and times while they are written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from onnxformers import AutoTokenizer
from onnxformers.generation import WhisperTextStreamer

FOLDER = Path(__file__).parents[2] / "conformance" / "models" / "tokenizer-whisper"


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return AutoTokenizer.from_pretrained(FOLDER)


def test_text_and_times_come_in_order(tokenizer: Any, capsys: pytest.CaptureFixture[str]) -> None:
    told: list[Any] = []
    streamer = WhisperTextStreamer(
        tokenizer,
        skip_prompt=True,
        callback_function=told.append,
        token_callback_function=lambda ids: told.append(len(ids)),
        on_chunk_start=lambda second: told.append(("start", round(second, 2))),
        on_chunk_end=lambda second: told.append(("end", round(second, 2))),
        on_finalize=lambda: told.append("over"),
    )
    begin = tokenizer.timestamp_begin
    words = tokenizer.encode(" hello there", add_special_tokens=False)
    streamer.put(np.array([[tokenizer.convert_tokens_to_ids("<|startoftranscript|>"), begin]]))
    for token in (begin, *words, begin + 50, begin + 50, *words, tokenizer.eos_token_id):
        streamer.put(np.array([token]))
    streamer.end()
    marks = [item for item in told if isinstance(item, tuple)]
    assert marks == [("start", 0.0), ("end", 1.0), ("start", 1.0)]
    texts = "".join(item for item in told if isinstance(item, str) and item != "over")
    assert texts == " hello there hello there"
    end = told.index(("end", 1.0))
    before = "".join(item for item in told[:end] if isinstance(item, str))
    assert before == " hello there"  # nothing is held back behind its time
    assert told[-1] == "over"
    assert told.count(1) == 2 * len(words) + 4
    assert capsys.readouterr().out == ""


def test_a_streamer_serves_the_next_window_too(tokenizer: Any) -> None:
    starts: list[float] = []
    streamer = WhisperTextStreamer(
        tokenizer, callback_function=lambda _: None, on_chunk_start=starts.append
    )
    for _ in range(2):
        streamer.put(np.array([[tokenizer.eos_token_id]]))
        streamer.put(np.array([tokenizer.timestamp_begin + 10]))
        streamer.end()
    assert starts == pytest.approx([0.2, 0.2])
