"""Pictures to a batch for a model, in one pass over their pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from onnxformers.errors import InvalidArgumentError, InvalidTypeError
from onnxformers.image.arrays import CHANNELS, checked_pixels, checked_size, to_array
from onnxformers.image.filters import filter_number
from onnxformers.image.resizing import resize
from onnxformers.image.values import normalize, rescale
from onnxformers.options import check_count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from PIL.Image import Image

    from onnxformers.image.arrays import Pixels

    Size = tuple[int, int]
    Picture = Pixels | Image

#: What the kernels take for the bits of a number.
_BITS = {"float32": np.uint32, "float16": np.uint16}
#: PIL's mode -> channels, of modes that are read in place.
_MODES = {"L": 1, "RGB": 3, "RGBA": 4}


class Place(NamedTuple):
    """Where a picture lies in a batch.

    Attributes:
        resized: (height, width) that it is resized to.
        window: (height, width) of what is kept of that.
        corner: (row, column) of the window in the resized picture; where it reaches beyond that,
            there is value 0.
        frame_corner: (row, column) of the window in the frame, which every row of the batch is.
    """

    resized: Size
    window: Size
    corner: Size = (0, 0)
    frame_corner: Size = (0, 0)


def preprocess(  # noqa: PLR0913 - the steps of an image processor
    images: Sequence[Pixels | Image],
    size: Sequence[int] | Sequence[Sequence[int]] | None = None,
    resample: int | str = "bilinear",
    *,
    crop_size: Sequence[int] | None = None,
    pad_size: Sequence[int] | None = None,
    rescale_factor: float | None = 1 / 255,
    offset: float = 0.0,
    mean: float | Sequence[float] | None = None,
    std: float | Sequence[float] | None = None,
    flip_channels: bool = False,
    dtype: str = "float32",
    threads: int | None = None,
) -> NDArray[Any]:
    """Pictures resized, cropped, rescaled, normalised, padded and laid out for a model.

    The same numbers as `resize`, `center_crop`, `rescale`, `normalize`, `flip_channels` and
    `to_channels_first` one after the other, without the arrays between them; only the pixels that
    are left are made. Pictures of 2 or 4 channels are resized without weighting by alpha.

    Args:
        images: uint8 arrays of shape (height, width) or (height, width, channels), or PIL images of
            mode RGB, L or RGBA; all with the same number of channels.
        size: (height, width) to resize to, one for all or one for each; None leaves it.
        resample: PIL's number or name, see `resize`.
        crop_size: (height, width) of the middle to keep, see `center_crop`; None keeps all.
        pad_size: (height, width) of the result: zeros are put below and at the right, after
            everything else. None where all pictures come out in one size.
        rescale_factor: What values are multiplied by; None for 1.
        offset: Added after that.
        mean: Taken off after that, one for all channels or one for each; None for 0.
        std: Divided by after that; None for 1.
        flip_channels: Give BGR for RGB. `mean` and `std` are in the order of the result.
        dtype: "float32" or "float16".
        threads: Of the batch; None for as many as there are cores for this process.

    Returns:
        Shape (images, channels, height, width).

    Raises:
        InvalidTypeError: An image is neither uint8 nor a PIL image of these modes.
        InvalidArgumentError: Shapes that make no batch, or an option that is none of the above.

    Example:
        >>> import numpy as np
        >>> from onnxformers.image import preprocess
        >>> preprocess([np.zeros((480, 640, 3), np.uint8)], (224, 224), "bicubic").shape
        (1, 3, 224, 224)
    """
    if dtype not in _BITS:
        raise InvalidArgumentError(
            f"[preprocess] dtype must be 'float32' or 'float16', got {dtype!r}"
        )
    if threads is not None:
        check_count(threads, "threads", "preprocess")
    given: object = images
    if not isinstance(given, list | tuple) or not given:
        raise InvalidTypeError("[preprocess] expected a list of at least one picture")
    shapes = [_shape(image) for image in images]
    channels = _common({shape[2] for shape in shapes}, "numbers of channels")
    table = _table(channels, rescale_factor, offset, mean, std)
    sizes = _sizes(size, [(height, width) for height, width, _ in shapes])
    places, frame = _places(sizes, crop_size, pad_size)
    return fill_batch(
        images,
        places,
        frame,
        table,
        resample=filter_number(resample, "preprocess"),
        flip_channels=flip_channels,
        dtype=dtype,
        threads=threads,
    )


def fill_batch(  # noqa: PLR0913 - what processors set
    pictures: Sequence[Picture],
    places: Sequence[Place],
    frame: Size,
    table: NDArray[np.float32],
    surround: NDArray[np.float32] | None = None,
    *,
    resample: int,
    flip_channels: bool = False,
    dtype: str = "float32",
    threads: int | None = None,
) -> NDArray[Any]:
    """Pictures written to their places in a batch.

    Args:
        pictures: uint8 arrays of shape (height, width) or (height, width, channels), or PIL images.
        places: Where each lies, inside the frame.
        frame: (height, width) of each row of the batch.
        table: What each value of each new channel becomes, shape (channels, 256).
        surround: What lies around the windows, shape (pictures, channels); None for 0.
        resample: PIL's number of a filter.
        flip_channels: The last channel of a picture is the first of the batch.
        dtype: "float32" or "float16".
        threads: None for as many as there are cores for this process.

    Returns:
        Shape (pictures, channels, *frame).

    Raises:
        InvalidTypeError: A picture is neither uint8 nor a PIL image of a mode with such channels.
        InvalidArgumentError: Pictures of other channels than the table's, or a place that does not
            fit.
    """
    from onnxformers._native import base
    from onnxformers._native import image as native

    channels = len(table)
    if surround is None:
        surround = np.zeros((len(pictures), channels), np.float32)
    bits = _BITS[dtype]
    out = np.empty((len(pictures), channels, *frame), dtype)
    native.preprocess(
        [_source(image, place, resample) for image, place in zip(pictures, places, strict=True)],
        [(*p.resized, *p.corner, *p.window, *p.frame_corner) for p in places],
        resample,
        np.ascontiguousarray(table, dtype).view(bits),
        np.ascontiguousarray(surround, dtype).view(bits),
        flip_channels,
        base.cpu_info()["threads"] if threads is None else threads,
        out.view(bits),
    )
    return out


def _shape(image: Picture) -> tuple[int, int, int]:
    """(height, width, channels)."""
    if isinstance(image, np.ndarray):
        pixels = checked_pixels(image, "preprocess", (np.uint8,))
        return pixels.shape[0], pixels.shape[1], pixels.shape[2] if pixels.ndim == 3 else 1
    if getattr(image, "mode", "") in _MODES:
        return image.height, image.width, _MODES[image.mode]
    return _shape(to_array(image))


def _source(image: Picture, place: Place, resample: int) -> Any:
    """What the core reads a picture from."""
    height, width, channels = _shape(image)
    if channels in {2, 4} and place.resized != (height, width):
        return resize(_pixels(image), place.resized, resample)  # weighted by alpha
    if isinstance(image, np.ndarray) or not hasattr(image, "__arrow_c_array__"):
        return _pixels(image)
    try:
        return image.__arrow_c_array__()[1], height, width, channels
    except ValueError:  # a large picture, which Pillow keeps in several blocks
        return _pixels(image)


def _pixels(image: Picture) -> Pixels:
    return image if isinstance(image, np.ndarray) else to_array(image)


def _common(values: set[Any], what: str) -> Any:
    if len(values) > 1:
        raise InvalidArgumentError(
            f"[preprocess] the pictures have different {what} and make no batch: "
            f"{', '.join(map(str, sorted(values)))}; give size=, crop_size= or pad_size="
        )
    return values.pop()


def _sizes(size: Any, old: list[Size]) -> list[Size]:
    """What each picture is resized to."""
    if size is None:
        return old
    if isinstance(size, tuple | list) and all(isinstance(each, tuple | list) for each in size):
        if len(size) != len(old):
            raise InvalidArgumentError(
                f"[preprocess] expected a size for each of {len(old)} pictures, got {len(size)}"
            )
        return [checked_size(each, "preprocess") for each in size]
    return [checked_size(size, "preprocess")] * len(old)


def _table(
    channels: int,
    factor: float | None,
    offset: float,
    mean: float | Sequence[float] | None,
    std: float | Sequence[float] | None,
) -> NDArray[np.float32]:
    """What each value of each channel becomes, shape (channels, 256)."""
    if channels not in CHANNELS:
        raise InvalidArgumentError(f"[preprocess] expected 1 to 4 channels, got {channels}")
    values = np.broadcast_to(np.arange(256)[:, None, None], (256, 1, channels))
    changed = rescale(values, 1.0 if factor is None else factor, offset=offset)
    if mean is not None or std is not None:
        changed = normalize(changed, 0.0 if mean is None else mean, 1.0 if std is None else std)
    return np.ascontiguousarray(changed[:, 0].T)


def _places(
    sizes: list[Size], crop_size: Sequence[int] | None, pad_size: Sequence[int] | None
) -> tuple[list[Place], Size]:
    """Where the pictures lie, and the size of their frame."""
    if crop_size is not None and pad_size is not None:
        raise InvalidArgumentError("[preprocess] give crop_size= or pad_size=, not both")
    if crop_size is not None:
        window = checked_size(crop_size, "preprocess", "crop_size")
        corners = [((h - window[0]) // 2, (w - window[1]) // 2) for h, w in sizes]
        pairs = zip(sizes, corners, strict=True)
        return [Place(size, window, corner) for size, corner in pairs], window
    if pad_size is None:
        frame = _common(set(sizes), "sizes")
    else:
        frame = checked_size(pad_size, "preprocess", "pad_size")
        if any(height > frame[0] or width > frame[1] for height, width in sizes):
            raise InvalidArgumentError(f"[preprocess] pad_size {frame} is smaller than a picture")
    return [Place(size, size) for size in sizes], frame
