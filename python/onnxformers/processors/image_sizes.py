"""The size of a picture after resizing, from `size` in every form that configs have.

Source: transformers 4.46.3, image_transforms.get_resize_output_image_size and the functions of the
same purpose in models/detr, yolos, maskformer, dpt and sam.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from onnxformers.errors import InvalidArgumentError

Size = tuple[int, int]


def output_size(picture: Size, size: Mapping[str, int], place: str) -> Size:
    """Height and width that a picture is resized to.

    Args:
        picture: its height and width.
        size: height and width; shortest_edge, longest_edge or both; or max_height and max_width.
        place: for messages.

    Raises:
        InvalidArgumentError: `size` has none of these keys.
    """
    if "height" in size and "width" in size:
        return size["height"], size["width"]
    if "shortest_edge" in size and "longest_edge" in size:
        return edges_size(picture, size["shortest_edge"], size["longest_edge"])
    if "shortest_edge" in size:
        return shortest_edge_size(picture, size["shortest_edge"])
    if "max_height" in size and "max_width" in size:
        return inside_size(picture, size["max_height"], size["max_width"])
    if "longest_edge" in size:
        return inside_size(picture, size["longest_edge"], size["longest_edge"])
    raise InvalidArgumentError(
        f"[{place}] size must have height and width, shortest_edge, longest_edge, or max_height "
        f"and max_width; got {', '.join(size) or 'nothing'}"
    )


def shortest_edge_size(picture: Size, edge: int) -> Size:
    """The shorter side becomes `edge`, the longer one follows, rounded down."""
    height, width = picture
    if width <= height:
        return int(edge * height / width), edge
    return edge, int(edge * width / height)


def edges_size(picture: Size, shortest: int, longest: float, *, keeps_tall: bool = True) -> Size:
    """As `shortest_edge_size`, unless the longer side would pass `longest`: then that rules.

    Args:
        picture: its height and width.
        shortest: what the shorter side becomes.
        longest: what the longer side may have.
        keeps_tall: a picture whose shorter side has the new length already stays as it is, also
            when it is taller than wide.
    """
    height, width = picture
    short, long = float(min(picture)), float(max(picture))
    exact = None
    if long / short * shortest > longest:
        exact = longest * short / long
        shortest = round(exact)
    if min(picture) == shortest and (keeps_tall or height <= width):
        return picture
    other = shortest if exact is None else exact
    if width < height:
        return int(other * height / width), shortest
    return shortest, int(other * width / height)


def capped_size(picture: Size, shortest: int, longest: int, place: str) -> Size:
    """As `edges_size`, with the roundings of MaskFormer.

    Raises:
        InvalidArgumentError: `longest` is not above `shortest`.
    """
    height, width = shortest_edge_size(picture, shortest)
    if longest <= shortest:
        raise InvalidArgumentError(
            f"[{place}] size: longest_edge must be above shortest_edge, got {longest} "
            f"and {shortest}"
        )
    if max(height, width) <= longest:
        return height, width
    other = int(longest * shortest / max(height, width))
    return (longest, other) if picture[1] <= picture[0] else (other, longest)


def inside_size(picture: Size, max_height: int, max_width: int) -> Size:
    """The largest size of the same shape within both limits."""
    scale = min(max_height / picture[0], max_width / picture[1])
    return int(picture[0] * scale), int(picture[1] * scale)


def multiple_size(picture: Size, target: Size, keep_aspect_ratio: bool, multiple: int) -> Size:
    """`target`, or a size of the picture's shape that is near to it, in multiples of a number."""
    scale_height, scale_width = target[0] / picture[0], target[1] / picture[1]
    if keep_aspect_ratio:
        # The side that changes least rules.
        if abs(1 - scale_width) < abs(1 - scale_height):
            scale_height = scale_width
        else:
            scale_width = scale_height
    return (
        round(scale_height * picture[0] / multiple) * multiple,
        round(scale_width * picture[1] / multiple) * multiple,
    )


def multiples_up(size: Size, divisor: int) -> Size:
    """The next size up that a number divides."""
    return -(-size[0] // divisor) * divisor, -(-size[1] // divisor) * divisor


def multiples_down(size: Size, divisor: int) -> Size:
    """The next size down that a number divides, at least that number."""
    return max(size[0] // divisor, 1) * divisor, max(size[1] // divisor, 1) * divisor


def half_up(value: float) -> int:
    """Rounded to the next whole number, halves upward."""
    return math.floor(value + 0.5)
