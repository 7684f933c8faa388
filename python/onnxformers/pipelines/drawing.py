"""Pictures of results: boxes, masks, keypoints and depths over the image that they are of."""

from __future__ import annotations

import colorsys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers.errors import InvalidTypeError
from onnxformers.pipelines.captions import Pen, with_lines

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image

    Color = tuple[int, int, int]

#: How far the hue of a color lies from that of the one before: the golden ratio, so that any number
#: of them keep apart.
_HUE_STEP = 0.618034
#: How much of a mask's color covers the image.
_COVER = 0.55
#: Depths from far to near: dark blue, red, yellow, white. Red, green, blue at equal distances.
_DEPTH_COLORS = ((12, 8, 70), (120, 28, 109), (229, 92, 48), (252, 195, 55), (252, 255, 220))
_TEXTS = ("generated_text", "answer")


def draw(image: Image, result: Any) -> Image:
    """A picture that shows what a pipeline over images returned for one image.

    Args:
        image: The image.
        result: For it alone, of any of these pipelines.

    Returns:
        A new picture: boxes and keypoints with their labels, masks in colors, depths from dark for
        far to light for near, labels and texts below the image. What is a picture already (a
        cut-out, an enlarged image) is given back.

    Raises:
        InvalidTypeError: There is nothing to draw in the result.

    Example:
        >>> from onnxformers import pipeline
        >>> from onnxformers.image import load_image
        >>> photo = load_image("cats.jpg")  # doctest: +SKIP
        >>> draw(photo, pipeline("object-detection")(photo)).save("boxes.png")  # doctest: +SKIP
    """
    if hasattr(result, "getbands"):
        picture: Image = result
        return picture
    base = image.convert("RGB")
    if isinstance(result, Mapping) and "predicted_depth" in result:
        return _draw_depth(result["predicted_depth"])
    if isinstance(result, Mapping) and "masks" in result:
        return _draw_masks(base, list(result["masks"]), None)
    rows = [result] if isinstance(result, Mapping) else result
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise InvalidTypeError(f"[draw] there is nothing to draw in {type(result).__name__}")
    return _draw_rows(base, rows)


def _draw_rows(base: Image, rows: Sequence[Mapping[str, Any]]) -> Image:
    if not rows:
        return with_lines(base, [("nothing found", None)])
    if "box" in rows[0]:
        return _draw_boxes(base, rows)
    if "mask" in rows[0]:
        # What is behind everything stays as it is.
        shown = [row for row in rows if row.get("label") != "background"] or rows
        masks = [np.asarray(row["mask"].resize(base.size)) > 127 for row in shown]
        return _draw_masks(base, masks, [_title(row) for row in shown])
    if "point" in rows[0]:
        return _draw_points(base, rows)
    if "label" in rows[0]:
        return with_lines(base, [(str(row["label"]), float(row["score"])) for row in rows])
    texts = [row.get(name) for row in rows for name in _TEXTS if name in row]
    if not texts:
        raise InvalidTypeError(f"[draw] there is nothing to draw in {', '.join(rows[0])}")
    return with_lines(base, [(str(text), None) for text in texts])


def palette(count: int) -> list[Color]:
    """Colors that keep apart, however many."""
    found = []
    for index in range(count):
        hue = (0.02 + index * _HUE_STEP) % 1
        shares = colorsys.hsv_to_rgb(hue, 0.75, 0.95)
        found.append((int(shares[0] * 255), int(shares[1] * 255), int(shares[2] * 255)))
    return found


def _title(row: Mapping[str, Any]) -> str:
    label = "" if row.get("label") is None else str(row["label"])
    score = "" if row.get("score") is None else f"{row['score']:.2f}"
    return f"{label} {score}".strip()


def _colors_of(rows: Sequence[Mapping[str, Any]]) -> list[Color]:
    """One color for each label."""
    labels = list(dict.fromkeys(row.get("label") for row in rows))
    colors = dict(zip(labels, palette(len(labels)), strict=True))
    return [colors[row.get("label")] for row in rows]


def _draw_boxes(base: Image, rows: Sequence[Mapping[str, Any]]) -> Image:
    picture = base.copy()
    pen = Pen(picture)
    boxes = [[row["box"][side] for side in ("xmin", "ymin", "xmax", "ymax")] for row in rows]
    are_shares = any(isinstance(side, float) for box in boxes for side in box)
    factors = (*base.size, *base.size) if are_shares else (1, 1, 1, 1)
    # The best last, on top of the others.
    order = sorted(range(len(rows)), key=lambda index: rows[index]["score"])
    colors = _colors_of(rows)
    for index in order:
        corners = [side * factor for side, factor in zip(boxes[index], factors, strict=True)]
        pen.box(corners, colors[index], _title(rows[index]))
    return picture


def _draw_masks(
    base: Image, masks: Sequence[NDArray[np.bool_]], titles: Sequence[str] | None
) -> Image:
    from PIL import Image as pillow

    pixels = np.asarray(base, np.float32).copy()
    colors = palette(len(masks))
    # Large ones first, so that small ones are seen on top of them.
    for index in sorted(range(len(masks)), key=lambda i: -int(masks[i].sum())):
        inside = np.asarray(masks[index], bool)
        pixels[inside] += (np.asarray(colors[index], np.float32) - pixels[inside]) * _COVER
        pixels[_edge(inside)] = colors[index]
    picture = pillow.fromarray(pixels.astype(np.uint8))
    pen = Pen(picture)
    for mask, color, title in zip(masks, colors, titles or [], strict=False):
        ys, xs = np.nonzero(mask)
        if title and len(xs):
            # The pixel of the mask that is nearest to its middle.
            nearest = np.argmin((xs - xs.mean()) ** 2 + (ys - ys.mean()) ** 2)
            pen.text((float(xs[nearest]), float(ys[nearest])), title, color, is_centred=True)
    return picture


def _edge(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Pixels of a mask with a neighbour outside it."""
    inner = mask.copy()
    inner[1:] &= mask[:-1]
    inner[:-1] &= mask[1:]
    inner[:, 1:] &= mask[:, :-1]
    inner[:, :-1] &= mask[:, 1:]
    edge: NDArray[np.bool_] = mask & ~inner
    return edge


def _draw_points(base: Image, rows: Sequence[Mapping[str, Any]]) -> Image:
    picture = base.copy()
    pen = Pen(picture)
    for row, color in zip(rows, palette(len(rows)), strict=True):
        pen.point((row["point"]["x"], row["point"]["y"]), color, str(row["label"]))
    return picture


def _draw_depth(depth: NDArray[np.float32]) -> Image:
    from PIL import Image as pillow

    least, greatest = float(depth.min()), float(depth.max())
    shares = (depth - least) / max(greatest - least, 1e-12) * (len(_DEPTH_COLORS) - 1)
    steps = np.arange(len(_DEPTH_COLORS))
    planes = [np.interp(shares, steps, part) for part in np.transpose(_DEPTH_COLORS)]
    return pillow.fromarray(np.stack(planes, axis=2).astype(np.uint8))
