"""A photograph to its labels, and to its masks: the whole call beside its parts and its peers.

python benchmarks/image_tasks.py --model FOLDER --image FILE [--segmenter FOLDER] [--node FOLDER]
"""

from __future__ import annotations

import argparse
import functools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from measure import (
    Case,
    Timing,
    available,
    in_process,
    interleave,
    print_header,
    ratio,
    skipped_lines,
    table,
)
from node import NodeChild

OURS = "onnxformers, one call"
PARTS = "its parts: load_image, processor, session"


def ours(task: str, folder: Path, image: Path, threads: int) -> Mapping[str, Case]:
    """The pipeline, and by hand what it consists of."""
    from onnxformers import pipeline
    from onnxformers.image import load_image

    pipe = pipeline(task, folder, dtype="fp32", session_options={"intra_op_threads": threads})
    session = pipe.model.session

    def parts() -> Any:
        pixels = pipe.processor([load_image(image)])["pixel_values"]
        return session.run({"pixel_values": pixels})

    return {OURS: in_process(lambda: pipe(image)), PARTS: in_process(parts)}


def by_hand(task: str, folder: Path, image: Path, threads: int) -> Case:
    """Pillow, numpy and ONNX Runtime's own Python, with softmax or argmax."""
    import json

    import onnxruntime
    from PIL import Image

    config = json.loads((folder / "preprocessor_config.json").read_text("utf-8"))
    size = (config["size"]["width"], config["size"]["height"])
    mean, std = (np.array(config[f"image_{name}"], np.float32) for name in ("mean", "std"))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(
        str(folder / "onnx" / "model.onnx"), options, providers=["CPUExecutionProvider"]
    )

    def run() -> Any:
        small = Image.open(image).convert("RGB").resize(size, config["resample"])
        pixels = (np.asarray(small, np.float32) / 255 - mean) / std
        feeds = {"pixel_values": np.ascontiguousarray(pixels.transpose(2, 0, 1))[None]}
        (logits,) = session.run(["logits"], feeds)
        if task == "image-segmentation":
            return logits.argmax(axis=1)
        shares = np.exp(logits - logits.max())
        return np.argsort(-shares)[0, :5], shares / shares.sum()

    return in_process(run)


def in_node(task: str, folder: Path, image: Path, threads: int, node: Path | None) -> Case:
    """Transformers.js."""
    child = NodeChild("transformers_js.mjs", node, task, folder, "fp32", threads)
    return child.case(items=[[str(image)]], options={})


def rows(timings: Mapping[str, Timing]) -> list[list[str]]:
    """A row for each peer; ratios to the parts of ours."""
    base = timings[PARTS]
    return [
        [
            name,
            f"{timing.wall * 1e3:.2f}",
            ratio(timing.wall, base.wall),
            f"{timing.above(base) * 1e3:+.2f}",
            f"{timing.cpu * 1e3:.2f}",
        ]
        for name, timing in timings.items()
    ]


def measure(task: str, folder: Path, options: argparse.Namespace) -> None:
    """Print the table of a task."""
    arguments = (task, folder, options.image, options.threads)
    factories: dict[str, Callable[[], object]] = {
        "Pillow, numpy, onnxruntime by hand": functools.partial(by_hand, *arguments),
        "Transformers.js": functools.partial(in_node, *arguments, options.node),
    }
    built, skipped = available(factories)
    cases: dict[str, Any] = {**ours(*arguments), **built}
    timings = interleave(cases, rounds=options.rounds, calls=options.calls, warmup=2)
    print_header(f"{task}, {folder.name}, {options.image.name}")
    head = ("", "ms a call", "to the parts", "ms above them", "CPU ms")
    print(table(head, rows(timings)))
    print(skipped_lines(skipped), end="\n\n")


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="folder of a classifier")
    parser.add_argument("--image", type=Path, required=True)
    parser.add_argument("--segmenter", type=Path, help="folder of a semantic segmenter")
    parser.add_argument("--node", type=Path, help="folder whose node_modules has Transformers.js")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--calls", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    measure("image-classification", options.model, options)
    if options.segmenter:
        measure("image-segmentation", options.segmenter, options)


if __name__ == "__main__":
    main()
