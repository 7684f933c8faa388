"""Mask generation: objects cut out of images, all of them or those pointed at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np

from onnxformers.errors import UnsupportedModelError
from onnxformers.pipelines.image import ImageOnlyPipeline
from onnxformers.pipelines.mask_grid import (
    Crop,
    grid_points,
    is_cut,
    keep_best,
    make_crops,
    mask_boxes,
    run_lengths,
    stability,
)
from onnxformers.pipelines.mask_options import PROMPTS, MaskGenerationOptions, read_prompts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray
    from PIL.Image import Image

    from onnxformers.pipelines.image_results import Masks

_TASK = "mask-generation"
#: Masks that are in memory as floats of the image's size at once.
_MASKS_AT_ONCE = 16


class _Found(NamedTuple):
    """Masks of an image: bool (masks, height, width), scores and boxes (masks, 4)."""

    masks: NDArray[np.bool_]
    scores: NDArray[np.float32]
    boxes: NDArray[np.float32]

    def chosen(self, rows: Any) -> _Found:
        """Some of them."""
        return _Found(*(values[rows] for values in self))

    @classmethod
    def joined(cls, parts: Sequence[_Found]) -> _Found:
        """All of several."""
        return cls(*(np.concatenate(values) for values in zip(*parts, strict=True)))


class MaskGenerationPipeline(
    ImageOnlyPipeline[MaskGenerationOptions, "Masks", "list[Masks]", "Masks"]
):
    """Cuts objects out with SAM: everything in an image, or what points and boxes show.

    Call it with an image (a path, a URL, bytes, a PIL image, an array), a list or a generator of
    them, and with the fields of `MaskGenerationOptions`. An image is encoded once, whatever is
    asked about it.

    Returns:
        For an image: `Masks`. Of everything, best first; of points and boxes one for each object,
        in their order. For a list: a list of them. For a generator: a generator of them.

    Raises:
        InvalidArgumentError: An empty list, an unknown option, points of a wrong shape.
        InvalidTypeError: Something that is no image.
        UnsupportedModelError: Boxes for a model that was exported without them.

    Example:
        >>> from onnxformers import pipeline
        >>> cut = pipeline("mask-generation")  # doctest: +SKIP
        >>> cut("cats.jpg", input_points=[450, 600])["masks"].shape  # doctest: +SKIP
        (1, 1764, 2646)

    Source: transformers 4.46.3, MaskGenerationPipeline; spec/transformers.js/models.md, SamModel.
    """

    options_class: ClassVar[type[Any]] = MaskGenerationOptions

    def run_part(self, items: Sequence[Any], options: MaskGenerationOptions) -> list[Masks]:
        """The masks of each image, one image after the other."""
        return [self._masks(self.load(item), options) for item in items]

    def _masks(self, image: Image, options: MaskGenerationOptions) -> Masks:
        find = self._pointed_at if options.is_prompted else self._everything
        found = find(image, options)
        result: Masks = {"masks": found.masks, "scores": found.scores}
        if options.output_bboxes_mask:
            result["bounding_boxes"] = found.boxes
        if options.output_rle_mask:
            result["rle_mask"] = [run_lengths(mask) for mask in found.masks]
        return result

    def _pointed_at(self, image: Image, options: MaskGenerationOptions) -> _Found:
        """One mask, or all, for each object that points or boxes show."""
        prompts = read_prompts(options)
        if "input_boxes" in prompts and not self._takes_boxes:
            raise UnsupportedModelError(
                f"[{_TASK}] {self.model.name_or_path} was exported without boxes; give points"
            )
        inputs = self.processor([image], **prompts)
        outputs = self._decode(inputs, self._embed(inputs, options), options)
        scores, low = outputs["iou_scores"][0], outputs["pred_masks"][0]
        if not options.multimask_output:
            best = scores.argmax(axis=1)[:, None]
            scores = np.take_along_axis(scores, best, 1)
            low = np.take_along_axis(low, best[:, :, None, None], 1)
        low = low.reshape(-1, *low.shape[2:])
        parts = [full > options.mask_threshold for full in self._enlarge(low, inputs)]
        masks = np.concatenate(parts)
        return _Found(masks, scores.reshape(-1), mask_boxes(masks))

    def _everything(self, image: Image, options: MaskGenerationOptions) -> _Found:
        """What a grid of points finds, without what was found twice."""
        size = (image.height, image.width)
        crops = make_crops(size, options.crops_n_layers, options.crop_overlap_ratio)
        found = _Found.joined([self._in_crop(image, crop, options) for crop in crops])
        return found.chosen(keep_best(found.boxes, found.scores, options.crops_nms_thresh))

    def _in_crop(self, image: Image, crop: Crop, options: MaskGenerationOptions) -> _Found:
        size = (image.height, image.width)
        part = image.crop(crop.box)
        count = max(
            1, options.points_per_crop // options.crop_n_points_downscale_factor**crop.layer
        )
        points = grid_points(count, (part.height, part.width))
        inputs = self.processor([part], input_points=points[None, :, None, :])
        seen = self._embed(inputs, options)
        parts = [_nothing(size)]
        places = np.asarray(inputs["input_points"])
        for start in range(0, len(points), options.points_per_batch):
            some = places[:, start : start + options.points_per_batch]
            outputs = self._decode({"input_points": some}, seen, options)
            parts += self._good_ones(outputs, inputs, crop, size, options)
        return _Found.joined(parts)

    def _good_ones(
        self,
        outputs: Mapping[str, Any],
        inputs: Mapping[str, Any],
        crop: Crop,
        size: tuple[int, int],
        options: MaskGenerationOptions,
    ) -> Iterator[_Found]:
        """Those masks of a batch of points that are good enough, in the whole image."""
        scores = outputs["iou_scores"][0].reshape(-1)
        low = outputs["pred_masks"][0]
        low = low.reshape(-1, *low.shape[2:])
        good = scores > options.pred_iou_thresh
        first, scores = 0, scores[good]
        for full in self._enlarge(low[good], inputs):
            some, first = scores[first : first + len(full)], first + len(full)
            steady = stability(full, options.mask_threshold, options.stability_score_offset)
            kept = steady > options.stability_score_thresh
            masks = _placed(full[kept] > options.mask_threshold, crop, size)
            boxes = mask_boxes(masks)
            yield _Found(masks, some[kept], boxes).chosen(~is_cut(boxes, crop, size))

    def _embed(
        self, inputs: Mapping[str, Any], options: MaskGenerationOptions
    ) -> Mapping[str, Any]:
        model: Any = self.model
        found: Mapping[str, Any] = model.get_image_embeddings(
            inputs["pixel_values"], timeout_s=options.timeout_s, cancel=options.cancel
        )
        return found

    def _decode(
        self, prompts: Mapping[str, Any], seen: Mapping[str, Any], options: MaskGenerationOptions
    ) -> Mapping[str, Any]:
        given = {name: prompts[name] for name in PROMPTS if prompts.get(name) is not None}
        outputs = self.model(**seen, **given, timeout_s=options.timeout_s, cancel=options.cancel)
        return {name: value.astype(np.float32, copy=False) for name, value in outputs.items()}

    def _enlarge(
        self, low: NDArray[np.float32], inputs: Mapping[str, Any]
    ) -> Iterator[NDArray[np.float32]]:
        """Masks of the model in the size of the image, some at a time."""
        sizes = (inputs["original_sizes"], inputs["reshaped_input_sizes"])
        for start in range(0, len(low), _MASKS_AT_ONCE):
            some = low[None, None, start : start + _MASKS_AT_ONCE]
            (full,) = self.image_processor.post_process_masks(some, *sizes, binarize=False)
            yield full[0]

    @property
    def _takes_boxes(self) -> bool:
        sessions = self.model.sessions.values()
        return any(node.name == "input_boxes" for session in sessions for node in session.inputs)


def _placed(masks: NDArray[np.bool_], crop: Crop, size: tuple[int, int]) -> NDArray[np.bool_]:
    """Masks of a crop in the whole image."""
    if masks.shape[1:] == size:
        return masks
    left, top, right, bottom = crop.box
    whole = np.zeros((len(masks), *size), bool)
    whole[:, top:bottom, left:right] = masks
    return whole


def _nothing(size: tuple[int, int]) -> _Found:
    return _Found(np.zeros((0, *size), bool), np.zeros(0, np.float32), np.zeros((0, 4), np.float32))
