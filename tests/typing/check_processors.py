"""What a user's type checker sees of processors; read by mypy, never run."""

from __future__ import annotations

from typing_extensions import assert_type

from onnxformers import AutoImageProcessor, AutoProcessor, CLIPImageProcessor, Processor
from onnxformers.processors import (
    BatchFeature,
    CLIPFeatureExtractor,
    DetrImageProcessor,
    LlavaProcessor,
    SamImageProcessor,
)
from onnxformers.processors.base import Preprocessor
from onnxformers.processors.detection import Detections
from onnxformers.processors.panoptic import Segmentation

assert_type(AutoProcessor.from_pretrained("model"), Processor | Preprocessor)
assert_type(AutoImageProcessor.from_pretrained("model", local_files_only=True), Preprocessor)
assert_type(CLIPFeatureExtractor.from_pretrained("model"), CLIPImageProcessor)
assert_type(LlavaProcessor.from_pretrained("model"), LlavaProcessor)

detr = DetrImageProcessor(size=64)
assert_type(detr("photo.jpg"), BatchFeature)
assert_type(detr.post_process_object_detection({}, 0.5, [(1, 2)]), list[Detections])
assert_type(detr.post_process_panoptic_segmentation({}), list[Segmentation])
assert_type(SamImageProcessor()("photo.jpg", input_points=[[[1, 2]]]), BatchFeature)
