"""Write tests/conformance/cases/forward.jsonl: forward passes done by hand with onnxruntime.

They are of kinds of models whose tasks have no recorded cases yet. The oracle is what the files
themselves give when their sessions are run one after the other, without any code of ours:
``python tools/make_forward_cases.py``.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

ROOT = Path(__file__).parents[1] / "tests" / "conformance"
EXPECTED = "expected/forward"
Arrays = dict[str, np.ndarray[Any, Any]]

_random = np.random.default_rng(4)


def run(model: str, stem: str, inputs: Arrays) -> Arrays:
    """Run one file on those of `inputs` that it declares."""
    session = onnxruntime.InferenceSession(
        ROOT / "models" / model / "onnx" / f"{stem}.onnx", providers=["CPUExecutionProvider"]
    )
    names = [node.name for node in session.get_inputs()]
    outputs = session.run(None, {name: inputs[name] for name in names})
    return dict(zip([node.name for node in session.get_outputs()], outputs, strict=True))


def empty_cache(model: str, stem: str, rows: int) -> Arrays:
    """A cache of no tokens, for files that fix all but rows and tokens."""
    session = onnxruntime.InferenceSession(ROOT / "models" / model / "onnx" / f"{stem}.onnx")
    return {
        node.name: np.zeros([rows, node.shape[1], 0, node.shape[3]], np.float32)
        for node in session.get_inputs()
        if node.name.startswith("past_key_values")
    }


def plain(model: str, inputs: Arrays) -> Arrays:
    """A model of one file."""
    rows = inputs.get("input_ids")
    mask = {} if rows is None else {"attention_mask": np.ones(rows.shape, np.int64)}
    return run(model, "model", {**mask, **inputs})


def sam(model: str, inputs: Arrays) -> Arrays:
    """Labels of points are 1 where none are given."""
    labels = {"input_labels": np.ones(inputs["input_points"].shape[:-1], np.int64)}
    image = run(model, "vision_encoder", inputs)
    return run(model, "prompt_encoder_mask_decoder", {**labels, **inputs, **image})


def seq2seq(model: str, inputs: Arrays) -> Arrays:
    """The first step of a merged decoder."""
    encoded = run(model, "encoder_model", inputs)["last_hidden_state"]
    step = {
        **empty_cache(model, "decoder_model_merged", len(encoded)),
        "input_ids": inputs["decoder_input_ids"],
        "encoder_hidden_states": encoded,
        "use_cache_branch": np.array([False]),
    }
    logits = run(model, "decoder_model_merged", step)["logits"]
    return {"logits": logits, "encoder_last_hidden_state": encoded}


def llava(model: str, inputs: Arrays) -> Arrays:
    """The features of an image in place of its one token."""
    ids = inputs["input_ids"]
    config = json.loads((ROOT / "models" / model / "config.json").read_text())
    (where,) = np.flatnonzero(ids[0] == config["image_token_index"])
    embeds = run(model, "embed_tokens", inputs)["inputs_embeds"]
    image = run(model, "vision_encoder", inputs)["image_features"]
    merged = np.concatenate([embeds[:, :where], image, embeds[:, where + 1 :]], axis=1)
    step = {
        **empty_cache(model, "decoder_model_merged", 1),
        "inputs_embeds": merged,
        "attention_mask": np.ones(merged.shape[:2], np.int64),
        "position_ids": np.arange(merged.shape[1])[None],
    }
    return {"logits": run(model, "decoder_model_merged", step)["logits"]}


def floats(*shape: int) -> np.ndarray[Any, Any]:
    return _random.standard_normal(shape).astype(np.float32)


CASES: list[tuple[str, str, Callable[[str, Arrays], Arrays], Arrays]] = [
    (
        "donut",
        "AutoModelForVision2Seq",
        seq2seq,
        {
            "pixel_values": floats(1, 3, 64, 48),
            "decoder_input_ids": np.array([[148, 5, 6]]),
        },
    ),
    ("esm-mlm", "AutoModelForMaskedLM", plain, {"input_ids": np.array([[0, 5, 6, 7, 2]])}),
    ("hifigan", "SpeechT5HifiGan", plain, {"spectrogram": floats(8, 80)}),
    ("hubert-ctc", "AutoModelForCTC", plain, {"input_values": floats(1, 1600)}),
    (
        "llava",
        "AutoModelForImageTextToText",
        llava,
        {
            "input_ids": np.array([[1, 147, 9, 12]]),
            "pixel_values": floats(1, 3, 32, 32),
        },
    ),
    (
        "sam",
        "AutoModelForMaskGeneration",
        sam,
        {
            "pixel_values": floats(1, 3, 64, 64),
            "input_points": np.array([[[[12, 30]], [[40, 8]]]], np.float32),
        },
    ),
    ("swin2sr-x2", "AutoModelForImageToImage", plain, {"pixel_values": floats(1, 3, 16, 16)}),
    ("vit-cls", "AutoModelForImageClassification", plain, {"pixel_values": floats(2, 3, 32, 32)}),
]


def recorded(array: np.ndarray[Any, Any], name: str) -> dict[str, Any]:
    """An array as a case holds it: in the line when it is small, else in a file."""
    if array.size <= 64:
        return {"$array": array.tolist(), "dtype": array.dtype.name}
    path = ROOT / EXPECTED / f"{name}.npy"
    path.parent.mkdir(parents=True, exist_ok=True)
    np.save(path, array)
    return {"$npy": f"{EXPECTED}/{name}.npy"}


def main() -> None:
    lines = []
    for model, auto, by_hand, inputs in CASES:
        outputs = by_hand(model, inputs)
        case = {
            "id": f"forward/{model}",
            "kind": "model",
            "class": auto,
            "model": model,
            "args": [],
            "kwargs": {k: recorded(v, f"{model}-{k}") for k, v in inputs.items()},
            "expected": {k: recorded(v, f"{model}-{k}") for k, v in outputs.items()},
            "oracle": "onnxruntime",
        }
        lines.append(json.dumps(case))
    (ROOT / "cases" / "forward.jsonl").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
