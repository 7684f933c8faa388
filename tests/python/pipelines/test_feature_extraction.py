from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from onnxformers import ops, pipeline
from onnxformers.errors import (
    ClosedError,
    FileFormatError,
    InvalidArgumentError,
    InvalidTypeError,
    RunTimeoutError,
)
from onnxformers.pipelines import FeatureExtractionPipeline

MODELS = Path(__file__).parents[2] / "conformance" / "models"
PATH = MODELS / "bert-uncased-embed"
TEXTS = ["a wooden boat", "Why did the committee not come back from Vienna?"]


def folder_with_modules(
    tmp_path: Path, modules: object, pooling: dict[str, Any], max_seq_length: int | None = None
) -> Path:
    folder = tmp_path / "model"
    shutil.copytree(PATH, folder)
    (folder / "modules.json").write_text(json.dumps(modules))
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(pooling))
    if max_seq_length is not None:
        (folder / "sentence_bert_config.json").write_text(
            json.dumps({"max_seq_length": max_seq_length})
        )
    return folder


def module(name: str, path: str = "") -> dict[str, str]:
    return {"name": name, "path": path, "type": f"sentence_transformers.models.{name}"}


MEAN = [module("Transformer"), module("Pooling", "1_Pooling")]


def test_pooling_agrees_with_the_token_vectors() -> None:
    pipe = pipeline("feature-extraction", PATH)
    tokens = pipe(TEXTS[0])
    np.testing.assert_allclose(pipe(TEXTS[0], pooling="mean"), tokens.mean(axis=1), atol=1e-6)
    np.testing.assert_array_equal(pipe(TEXTS[0], pooling="cls"), tokens[:, 0])
    unit = pipe(TEXTS, pooling="mean", normalize=True)
    np.testing.assert_allclose(np.linalg.norm(unit, axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(
        np.linalg.norm(pipe(TEXTS[0], normalize=True), axis=-1), 1, atol=1e-6
    )


@pytest.mark.parametrize("pooling", ["mean", "cls"])
@pytest.mark.parametrize("options", [{}, {"max_length": 4}], ids=["whole", "cut"])
def test_the_short_way_of_one_text_gives_the_bits_of_the_long_way(
    pooling: str, options: dict[str, Any]
) -> None:
    pipe = pipeline("feature-extraction", PATH, pooling=pooling, normalize=True, **options)
    assert isinstance(pipe, FeatureExtractionPipeline)
    assert pipe.embedder is not None
    text = "The cat sat on the mat, and so on and so forth."
    np.testing.assert_array_equal(pipe(text), pipe([text]))


def test_the_short_way_stops_in_time_and_after_closing() -> None:
    pipe = pipeline("feature-extraction", PATH, pooling="mean")
    with pytest.raises(RunTimeoutError):
        pipe("a text", timeout_s=0)
    with pytest.raises(InvalidTypeError):
        pipe.run_single(7, pipe.defaults)
    pipe.close()
    with pytest.raises(ClosedError):
        pipe("a text")


def test_quantized_embeddings_have_an_eighth_of_the_width() -> None:
    pipe = pipeline("feature-extraction", PATH, pooling="mean")
    packed = pipe(TEXTS, quantize=True, precision="ubinary")
    assert (packed.shape, packed.dtype) == ((2, 4), np.uint8)
    np.testing.assert_array_equal(np.unpackbits(packed, axis=1), pipe(TEXTS) > 0)


def test_auto_obeys_modules_json(tmp_path: Path) -> None:
    folder = folder_with_modules(
        tmp_path, [*MEAN, module("Normalize", "2_Normalize")], {"pooling_mode_mean_tokens": True}
    )
    pipe = pipeline("feature-extraction", folder)
    np.testing.assert_array_equal(
        pipe(TEXTS, pooling="auto"), pipe(TEXTS, pooling="mean", normalize=True)
    )


def test_auto_joins_several_poolings(tmp_path: Path) -> None:
    folder = folder_with_modules(
        tmp_path, MEAN, {"pooling_mode_cls_token": True, "pooling_mode_max_tokens": True}
    )
    pipe = pipeline("feature-extraction", folder)
    tokens = pipe(TEXTS[1])
    expected = np.concatenate(
        [tokens[:, 0], ops.pool(tokens, np.ones(tokens.shape[:2]), "max")], axis=1
    )
    np.testing.assert_array_equal(pipe(TEXTS[1], pooling="auto"), expected)


def test_auto_cuts_where_sentence_transformers_cuts(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = folder_with_modules(
        tmp_path, MEAN, {"pooling_mode_mean_tokens": True}, max_seq_length=6
    )
    pipe = pipeline("feature-extraction", folder)
    np.testing.assert_array_equal(
        pipe(TEXTS[1], pooling="auto"), pipe(TEXTS[1], pooling="mean", max_length=6)
    )
    assert "1 of 1 texts were cut to 6 tokens" in caplog.text


def test_auto_without_modules_json_takes_the_mean_and_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    pipe = pipeline("feature-extraction", PATH)
    np.testing.assert_array_equal(pipe(TEXTS, pooling="auto"), pipe(TEXTS, pooling="mean"))
    assert "has no modules.json" in caplog.text


@pytest.mark.parametrize(
    ("modules", "pooling", "error", "message"),
    [
        (
            [*MEAN, module("LSTM", "2_LSTM")],
            {"pooling_mode_mean_tokens": True},
            InvalidArgumentError,
            "module 'LSTM' of modules.json is not supported",
        ),
        (MEAN, {}, FileFormatError, "no pooling mode is switched on"),
        ([7], {}, FileFormatError, "expected objects with type and path"),
        ({"a": 1}, {}, FileFormatError, "modules.json"),
        ([module("Pooling", "../elsewhere")], {}, Exception, "elsewhere"),
    ],
)
def test_broken_recipes_are_refused(
    tmp_path: Path, modules: object, pooling: dict[str, Any], error: type[Exception], message: str
) -> None:
    folder = folder_with_modules(tmp_path, modules, pooling)
    pipe = pipeline("feature-extraction", folder)
    with pytest.raises(error, match=message):
        pipe(TEXTS[0], pooling="auto")
    assert pipe(TEXTS[0], pooling="cls").shape == (1, 32)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"pooling": "median"}, "pooling must be one of none, auto, mean, cls, max, .* 'median'"),
        ({"pooling": ["cls", "auto"]}, r"got \['cls', 'auto'\]"),
        ({"pooling": []}, r"pooling must be one of .*got \[\]"),
        ({"pooling": None}, "pooling must be one of .*got None"),
        ({"precision": "int4"}, "precision must be one of binary, ubinary, got 'int4'"),
        ({"truncate_dim": 0}, "truncate_dim must be a positive int or None, got 0"),
        ({"pooling": "mean", "truncate_dim": 33}, "at most the 32 dimensions .*, got 33"),
        ({"prompt": 7}, "prompt must be a str or None, got 7"),
        ({"prompt_name": "query"}, "has no prompts by name"),
        ({"poling": "mean"}, "unknown option 'poling'; did you mean 'pooling'"),
    ],
)
def test_unknown_choices_are_refused(options: dict[str, Any], message: str) -> None:
    pipe = pipeline("feature-extraction", PATH)
    with pytest.raises(InvalidArgumentError, match=message):
        pipe("x", **options)
    assert pipe("x", pooling="mean").shape == (1, 32)
