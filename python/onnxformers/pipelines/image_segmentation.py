"""Image segmentation: masks of objects and of what is behind them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Generic, NamedTuple

import numpy as np

from onnxformers import ops
from onnxformers.errors import FileFormatError, InvalidArgumentError
from onnxformers.options import check_choice, check_share
from onnxformers.pipelines.base import CallOptions
from onnxformers.pipelines.image import Batch, Each, ImageOnlyPipeline, Many, One

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from PIL.Image import Image

    from onnxformers.pipelines.image_results import Segment

_TASK = "image-segmentation"
#: Subtask -> method of the processor; the first that it has is taken.
SUBTASKS = {
    "panoptic": "post_process_panoptic_segmentation",
    "instance": "post_process_instance_segmentation",
    "semantic": "post_process_semantic_segmentation",
}
# How far outside 0 to 1 a share may lie by rounding.
_TOLERANCE = 1e-5


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageSegmentationOptions(CallOptions):
    """Options of an image-segmentation call.

    Attributes:
        threshold: Of panoptic and instance segmentation: leave out segments that score no more.
        mask_threshold: The same of pixels of a segment.
        overlap_mask_area_threshold: Leave out segments of which others hide more than this share.
        label_ids_to_fuse: Numbers of labels whose segments become one, in panoptic segmentation.
        target_sizes: (height, width) of the masks of each image; None for those of the images.
        subtask: "panoptic", "instance" or "semantic"; None for the first that the model can.
    """

    threshold: float = 0.5
    mask_threshold: float = 0.5
    overlap_mask_area_threshold: float = 0.8
    label_ids_to_fuse: Sequence[int] | None = None
    target_sizes: Sequence[tuple[int, int]] | None = None
    subtask: str | None = None

    def __post_init__(self) -> None:
        CallOptions.__post_init__(self)
        for name in ("threshold", "mask_threshold", "overlap_mask_area_threshold"):
            check_share(getattr(self, name), name, _TASK)
        check_choice(self.subtask, (None, *SUBTASKS), "subtask", _TASK)


class _Part(NamedTuple):
    """A segment: its number among the pixels, its label, and its score if it has one."""

    number: int
    label: int
    score: float | None


class SegmentingPipeline(
    ImageOnlyPipeline[ImageSegmentationOptions, One, Many, Each], Generic[One, Many, Each]
):
    """Base of the pipelines that cut images into segments."""

    options_class: ClassVar[type[Any]] = ImageSegmentationOptions

    def run_many(self, items: Sequence[Any], options: ImageSegmentationOptions) -> Any:
        """The segments of each image, in the order given."""
        sizes = options.target_sizes
        if sizes is not None and len(sizes) != len(items):
            raise InvalidArgumentError(
                f"[{self.task}] target_sizes must have one size for each of {len(items)} images, "
                f"got {len(sizes)}"
            )
        return super().run_many(items, options)

    def segments(self, batch: Batch, options: ImageSegmentationOptions) -> Iterator[list[Segment]]:
        """The segments of each image of a batch."""
        subtask = self._subtask(options.subtask)
        sizes: Sequence[tuple[int, int]] = batch.sizes
        if options.target_sizes is not None:
            sizes = [_size(options.target_sizes[row]) for row in batch.rows]
        if subtask is None:
            return self._foreground(batch, sizes)
        return self._segments(subtask, batch, sizes, options)

    def _subtask(self, wanted: str | None) -> str | None:
        """What the processor can make of the outputs; None for nothing."""
        has = [name for name, method in SUBTASKS.items() if hasattr(self.image_processor, method)]
        if wanted is None:
            return next(iter(has), None)
        if wanted not in has:
            raise InvalidArgumentError(
                f"[{self.task}] {self.model.name_or_path} cannot do {wanted} segmentation; "
                f"subtask may be {' or '.join(has) or 'None'}"
            )
        return wanted

    def _segments(
        self,
        subtask: str,
        batch: Batch,
        sizes: Sequence[tuple[int, int]],
        options: ImageSegmentationOptions,
    ) -> Iterator[list[Segment]]:
        arguments: dict[str, Any] = {"target_sizes": sizes}
        if subtask != "semantic":
            arguments["threshold"] = options.threshold
            arguments["mask_threshold"] = options.mask_threshold
            arguments["overlap_mask_area_threshold"] = options.overlap_mask_area_threshold
        if subtask == "panoptic" and options.label_ids_to_fuse is not None:
            arguments["label_ids_to_fuse"] = set(options.label_ids_to_fuse)
        method = getattr(self.image_processor, SUBTASKS[subtask])
        for found in method(batch.outputs, **arguments):
            yield [self._segment(found["segmentation"], part) for part in _parts(found)]

    def _segment(self, drawn: Any, part: _Part) -> Segment:
        names = self.model.config.id2label
        return {
            "score": None if part.score is None else float(part.score),
            "label": names.get(part.label, f"LABEL_{part.label}"),
            "mask": _mask_image((np.asarray(drawn) == part.number) * np.uint8(255)),
        }

    def _foreground(
        self, batch: Batch, sizes: Sequence[tuple[int, int]]
    ) -> Iterator[list[Segment]]:
        """The one output of a model that tells foreground from background."""
        found = np.asarray(next(iter(batch.outputs.values())), dtype=np.float32)
        if found.ndim != 4 or found.shape[1] != 1:
            raise FileFormatError(
                f"[{self.task}] the model must give an output of shape (rows, 1, height, width), "
                f"got {found.shape}"
            )
        for values, (height, width) in zip(found[:, 0], sizes, strict=True):
            is_share = values.min() >= -_TOLERANCE and values.max() <= 1 + _TOLERANCE
            share = values if is_share else ops.sigmoid(values)
            mask = _mask_image((share * np.float32(255)).clip(0, 255).astype(np.uint8))
            if mask.size != (width, height):
                mask = mask.resize((width, height), resample=2)
            yield [{"label": None, "score": None, "mask": mask}]


class ImageSegmentationPipeline(
    SegmentingPipeline["list[Segment]", "list[list[Segment]]", "list[Segment]"]
):
    """Cuts images into segments with a model for panoptic, instance or semantic segmentation.

    Call it with an image (a path, a URL, bytes, a PIL image, an array), a list or a generator of
    them, and with the fields of `ImageSegmentationOptions`.

    Returns:
        For an image: a list of `Segment`. For a list: such a list for each image. For a generator:
        a generator of them. A model that gives but the foreground (MODNet, ISNet) makes one
        segment without label and score, whose mask may be grey.

    Raises:
        InvalidArgumentError: An empty list, an unknown option, a subtask that the model cannot.
        InvalidTypeError: Something that is no image.

    Example:
        >>> from onnxformers import pipeline
        >>> segment = pipeline("image-segmentation")  # doctest: +SKIP
        >>> segment("cats.jpg")  # doctest: +SKIP
        [{'score': 0.998, 'label': 'remote', 'mask': <PIL.Image.Image image mode=L ...>}, ...]

    Source: spec/transformers.js/pipelines.md and transformers 4.46.3, ImageSegmentationPipeline.
    """

    def postprocess(
        self, batch: Batch, options: ImageSegmentationOptions
    ) -> Iterator[list[Segment]]:
        """The segments of each image."""
        return self.segments(batch, options)


def _parts(found: Mapping[str, Any]) -> Iterator[_Part]:
    for label in found.get("labels", ()):
        yield _Part(int(label), int(label), None)
    for info in found.get("segments_info", ()):
        yield _Part(info["id"], int(info["label_id"]), info["score"])


def _size(given: Any) -> tuple[int, int]:
    height, width = given
    return int(height), int(width)


def _mask_image(mask: np.ndarray[Any, np.dtype[np.uint8]]) -> Image:
    from PIL import Image

    return Image.fromarray(mask)
