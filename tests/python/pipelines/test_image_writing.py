"""Pipelines that write about images: captions, answers of documents, answers about what is seen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fake_images import Arrays, FakeModel, make, names, picture

from onnxformers import AutoTokenizer, pipeline, pipelines, processors
from onnxformers.errors import FileFormatError, InvalidArgumentError, InvalidTypeError
from onnxformers.generation import GenerationConfig

MODELS = Path(__file__).parents[2] / "conformance" / "models"
LLAVA = MODELS / "llava"


class Writer(FakeModel):
    """Writes the same ids about every image, behind those that it was given."""

    kind = "encoder-decoder"

    def __init__(self, ids: list[int], config: dict[str, Any] | None = None) -> None:
        super().__init__(lambda inputs: {}, config or {})
        self.ids = ids
        self.generation_config = GenerationConfig()

    def generate(self, **options: Any) -> np.ndarray[Any, Any]:
        self.calls.append(options)
        rows = len(options["pixel_values"]) * options.get("num_return_sequences", 1)
        given = options.get("decoder_input_ids", np.zeros((1, 0), np.int64))
        return np.concatenate([np.repeat(given, rows, 0), np.array([self.ids] * rows)], axis=1)


class Letters:
    """A tokenizer whose tokens are letters."""

    pad_token_id = 0

    def __call__(self, text: str, **options: Any) -> dict[str, Any]:
        assert options == {"add_special_tokens": False}
        return {"input_ids": np.array([[ord(letter) for letter in text]])}

    def decode(self, ids: Any, skip_special_tokens: bool = False) -> str:
        letters = "".join(map(chr, ids))
        return letters.replace("</s>", "") if skip_special_tokens else letters


def writer(name: str, text: str, config: dict[str, Any] | None = None) -> Any:
    processor = processors.ViTImageProcessor({"size": {"height": 8, "width": 8}})
    model: Any = Writer([ord(letter) for letter in text], config)
    parts: Any = {"processor": processor, "tokenizer": Letters()}
    return getattr(pipelines, name)(task="fake", model=model, **parts)


def test_a_caption_for_each_image() -> None:
    describe = writer("ImageToTextPipeline", "a cat</s>")
    assert describe(picture(9, 9)) == [{"generated_text": "a cat"}]
    assert (
        describe([picture(9, 9), picture(4, 6)], batch_size=2)
        == [[{"generated_text": "a cat"}]] * 2
    )
    assert describe(picture(9, 9), return_tensors=True)[0]["generated_token_ids"][:2] == [97, 32]
    assert list(describe(iter([picture(9, 9)]))) == [[{"generated_text": "a cat"}]]


def test_options_of_generation_go_on_to_the_model() -> None:
    describe = writer("ImageToTextPipeline", "x")
    found = describe([picture(9, 9)] * 2, batch_size=2, num_return_sequences=3, max_new_tokens=4)
    assert [len(texts) for texts in found] == [3, 3]
    call = describe.model.calls[0]
    assert (call["max_new_tokens"], call["pad_token_id"], len(call["pixel_values"])) == (4, 0, 2)
    assert "tokenizer" not in call
    describe(picture(9, 9), stop_strings=["."])
    assert describe.model.calls[-1]["tokenizer"] is describe.tokenizer
    with pytest.raises(InvalidArgumentError, match="did you mean 'max_new_tokens'"):
        describe(picture(9, 9), max_new_token=4)
    with pytest.raises(InvalidArgumentError, match="pass the options of generation by their"):
        describe(picture(9, 9), generate_kwargs={})
    assert describe.writes_one()
    assert not describe.writes_one(num_beams=2)


def test_an_answer_stands_between_its_tags() -> None:
    config = {"decoder": {"max_position_embeddings": 77}}
    ask = writer("DocumentQuestionAnsweringPipeline", " us-001 </s_answer></s>", config)
    assert ask(picture(9, 9), "What number?") == [{"answer": "us-001"}]
    call = ask.model.calls[0]
    prompt = "".join(map(chr, call["decoder_input_ids"][0]))
    assert prompt == "<s_docvqa><s_question>What number?</s_question><s_answer>"
    assert call["max_length"] == 77
    ask(picture(9, 9), "What?", max_new_tokens=3)
    assert "max_length" not in ask.model.calls[1]
    none = writer("DocumentQuestionAnsweringPipeline", "and so on")
    assert none(picture(9, 9), "What?") == [{"answer": None}]
    assert "max_length" not in none.model.calls[0]


def test_several_questions() -> None:
    ask = writer("DocumentQuestionAnsweringPipeline", "1</s_answer>")
    image, other = picture(9, 9), picture(5, 4)
    one = [{"answer": "1"}]
    assert ask([image, other], "What?") == [one, one]
    assert ask(image, ["What?", "Who?"]) == [one, one]
    assert ask(image=image, question="What?") == one
    assert ask({"image": image, "question": "What?"}) == one
    assert ask([{"image": image, "question": "What?"}]) == [one]
    assert list(ask(iter([{"image": image, "question": "What?"}]))) == [one]
    with pytest.raises(InvalidArgumentError, match="lists must be of equal length"):
        ask([image, other], ["What?"])
    with pytest.raises(InvalidTypeError, match="question is missing"):
        ask(image=image, question=None)
    with pytest.raises(InvalidTypeError, match="question of input 0 must be a str"):
        ask(image, 7)
    with pytest.raises(InvalidTypeError, match="must be a dict with image and question"):
        ask(image)


def test_answers_that_a_model_chooses() -> None:
    def answer(inputs: Arrays) -> dict[str, Any]:
        assert set(inputs) == {"input_ids", "pixel_values"}
        return {"logits": np.array([[0.0, 3.0, -2.0]], np.float32)}

    class Tokenizer:
        def __call__(self, text: str, *, truncation: bool) -> dict[str, Any]:
            return {"input_ids": np.ones((1, 3)), "token_type_ids": np.zeros((1, 3))}

    ask = make(
        "VisualQuestionAnsweringPipeline",
        answer,
        config=names("no", "yes", "blue"),
        inputs=("input_ids", "pixel_values"),
        tokenizer=Tokenizer(),
    )
    found = ask(picture(9, 9), "Is it?", top_k=2)
    assert [one["answer"] for one in found] == ["yes", "no"]
    assert found[0]["score"] == pytest.approx(1 / (1 + np.exp(-3)))
    assert len(ask(picture(9, 9), "Is it?")) == 3


def test_florence_reads_a_task_before_its_image() -> None:
    class Both:
        """A processor with a tokenizer, which spells tasks out."""

        tokenizer = Letters()

        def __call__(self, images: list[Any], text: str) -> dict[str, Any]:
            ids = np.array([[ord(letter) for letter in f"task {text}"]])
            return {
                "pixel_values": np.zeros((len(images), 3, 8, 8), np.float32),
                "input_ids": ids,
                "attention_mask": np.ones_like(ids),
                "original_sizes": [[9, 9]],
            }

    model: Any = Writer([ord(letter) for letter in " a cat </s>"], {"model_type": "florence2"})
    model.kind = "image-text-to-text-seq2seq"
    parts: Any = {"model": model, "processor": Both(), "tokenizer": Letters()}
    ask = pipelines.VisualQuestionAnsweringPipeline(task="fake", **parts)
    assert ask(picture(9, 9), "<CAPTION>") == [{"answer": "a cat"}]
    call = model.calls[0]
    assert set(call) >= {"input_ids", "attention_mask", "pixel_values"}
    assert "original_sizes" not in call
    assert "".join(map(chr, call["input_ids"][0])) == "task <CAPTION>"
    assert call["max_new_tokens"] == 256
    ask(picture(9, 9), "<CAPTION>", max_length=40)
    assert "max_new_tokens" not in model.calls[1]


def test_a_prompt_without_the_token_of_images_is_refused() -> None:
    tokenizer = AutoTokenizer.from_pretrained(LLAVA, chat_template="no image")
    with pipeline("visual-question-answering", LLAVA, tokenizer=tokenizer) as ask:  # noqa: SIM117
        with pytest.raises(FileFormatError, match="must have the token 147 for the image"):
            ask(picture(4, 4), "who?")


@pytest.mark.parametrize("template", [None, "{{ messages[0]['content'] }}!"])
def test_llava_writes_answers(template: str | None) -> None:
    tokenizer = AutoTokenizer.from_pretrained(LLAVA, chat_template=template)
    with pipeline("visual-question-answering", LLAVA, tokenizer=tokenizer) as ask:
        answers = ask([picture(40, 30), picture(32, 32, seed=5)], "who?", max_new_tokens=5)
        assert len(answers) == 2
        assert all(isinstance(one["answer"], str) for (one,) in answers)
        several = ask(picture(40, 30), "who?", num_beams=2, num_return_sequences=2)
        assert len(several) == 2
        with pytest.raises(InvalidArgumentError, match="<image> in a question"):
            ask(picture(4, 4), "<image> who?")
        # With the parts of the processor the prompt has one token for the image: the same answer.
        parts = {"tokenizer": tokenizer, "processor": ask.processor.image_processor}
        again = pipeline("visual-question-answering", ask.model, **parts)
        assert again(picture(40, 30), "who?", max_new_tokens=5) == answers[0]
