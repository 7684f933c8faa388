from __future__ import annotations
import collections.abc
import numpy
import numpy.typing
import typing

__all__: list[str] = [
    "divide_by_alpha",
    "interpolate",
    "label_map",
    "preprocess",
    "reduce",
    "resize",
    "weight_by_alpha",
]

def divide_by_alpha(pixels: numpy.typing.NDArray[numpy.uint8]) -> None:
    """
    Undoes it, in place.
    """

def interpolate(
    grids: numpy.typing.NDArray[numpy.float32],
    size: typing.Annotated[
        collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex], "FixedSize(2)"
    ],
    align_corners: bool,
    threads: typing.SupportsInt | typing.SupportsIndex,
) -> numpy.typing.NDArray[numpy.float32]:
    """
    Bilinear, shape (grids, *size), as PyTorch; grids: (grids, height, width).
    """

def label_map(
    grids: numpy.typing.NDArray[numpy.float32],
    size: typing.Annotated[
        collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex], "FixedSize(2)"
    ],
    threads: typing.SupportsInt | typing.SupportsIndex,
) -> numpy.typing.NDArray[numpy.int64]:
    """
    Which grid is the largest at each place once interpolated to (height, width).
    """

@typing.overload
def preprocess(
    images: collections.abc.Sequence[typing.Any],
    places: collections.abc.Sequence[
        typing.Annotated[
            collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex], "FixedSize(8)"
        ]
    ],
    resample: typing.SupportsInt | typing.SupportsIndex,
    table: numpy.typing.NDArray[numpy.uint32],
    surround: numpy.typing.NDArray[numpy.uint32],
    flip_channels: bool,
    threads: typing.SupportsInt | typing.SupportsIndex,
    out: numpy.typing.NDArray[numpy.uint32],
) -> None:
    """
    Fills out, shape (images, channels, height, width), with the bits of numbers. places: for each picture the height and width to resize to; top, left, height and width of a window in it; top and left of that in the frame. table: what each value of each new channel becomes; surround: what lies around the windows, shape (images, channels).
    """

@typing.overload
def preprocess(
    images: collections.abc.Sequence[typing.Any],
    places: collections.abc.Sequence[
        typing.Annotated[
            collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex], "FixedSize(8)"
        ]
    ],
    resample: typing.SupportsInt | typing.SupportsIndex,
    table: numpy.typing.NDArray[numpy.uint16],
    surround: numpy.typing.NDArray[numpy.uint16],
    flip_channels: bool,
    threads: typing.SupportsInt | typing.SupportsIndex,
    out: numpy.typing.NDArray[numpy.uint16],
) -> None:
    """
    Fills out, shape (images, channels, height, width), with the bits of numbers. places: for each picture the height and width to resize to; top, left, height and width of a window in it; top and left of that in the frame. table: what each value of each new channel becomes; surround: what lies around the windows, shape (images, channels).
    """

@typing.overload
def reduce(
    pixels: numpy.typing.NDArray[numpy.float32],
    factor: typing.Annotated[
        collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex], "FixedSize(2)"
    ],
) -> numpy.ndarray:
    """
    Means of blocks of (height, width) pixels.
    """

@typing.overload
def reduce(
    pixels: numpy.ndarray,
    factor: typing.Annotated[
        collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex], "FixedSize(2)"
    ],
) -> numpy.ndarray:
    """
    Of uint8.
    """

@typing.overload
def resize(
    pixels: numpy.typing.NDArray[numpy.float32],
    size: typing.Annotated[
        collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex], "FixedSize(2)"
    ],
    resample: typing.SupportsInt | typing.SupportsIndex,
    box: typing.Annotated[
        collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex], "FixedSize(4)"
    ],
) -> numpy.ndarray:
    """
    Another (height, width), as Pillow's mode F; box: left, upper, right, lower.
    """

@typing.overload
def resize(
    pixels: numpy.ndarray,
    size: typing.Annotated[
        collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex], "FixedSize(2)"
    ],
    resample: typing.SupportsInt | typing.SupportsIndex,
    box: typing.Annotated[
        collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex], "FixedSize(4)"
    ],
) -> numpy.ndarray:
    """
    Of uint8.
    """

def weight_by_alpha(pixels: numpy.ndarray) -> numpy.typing.NDArray[numpy.uint8]:
    """
    Colours multiplied by the last channel, alpha.
    """
