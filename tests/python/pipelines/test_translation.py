from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fake_writer import FakeWriter

from onnxformers import AutoTokenizer
from onnxformers.errors import InvalidArgumentError, InvalidTypeError, UnsupportedTaskError
from onnxformers.pipelines import TranslationPipeline
from onnxformers.pipelines.factory import find_task

MODELS = Path(__file__).parents[2] / "conformance" / "models"
TEXTS = ["The cat followed Greta.", "Why?"]


def make(name: str, task: str = "translation", **model: Any) -> Any:
    tokenizer = AutoTokenizer.from_pretrained(MODELS / name)
    answer = tokenizer.encode("the old mill", add_special_tokens=False)
    generation = {"eos_token_id": tokenizer.eos_token_id, "pad_token_id": tokenizer.pad_token_id}
    writer = FakeWriter(
        [*answer, generation["eos_token_id"]],
        generation=generation,
        start=tokenizer.pad_token_id,
        **model,
    )
    return TranslationPipeline(task=task, model=writer, tokenizer=tokenizer)


@pytest.mark.parametrize(
    ("name", "source", "target"),
    [
        ("nllb", "deu_Latn", "zho_Hans"),
        ("m2m100", "de", "zh"),
        ("mbart50", "de_DE", "zh_CN"),
    ],
)
def test_languages_are_tokens_in_the_text_and_before_the_translation(
    name: str, source: str, target: str
) -> None:
    translate = make(name)
    tokenizer = translate.tokenizer
    before = tokenizer.src_lang
    found = translate(TEXTS, src_lang=source, tgt_lang=target)
    assert found[0]["translation_text"] == "the old mill"
    (call,) = translate.model.calls
    assert call["forced_bos_token_id"] == tokenizer.get_lang_id(target)
    expected = tokenizer._build_translation_inputs(
        TEXTS, src_lang=source, tgt_lang=target, padding=True
    )
    assert sorted(call["ids"]) == sorted(expected["input_ids"].tolist())
    assert tokenizer.get_lang_id(source) in call["ids"][0]
    assert tokenizer.src_lang == before


def test_languages_may_stand_in_the_name_of_the_task() -> None:
    translate = make("m2m100", "translation_de_to_zh")
    translate(TEXTS[0])
    translate(TEXTS[0], tgt_lang="fr")
    first, second = translate.model.calls
    ids = translate.tokenizer.lang_code_to_id
    assert (first["ids"][0][0], first["forced_bos_token_id"]) == (ids["de"], ids["zh"])
    assert (second["ids"][0][0], second["forced_bos_token_id"]) == (ids["en"], ids["fr"])
    translate = make("nllb", "translation_deu_Latn_to_zho_Hans")
    translate(TEXTS[0])
    assert translate.model.calls[0]["forced_bos_token_id"] == translate.tokenizer.get_lang_id(
        "zho_Hans"
    )
    assert find_task("translation_de_to_zh").name == "translation"
    with pytest.raises(UnsupportedTaskError, match="unknown task"):
        find_task("translation_de")


def test_the_first_token_may_be_forced_by_its_id() -> None:
    translate = make("mbart50")
    token = translate.tokenizer.get_lang_id("fr_XX")
    translate(TEXTS[0], src_lang="de_DE", forced_bos_token_id=token)
    assert translate.model.calls[0]["forced_bos_token_id"] == token
    assert translate.tokenizer.get_lang_id("de_DE") in translate.model.calls[0]["ids"][0]
    with pytest.raises(InvalidArgumentError, match="tgt_lang says what forced_bos_token_id does"):
        translate(TEXTS[0], tgt_lang="fr_XX", forced_bos_token_id=token)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"src_lang": "en", "tgt_lang": "xx"}, "'xx' is no language of this tokenizer; there are"),
        ({"src_lang": "xx", "tgt_lang": "en"}, "'xx' is no language of this tokenizer; there are"),
        ({}, "translation needs tgt_lang"),
        ({"tgt_lang": ""}, "'' is no language of this tokenizer"),
    ],
)
def test_unknown_languages_are_refused(options: dict[str, str], message: str) -> None:
    translate = make("m2m100")
    with pytest.raises(InvalidArgumentError, match=message):
        translate(TEXTS[0], **options)
    assert translate.model.calls == []


def test_a_language_is_a_str() -> None:
    with pytest.raises(InvalidTypeError, match="tgt_lang must be a str or None, got 3"):
        make("m2m100")(TEXTS[0], tgt_lang=3)


def test_a_model_of_one_pair_takes_its_prefix(caplog: pytest.LogCaptureFixture) -> None:
    task = "translation_en_to_fr"
    config = {"task_specific_params": {task: {"prefix": "translate English to French: "}}}
    translate = make("t5", task, config=config)
    assert translate(TEXTS[0]) == [{"translation_text": "the old mill"}]
    expected = translate.tokenizer.encode("translate English to French: " + TEXTS[0])
    assert translate.model.calls[0]["ids"] == [expected]
    assert caplog.text == ""
    translate(TEXTS[0], src_lang="en", tgt_lang="fr")
    assert "has no codes of languages: src_lang and tgt_lang change nothing" in caplog.text


def test_marian_models_to_several_languages_take_the_target_in_the_text() -> None:
    translate = make("marian")
    translate.tokenizer.add_tokens([">>fr<<", ">>de<<"])
    translate(TEXTS, tgt_lang="fr", batch_size=1)
    expected = [translate.tokenizer.encode(f">>fr<< {text}") for text in TEXTS]
    assert sorted(call["ids"][0] for call in translate.model.calls) == sorted(expected)
    translate(TEXTS[0])
    assert translate.model.calls[-1]["ids"] == [translate.tokenizer.encode(TEXTS[0])]
    with pytest.raises(InvalidArgumentError, match="'xx' is no language of this model; there are"):
        translate(TEXTS[0], tgt_lang="xx")
