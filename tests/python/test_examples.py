"""The programs of examples/ do what they say."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np

import onnx_builder as ob
from onnxformers.audio import write_audio

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
CONFORMANCE = ROOT / "tests" / "conformance"
CLASSIFIER = ROOT / "tests" / "conformance" / "models" / "bert-uncased-sst"


def run(name: str, *arguments: str, stdin: str = "") -> str:
    return subprocess.run(
        [sys.executable, EXAMPLES / name, *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    ).stdout


def test_semantic_search_finds_what_was_meant(tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text("The cat sleeps.\n\nStocks fell on Monday.\nBread is baked at dawn.\n", "utf-8")
    lines = run("semantic_search.py", str(page), "financial markets", "a pet").splitlines()
    assert [line for line in lines if not line.startswith(" ")] == ["financial markets", "a pet"]
    assert lines[1].endswith("Stocks fell on Monday.")
    assert lines[5].endswith("The cat sleeps.")


def test_classify_stream_labels_every_line() -> None:
    texts = ["In 1997, Greta watched an unexpected letter in Seville!", "a wooden boat"]
    stdin = "\n".join([texts[0], "", texts[1]])
    rows = [
        line.split("\t")
        for line in run("classify_stream.py", "--model", str(CLASSIFIER), stdin=stdin).splitlines()
    ]
    assert [text for _, _, text in rows] == texts
    assert rows[0][:2] == ["POSITIVE", "0.8137"]  # as the conformance case says
    assert all(label in {"POSITIVE", "NEGATIVE"} for label, _, _ in rows)


def test_gallery_draws_every_photograph(tmp_path: Path) -> None:
    photos = [str(CONFORMANCE / "inputs" / name) for name in ("media-port.jpg", "media-gray.png")]
    tasks = [
        f"image-classification={CONFORMANCE / 'models' / 'vit-cls'}",
        f"image-to-image={CONFORMANCE / 'models' / 'swin2sr-x2'}",
    ]
    options = [f"--task={task}" for task in tasks]
    printed = run("gallery.py", *photos, "--out", str(tmp_path / "page"), *options)
    assert printed.splitlines()[0] == "image-classification: 2 done"
    page = (tmp_path / "page" / "index.html").read_text("utf-8")
    drawn = sorted(path.name for path in (tmp_path / "page").glob("*.png"))
    assert drawn == [
        "image-classification-media-gray.png",
        "image-classification-media-port.png",
        "image-to-image-media-gray.png",
        "image-to-image-media-port.png",
    ]
    assert all(f'src="{name}"' in page for name in drawn)


def _voices(folder: Path, kind: str, graph: bytes, extractor: dict[str, object]) -> Path:
    """A model of sound in a folder."""
    (folder / kind / "onnx").mkdir(parents=True)
    (folder / kind / "onnx" / "model.onnx").write_bytes(ob.model(graph))
    (folder / kind / "config.json").write_text(json.dumps({"model_type": kind}))
    (folder / kind / "preprocessor_config.json").write_text(json.dumps(extractor))
    return folder / kind


def _segmentation() -> bytes:
    """Tells apart what is above and below 0; the voice that begins is the first one."""
    return ob.graph(
        [
            ob.node("AveragePool", ["input_values"], ["mean"], kernel_shape=[991], strides=[270]),
            ob.node("ReduceSum", ["input_values", "axis"], ["sum"], keepdims=1),
            ob.node("Gather", ["input_values", "zero"], ["begin"], axis=2),
            ob.node("Sign", ["begin"], ["sign"]),
            ob.node("Mul", ["mean", "sign"], ["one"]),
            ob.node("Mul", ["one", "weights"], ["voices"]),
            ob.node("Add", ["voices", "silence"], ["classes"]),
            ob.node("Transpose", ["classes"], ["logits"], perm=[0, 2, 1]),
        ],
        [ob.value("input_values", "float32", [1, 1, "samples"])],
        [ob.value("logits", "float32", [1, "frames", 7])],
        [
            ob.tensor("axis", np.array([2])),
            ob.tensor("zero", np.array([0])),
            ob.tensor("weights", np.array([0, 1, -1, 0, 0, 0, 0], np.float32)[None, :, None]),
            ob.tensor("silence", np.array([0.2, 0, 0, -9, -9, -9, -9], np.float32)[None, :, None]),
        ],
    )


def _embedding() -> bytes:
    return ob.graph(
        [
            ob.node("ReduceSum", ["input_values", "axis"], ["sum"], keepdims=1),
            ob.node("Mul", ["sum", "weights"], ["scaled"]),
            ob.node("Add", ["scaled", "more"], ["embeddings"]),
        ],
        [ob.value("input_values", "float32", [1, "samples"])],
        [ob.value("embeddings", "float32", [1, 2])],
        [
            ob.tensor("axis", np.array([1])),
            ob.tensor("weights", np.array([[1, 0]], np.float32)),
            ob.tensor("more", np.array([[0, 1]], np.float32)),
        ],
    )


def test_who_speaks_knows_voices_again_in_later_windows(tmp_path: Path) -> None:
    rate = 16_000
    extractor = {"feature_extractor_type": "PyAnnoteFeatureExtractor", "sampling_rate": rate}
    other = {"feature_extractor_type": "Wav2Vec2FeatureExtractor", "do_normalize": False}
    split = _voices(tmp_path, "pyannote", _segmentation(), extractor)
    embed = _voices(tmp_path, "wavlm", _embedding(), other)
    wanted = [(0.0, 4.0, 1), (6.0, 13.0, 2), (14.0, 22.0, 1), (23.0, 25.0, 2)]
    samples = np.zeros(25 * rate, np.float32)
    for begin, end, speaker in wanted:
        samples[int(begin * rate) : int(end * rate)] = 0.5 if speaker == 1 else -0.5
    write_audio(tmp_path / "talk.wav", samples, rate)
    lines = run(
        "who_speaks.py",
        str(tmp_path / "talk.wav"),
        f"--segmentation={split}",
        f"--embedding={embed}",
    ).splitlines()
    found = [(float(line[:8]), float(line[9:17]), int(line.split()[-1])) for line in lines]
    assert [speaker for _, _, speaker in found] == [speaker for _, _, speaker in wanted]
    np.testing.assert_allclose(
        [times[:2] for times in found], [times[:2] for times in wanted], atol=0.1
    )
