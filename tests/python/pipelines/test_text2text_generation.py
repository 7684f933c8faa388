from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fake_writer import FakeWriter

from onnxformers import AutoTokenizer
from onnxformers.errors import FileFormatError, InvalidArgumentError, InvalidTypeError
from onnxformers.pipelines import SummarizationPipeline, Text2TextGenerationPipeline

MODELS = Path(__file__).parents[2] / "conformance" / "models"
TEXTS = ["The cat followed Greta.", "Why?", "In 1924, Greta visited Oslo."]


def make(task: str = "text2text-generation", **model: Any) -> Any:
    tokenizer = AutoTokenizer.from_pretrained(MODELS / "t5")
    answer = tokenizer.encode("the old mill")
    generation = {"eos_token_id": tokenizer.eos_token_id, "pad_token_id": 0}
    writer = FakeWriter(answer, generation=generation, start=0, **model)
    kind = SummarizationPipeline if task == "summarization" else Text2TextGenerationPipeline
    return kind(task=task, model=writer, tokenizer=tokenizer)


def test_a_text_gives_a_list_and_texts_give_dicts() -> None:
    write = make()
    alone = [{"generated_text": "the old mill"}]
    assert write(TEXTS[0]) == alone
    assert write.model.calls[0]["ids"] == [write.tokenizer.encode(TEXTS[0])]
    assert write.model.calls[0]["max_new_tokens"] == 256
    assert write(TEXTS, batch_size=1) == alone * 3
    assert list(write(iter(TEXTS), batch_size=1)) == [alone] * 3


def test_several_sequences_give_lists_in_lists() -> None:
    found = make()(TEXTS, num_return_sequences=2)
    assert [len(row) for row in found] == [2, 2, 2]


def test_texts_of_a_batch_are_padded_as_the_tokenizer_does() -> None:
    write = make()
    write(TEXTS)
    (call,) = write.model.calls
    lengths = sorted(len(write.tokenizer.encode(text)) for text in TEXTS)
    assert sorted(call["attention_mask"].sum(axis=1).tolist()) == lengths
    for ids, flags in zip(call["ids"], call["attention_mask"].tolist(), strict=True):
        assert flags == sorted(flags, reverse=True)
        assert all(token == 0 for token, flag in zip(ids, flags, strict=True) if not flag)
    write(TEXTS, encoder_repetition_penalty=1.2)
    assert [len(call["ids"]) for call in write.model.calls] == [3, 1, 1, 1]


def test_ids_begin_with_the_decoders_start() -> None:
    write = make()
    (found,) = write(TEXTS[0], return_tensors=True)
    assert found == {"generated_token_ids": [0, *write.model.answer]}


def test_what_starts_the_decoder_may_be_what_ends_a_text() -> None:
    write = make()
    end = write.tokenizer.eos_token_id
    write.model.start = end
    (found,) = write(TEXTS[0], return_tensors=True)
    assert found["generated_token_ids"] == [end, *write.model.answer]


def test_prefixes_of_model_and_task_stand_in_front() -> None:
    task = {"summarization": {"prefix": "summarize: ", "num_beams": 3}}
    config = {"prefix": "all: ", "task_specific_params": task}
    summarize, write = make("summarization", config=config), make(config=config)
    assert summarize(TEXTS[0]) == [{"summary_text": "the old mill"}]
    call = summarize.model.calls[0]
    assert call["ids"] == [summarize.tokenizer.encode("summarize: " + TEXTS[0])]
    assert call["num_beams"] == 3
    summarize(documents=TEXTS[0], num_beams=1, min_length=5, max_length=20)
    call = summarize.model.calls[1]
    assert (call["num_beams"], call["min_length"], call["max_length"]) == (1, 5, 20)
    assert "max_new_tokens" not in call
    write(TEXTS[0])
    assert write.model.calls[0]["ids"] == [write.tokenizer.encode("all: " + TEXTS[0])]
    assert "num_beams" not in write.model.calls[0]


def test_lengths_come_from_the_call_then_the_files_then_256() -> None:
    def asked(generation: dict[str, Any], **options: Any) -> Any:
        write = make()
        write.model.generation_config |= generation
        write(TEXTS[0], **options)
        return tuple(write.model.calls[0].get(name) for name in ("max_new_tokens", "max_length"))

    assert asked({}) == (256, None)
    assert asked({"max_length": 20}) == (256, None)  # what files say that do not choose
    assert asked({"max_length": 142}) == (None, None)  # the model's own generate() knows it
    assert asked({"max_length": 142}, max_new_tokens=9) == (9, None)
    assert asked({}, max_length=20) == (None, 20)
    assert asked({}, generation_config={"max_length": 20}) == (None, 20)


def test_long_texts_are_cut_and_that_is_said(caplog: pytest.LogCaptureFixture) -> None:
    summarize = make("summarization")
    long = "the quiet river " * 80
    short, cut = summarize([TEXTS[0], long], batch_size=1)
    assert short == {"summary_text": "the old mill"}
    assert cut == {"summary_text": "the old mill", "truncated": True}
    assert "1 of 2 texts were cut to 128 tokens" in caplog.text
    ids = max((call["ids"][0] for call in summarize.model.calls), key=len)
    assert len(ids) == 128
    assert ids[-1] == summarize.tokenizer.eos_token_id
    summarize(long, truncation=False)
    assert len(summarize.model.calls[-1]["ids"][0]) > 128
    with pytest.raises(InvalidArgumentError, match="more than 128"):
        summarize(long, truncation="error")


def test_a_prefix_that_is_no_text_is_refused() -> None:
    with pytest.raises(FileFormatError, match="prefix of the model's config must be a str"):
        make(config={"prefix": 3})


@pytest.mark.parametrize(
    ("inputs", "options", "error", "message"),
    [
        ([], {}, InvalidArgumentError, "the list of inputs is empty"),
        (["a", 7], {}, InvalidTypeError, r"texts\[1\] must be a str, got int"),
        ({"a": 1}, {}, InvalidTypeError, "expected a str, a list or a generator of them"),
        ("a", {"src_lang": "en"}, InvalidArgumentError, "unknown option 'src_lang'"),
        ("a", {"num_beam": 3}, InvalidArgumentError, "did you mean 'num_beams'"),
        ("a", {"decoder_input_ids": [[1]]}, InvalidArgumentError, "call model.generate"),
    ],
)
def test_bad_input_is_refused_before_the_model_runs(
    inputs: Any, options: dict[str, Any], error: type[Exception], message: str
) -> None:
    write = make()
    with pytest.raises(error, match=message):
        write(inputs, **options)
    assert write.model.calls == []
