"""Pictures from files, addresses, bytes, arrays and PIL images."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from onnxformers.errors import FileFormatError
from onnxformers.image.modes import converted
from onnxformers.image.sources import opened, place_of

if TYPE_CHECKING:
    import os
    from typing import BinaryIO

    from numpy.typing import NDArray
    from PIL.Image import Image

    ImageSource = (
        str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryIO | Image | NDArray[Any]
    )

#: Pixels a picture may have; where Pillow's own limit (twice PIL.Image.MAX_IMAGE_PIXELS) lies.
MAX_PIXELS = 178_956_970
#: The tag of EXIF that says which way is up: 1 as it is, 2 to 8 otherwise.
_ORIENTATION = 0x0112


def load_image(
    source: ImageSource, *, mode: str | None = "RGB", max_pixels: int = MAX_PIXELS
) -> Image:
    """A picture from wherever it is, upright and in one mode.

    It is turned as its EXIF data says; EXIF data that cannot be read counts as none. Of an animated
    picture the first frame is taken. Alpha is dropped, not blended with a background; 16 bits a
    pixel lose their lower 8.

    Args:
        source: A path, an http(s) address, a ``data:`` URI, the bytes of a file, an open binary
            file, a PIL image, or an array: shape (height, width), (height, width, channels) or
            (channels, height, width) where the last axis cannot be that of channels; numbers from 0
            to 255, or floats from 0 to 1.
        mode: PIL's name of the mode: "RGB", "L", "RGBA"; None leaves it.
        max_pixels: What is larger is refused before it is decoded. For more than the default raise
            PIL.Image.MAX_IMAGE_PIXELS too.

    Returns:
        The picture, decoded; `source` itself where that is a PIL image already as wanted.

    Raises:
        MissingFileError: There is no such file.
        FileFormatError: It is no picture, broken, cut short or too large.
        HubError: An address did not deliver; OfflineError when the network is off or out of reach.
        InvalidArgumentError: An array of another shape or with other numbers, NaN among them.
        InvalidTypeError: `source` is none of the above.

    Example:
        >>> from onnxformers.image import load_image
        >>> load_image("photo.jpg").size  # doctest: +SKIP
        (1280, 960)

    Source: spec/transformers.js/utils_image.md, RawImage.read; transformers.image_utils.load_image.
    """
    import numpy as np
    from PIL import Image as pillow

    if isinstance(source, pillow.Image):
        return _finished(source, mode, max_pixels, "the PIL image")
    if isinstance(source, np.ndarray):
        from onnxformers.image.from_arrays import image_from_array

        return _finished(image_from_array(source), mode, max_pixels, "the array")
    place = place_of(source)
    return _finished(_decoder(opened(source), place), mode, max_pixels, place)


def _decoder(file: BinaryIO, place: str) -> Image:
    """What reads the picture, once it is asked to."""
    from PIL import Image as pillow
    from PIL import UnidentifiedImageError

    try:
        return pillow.open(file)
    except (pillow.DecompressionBombError, pillow.DecompressionBombWarning) as error:
        raise FileFormatError(f"[load_image] {place} is too large: {error}") from None
    except UnidentifiedImageError:
        raise FileFormatError(_why_unknown(file, place)) from None
    except Exception as error:  # decoders raise nearly everything
        raise _broken(place, error) from error


def _finished(image: Image, mode: str | None, max_pixels: int, place: str) -> Image:
    width, height = image.size
    if width * height > max_pixels:
        raise FileFormatError(
            f"[load_image] {place} has {width} x {height} pixels, more than the {max_pixels} "
            "allowed; shrink it or raise max_pixels="
        )
    if width * height == 0:
        raise FileFormatError(f"[load_image] {place} has no pixels")
    try:
        image.load()
    except Exception as error:  # decoders raise nearly everything
        raise _broken(place, error) from error
    return converted(_upright(image), mode)


def _upright(image: Image) -> Image:
    """Turned as the EXIF data says, which is then taken out."""
    from PIL import ImageOps

    try:
        is_turned = image.getexif().get(_ORIENTATION, 1) in range(2, 9)
        return ImageOps.exif_transpose(image) if is_turned else image
    except Exception:  # broken EXIF data raises nearly everything, and says nothing
        return image


def _why_unknown(file: BinaryIO, place: str) -> str:
    file.seek(0, io.SEEK_END)
    if file.tell() == 0:
        return f"[load_image] {place} is empty (0 bytes)"
    return (
        f"[load_image] {place} is no picture of a format that Pillow knows; expected JPEG, PNG, "
        "WebP, GIF, BMP, TIFF, ..."
    )


def _broken(place: str, error: Exception) -> FileFormatError:
    return FileFormatError(f"[load_image] {place} is broken or cut short: {error}")
