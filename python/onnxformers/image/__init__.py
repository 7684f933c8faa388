"""Pictures: read from anywhere, resized, cut, padded and made into what models take.

`load_image` gives a `PIL.Image.Image`; the other functions take and give numpy arrays of shape
(height, width, channels) or (height, width).

Source: spec/transformers.js/utils_image.md; Pillow for the pixels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onnxformers.lazy import lazy_names

if TYPE_CHECKING:
    from onnxformers.image.arrays import to_array as to_array
    from onnxformers.image.crops import center_crop as center_crop
    from onnxformers.image.crops import crop as crop
    from onnxformers.image.crops import crop_margin as crop_margin
    from onnxformers.image.fused import preprocess as preprocess
    from onnxformers.image.labels import label_map as label_map
    from onnxformers.image.loading import load_image as load_image
    from onnxformers.image.padding import pad as pad
    from onnxformers.image.padding import pad_to_divisor as pad_to_divisor
    from onnxformers.image.resizing import resize as resize
    from onnxformers.image.resizing import thumbnail as thumbnail
    from onnxformers.image.values import flip_channels as flip_channels
    from onnxformers.image.values import normalize as normalize
    from onnxformers.image.values import rescale as rescale
    from onnxformers.image.values import to_channels_first as to_channels_first

_HOMES = {
    "center_crop": "crops",
    "crop": "crops",
    "crop_margin": "crops",
    "flip_channels": "values",
    "label_map": "labels",
    "load_image": "loading",
    "normalize": "values",
    "pad": "padding",
    "pad_to_divisor": "padding",
    "preprocess": "fused",
    "rescale": "values",
    "resize": "resizing",
    "thumbnail": "resizing",
    "to_array": "arrays",
    "to_channels_first": "values",
}

__all__ = [*_HOMES]  # noqa: PLE0604


__getattr__, __dir__ = lazy_names(__name__, _HOMES)
