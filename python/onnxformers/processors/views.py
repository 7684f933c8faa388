"""Pictures that are still to be resized and cropped, and the sizes they will have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from onnxformers.errors import InvalidArgumentError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

    from onnxformers.processors.image_sizes import Size

    Pixels = NDArray[np.uint8]
    #: An image of Pillow's, or uint8 of shape (height, width, channels).
    Picture = Image | Pixels


@dataclass(frozen=True, slots=True)
class View:
    """A picture, the size it is resized to, and the window through which that is seen.

    The pixels are made when they are written into the array of a call, in one pass.

    Attributes:
        picture: what was read.
        resized: height and width.
        window: height and width of what is kept; larger than `resized` where a border is added.
        corner: row and column of the window in the resized picture; below 0 with a border.
    """

    picture: Picture
    resized: Size
    window: Size
    corner: Size = (0, 0)


def whole(picture: Picture, size: Size | None = None) -> View:
    """All of a picture, in its own size or another."""
    found = size_of(picture) if size is None else size
    return View(picture, found, found)


def centre(view: View, window: Size) -> View:
    """The middle of a view that shows a whole picture; its border is wider above and at the left.

    Source: transformers 4.46.3, image_transforms.center_crop.
    """
    (height, width), (rows, columns) = view.resized, window
    corner = ((height - rows) // 2, (width - columns) // 2)
    return View(view.picture, view.resized, window, corner)


def size_of(picture: Any) -> Size:
    """Height and width."""
    if hasattr(picture, "shape"):
        return picture.shape[0], picture.shape[1]
    return picture.height, picture.width


def channels_of(picture: Any) -> int:
    """How many numbers a pixel has."""
    if hasattr(picture, "shape"):
        return int(picture.shape[2])
    return len(picture.getbands())


def pixels_of(picture: Any) -> Pixels:
    """uint8 of shape (height, width, channels)."""
    import numpy as np

    pixels: Pixels = np.asarray(picture)
    return pixels if pixels.ndim == 3 else pixels[..., None]


def check_resized(place: str, picture: Size, size: Size) -> None:
    """Refuse to resize a picture to nothing, or to more than memory should hold.

    Raises:
        InvalidArgumentError: as it says.
    """
    from onnxformers.image.loading import MAX_PIXELS

    height, width = size
    if min(size) >= 1 and height * width <= MAX_PIXELS:
        return
    what = "no pixel" if min(size) < 1 else f"more than {MAX_PIXELS} pixels"
    raise InvalidArgumentError(
        f"[{place}] a picture of height {picture[0]} and width {picture[1]} would be resized to "
        f"{what} ({height} x {width}); cut it, or give another size="
    )
