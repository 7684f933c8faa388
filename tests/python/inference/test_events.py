"""Streams of events: however they are cut, written or broken."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchanges import TOKENS, events
from hosted_api import HostedApi, Reply
from onnxformers import AsyncHfInference, HfInference
from onnxformers.errors import InferenceError, InferenceOutputError, InferenceTimeoutError
from onnxformers.inference.events import Event, EventReader

Call = Callable[..., Any]
ROOT = Path(__file__).parents[3]

STREAMS = [
    (b"data: a\n\n", ["a"]),
    (b"data:a\r\n\r\ndata:  b\r\rdata\n\n", ["a", " b", ""]),
    (b"\xef\xbb\xbfdata: a\n\n", ["a"]),
    (b": comment\n\ndata: a\n: between\ndata: b\n\n", ["a\nb"]),
    (b"id: 1\nretry: 5\nevent: x\n\ndata: a\n\n", ["a"]),
    (b"data: {\ndata: }\n\n", ["{\n}"]),
    ("data: é😀\n\n".encode(), ["é😀"]),
    (b"nonsense\n:\n\ndata: a\n\n", ["a"]),
    (b"data: a", ["a"]),
    (b"data: a\n", ["a"]),
    (b"data: a\r", ["a"]),
    (b"", []),
    (b"\n\n\r\n\r", []),
    (b"\xef\xbb", []),
]


def read(stream: bytes, cuts: list[int]) -> list[str]:
    reader = EventReader()
    places = [0, *sorted(cuts), len(stream)]
    found = []
    for start, end in pairwise(places):
        found += reader.feed(stream[start:end])
    return [event.data for event in (*found, *reader.close())]


@pytest.mark.parametrize(("stream", "expected"), STREAMS)
def test_streams_cut_anywhere(stream: bytes, expected: list[str]) -> None:
    assert read(stream, []) == expected
    for place in range(len(stream)):
        assert read(stream, [place]) == expected
    assert read(stream, list(range(len(stream)))) == expected


@given(
    st.lists(st.text(st.characters(exclude_characters="\r\n\0"), max_size=20), max_size=5),
    st.sampled_from(["\n", "\r", "\r\n"]),
    st.lists(st.integers(0, 200), max_size=10),
)
def test_what_is_written_is_read(texts: list[str], end: str, cuts: list[int]) -> None:
    stream = "".join(f"data: {text}{end}{end}" for text in texts).encode()
    assert read(stream, [min(cut, len(stream)) for cut in cuts]) == texts


def test_kinds_of_events() -> None:
    reader = EventReader()
    found = reader.feed(b"event: error\ndata: a\n\ndata: b\n\n")
    assert found == [Event("a", "error"), Event("b", "")]


def test_events_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("onnxformers.inference.events.MAX_EVENT_BYTES", 100)
    with pytest.raises(InferenceOutputError, match="larger than"):
        EventReader().feed(b"data: " + b"a" * 100)
    reader = EventReader()
    for _ in range(15):
        reader.feed(b"data: aaaa\n")
    with pytest.raises(InferenceOutputError, match="larger than"):
        reader.feed(b"data: aaaa\n" * 10)


def test_long_lines_take_linear_time() -> None:
    reader = EventReader()
    for _ in range(20_000):
        assert reader.feed(b"data: " + b"a" * 94) == []
    (event,) = reader.feed(b"\n\n")
    assert len(event.data) == 100 * 20_000 - 6


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_chunks_of_any_size(api: HostedApi, call: Call, size: int) -> None:
    whole = b": hi\r\n\r\n" + events(TOKENS)
    api.streams(*(whole[i : i + size] for i in range(0, len(whole), size)))
    found = call({"base_url": api.address}, "text_generation_stream", "x", model="m")
    assert found == TOKENS


@pytest.mark.parametrize(
    ("stream", "message"),
    [
        (b'data: {"error": "out of memory", "error_type": "x"}\n\n', "failed: out of memory"),
        (b'data: {"error": {"message": "later"}}\n\n', "failed: later"),
        (b'event: error\ndata: {"message": "gone"}\n\n', "failed: gone"),
        (b"data: {nothing}\n\n", "no JSON"),
        (b'data: {"token": {"id": 1', "no JSON"),
    ],
)
def test_errors_in_the_stream(api: HostedApi, call: Call, stream: bytes, message: str) -> None:
    api.streams(events(TOKENS[:1]), stream)
    with pytest.raises(InferenceError, match=message):
        call({"base_url": api.address}, "text_generation_stream", "x", model="m")


def test_values_before_an_error_are_given(api: HostedApi) -> None:
    api.streams(events(TOKENS[:1]), b'data: {"error": "x"}\n\n')
    with HfInference(base_url=api.address) as hf:
        stream = hf.text_generation_stream("x", model="m")
        assert next(stream) == TOKENS[0]
        with pytest.raises(InferenceError):
            next(stream)


def test_broken_connections(api: HostedApi, call: Call) -> None:
    api.streams(events(TOKENS[:1]), breaks=True)
    with pytest.raises(InferenceError, match="the connection broke"):
        call({"base_url": api.address}, "text_generation_stream", "x", model="m")


def test_answers_that_are_no_stream(api: HostedApi, call: Call) -> None:
    api.says(Reply({"generated_text": "x"}))
    with pytest.raises(InferenceOutputError, match="does not stream: it answered application/json"):
        call({"base_url": api.address}, "text_generation_stream", "x", model="m")


def test_time_between_events_is_limited(api: HostedApi, call: Call) -> None:
    api.streams(events(TOKENS[:1]), events(TOKENS[1:]), pause_s=0.5)
    with pytest.raises(InferenceTimeoutError):
        call({"base_url": api.address}, "text_generation_stream", "x", model="m", timeout_s=0.1)


def many(count: int) -> list[bytes]:
    return [f"data: {json.dumps(TOKENS[0])}\n\n".encode()] * count


def test_closing_a_stream_closes_the_connection(api: HostedApi) -> None:
    api.streams(*many(400), pause_s=0.01)
    with HfInference(base_url=api.address) as hf:
        stream = hf.text_generation_stream("x", model="m")
        next(stream)
        stream.close()
        assert api.gone.wait(5)


def test_cancelling_closes_the_connection(api: HostedApi) -> None:
    async def run() -> None:
        async with AsyncHfInference(base_url=api.address) as hf:

            async def read_all() -> None:
                async for _ in hf.text_generation_stream("x", model="m"):
                    started.set()

            started = asyncio.Event()
            task = asyncio.create_task(read_all())
            await started.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await asyncio.to_thread(api.gone.wait, 5)

    api.streams(*many(400), pause_s=0.01)
    asyncio.run(run())


def test_cancelling_a_call(api: HostedApi) -> None:
    async def run() -> None:
        async with AsyncHfInference(base_url=api.address) as hf:
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(hf.fill_mask("x", model="m"), 0.1)

    api.says(Reply([], pause_s=0.5))
    asyncio.run(run())


def test_one_client_serves_many_threads(api: HostedApi) -> None:
    count = 16
    api.says(*[Reply([[{"label": "A", "score": 1}]], pause_s=0.05)] * count)
    found: list[Any] = []
    with HfInference(base_url=api.address) as hf:

        def work() -> None:
            found.append(hf.text_classification("x", model="m"))

        threads = [threading.Thread(target=work) for _ in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert found == [[{"label": "A", "score": 1}]] * count


def test_the_async_client_is_fresh() -> None:
    script = ROOT / "tools/make_async_client.py"
    command = [sys.executable, str(script), "--check"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)
