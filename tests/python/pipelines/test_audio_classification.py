"""Labels of sounds, with and without candidate labels, and sound to sound."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sound_models import separator
from tiny_models import write

import onnx_builder as ob
from onnxformers import pipeline
from onnxformers.audio import encode_wav
from onnxformers.errors import FileFormatError, InvalidArgumentError, UnsupportedModelError

MODELS = Path(__file__).parents[2] / "conformance" / "models"
RATE = 16_000


def extractor(folder: Path) -> Path:
    values = {"feature_extractor_type": "Wav2Vec2FeatureExtractor", "do_normalize": False}
    (folder / "preprocessor_config.json").write_text(json.dumps(values))
    return folder


@pytest.fixture
def classify(tmp_path: Path) -> Any:
    """Logits: ten times the sound's mean, and minus that, and zero."""
    graph = ob.graph(
        [
            ob.node("ReduceMean", ["input_values"], ["mean"], keepdims=1),
            ob.node("MatMul", ["mean", "weights"], ["logits"]),
        ],
        [ob.value("input_values", "float32", [1, "samples"])],
        [ob.value("logits", "float32", [1, 3])],
        [ob.tensor("weights", np.array([[10.0, -10.0, 0.0]], np.float32))],
    )
    config = {"model_type": "wav2vec2", "id2label": {"0": "up", "1": "down", "2": "none"}}
    folder = extractor(write(tmp_path / "cls", config, model=graph))
    with pipeline("audio-classification", folder) as pipe:
        yield pipe


def level(value: float, seconds: float = 0.5) -> np.ndarray:
    return np.full(int(seconds * RATE), value, np.float32)


def test_the_best_labels_come_first(classify: Any) -> None:
    found = classify(level(0.2))
    assert [label["label"] for label in found] == ["up", "none", "down"]
    assert sum(label["score"] for label in found) == pytest.approx(1.0)
    assert classify(level(-0.2), top_k=1)[0]["label"] == "down"
    assert len(classify(level(0.2), top_k=None)) == 3


def test_scores_are_made_as_asked(classify: Any) -> None:
    logits = classify(level(0.2), function_to_apply="none", top_k=1)
    assert logits[0]["score"] == pytest.approx(2.0, rel=1e-5)
    sigmoid = classify(level(0.2), function_to_apply="sigmoid", top_k=1)
    assert sigmoid[0]["score"] == pytest.approx(1 / (1 + np.exp(-2.0)), rel=1e-5)


def test_several_sounds_give_several_lists(classify: Any) -> None:
    sounds = [level(0.2), (level(-0.2, 0.3), RATE), encode_wav(level(0.1), RATE)]
    best = [labels[0]["label"] for labels in classify(sounds, top_k=2)]
    assert best == ["up", "down", "up"]
    assert [labels[0]["label"] for labels in classify(iter(sounds))] == best


@pytest.mark.parametrize(
    ("options", "message"),
    [({"top_k": -1}, "top_k"), ({"function_to_apply": "tanh"}, "softmax"), ({"topk": 1}, "top_k")],
)
def test_other_options_are_refused(classify: Any, options: Any, message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        classify(level(0.1), **options)


@pytest.fixture(scope="module")
def compare() -> Any:
    with pipeline("zero-shot-audio-classification", MODELS / "clap") as pipe:
        yield pipe


def test_candidate_labels_keep_their_order(compare: Any) -> None:
    sound = (level(0.1, 0.4) * np.sin(np.arange(6400) * 0.1).astype(np.float32), 48_000)
    labels = ["dog", "rain", "music"]
    found = compare(sound, labels)
    assert [label["label"] for label in found] == labels
    assert sum(label["score"] for label in found) == pytest.approx(1.0, abs=1e-5)
    assert compare(sound, "dog, rain, music") == found
    assert compare(sound, candidate_labels=labels) == found
    assert compare([sound, sound], labels) == [found, found]
    assert compare(sound, labels, hypothesis_template="{}") != found


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "candidate_labels are missing"),
        ({"candidate_labels": []}, "empty"),
        ({"candidate_labels": ["a"], "hypothesis_template": "a sound"}, "hypothesis_template"),
    ],
)
def test_labels_are_needed(compare: Any, options: Any, message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        compare(level(0.1), **options)


def test_sources_of_a_mixture_are_told_apart(tmp_path: Path) -> None:
    with pipeline("audio-to-audio", separator(tmp_path / "m")) as separate:
        voice, noise = separate(level(0.4))
        both = separate([level(0.4), level(0.8)])
    assert (voice["label"], noise["label"]) == ("voice", "noise")
    assert voice["sampling_rate"] == 8000
    np.testing.assert_allclose(voice["audio"], 0.3, rtol=1e-5)
    np.testing.assert_allclose(both[1][1]["audio"], 0.2, rtol=1e-5)


def test_models_of_frames_hear_them_in_order(tmp_path: Path) -> None:
    """Each frame comes back; the state counts them and speaks up from the sixth on."""
    bins = 9
    graph = ob.graph(
        [
            ob.node("Add", ["count", "one"], ["count_out"]),
            ob.node("Greater", ["count_out", "five"], ["late"]),
            ob.node("Cast", ["late"], ["louder"], to=1),
            ob.node("Add", ["louder", "one"], ["gain"]),
            ob.node("Mul", ["mix", "gain"], ["enh"]),
        ],
        [
            ob.value("mix", "float32", [1, bins, 1, 2]),
            ob.value("count", "float32", [1]),
        ],
        [
            ob.value("enh", "float32", [1, bins, 1, 2]),
            ob.value("count_out", "float32", [1]),
        ],
        [
            ob.tensor("one", np.array([1.0], np.float32)),
            ob.tensor("five", np.array([5.0], np.float32)),
        ],
    )
    config = {"model_type": "custom"}
    with pipeline("audio-to-audio", write(tmp_path / "m", config, model=graph)) as enhance:
        sound = np.random.default_rng(0).standard_normal(200).astype(np.float32)
        (found,) = enhance(sound)
    assert found["audio"].shape == sound.shape
    np.testing.assert_allclose(found["audio"][:30], sound[:30], atol=1e-5)
    np.testing.assert_allclose(found["audio"][50:], 2 * sound[50:], atol=1e-5)


def test_what_does_not_hear_sound_is_refused(tmp_path: Path) -> None:
    config = {"model_type": "custom"}
    ids = ob.graph(
        [ob.node("Identity", ["ids"], ["out"])],
        [ob.value("ids", "int64", [1, "n"])],
        [ob.value("out", "int64", [1, "n"])],
    )
    flat = ob.graph(
        [ob.node("ReduceSum", ["x"], ["out"], keepdims=0)],
        [ob.value("x", "float32", [1, "n"])],
        [ob.value("out", "float32", [])],
    )
    with (
        pipeline("audio-to-audio", write(tmp_path / "ids", config, model=ids)) as pipe,
        pytest.raises(UnsupportedModelError, match="samples of shape"),
    ):
        pipe(level(0.1))
    with (
        pipeline("audio-to-audio", write(tmp_path / "flat", config, model=flat)) as pipe,
        pytest.raises(FileFormatError, match="must give sound"),
    ):
        pipe(level(0.1))
    with pytest.raises(InvalidArgumentError, match="no usual model"):
        pipeline("audio-to-audio")
