"""Vision architectures: one row each; heads as Transformers.js 3.0.0 has them.

Source: spec/transformers.js/models.md.
"""

from __future__ import annotations

from collections.abc import Mapping

from onnxformers.models.registry.row import Architecture

ENCODER = "encoder-only"

_BASE = {"Model": ENCODER}
_CLASSIFIES = dict.fromkeys(("Model", "ForImageClassification"), ENCODER)
_DETECTS = dict.fromkeys(("Model", "ForObjectDetection"), ENCODER)
_DEPTH = {"ForDepthEstimation": ENCODER}
_SAPIENS = dict.fromkeys(
    ("ForSemanticSegmentation", "ForDepthEstimation", "ForNormalEstimation"), ENCODER
)
_NO_OUTPUTS: Mapping[str, str] = {}


def _row(
    model_type: str,
    prefix: str,
    heads: Mapping[str, str],
    outputs: Mapping[str, str] = _NO_OUTPUTS,
    code: str = "",
) -> Architecture:
    return Architecture(model_type, prefix, heads, "pixel_values", outputs, code)


ARCHITECTURES = (
    _row("beit", "Beit", _CLASSIFIES),
    _row("convnext", "ConvNext", _CLASSIFIES),
    _row("convnextv2", "ConvNextV2", _CLASSIFIES),
    _row("deit", "DeiT", _CLASSIFIES),
    _row("depth_anything", "DepthAnything", _DEPTH),
    _row("depth_pro", "DepthPro", _DEPTH),
    _row("detr", "Detr", {**_DETECTS, "ForSegmentation": ENCODER}),
    _row("dinov2", "Dinov2", _CLASSIFIES),
    _row("donut-swin", "DonutSwin", _BASE),
    _row("dpt", "DPT", {**_BASE, **_DEPTH}),
    _row("efficientnet", "EfficientNet", _CLASSIFIES),
    _row("fastvit", "FastViT", _CLASSIFIES),
    _row("glpn", "GLPN", {**_BASE, **_DEPTH}),
    _row("hiera", "Hiera", _CLASSIFIES),
    _row("maskformer", "MaskFormer", {**_BASE, "ForInstanceSegmentation": ENCODER}),
    _row("mobilenet_v1", "MobileNetV1", _CLASSIFIES),
    _row("mobilenet_v2", "MobileNetV2", _CLASSIFIES),
    _row("mobilenet_v3", "MobileNetV3", _CLASSIFIES),
    _row("mobilenet_v4", "MobileNetV4", _CLASSIFIES),
    _row("mobilevit", "MobileViT", _CLASSIFIES),
    _row("mobilevitv2", "MobileViTV2", _CLASSIFIES),
    _row("pvt", "Pvt", _CLASSIFIES),
    _row("resnet", "ResNet", _CLASSIFIES),
    _row("rt_detr", "RTDetr", _DETECTS, {"ForObjectDetection": "RTDetrObjectDetectionOutput"}),
    _row(
        "sam", "Sam", {"Model": "mask-generation"}, {"Model": "SamImageSegmentationOutput"}, "sam"
    ),
    _row("sapiens", "Sapiens", _SAPIENS),
    _row("segformer", "Segformer", {**_CLASSIFIES, "ForSemanticSegmentation": ENCODER}),
    _row("swin", "Swin", _CLASSIFIES),
    _row("swin2sr", "Swin2SR", {**_BASE, "ForImageSuperResolution": ENCODER}),
    _row(
        "table-transformer",
        "TableTransformer",
        _DETECTS,
        {"ForObjectDetection": "TableTransformerObjectDetectionOutput"},
    ),
    _row("vit", "ViT", _CLASSIFIES),
    _row("vit_mae", "ViTMAE", _BASE),
    _row("vit_msn", "ViTMSN", _CLASSIFIES),
    _row("vitmatte", "VitMatte", {"ForImageMatting": ENCODER}),
    _row("yolos", "Yolos", _DETECTS, {"ForObjectDetection": "YolosObjectDetectionOutput"}),
)
