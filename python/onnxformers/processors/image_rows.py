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
_SEMANTIC = "semantic.SemanticSegmentation"
_DEPTH = "depth.DepthEstimation"
_GENERIC = "image.ImageProcessor"
#: Mix-ins for outputs; every other home is an image processor.
_MIXINS = ("detection", "keypoints", "panoptic", "semantic")

Settings = Mapping[str, Any]


def _square(side: int) -> dict[str, int]:
    return {"height": side, "width": side}


def _edge(side: int) -> dict[str, int]:
    return {"shortest_edge": side}


def _resize(size: dict[str, int], resample: int) -> Settings:
    return {"do_resize": True, "size": size, "resample": resample}


def _normalize(statistics: Settings, do: bool = True) -> Settings:
    return {"do_normalize": do, **statistics}


def _detr(
    prefix: str,
    detection: str,
    shape: str = "detr.MaskedBatch",
    size: dict[str, int] | None = None,
    **more: Any,
) -> PreprocessorRow:
    """A row of a detector."""
    edges = {"shortest_edge": 800, "longest_edge": 1333}
    names = ("pixel_values",) if shape == "detr.YolosSizes" else ("pixel_values", "pixel_mask")
    settings = {**_resize(size or edges, BILINEAR), **_normalize(IMAGENET), "do_pad": True}
    return _row(
        prefix, settings, homes=(detection, shape), names=names, **{"pad_size": None, **more}
    )


def _mask_former(prefix: str) -> PreprocessorRow:
    return _detr(
        prefix,
        "panoptic.RankedMaskSegmentation",
        "detr.MaskFormerSizes",
        size_divisor=32,
        do_reduce_labels=False,
    )


def _page(
    prefix: str, home: str, size: dict[str, int], statistics: Settings, **more: Any
) -> PreprocessorRow:
    """A row of a model that reads pages."""
    steps = {"do_thumbnail": True, "do_align_long_axis": False, "do_pad": True}
    settings = {**_resize(size, BILINEAR), **_normalize(statistics), **steps}
    return _row(prefix, settings, homes=(home,), **more)


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
    if not homes or homes[-1] == _DEPTH or homes[-1].startswith(_MIXINS):
        homes = (*homes, _GENERIC)
    defaults = dict(_RESCALE)
    for each in (*settings, more):
        defaults.update(each)
    return PreprocessorRow(
        name=f"{prefix}ImageProcessor", homes=homes, defaults=defaults, model_input_names=names
    )


ROWS = (
    # The class of Transformers.js, which does whatever its config names.
    PreprocessorRow(name="ImageProcessor", homes=(_GENERIC,)),
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
    _row(
        "ConvNext",
        _resize(_edge(384), BILINEAR),
        _normalize(HALF),
        homes=("convnext.ConvNextCrop",),
        crop_pct=224 / 256,
    ),
    _row(
        "DPT",
        _resize(_square(384), BICUBIC),
        _normalize(HALF),
        homes=(_SEMANTIC, _DEPTH, "depth.DPTSizes"),
        keep_aspect_ratio=False,
        ensure_multiple_of=1,
        do_pad=False,
        size_divisor=None,
    ),
    _row("DeiT", _resize(_square(256), BICUBIC), _crop(224), _normalize(HALF)),
    _row("DepthPro", _resize(_square(1536), BILINEAR), _normalize(HALF), homes=(_DEPTH,)),
    _detr("Detr", "panoptic.DetrOutputs"),
    _page("Donut", "document.DonutShape", {"height": 2560, "width": 1920}, HALF),
    _row(
        "EfficientNet",
        _resize(_square(346), NEAREST),
        _crop(289, do=False),
        _normalize(HALF),
        homes=("efficientnet.EfficientNetLevels",),
        rescale_offset=False,
        include_top=True,
    ),
    _row("FastViT", _resize(_edge(256), BICUBIC), _crop(256), _normalize(IMAGENET)),
    _row("GLPN", homes=(_DEPTH, "depth.GLPNSizes"), do_resize=True, size_divisor=32, resample=2),
    _mask_former("Mask2Former"),
    _mask_former("MaskFormer"),
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
    _page(
        "Nougat", "document.PageShape", {"height": 896, "width": 672}, IMAGENET, do_crop_margin=True
    ),
    _row(
        "OwlViT",
        _resize(_square(768), BICUBIC),
        _crop(768, do=False),
        _normalize(CLIP),
        homes=("detection.TextDetection",),
    ),
    _row(
        "Owlv2",
        _resize(_square(960), BILINEAR),
        _normalize(CLIP),
        homes=("detection.SquareTextDetection", "owlv2.SquarePictures"),
        do_pad=True,
    ),
    _row("Pvt", _resize(_square(224), BILINEAR), _normalize(IMAGENET)),
    _detr(
        "RTDetr",
        "detection.TopDetection",
        size=_square(640),
        do_normalize=False,
        do_pad=False,
    ),
    _row(
        "Sam",
        _resize({"longest_edge": 1024}, BILINEAR),
        _normalize(IMAGENET),
        homes=("sam.PromptedPictures",),
        do_pad=True,
        pad_size=_square(1024),
    ),
    _row(
        "Sapiens",
        _resize({"height": 1024, "width": 768}, BILINEAR),
        _normalize(IMAGENET),
        homes=(_SEMANTIC,),
    ),
    _row(
        "Segformer",
        _resize(_square(512), BILINEAR),
        _normalize(IMAGENET),
        homes=(_SEMANTIC,),
        do_reduce_labels=False,
    ),
    _row("Siglip", _resize(_square(224), BICUBIC), _normalize(HALF)),
    _row("Swin2SR", homes=("swin2sr.MirroredWindows",), do_pad=True, pad_size=8),
    _row("ViT", _resize(_square(224), BILINEAR), _normalize(HALF)),
    _row(
        "VitPose",
        _resize({"height": 256, "width": 192}, BILINEAR),
        _normalize(IMAGENET),
        homes=("keypoints.PoseEstimation",),
    ),
    _row(
        "VitMatte",
        _normalize(HALF),
        homes=("vitmatte.TrimapPictures",),
        do_pad=True,
        size_divisor=32,
    ),
    _detr("Yolos", "detection.Detection", "detr.YolosSizes"),
)
