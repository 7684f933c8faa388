"""Pictures of every mode of Pillow made into the modes that models take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onnxformers.errors import InvalidArgumentError

if TYPE_CHECKING:
    from PIL.Image import Image


def converted(image: Image, mode: str | None) -> Image:
    """The picture in another mode.

    Values of 16 bits lose their lower 8, as everywhere but in Pillow, which cuts off what is above
    255. Palettes with transparent colours go by way of alpha, so that Pillow has nothing to warn
    of; alpha is dropped.

    Raises:
        InvalidArgumentError: Pillow has no way from the picture's mode to this one.
    """
    if mode is None or image.mode == mode:
        return image
    if _has_16_bits(image):
        image = _upper_bytes(image)
    elif image.mode == "P" and "transparency" in image.info:
        image = image.convert("RGBA")
    try:
        return image.convert(mode)
    except (KeyError, ValueError) as error:
        raise InvalidArgumentError(
            f"[load_image] a picture of mode {image.mode} cannot be made {mode}: {error}"
        ) from None


def _has_16_bits(image: Image) -> bool:
    # Before version 11 Pillow opened PNG files of 16 bits as 32-bit integers.
    return image.mode.startswith("I;16") or (image.mode == "I" and image.format == "PNG")


def _upper_bytes(image: Image) -> Image:
    import numpy as np
    from PIL import Image as pillow

    return pillow.fromarray((np.asarray(image) >> 8).astype(np.uint8))
