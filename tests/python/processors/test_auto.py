"""The Auto classes of processors: which class, which settings, which errors."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import numpy as np
import pytest

import onnxformers
from onnxformers import AutoFeatureExtractor, AutoImageProcessor, AutoProcessor
from onnxformers.errors import (
    FileFormatError,
    InvalidArgumentError,
    InvalidTypeError,
    MissingFileError,
    UnknownNameError,
)

MODELS = Path(__file__).parents[2] / "conformance" / "models"
VIT = {
    "image_processor_type": "ViTImageProcessor",
    "size": {"height": 4, "width": 6},
    "image_mean": [0.5, 0.5, 0.5],
    "image_std": [0.5, 0.5, 0.5],
}


def write(folder: Path, config: object, name: str = "preprocessor_config.json") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(json.dumps(config), "utf-8")
    return folder


def gray(value: int = 0, height: int = 3, width: int = 5) -> np.ndarray:
    return np.full((height, width, 3), value, np.uint8)


@pytest.mark.parametrize(
    ("key", "written", "expected"),
    [
        ("image_processor_type", "ViTImageProcessor", "ViTImageProcessor"),
        ("image_processor_type", "ViTImageProcessorFast", "ViTImageProcessor"),
        ("image_processor_type", "ViTFeatureExtractor", "ViTImageProcessor"),
        ("feature_extractor_type", "ViTFeatureExtractor", "ViTImageProcessor"),
        ("feature_extractor_type", "ImageFeatureExtractor", "ImageProcessor"),
        ("image_processor_type", "ImageFeatureExtractor", "ImageProcessor"),
    ],
)
def test_every_historical_name_finds_its_class(
    tmp_path: Path, key: str, written: str, expected: str
) -> None:
    folder = write(tmp_path, {key: written, "size": 4})
    for auto in (AutoProcessor, AutoImageProcessor, AutoFeatureExtractor):
        processor = auto.from_pretrained(folder)
        assert type(processor).__name__ == expected
        assert isinstance(processor, onnxformers.ImageProcessor)


def test_a_class_has_one_object_under_all_its_names() -> None:
    assert onnxformers.ViTImageProcessor is onnxformers.ViTFeatureExtractor
    assert onnxformers.ViTImageProcessorFast is onnxformers.processors.ViTImageProcessor
    with pytest.raises(AttributeError, match="NoSuchImageProcessor"):
        _ = onnxformers.NoSuchImageProcessor


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"image_processor_type": "VitImageProcessor"}, "near it are ViTImageProcessor"),
        ({"size": 4}, "names no class: expected one of the keys image_processor_type"),
        ({"image_processor_type": 3}, "image_processor_type must be a str, got 3"),
        ({**VIT, "size": "big"}, "size must be a number, height and width, or an object"),
        ({**VIT, "size": {"height": 0, "width": 1}}, "height must be a whole number of 1"),
        ({**VIT, "size": {"edge": 3}}, "some of the keys height, longest_edge"),
        ({**VIT, "resample": 9}, r"resample must be one of nearest \(0\)"),
        ({**VIT, "rescale_factor": "x"}, "rescale_factor must be a number"),
        ({**VIT, "do_resize": "yes"}, "do_resize must be true or false"),
        ({"image_processor_type": "ImageProcessor", "do_thumbnail": True}, "a step of DonutImage"),
        ({**VIT, "do_random_crop": True}, "do_random_crop is for training"),
    ],
)
def test_a_broken_config_says_what_is_wrong(
    tmp_path: Path, config: dict[str, object], message: str
) -> None:
    with pytest.raises(FileFormatError, match=message):
        AutoProcessor.from_pretrained(write(tmp_path, config))


def test_a_folder_without_the_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match=r"has no preprocessor_config\.json"):
        AutoProcessor.from_pretrained(tmp_path)
    (tmp_path / "preprocessor_config.json").write_text("{", "utf-8")
    with pytest.raises(FileFormatError, match="is not JSON"):
        AutoProcessor.from_pretrained(tmp_path)


def test_the_part_of_one_file_for_all_parts_is_read(tmp_path: Path) -> None:
    folder = write(tmp_path, {"image_processor": VIT}, "processor_config.json")
    assert AutoImageProcessor.from_pretrained(folder).size == {"height": 4, "width": 6}


def test_options_of_loading_and_settings_are_told_apart(tmp_path: Path) -> None:
    folder = write(tmp_path, VIT)
    processor = AutoProcessor.from_pretrained(
        folder, local_files_only=True, dtype="fp32", use_fast=True, size=8
    )
    assert processor.size == {"height": 8, "width": 8}
    with pytest.raises(InvalidArgumentError, match="unknown option 'sise'; did you mean 'size'"):
        AutoProcessor.from_pretrained(folder, sise=8)


def test_a_setting_of_the_call_holds_for_the_call(tmp_path: Path) -> None:
    processor = AutoProcessor.from_pretrained(write(tmp_path, {**VIT, "of_no_one": 2}))
    assert processor(gray(), size=2).pixel_values.shape == (1, 3, 2, 2)
    assert processor(gray(), do_normalize=False).pixel_values.max() == 0
    assert processor(gray(), return_tensors="np").pixel_values.shape == (1, 3, 4, 6)
    for options, message in [
        ({"do_normalise": False}, "did you mean 'do_normalize'"),
        ({"of_no_one": 1}, "unknown option 'of_no_one'"),
        ({"return_tensors": "pt"}, "return_tensors must be 'np' or None"),
        ({"size": -1}, "must be a whole number"),
    ]:
        with pytest.raises(InvalidArgumentError, match=message):
            processor(gray(), **options)


def test_nothing_changes_a_processor(tmp_path: Path) -> None:
    processor = AutoProcessor.from_pretrained(write(tmp_path, VIT))
    with pytest.raises(UnknownNameError, match="cannot be set"):
        processor.size = 3
    with pytest.raises(TypeError):
        processor.config["size"] = 3
    with pytest.raises(UnknownNameError, match="has no 'sizes'"):
        _ = processor.sizes


def test_what_is_saved_loads_as_the_same(tmp_path: Path) -> None:
    config = {**VIT, "of_no_one": [1, 2], "feature_extractor_type": None}
    processor = AutoProcessor.from_pretrained(write(tmp_path, config))
    (path,) = processor.save_pretrained(tmp_path / "again")
    assert json.loads(Path(path).read_text("utf-8"))["of_no_one"] == [1, 2]
    for again in (
        AutoProcessor.from_pretrained(tmp_path / "again"),
        pickle.loads(pickle.dumps(processor)),
    ):
        assert type(again) is type(processor)
        assert dict(again.settings) == dict(processor.settings)
        np.testing.assert_array_equal(again(gray(9)).pixel_values, processor(gray(9)).pixel_values)


def test_auto_classes_are_not_made_directly() -> None:
    for auto in (AutoProcessor, AutoImageProcessor, AutoFeatureExtractor):
        with pytest.raises(InvalidTypeError, match="from_pretrained"):
            auto()


def test_a_folder_with_a_tokenizer_gives_both_parts() -> None:
    processor = AutoProcessor.from_pretrained(MODELS / "clip")
    assert type(processor).__name__ == "CLIPProcessor"
    assert type(processor.image_processor).__name__ == "CLIPImageProcessor"
    assert type(processor.tokenizer).__name__ == "CLIPTokenizer"
    assert processor.feature_extractor is None
    assert not hasattr(AutoProcessor.from_pretrained(MODELS / "vit-cls"), "tokenizer")
