"""Decoded pictures to the inputs of a model: families beside transformers, and Pillow by hand.

python benchmarks/processors.py [--rounds 15]
"""

from __future__ import annotations

import argparse
import functools
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from measure import (
    Case,
    available,
    in_process,
    interleave,
    print_header,
    ratio,
    skipped_lines,
    table,
)
from PIL import Image

import onnxformers

OURS = "onnxformers"
THEIRS = "transformers, slow"
BY_HAND = "Pillow and numpy by hand"
BATCH = 16

#: Class without "ImageProcessor" -> settings other than its own.
FAMILIES: Mapping[str, Mapping[str, Any]] = {
    "ViT": {"resample": 3},
    "CLIP": {},
    "ConvNext": {"size": {"shortest_edge": 224}, "resample": 3},
    "Detr": {},
    "DPT": {"keep_aspect_ratio": True, "ensure_multiple_of": 14, "size": 518},
    "Sam": {},
    "Segformer": {},
    "Donut": {"size": {"height": 1280, "width": 960}},
    "Owlv2": {},
}


def photograph() -> Image.Image:
    """A picture of 1280 x 960 with edges and noise."""
    random = np.random.default_rng(0)
    coarse = Image.fromarray(random.integers(0, 256, (24, 32, 3), np.uint8))
    smooth = np.asarray(coarse.resize((1280, 960), Image.Resampling.BICUBIC), np.int64)
    noise = random.integers(-12, 13, smooth.shape)
    return Image.fromarray((smooth + noise).clip(0, 255).astype(np.uint8))


def by_hand(picture: Image.Image) -> Callable[[], object]:
    """What most programs write: resize, divide, subtract, transpose."""
    half = np.full(3, 0.5, np.float32)

    def run() -> object:
        small = np.asarray(picture.resize((224, 224), Image.Resampling.BICUBIC), np.float32)
        return np.ascontiguousarray(((small / 255 - half) / half).transpose(2, 0, 1))[None]

    return run


def theirs(prefix: str, settings: Mapping[str, Any], pictures: list[Image.Image]) -> Case:
    """The class of transformers on Pillow and numpy."""
    import transformers

    processor = getattr(transformers, f"{prefix}ImageProcessor")(**settings)
    return in_process(lambda: processor(pictures, return_tensors="np"))


def cases(
    prefix: str, settings: Mapping[str, Any], pictures: list[Image.Image]
) -> tuple[dict[str, Any], Mapping[str, str]]:
    """One family: ours and theirs, and by hand where that is short; and who is not there."""
    processor = getattr(onnxformers, f"{prefix}ImageProcessor")(**settings)
    factories: dict[str, Callable[[], object]] = {
        THEIRS: functools.partial(theirs, prefix, settings, pictures)
    }
    if prefix == "ViT" and len(pictures) == 1:
        factories[BY_HAND] = lambda: in_process(by_hand(pictures[0]))
    built, skipped = available(factories)
    return {OURS: in_process(lambda: processor(pictures)), **built}, skipped


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    picture, rows, absent = photograph(), [], {}
    for prefix, settings in FAMILIES.items():
        for count in (1, BATCH) if prefix == "ViT" else (1,):
            found, skipped = cases(prefix, settings, [picture] * count)
            absent.update(skipped)
            timings = interleave(found, rounds=rounds, calls=2)
            for name, timing in timings.items():
                ms = f"{timing.wall * 1e3:.2f}"
                rows.append(
                    (f"{prefix} x {count}", name, ms, ratio(timings[OURS].wall, timing.wall))
                )
    print_header("Pictures of 1280 x 960 to the inputs of a model")
    print(table(("class", "who", "ms a call", "ours to theirs"), rows))
    print(skipped_lines(absent), end="\n\n")


if __name__ == "__main__":
    main()
