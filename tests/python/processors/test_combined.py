"""Processors with a tokenizer: what goes to which part, and what comes out."""

from __future__ import annotations

import json
import pickle
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from onnxformers import AutoProcessor
from onnxformers.errors import InvalidArgumentError, UnknownNameError, UnsupportedModelError
from onnxformers.processors import Processor

MODELS = Path(__file__).parents[2] / "conformance" / "models"
PICTURE = np.arange(20 * 30 * 3, dtype=np.uint8).reshape(20, 30, 3)


def loaded(model: str, class_name: str, folder: Path, **config: Any) -> Any:
    """The processor of a model under another class, with keys added to its image processor."""
    shutil.copytree(MODELS / model, folder, ignore=shutil.ignore_patterns("onnx"))
    (folder / "processor_config.json").write_text(json.dumps({"processor_class": class_name}))
    path = folder / "preprocessor_config.json"
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **config}), "utf-8")
    return AutoProcessor.from_pretrained(folder)


@pytest.fixture(scope="module")
def clip() -> Any:
    return AutoProcessor.from_pretrained(MODELS / "clip")


def test_pictures_and_texts_go_to_their_parts(clip: Any) -> None:
    both = clip(images=PICTURE, text=["a", "a b"], padding=True, do_normalize=False)
    assert both.pixel_values.max() <= 1
    np.testing.assert_array_equal(
        both.input_ids, clip.tokenizer(["a", "a b"], padding=True).input_ids
    )
    for same in (
        clip(PICTURE, ["a", "a b"], padding=True, do_normalize=False),
        clip(["a", "a b"], PICTURE, padding=True, do_normalize=False),
    ):
        np.testing.assert_array_equal(same.pixel_values, both.pixel_values)
        np.testing.assert_array_equal(same.input_ids, both.input_ids)
    assert set(clip(text="a")) == {"input_ids", "attention_mask"}
    assert set(clip(PICTURE)) == {"pixel_values", "original_sizes", "reshaped_input_sizes"}


@pytest.mark.parametrize(
    ("args", "options", "message"),
    [
        ((), {}, "expected pictures or sounds, text=, or both"),
        ((PICTURE, PICTURE, "a"), {}, "got 3 of the former"),
        ((PICTURE,), {"do_normalise": False}, "did you mean 'do_normalize'"),
        (([],), {}, "expected pictures, got none"),
    ],
)
def test_what_cannot_be_prepared_says_why(
    clip: Any, args: tuple[Any, ...], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        clip(*args, **options)


def test_what_it_has_not_is_asked_of_its_parts(clip: Any) -> None:
    assert clip.decode([5, 6]) == clip.tokenizer.decode([5, 6])
    assert clip.batch_decode([[5], [6]]) == clip.tokenizer.batch_decode([[5], [6]])
    assert clip.size == clip.image_processor.size
    assert clip.model_input_names == ("input_ids", "attention_mask", "pixel_values")
    with pytest.raises(UnknownNameError, match="neither it nor a part has 'colour'"):
        _ = clip.colour
    with pytest.raises(UnknownNameError, match="tokenizer cannot be set"):
        clip.tokenizer = None


def test_what_is_saved_or_pickled_is_the_same(clip: Any, tmp_path: Path) -> None:
    written = [Path(path).name for path in clip.save_pretrained(tmp_path)]
    assert {"preprocessor_config.json", "processor_config.json", "tokenizer.json"} <= set(written)
    for again in (AutoProcessor.from_pretrained(tmp_path), pickle.loads(pickle.dumps(clip))):
        assert type(again) is type(clip)
        got, want = again(PICTURE, ["a"]), clip(PICTURE, ["a"])
        np.testing.assert_array_equal(got.pixel_values, want.pixel_values)
        np.testing.assert_array_equal(got.input_ids, want.input_ids)
    assert type(type(clip).from_pretrained(MODELS / "clip")) is type(clip)


def test_a_model_without_a_class_of_its_own_gets_the_plain_one(tmp_path: Path) -> None:
    processor = loaded("clip", "OfNoOne", tmp_path / "model")
    config = tmp_path / "model" / "config.json"
    config.write_text("{}", "utf-8")
    assert type(processor).__name__ == "CLIPProcessor"
    assert type(AutoProcessor.from_pretrained(tmp_path / "model")) is Processor


def test_llava_has_a_token_for_each_patch() -> None:
    processor = AutoProcessor.from_pretrained(MODELS / "llava")
    token = processor.tokenizer.convert_tokens_to_ids("<image>")
    both = processor(PICTURE, "USER: <image>\nwhat?")
    assert (both.input_ids == token).sum() == (32 // 8) ** 2
    assert (processor(text="<image>").input_ids == token).sum() == 1
    chat = [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "hi"}]}]
    assert processor.apply_chat_template(chat, add_generation_prompt=True) == (
        "USER: <image>\nhi\nASSISTANT:"
    )


def test_texts_beside_pictures_are_labels(tmp_path: Path) -> None:
    processor = loaded("donut", "TrOCRProcessor", tmp_path / "trocr")
    both = processor(PICTURE, "abc")
    np.testing.assert_array_equal(both.labels, processor.tokenizer("abc").input_ids)
    assert "input_ids" not in both
    assert "labels" not in processor(text="abc")


def test_donut_reads_fields(tmp_path: Path) -> None:
    processor = loaded("donut", "DonutProcessor", tmp_path / "donut")
    both = processor(PICTURE, "abc")
    np.testing.assert_array_equal(both.labels, both.input_ids)
    for written, fields in [
        ("<s_name>tea</s_name><s_price>3</s_price>", {"name": "tea", "price": "3"}),
        ("<s_a>1<sep/>2</s_a>", {"a": ["1", "2"]}),
        ("<s_a><s_b>1</s_b></s_a>", {"a": {"b": "1"}}),
        ("<s_a><s_b>1</s_b><sep/><s_b>2</s_b></s_a>", {"a": [{"b": "1"}, {"b": "2"}]}),
        ("<s_a>1", {"text_sequence": "1"}),
        ("nothing", {"text_sequence": "nothing"}),
        ("</s_a><s_a>1", {"text_sequence": "1"}),
        ("<s_a>1</s_a><sep/><s_a>2</s_a>", [{"a": "1"}, {"a": "2"}]),
    ]:
        assert processor.token2json(written) == fields, written


def test_owlvit_takes_a_list_of_texts_for_each_picture(tmp_path: Path) -> None:
    processor = loaded("clip", "OwlViTProcessor", tmp_path / "owlvit")
    length = processor.tokenizer.model_max_length
    both = processor(text=[["a", "b"], ["c"]], images=[PICTURE, PICTURE])
    assert both.input_ids.shape == (4, length)
    assert both.pixel_values.shape[0] == 2
    assert set(processor(query_images=PICTURE)) == {"query_pixel_values"}


def test_one_input_of_speech_models(tmp_path: Path) -> None:
    processor = loaded("clip", "SpeechT5Processor", tmp_path / "speech")
    both = processor(text="a", text_target="b c")
    np.testing.assert_array_equal(both.labels, processor.tokenizer("b c").input_ids)
    assert both.decoder_attention_mask.shape == both.labels.shape
    assert set(processor(text_target="a")) == {"input_ids", "attention_mask"}
    with pytest.raises(InvalidArgumentError, match="takes text or audio, not both"):
        processor(PICTURE, text="a")


SOUND = np.sin(np.arange(8000) * 0.1).astype(np.float32)


@pytest.fixture(scope="module")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """SpeechT5's processor: a tokenizer of texts, and its feature extractor."""
    folder = tmp_path_factory.mktemp("speecht5") / "model"
    shutil.copytree(MODELS / "clip", folder, ignore=shutil.ignore_patterns("onnx"))
    (folder / "processor_config.json").write_text('{"processor_class": "SpeechT5Processor"}')
    (folder / "preprocessor_config.json").write_text(
        '{"feature_extractor_type": "SpeechT5FeatureExtractor"}'
    )
    return AutoProcessor.from_pretrained(folder)


@pytest.mark.parametrize("rate", [{}, {"sampling_rate": 16_000}])
def test_sounds_that_are_to_be_spoken_become_labels(speech: Any, rate: dict[str, int]) -> None:
    extractor, frames = speech.feature_extractor, (1, 32, 80)
    target = extractor(audio_target=SOUND)
    both = speech(text="a", audio_target=SOUND, **rate)
    assert set(both) == {"input_ids", "attention_mask", "labels", "decoder_attention_mask"}
    np.testing.assert_array_equal(both.labels, target.input_values)
    converted = speech(audio=SOUND, audio_target=SOUND, **rate)
    np.testing.assert_array_equal(converted.input_values, extractor(SOUND).input_values)
    np.testing.assert_array_equal(converted.labels, target.input_values)
    assert converted.labels.shape == frames
    assert converted.decoder_attention_mask.shape == frames[:2]
    alone = speech(audio_target=SOUND, **rate)
    np.testing.assert_array_equal(alone.input_values, target.input_values)


@pytest.mark.parametrize("rate", [{}, {"sampling_rate": 16_000}])
def test_texts_that_are_to_be_written_become_labels(speech: Any, rate: dict[str, int]) -> None:
    for heard in ({"audio": SOUND}, {"audio": SOUND, "padding": True}):
        both = speech(**heard, text_target="b c", **rate)
        np.testing.assert_array_equal(both.labels, speech.tokenizer("b c").input_ids)
        assert both.input_values.shape == (1, 8000)
    np.testing.assert_array_equal(
        speech(text="b c", **rate).input_ids, speech.tokenizer("b c").input_ids
    )
    with pytest.raises(InvalidArgumentError, match="16000"):
        speech(text="a", audio_target=SOUND, sampling_rate=8000)


TASKS = {
    "task_prompts_without_inputs": {"<OD>": "Locate the objects.", "<OCR>": "Read it."},
    "task_prompts_with_input": {"<FIND>": "Find {input} here."},
    "tasks_answer_post_processing_type": {"<OD>": "bboxes", "<OCR>": "ocr", "<SEG>": "polygons"},
}


def test_florence_spells_tasks_and_reads_answers(tmp_path: Path) -> None:
    processor = loaded("clip", "Florence2Processor", tmp_path / "florence", **TASKS)
    assert processor.construct_prompts(["<OD>", "<FIND>a cat", "free text"]) == [
        "Locate the objects.",
        "Find a cat here.",
        "free text",
    ]
    np.testing.assert_array_equal(
        processor(PICTURE, "<OD>").input_ids, processor.tokenizer("Locate the objects.").input_ids
    )
    read = processor.post_process_generation
    assert read("<s>a cat</s>", "<CAPTION>", (10, 10)) == {"<CAPTION>": "a cat"}
    boxes = read(
        "</s>cat<loc_0><loc_99><loc_499><loc_999><loc_1><loc_1><loc_2><loc_2>", "<OD>", (100, 200)
    )
    assert boxes["<OD>"]["labels"] == ["cat", "cat"]
    np.testing.assert_allclose(boxes["<OD>"]["bboxes"][0], [0.05, 19.9, 49.95, 199.9])
    quads = read("word" + "<loc_10>" * 8, "<OCR>", (100, 200))
    np.testing.assert_allclose(quads["<OCR>"]["quad_boxes"], [[1.05, 2.1] * 4])
    with pytest.raises(UnsupportedModelError, match="answers of kind 'polygons'"):
        read("", "<SEG>", (1, 1))
    with pytest.raises(InvalidArgumentError, match=r"image_size must be \(width, height\)"):
        read("", "<OD>", (1, 2, 3))
