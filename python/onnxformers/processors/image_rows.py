"""The image processors: a row for each class, with what it assumes where the file is silent.

A setting that a row does not have is one that the class does not read, whatever a file says.

Source: transformers 4.46.3, the constructors in models/*/image_processing_*.py; Transformers.js for
the classes that transformers does not have.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from onnxformers.processors.row import PreprocessorRow

NEAREST, LANCZOS, BILINEAR, BICUBIC = range(4)

HALF = {"image_mean": (0.5, 0.5, 0.5), "image_std": (0.5, 0.5, 0.5)}
IMAGENET = {"image_mean": (0.485, 0.456, 0.406), "image_std": (0.229, 0.224, 0.225)}
CLIP = {
    "image_mean": (0.48145466, 0.4578275, 0.40821073),
    "image_std": (0.26862954, 0.26130258, 0.27577711),
}
_RESCALE = {"do_convert_rgb": True, "do_rescale": True, "rescale_factor": 1 / 255}
_PIXEL_MASK = ("pixel_values", "pixel_mask")
_DETECTION = "detection.Detection"
_SEMANTIC = "semantic.SemanticSegmentation"
_MASKS = "panoptic.MaskSegmentation"
_GENERIC = "image.ImageProcessor"

Settings = Mapping[str, Any]


def _square(side: int) -> dict[str, int]:
    return {"height": side, "width": side}


def _edge(side: int) -> dict[str, int]:
    return {"shortest_edge": side}


def _resize(size: dict[str, int], resample: int) -> Settings:
    return {"do_resize": True, "size": size, "resample": resample}


def _normalize(statistics: Settings, do: bool = True) -> Settings:
    return {"do_normalize": do, **statistics}


def _crop(side: int, do: bool = True) -> Settings:
    return {"do_center_crop": do, "crop_size": _square(side)}


def _row(
    prefix: str,
    *settings: Settings,
    homes: tuple[str, ...] = (),
    names: tuple[str, ...] = ("pixel_values",),
    **more: Any,
) -> PreprocessorRow:
    """A row; later settings overrule earlier ones."""
    if not any(home.endswith("ImageProcessor") for home in homes):
        homes = (*homes, _GENERIC)
    defaults = dict(_RESCALE)
    for each in (*settings, more):
        defaults.update(each)
    return PreprocessorRow(
        name=f"{prefix}ImageProcessor", homes=homes, defaults=defaults, model_input_names=names
    )


ROWS = (
    # The class of Transformers.js, which does whatever its config names.
    PreprocessorRow(
        name="ImageProcessor", homes=("image.ImageProcessor",), model_input_names=("pixel_values",)
    ),
    _row(
        "Beit",
        _resize(_square(256), BICUBIC),
        _crop(224),
        _normalize(HALF),
        homes=(_SEMANTIC,),
        do_reduce_labels=False,
    ),
    _row("Bit", _resize(_edge(224), BICUBIC), _crop(224), _normalize(CLIP)),
    _row("Blip", _resize(_square(384), BICUBIC), _normalize(CLIP)),
    _row("CLIP", _resize(_edge(224), BICUBIC), _crop(224), _normalize(CLIP)),
    _row("ChineseCLIP", _resize(_edge(224), BICUBIC), _crop(224), _normalize(CLIP)),
    _row("DeiT", _resize(_square(256), BICUBIC), _crop(224), _normalize(HALF)),
    _row("FastViT", _resize(_edge(256), BICUBIC), _crop(256), _normalize(IMAGENET)),
    _row("Levit", _resize(_edge(224), BICUBIC), _crop(224), _normalize(IMAGENET)),
    _row("MobileNetV1", _resize(_edge(256), BILINEAR), _crop(224), _normalize(HALF)),
    _row(
        "MobileNetV2",
        _resize(_edge(256), BILINEAR),
        _crop(224),
        _normalize(HALF),
        homes=(_SEMANTIC,),
    ),
    _row("MobileNetV3", _resize(_edge(256), BILINEAR), _crop(224), _normalize(HALF)),
    _row("MobileNetV4", _resize(_edge(256), BILINEAR), _crop(224), _normalize(HALF)),
    _row(
        "MobileViT",
        _resize(_edge(224), BILINEAR),
        _crop(256),
        homes=(_SEMANTIC,),
        do_flip_channel_order=True,
    ),
    _row("Pvt", _resize(_square(224), BILINEAR), _normalize(IMAGENET)),
    _row(
        "Segformer",
        _resize(_square(512), BILINEAR),
        _normalize(IMAGENET),
        homes=(_SEMANTIC,),
        do_reduce_labels=False,
    ),
    _row("Siglip", _resize(_square(224), BICUBIC), _normalize(HALF)),
    _row("ViT", _resize(_square(224), BILINEAR), _normalize(HALF)),
)
