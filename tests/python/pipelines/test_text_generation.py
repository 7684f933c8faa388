from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from fake_writer import FakeWriter

from onnxformers import AutoTokenizer, pipeline
from onnxformers.errors import InvalidArgumentError, InvalidTypeError, RunTimeoutError
from onnxformers.generation import GenerationConfig, TextIteratorStreamer
from onnxformers.pipelines import TextGenerationPipeline

MODELS = Path(__file__).parents[2] / "conformance" / "models"
CHAT = [
    {"role": "system", "content": "Be short."},
    {"role": "user", "content": "Why did the cat follow Greta?"},
]
TEXTS = ["The cat", "In 1924, Greta", "A small dog painted the morning train"]


def make(name: str = "qwen2", answer: str = " the old mill", **model: Any) -> Any:
    tokenizer = AutoTokenizer.from_pretrained(MODELS / name)
    ids = tokenizer.encode(answer, add_special_tokens=False)
    generation = {"eos_token_id": tokenizer.eos_token_id, **model.pop("generation", {})}
    writer = FakeWriter([*ids, tokenizer.eos_token_id], generation=generation, **model)
    return TextGenerationPipeline(task="text-generation", model=writer, tokenizer=tokenizer)


def test_a_text_goes_on() -> None:
    write = make()
    assert write("The cat") == [{"generated_text": "The cat the old mill"}]
    assert write("The cat", return_full_text=False) == [{"generated_text": " the old mill"}]
    assert write("The cat", return_text=True) == write(text_inputs="The cat")
    (call, *_) = write.model.calls
    assert call["ids"] == [write.tokenizer.encode("The cat")]
    assert call["attention_mask"].tolist() == [[1] * len(call["ids"][0])]
    assert call["max_new_tokens"] == 256


def test_ids_are_those_of_prompt_and_answer_without_padding() -> None:
    write = make()
    (found,) = write("The cat", return_tensors=True)
    prompt = write.tokenizer.encode("The cat")
    assert found == {"generated_token_ids": [*prompt, *write.model.answer]}
    rows = write(TEXTS[:2], return_tensors=True, batch_size=2)
    assert len(write.model.calls) == 2
    for text, (row,) in zip(TEXTS, rows, strict=False):
        prompt = write.tokenizer.encode(text)
        assert row["generated_token_ids"][: len(prompt)] == prompt
        assert row["generated_token_ids"][-1] == write.tokenizer.eos_token_id


def test_lists_are_padded_on_the_left_and_keep_their_order() -> None:
    write = make()
    found = write(TEXTS, return_full_text=False, pad_token_id=7)
    assert len(write.model.calls) == 1
    ids, mask = write.model.calls[0]["ids"], write.model.calls[0]["attention_mask"]
    lengths = [len(write.tokenizer.encode(text)) for text in TEXTS]
    assert sorted(mask.sum(axis=1).tolist()) == sorted(lengths)
    for row, flags in zip(ids, mask.tolist(), strict=True):
        blanks = flags.count(0)
        assert flags == [0] * blanks + [1] * (len(row) - blanks)
        assert row[:blanks] == [7] * blanks
    # The longest is the first row, which the fake answers in full.
    assert found[2] == [{"generated_text": " the old mill"}]
    assert [len(row) for row in found] == [1, 1, 1]


def test_several_sequences_come_in_one_list() -> None:
    write = make(answer="one two three")
    found = write("The cat", num_return_sequences=2, num_beams=2, return_full_text=False)
    assert [row["generated_text"] for row in found] == [
        "one two three",
        write.tokenizer.decode(write.model.answer[1:], skip_special_tokens=True),
    ]
    assert [len(row) for row in write(TEXTS, num_return_sequences=2)] == [2, 2, 2]


def test_a_generator_is_read_as_it_is_used() -> None:
    write = make()
    taken = []

    def texts() -> Any:
        for text in TEXTS:
            taken.append(text)
            yield text

    results = write(texts(), batch_size=1)
    assert taken == []
    assert next(results) == write(TEXTS[0])
    assert taken == TEXTS[:1]
    assert list(results) == [write(text) for text in TEXTS[1:]]


@pytest.mark.parametrize(
    "options",
    [
        {"repetition_penalty": 1.3},
        {"no_repeat_ngram_size": 1},
        {"bad_words_ids": [[3]]},
        {"min_length": 9},
        {"batch_invariant": True},
    ],
)
def test_where_padding_would_show_only_equal_lengths_go_together(options: Any) -> None:
    write = make()
    write([*TEXTS, *TEXTS], **options)
    assert len(write.model.calls) == 3
    assert all(call["attention_mask"].all() for call in write.model.calls)


def test_a_streamer_sees_one_text_at_a_time() -> None:
    write = make()
    streamer = object()
    write(TEXTS, streamer=streamer)
    assert [len(call["ids"]) for call in write.model.calls] == [1, 1, 1]
    assert all(call["streamer"] is streamer for call in write.model.calls)
    assert write._seen == {}


def test_what_is_drawn_does_not_depend_on_batches() -> None:
    options = {"do_sample": True, "seed": 5, "max_new_tokens": 8, "return_tensors": True}
    with pipeline("text-generation", MODELS / "llama3") as write:
        whole: Any = write(TEXTS, **options)
        assert write(TEXTS, batch_size=1, **options) == whole
        assert write(TEXTS, batch_invariant=True, **options) == whole
        assert write(TEXTS[:1], **options) == whole[:1]
        assert list(write(iter(TEXTS), batch_size=2, **options)) == whole
        same: Any = write(TEXTS[:1] * 2, **options)
        assert same[0] != same[1]


def test_prompts_longer_than_the_training_go_to_models_that_compute_positions() -> None:
    with pipeline("text-generation", MODELS / "llama3") as write:
        found: Any = write("the quiet river " * 60, max_new_tokens=2, return_full_text=False)
    assert isinstance(found[0]["generated_text"], str)
    with pipeline("text-generation", MODELS / "opt") as write:
        with pytest.raises(InvalidArgumentError, match="more than the 128 positions of the model"):
            write("the quiet river " * 60)
        cut: Any = write("the quiet river " * 60, truncation=True, max_new_tokens=1)
    assert cut[0]["truncated"] is True


def test_a_stop_string_ends_the_text_and_only_that_text() -> None:
    with pipeline("text-generation", MODELS / "llama3") as write:
        options = {"max_new_tokens": 24, "return_full_text": False}
        plain: Any = write(TEXTS, **options)
        text: str = plain[0][0]["generated_text"]
        stop = text[len(text) // 2 :][:2]
        stopped: Any = write(TEXTS, stop_strings=[stop], **options)
        assert write(TEXTS, stop_sequence=stop, **options) == stopped
    found = stopped[0][0]["generated_text"]
    assert stop in found
    assert len(found) < len(text)
    for (row,), (whole,) in zip(stopped, plain, strict=True):
        assert whole["generated_text"].startswith(row["generated_text"].rstrip("�"))
        if stop not in whole["generated_text"]:
            assert row == whole


def test_a_call_may_be_awaited_and_stopped() -> None:
    async def run() -> None:
        with pipeline("text-generation", MODELS / "llama3") as write:
            expected = write(TEXTS[0], max_new_tokens=5)
            assert await write.acall(TEXTS[0], max_new_tokens=5) == expected
            endless = write.acall(TEXTS[0], max_new_tokens=10**6, eos_token_id=-1)
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(endless, 0.3)
            with pytest.raises(RunTimeoutError):
                write(TEXTS[0], max_new_tokens=10**6, eos_token_id=-1, timeout_s=0.3)
            assert write(TEXTS[0], max_new_tokens=5) == expected

    asyncio.run(run())


def test_a_text_is_streamed_as_it_is_returned() -> None:
    with pipeline("text-generation", MODELS / "llama3") as write:
        streamer = TextIteratorStreamer(write.tokenizer, skip_prompt=True)
        found: Any = write(
            TEXTS[1], streamer=streamer, return_full_text=False, clean_up_tokenization_spaces=False
        )
        assert "".join(streamer) == found[0]["generated_text"]


def test_a_chat_gets_an_answer() -> None:
    write = make()
    found = write(CHAT)
    answer = {"role": "assistant", "content": " the old mill"}
    assert found == [{"generated_text": [*CHAT, answer]}]
    text = write.tokenizer.apply_chat_template(CHAT, tokenize=False, add_generation_prompt=True)
    expected = write.tokenizer.encode(text, add_special_tokens=False)
    assert write.model.calls[0]["ids"] == [expected]
    assert write(CHAT, return_full_text=False) == [{"generated_text": " the old mill"}]
    assert write([CHAT, CHAT]) == [found, write([CHAT, CHAT])[1]]
    assert len(CHAT) == 2


def test_chats_and_texts_may_be_mixed() -> None:
    write = make()
    chat, text = write([CHAT, "The cat"], batch_size=1)
    assert chat == write(CHAT)
    assert text == write("The cat")


def test_a_chat_that_ends_with_the_assistant_goes_on() -> None:
    write = make()
    chat = [*CHAT, {"role": "assistant", "content": "Because of"}]
    (found,) = write(chat)
    assert found["generated_text"][-1] == {
        "role": "assistant",
        "content": "Because of the old mill",
    }
    assert len(found["generated_text"]) == 3
    text = write.tokenizer.decode(write.model.calls[0]["ids"][0])
    assert text.endswith("Because of")
    (found,) = write(chat, continue_final_message=False)
    assert [message["role"] for message in found["generated_text"]][2:] == ["assistant"] * 2


def test_tools_reach_the_template_and_calls_are_parsed() -> None:
    call = '<tool_call>\n{"name": "now", "arguments": {"zone": "UTC"}}\n</tool_call>'
    write = make(answer=f"Let me see. {call}")

    def now(zone: str) -> str:
        """The time.

        Args:
            zone: The time zone.
        """
        return zone

    template = "{{ tools | tojson }}{% for m in messages %}{{ m.content }}{% endfor %}"
    (found,) = write(CHAT, tools=[now], chat_template=template)
    message = found["generated_text"][-1]
    assert message == {
        "role": "assistant",
        "content": "Let me see.",
        "tool_calls": [
            {"type": "function", "function": {"name": "now", "arguments": {"zone": "UTC"}}}
        ],
    }
    assert '"name": "now"' in write.tokenizer.decode(write.model.calls[0]["ids"][0])
    (plain,) = write(CHAT, chat_template=template)
    assert plain["generated_text"][-1]["content"] == f"Let me see. {call}"


def test_what_is_no_call_stays_in_the_text() -> None:
    from onnxformers.pipelines.chats import parse_calls

    for text in (
        "<tool_call>{broken</tool_call>",
        '<tool_call>{"name": 3}</tool_call>',
        '<tool_call>["now"]</tool_call>',
        '<tool_call>{"name": "now", "arguments": "x"}</tool_call>',
        "none",
    ):
        assert parse_calls(text) == (text, [])
    text, calls = parse_calls('<tool_call>{"name": "a", "parameters": {"b": 1}}')
    assert (text, calls[0]["function"]) == ("", {"name": "a", "arguments": {"b": 1}})


def test_documents_and_variables_reach_the_template() -> None:
    write = make()
    write(
        CHAT,
        documents=[{"title": "T", "text": "a boat"}],
        chat_template="{{ documents[0].text }} {{ more }}",
        chat_template_kwargs={"more": "and a mill"},
    )
    assert write.tokenizer.decode(write.model.calls[0]["ids"][0]) == "a boat and a mill"


def test_special_tokens_of_texts_are_the_tokenizers_unless_asked() -> None:
    write = make("llama3")
    begin = write.tokenizer.bos_token_id
    write("The cat")
    write("The cat", add_special_tokens=False)
    first, second = (call["ids"][0] for call in write.model.calls)
    assert first == [begin, *second]
    assert begin not in second


def test_a_prefix_stands_in_front_and_is_in_no_result() -> None:
    write = make(config={"prefix": "Once. "})
    assert write("The cat") == [{"generated_text": "The cat the old mill"}]
    assert write.model.calls[-1]["ids"] == [write.tokenizer.encode("Once. The cat")]
    write("The cat", prefix="", min_length=4)
    assert write.model.calls[-1]["ids"] == [write.tokenizer.encode("The cat")]
    assert write.model.calls[-1]["min_length"] == 4
    write("The cat", min_length=4)
    extra = len(write.tokenizer.encode("Once. "))
    assert write.model.calls[-1]["min_length"] == 4 + extra


def test_a_prompt_without_tokens_begins_with_bos() -> None:
    write = make("gpt2", answer="The cat")
    write.model.generation_config["bos_token_id"] = 5
    assert write("") == [{"generated_text": "The cat"}]
    assert write.model.calls[0]["ids"] == [[5]]
    nothing = make("qwen2")
    assert nothing.tokenizer.bos_token_id is None
    with pytest.raises(InvalidArgumentError, match="input 0 has no tokens, and the"):
        nothing("")


def test_256_tokens_are_written_unless_max_new_tokens_says_otherwise(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def asked(generation: dict[str, Any], task: dict[str, Any], **options: Any) -> Any:
        config = {"task_specific_params": {"text-generation": task}}
        write = make(generation=generation, config=config)
        write("The cat", **options)
        return write.model.calls[0].get("max_new_tokens")

    assert asked({}, {}) == 256
    assert asked({"max_length": 50}, {}) == 256
    assert asked({"max_new_tokens": 9}, {}) is None  # the model's own generate() knows it
    assert asked({}, {"max_new_tokens": 9, "no_such_option": 1}) == 9
    assert asked({}, {"max_new_tokens": 9}, max_new_tokens=3) == 3
    assert asked({}, {"max_new_tokens": 9}, generation_config={"top_k": 3}) == 9
    assert asked({}, {}, generation_config=GenerationConfig(max_new_tokens=4)) is None
    assert asked({}, {"max_new_tokens": 9}, generation_config=GenerationConfig()) == 256
    assert caplog.text == ""
    assert asked({}, {}, max_length=12) == 256
    assert "max_length gives way to max_new_tokens, which is 256" in caplog.text


def test_long_prompts_lose_their_beginning_when_asked(caplog: pytest.LogCaptureFixture) -> None:
    write = make("llama3")
    text = "the quiet river " * 60
    write(text)
    assert "more than the 128 that the model takes; truncation=True cuts" in caplog.text
    (found,) = write(text, truncation=True, return_full_text=False)
    assert found == {"generated_text": " the old mill", "truncated": True}
    ids = write.model.calls[-1]["ids"][0]
    assert len(ids) == 128
    assert ids[0] == write.tokenizer.bos_token_id
    assert ids[1:] == write.tokenizer.encode(text)[-127:]
    assert "1 of 1 texts were cut to 128 tokens" in caplog.text
    with pytest.raises(InvalidArgumentError, match=r"text 1 has \d+ tokens, more than 128"):
        write(["The cat", text], truncation="error")
    (found,) = write(text, handle_long_generation="hole", max_new_tokens=28)
    assert len(write.model.calls[-1]["ids"][0]) == 100
    assert found["truncated"] is True


def test_stop_strings_bring_the_tokenizer_along() -> None:
    write = make()
    write("The cat", stop_strings=["mill"])
    write("The cat", stop_sequence="mill")
    for call in write.model.calls:
        assert call["tokenizer"] is write.tokenizer
    assert write.model.calls[1]["stop_strings"] == ["mill"]


def test_limits_of_time_and_cancellation_go_along() -> None:
    from onnxformers import CancelToken

    token = CancelToken()
    write = make()
    write("The cat", timeout_s=3.5, cancel=token, seed=4, do_sample=True, top_k=3)
    call = write.model.calls[0]
    assert (call["timeout_s"], call["cancel"], call["seed"]) == (3.5, token, 4)
    assert (call["do_sample"], call["top_k"]) == (True, 3)


def test_spaces_are_cleaned_up_unless_asked() -> None:
    write = make(answer=" mill , it is")
    assert write("The cat", return_full_text=False)[0]["generated_text"] == " mill, it is"
    found = write("The cat", return_full_text=False, clean_up_tokenization_spaces=False)
    assert found[0]["generated_text"] == " mill , it is"


@pytest.mark.parametrize(
    ("inputs", "options", "error", "message"),
    [
        ([], {}, InvalidArgumentError, "the list of inputs is empty"),
        (None, {}, InvalidTypeError, "expected a str, a chat, a list or a generator of them"),
        (["a", 7], {}, InvalidTypeError, "input 1 must be a str or a chat"),
        ([CHAT, ["a"]], {}, InvalidTypeError, "input 1 must be a str or a chat"),
        ([{"content": "a"}], {}, InvalidArgumentError, "message 0 of input 0 must be a dict with"),
        ([*CHAT, "a"], {}, InvalidArgumentError, "message 2 of input 0 must be a dict with role"),
        ("a", {"max_new_token": 3}, InvalidArgumentError, "did you mean 'max_new_tokens'"),
        ("a", {"return_full_txt": True}, InvalidArgumentError, "did you mean 'return_full_text'"),
        ("a", {"return_dict_in_generate": True}, InvalidArgumentError, "call model.generate"),
        (
            "a",
            {"return_full_text": True, "return_tensors": True},
            InvalidArgumentError,
            "return_full_text and return_tensors exclude each other",
        ),
        (
            "a",
            {"return_text": True, "return_tensors": True},
            InvalidArgumentError,
            "return_text and return_tensors exclude each other",
        ),
        ("a", {"handle_long_generation": "cut"}, InvalidArgumentError, 'must be None or "hole"'),
        (
            "a",
            {"handle_long_generation": "hole", "max_new_tokens": 500},
            InvalidArgumentError,
            "leaves no room for a prompt in the 128 tokens",
        ),
        (
            "a",
            {"stop_sequence": "x", "stop_strings": ["y"]},
            InvalidArgumentError,
            "stop_sequence is another name of stop_strings",
        ),
        ("a", {"stop_sequence": 3}, InvalidTypeError, "stop_sequence must be a str or None, got 3"),
        ("a", {"prefix": 3}, InvalidTypeError, "prefix must be a str or None, got 3"),
        (CHAT, {"tools": "now"}, InvalidTypeError, "tools must be a list, got str"),
        (CHAT, {"chat_template_kwargs": 3}, InvalidTypeError, "must be a dict, got int"),
        (["a"], {"tools": []}, InvalidArgumentError, "tools is for chats, and input 0 is a text"),
        ("a", {"batch_invariant": 1}, InvalidTypeError, "batch_invariant must be True or False"),
    ],
)
def test_bad_input_is_refused_before_the_model_runs(
    inputs: Any, options: dict[str, Any], error: type[Exception], message: str
) -> None:
    write = make()
    with pytest.raises(error, match=message):
        write(inputs, **options)
    assert write.model.calls == []
    assert write("The cat") == [{"generated_text": "The cat the old mill"}]


def test_answers_may_have_a_form() -> None:
    pytest.importorskip("llguidance", reason="grammars: pip install 'onnxformers[guided]'")
    with pipeline("text-generation", MODELS / "llama3") as write:
        found: Any = write(TEXTS, guided=["yes", "no"], return_full_text=False)
    assert {row["generated_text"] for (row,) in found} <= {"yes", "no"}


def test_a_streamer_needs_its_methods() -> None:
    write = pipeline("text-generation", MODELS / "llama3")
    with pytest.raises(InvalidTypeError, match="streamer must have the methods put and end"):
        write("a", streamer=object())
    write.close()


def test_a_chat_needs_a_template() -> None:
    with pytest.raises(InvalidArgumentError, match="chat_template"):
        make("gpt2")(CHAT)
