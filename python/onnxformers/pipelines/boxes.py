"""Boxes of objects as results have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from onnxformers.pipelines.image_results import Box, DetectedObject

_SIDES = ("xmin", "ymin", "xmax", "ymax")


def make_box(corners: Any, *, as_ints: bool) -> Box:
    """A box of its corners (left, top, right, bottom); ints lose their fractions."""
    values = [float(value) for value in corners]
    box: Any = dict(zip(_SIDES, map(int, values) if as_ints else values, strict=True))
    return box  # type: ignore[no-any-return]


def found_objects(
    found: Mapping[str, Any], labels: Any, *, as_ints: bool
) -> Iterator[DetectedObject]:
    """The objects of one image.

    Args:
        found: What `post_process_object_detection` of a processor gave for it.
        labels: Names of the classes, by number.
        as_ints: Whether boxes are in whole pixels.
    """
    rows = zip(found["scores"], found["classes"], found["boxes"], strict=True)
    for score, label, corners in rows:
        box = make_box(corners, as_ints=as_ints)
        yield {"score": float(score), "label": labels[int(label)], "box": box}
