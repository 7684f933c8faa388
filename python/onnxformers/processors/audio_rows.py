"""The feature extractors of sounds: a row for each class.

Source: spec/transformers.js/models.md; transformers 4.46.3, FEATURE_EXTRACTOR_MAPPING_NAMES.
"""

from __future__ import annotations

from onnxformers.processors.row import PreprocessorRow

#: Class and its module are enough: defaults and names of inputs stand in the class itself. Each
#: class derives from `base.FeatureExtractor`.
ROWS: tuple[PreprocessorRow, ...] = ()
