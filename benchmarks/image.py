"""Pictures to what a model takes: 1280 x 960 RGB to 224 x 224 bicubic, normalised, channels first.

python benchmarks/image.py

From decoded pixels, from a JPEG file, and batches of 64 on several threads. The peers are Pillow
with numpy, the image processors of transformers (over Pillow, and over torchvision), and OpenCV,
whose bicubic does not smooth and gives other pixels.
"""

from __future__ import annotations

import argparse
import io
import tempfile
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
from PIL import Image

from onnxformers.image import load_image, preprocess

SIZE = (224, 224)
BICUBIC = 3
MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
OURS = "onnxformers"
BY_HAND = "Pillow's resize, numpy"

#: What makes a batch of one out of a picture, which is a PIL image.
Step = Callable[[Image.Image], Any]


def photograph() -> Image.Image:
    """Soft shapes with some noise: what a camera gives, roughly."""
    random = np.random.default_rng(0)
    small = Image.fromarray(random.integers(0, 256, (30, 40, 3), np.uint8))
    noise = random.normal(0, 4, (960, 1280, 3))
    pixels = np.asarray(small.resize((1280, 960), BICUBIC), np.float32) + noise
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def ours(image: Image.Image) -> Any:
    return preprocess([image], SIZE, "bicubic", mean=MEAN, std=STD)


def by_hand(image: Image.Image) -> Any:
    pixels = np.asarray(image.resize(SIZE, BICUBIC)).astype(np.float32) / np.float32(255)
    pixels = (pixels - np.array(MEAN, np.float32)) / np.array(STD, np.float32)
    return np.ascontiguousarray(pixels.transpose(2, 0, 1))[None]


def of_transformers(name: str, kind: str) -> Step:
    """An image processor of transformers."""
    import transformers

    processor = getattr(transformers, name)(
        size={"height": SIZE[0], "width": SIZE[1]}, resample=BICUBIC, image_mean=MEAN, image_std=STD
    )
    return lambda image: processor(image, return_tensors=kind)["pixel_values"]


def over_pillow() -> Step:
    """The slow one; since version 5 it has a name of its own."""
    import transformers

    is_new = hasattr(transformers, "ViTImageProcessorPil")
    return of_transformers("ViTImageProcessorPil" if is_new else "ViTImageProcessor", "np")


def over_torchvision() -> Step:
    """The fast one; since version 5 it is the one."""
    import torchvision  # noqa: F401 - without it transformers takes the other one
    import transformers

    is_new = hasattr(transformers, "ViTImageProcessorPil")
    return of_transformers("ViTImageProcessor" if is_new else "ViTImageProcessorFast", "pt")


def of_opencv() -> Step:
    """OpenCV, on one thread as the others."""
    import cv2

    cv2.setNumThreads(1)
    mean, std = np.array(MEAN, np.float32), np.array(STD, np.float32)

    def step(image: Any) -> Any:
        small = cv2.resize(np.asarray(image), SIZE, interpolation=cv2.INTER_CUBIC)
        pixels = (small.astype(np.float32) / np.float32(255) - mean) / std
        return np.ascontiguousarray(pixels.transpose(2, 0, 1))[None]

    return step


PEERS: dict[str, Callable[[], Step]] = {
    "transformers over Pillow": over_pillow,
    "transformers over torchvision": over_torchvision,
    "OpenCV, numpy (other pixels)": of_opencv,
}


def rows(timings: Mapping[str, Timing]) -> list[list[str]]:
    base = timings[BY_HAND]
    return [
        [name, f"{timing.wall * 1e3:.2f}", f"{timing.cpu * 1e3:.2f}", ratio(timing.wall, base.wall)]
        for name, timing in timings.items()
    ]


def show(title: str, timings: Mapping[str, Timing], skipped: Mapping[str, str]) -> None:
    print_header(title)
    print(table(("", "ms", "CPU ms", "to Pillow with numpy"), rows(timings)))
    print(skipped_lines(skipped), end="\n\n")


def decoded(image: Image.Image, steps: Mapping[str, Step], rounds: int) -> dict[str, Timing]:
    """From pixels in memory."""
    pixels = np.array(image)
    cases: dict[str, Case] = {
        OURS: in_process(lambda: ours(image)),
        "onnxformers, from an array": in_process(
            lambda: preprocess([pixels], SIZE, "bicubic", mean=MEAN, std=STD)
        ),
        BY_HAND: in_process(lambda: by_hand(image)),
        "Pillow's resize alone": in_process(lambda: image.resize(SIZE, BICUBIC)),
    }
    for name, step in steps.items():
        given = pixels if "OpenCV" in name else image
        cases[name] = in_process(lambda step=step, given=given: step(given))
    return interleave(cases, rounds=rounds, warmup=2)


def from_file(path: Path, steps: Mapping[str, Step], rounds: int) -> dict[str, Timing]:
    """From a JPEG file."""

    def read() -> Image.Image:
        return Image.open(path).convert("RGB")

    cases: dict[str, Case] = {
        OURS: in_process(lambda: ours(load_image(path))),
        BY_HAND: in_process(lambda: by_hand(read())),
        "decoding alone": in_process(read),
    }
    for name, step in steps.items():
        if "OpenCV" not in name:
            cases[name] = in_process(lambda step=step: step(read()))
    if "OpenCV, numpy (other pixels)" in steps:
        import cv2

        step = steps["OpenCV, numpy (other pixels)"]
        cases["OpenCV, numpy (other pixels)"] = in_process(
            lambda: step(cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB))
        )
    return interleave(cases, rounds=rounds, warmup=2)


def batches(image: Image.Image, threads: list[int], rounds: int) -> dict[str, Timing]:
    """64 pictures in a call."""
    pictures = [image] * 64
    cases: dict[str, Case] = {
        f"{OURS}, {count} threads": in_process(
            lambda count=count: preprocess(
                pictures, SIZE, "bicubic", mean=MEAN, std=STD, threads=count
            )
        )
        for count in threads
    }
    cases[BY_HAND] = in_process(lambda: np.concatenate([by_hand(each) for each in pictures]))
    return interleave(cases, rounds=rounds)


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2, 4])
    options = parser.parse_args()
    image = photograph()
    built, skipped = available(PEERS)
    steps: dict[str, Any] = dict(built)
    file = io.BytesIO()
    image.save(file, "JPEG", quality=90)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "photograph.jpg"
        path.write_bytes(file.getvalue())
        title = "1280 x 960 to 224 x 224 bicubic, normalised"
        show(f"Decoded: {title}", decoded(image, steps, options.rounds), skipped)
        show(f"From a JPEG file: {title}", from_file(path, steps, options.rounds), skipped)
    few = max(3, options.rounds // 5)
    show(f"64 pictures: {title}", batches(image, options.threads, few), {})


if __name__ == "__main__":
    main()
