"""Pictures to a batch for a model, in one step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers.errors import InvalidArgumentError, InvalidTypeError
from onnxformers.image.arrays import checked_pixels, to_array
from onnxformers.image.crops import center_crop
from onnxformers.image.resizing import resize
from onnxformers.image.values import flip_channels as flipped
from onnxformers.image.values import normalize, per_channel, rescale, to_channels_first

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from PIL.Image import Image

    from onnxformers.image.arrays import Pixels


def preprocess(  # noqa: PLR0913
    images: Sequence[Pixels | Image],
    size: Sequence[int] | None = None,
    resample: int | str = "bilinear",
    *,
    crop_size: Sequence[int] | None = None,
    rescale_factor: float | None = 1 / 255,
    mean: float | Sequence[float] | None = None,
    std: float | Sequence[float] | None = None,
    flip_channels: bool = False,
    dtype: str = "float32",
) -> NDArray[Any]:
    """Pictures resized, cropped, rescaled, normalised and laid out for a model.

    The same numbers as `resize`, `center_crop`, `rescale`, `normalize` and `to_channels_first` one
    after the other, without the arrays between them.

    Args:
        images: uint8 arrays of shape (height, width, channels), or PIL images of mode RGB, L or
            RGBA; all with the same number of channels, and of one size where `size` and
            `crop_size` are None.
        size: (height, width) to resize to; None leaves it.
        resample: PIL's number or name, see `resize`.
        crop_size: (height, width) of the middle to keep; None keeps all.
        rescale_factor: What values are multiplied by; None for 1.
        mean: Taken off after that, one for all channels or one for each; None for 0.
        std: Divided by after that; None for 1.
        flip_channels: Give BGR for RGB.
        dtype: "float32" or "float16".

    Returns:
        Shape (images, channels, height, width).

    Raises:
        InvalidTypeError: An image is neither uint8 nor a PIL image of these modes.
        InvalidArgumentError: Shapes that make no batch, or an option that is none of the above.
    """
    if dtype not in {"float32", "float16"}:
        raise InvalidArgumentError(
            f"[preprocess] dtype must be 'float32' or 'float16', got {dtype!r}"
        )
    given: object = images
    if not isinstance(given, list | tuple) or not given:
        raise InvalidTypeError("[preprocess] expected a list of at least one picture")
    rows = []
    for image in images:
        array = image if isinstance(image, np.ndarray) else to_array(image)
        pixels = checked_pixels(array, "preprocess", (np.uint8,))
        pixels = pixels if pixels.ndim == 3 else pixels[..., None]
        if size is not None:
            pixels = resize(pixels, size, resample)
        if crop_size is not None:
            pixels = center_crop(pixels, crop_size)
        pixels = rescale(pixels, 1.0 if rescale_factor is None else rescale_factor)
        if mean is not None or std is not None:
            channels = pixels.shape[2]
            means = per_channel(0.0 if mean is None else mean, channels, "mean", "preprocess")
            stds = per_channel(1.0 if std is None else std, channels, "std", "preprocess")
            pixels = normalize(pixels, means.tolist(), stds.tolist())
        rows.append(to_channels_first(flipped(pixels) if flip_channels else pixels))
    if len({row.shape for row in rows}) > 1:
        raise InvalidArgumentError(
            "[preprocess] the pictures have different shapes and make no batch; give size= or "
            "crop_size="
        )
    return np.stack(rows).astype(dtype)
