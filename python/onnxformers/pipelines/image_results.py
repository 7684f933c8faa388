"""What the pipelines over images return, for type checkers: plain dicts at run time.

Scores are Python floats; pictures are PIL images.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image
    from typing_extensions import NotRequired


class ImageLabel(TypedDict):
    """A label of an image.

    Attributes:
        label: As the model's config names it, or a candidate label.
        score: Its probability.
    """

    label: str
    score: float


class Box(TypedDict):
    """Where something is: ints in pixels of the image, floats as shares of its size."""

    xmin: float
    ymin: float
    xmax: float
    ymax: float


class DetectedObject(TypedDict):
    """An object in an image.

    Attributes:
        score: Its probability.
        label: As the model's config names it, or a candidate label.
        box: Where it is.
    """

    score: float
    label: str
    box: Box


class Segment(TypedDict):
    """A part of an image.

    Attributes:
        score: Its probability; None where the model says none for a whole part.
        label: As the model's config names it; None for the foreground.
        mask: An image of mode "L", 255 where the part is; the foreground may be there by halves.
    """

    score: float | None
    label: str | None
    mask: Image


class Depth(TypedDict):
    """How far away everything in an image is.

    Attributes:
        predicted_depth: float32 of shape (height, width), in the units of the model.
        depth: The same as a picture of mode "L", from 0 for the least to 255.
    """

    predicted_depth: NDArray[np.float32]
    depth: Image


class ImageText(TypedDict, total=False):
    """What a model wrote about an image.

    Attributes:
        generated_text: The text.
        generated_token_ids: Its ids, with `return_tensors`.
    """

    generated_text: str
    generated_token_ids: list[int]


class ImageAnswer(TypedDict):
    """An answer to a question about an image.

    Attributes:
        answer: The text; None where the model wrote none.
        score: Its probability, of models that choose among answers.
    """

    answer: str | None
    score: NotRequired[float]


class Masks(TypedDict):
    """Objects that were cut out of an image.

    Attributes:
        masks: bool, shape (masks, height, width), best first.
        scores: float32, shape (masks,): how well each is thought to fit.
        bounding_boxes: float32, shape (masks, 4): left, top, right, bottom, with
            `output_bboxes_mask`.
        rle_mask: Run lengths of each mask, with `output_rle_mask`.
    """

    masks: NDArray[np.bool_]
    scores: NDArray[np.float32]
    bounding_boxes: NotRequired[NDArray[np.float32]]
    rle_mask: NotRequired[list[dict[str, Any]]]


class Point(TypedDict):
    """A place in an image, in its pixels."""

    x: float
    y: float


class Keypoint(TypedDict):
    """A place that a model knows, such as a left elbow.

    Attributes:
        score: Its probability.
        label: As the model's config names it, else its number.
        point: Where it is.
    """

    score: float
    label: str
    point: Point
