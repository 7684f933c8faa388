from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import onnxformers
from onnxformers import AutoTokenizer
from onnxformers.cli.writing import printable_lines

Command = Callable[..., tuple[int, str, str]]
MODEL = Path(__file__).parents[2] / "conformance" / "models" / "qwen2"


class FakeWriter:
    """A text-generation pipeline that answers with what the last message asks for."""

    def __init__(self) -> None:
        self.tokenizer = AutoTokenizer.from_pretrained(MODEL)
        self.calls: list[Any] = []
        self.loaded: dict[str, Any] = {}
        self.stop_after: int | None = None
        self.beams = 1

    def __enter__(self) -> FakeWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self.loaded["closed"] = True

    def writes_one(self, **options: Any) -> bool:
        return options.get("num_beams", self.beams) == 1

    def __call__(self, inputs: Any, streamer: Any = None, **options: Any) -> Any:
        self.calls.append((inputs if isinstance(inputs, str) else list(inputs), options))
        if streamer is None:
            return [[{"generated_text": f"{text} one\ntwo \x1b[2J"}] for text in inputs]
        text = inputs if isinstance(inputs, str) else inputs[-1]["content"]
        streamer.put([self.tokenizer.encode(text)])
        for count, token in enumerate(self.tokenizer.encode(f" one\ntwo \x1b[2J é {text}")):
            if count == self.stop_after:
                raise KeyboardInterrupt
            streamer.put([token])
        streamer.end()
        return None


@pytest.fixture
def writer(monkeypatch: pytest.MonkeyPatch) -> FakeWriter:
    fake = FakeWriter()

    def pipeline(task: str, model: str | None = None, **options: Any) -> FakeWriter:
        fake.loaded |= {"task": task, "model": model, **options}
        return fake

    monkeypatch.setattr(onnxformers, "pipeline", pipeline, raising=False)
    return fake


@pytest.fixture
def say(command: Command, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str, str]]:
    def chat(*lines: str, flags: tuple[str, ...] = ()) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        return command("chat", "--model", "m", *flags)

    return chat


def test_answers_become_part_of_the_chat(say: Any, writer: FakeWriter) -> None:
    status, out, err = say("Hello", "", "  And now? ", "/exit", "Never said")
    assert (status, err) == (0, "")
    assert out == " one\ntwo \\x1b[2J é Hello\n one\ntwo \\x1b[2J é And now?\n"
    (first, options), (second, _) = writer.calls
    assert first == [{"role": "user", "content": "Hello"}]
    assert second == [
        *first,
        {"role": "assistant", "content": " one\ntwo \x1b[2J é Hello"},
        {"role": "user", "content": "And now?"},
    ]
    assert options == {"max_new_tokens": 1024, "truncation": True}
    assert writer.loaded == {"task": "text-generation", "model": "m", "closed": True}


def test_a_chat_may_have_a_system_message_and_begin_anew(say: Any, writer: FakeWriter) -> None:
    say("a", "/clear", "b", flags=("--system", "Be short."))
    system = {"role": "system", "content": "Be short."}
    assert [call[0] for call in writer.calls] == [
        [system, {"role": "user", "content": "a"}],
        [system, {"role": "user", "content": "b"}],
    ]


def test_ctrl_c_stops_an_answer_and_keeps_the_chat(say: Any, writer: FakeWriter) -> None:
    writer.stop_after = 3
    status, out, _ = say("Hello", "Go on")
    assert status == 0
    assert len(out.splitlines()) >= 2
    (_, _), (second, _) = writer.calls
    assert [message["role"] for message in second] == ["user", "assistant", "user"]
    assert second[1]["content"]
    assert "é".encode() not in second[1]["content"].encode()


def test_options_of_generation_reach_the_model(say: Any, writer: FakeWriter) -> None:
    flags = ("--sample", "--temperature", "0.7", "--top-p", "0.9", "--seed", "3")
    say("a", flags=(*flags, "--max-new-tokens", "5", "--option", "top_k=4", "--dtype", "q8"))
    assert writer.calls[0][1] == {
        "do_sample": True,
        "max_new_tokens": 5,
        "seed": 3,
        "temperature": 0.7,
        "top_k": 4,
        "top_p": 0.9,
        "truncation": True,
    }
    assert writer.loaded["dtype"] == "q8"


def test_on_a_terminal_there_is_a_prompt(
    command: Command, writer: FakeWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: Iterator[str] = iter(["Hello"])
    asked = []

    def ask(prompt: str) -> str:
        asked.append(prompt)
        try:
            return next(lines)
        except StopIteration:
            raise EOFError from None

    monkeypatch.setattr("builtins.input", ask)
    monkeypatch.setattr("onnxformers.cli.chat.is_terminal", lambda *_: True)
    _, out, _ = command("chat", "--model", "m")
    assert out.startswith("/exit or Ctrl-D leaves")
    assert asked == ["> ", "> "]
    assert len(writer.calls) == 1


def test_run_shows_a_text_while_it_is_written(command: Command, writer: FakeWriter) -> None:
    status, out, err = command("run", "text-generation", "Once upon", "--max-new-tokens", "9")
    assert (status, err) == (0, "")
    assert out == "Once upon one\ntwo \\x1b[2J é Once upon\n"
    assert writer.calls == [("Once upon", {"max_new_tokens": 9})]
    _, out, _ = command("run", "text-generation", "Once", "--option", "return_full_text=false")
    assert out == " one\ntwo \\x1b[2J é Once\n"


def test_run_shows_several_beams_when_they_are_there(command: Command, writer: FakeWriter) -> None:
    _, out, _ = command("run", "text-generation", "Once", "--option", "num_beams=2")
    assert out == "Once\n  Once one\n  two \\x1b[2J\n"
    _, out, _ = command("run", "text-generation", "Once", "--json")
    assert out == '[[{"generated_text": "Once one\\ntwo \\u001b[2J"}]]\n'


def test_run_shows_what_a_real_model_returns(command: Command) -> None:
    model = MODEL.parent / "llama3"
    with onnxformers.pipeline("text-generation", model) as write:
        found: Any = write("The cat", max_new_tokens=12)
    flags = ("--model", str(model), "--max-new-tokens", "12")
    status, out, err = command("run", "text-generation", "The cat", *flags)
    assert (status, err) == (0, "")
    assert out == printable_lines(found[0]["generated_text"]) + "\n"


def test_a_real_model_answers(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("Why?\nAnd now?\n"))
    chat = [{"role": "user", "content": "Why?"}]
    expected = []
    with onnxformers.pipeline("text-generation", MODEL) as write:
        for question in ("And now?", None):
            found: Any = write(chat, max_new_tokens=9)
            expected.append(printable_lines(found[0]["generated_text"][-1]["content"]))
            chat = [*found[0]["generated_text"], {"role": "user", "content": question}]
    status, out, err = command("chat", "--model", str(MODEL), "--max-new-tokens", "9")
    assert (status, err) == (0, "")
    assert out == "".join(f"{answer}\n" for answer in expected)


def test_only_lines_and_tabs_stay_as_they_are() -> None:
    assert printable_lines("a\tb\n\x07\r\x9b\n") == "a\tb\n\\x07\\r\\x9b\n"
