"""The processor of OWL-ViT and OWLv2: several texts to look for in each picture.

Source: transformers 4.46.3, models/owlvit/processing_owlvit.py.
"""

from __future__ import annotations

from typing import Any

from onnxformers.processors.batch_feature import BatchFeature
from onnxformers.processors.combined import Processor


class QueryProcessor(Processor):
    """Texts come as a list for each picture, and are all as long as the model takes."""

    def __call__(
        self, *args: Any, text: Any = None, query_images: Any = None, **options: Any
    ) -> BatchFeature:
        """The inputs of a model.

        Args:
            *args: pictures; or pictures and texts, in either order.
            text: a text, a list of them, or a list of such lists, one for each picture.
            query_images: pictures of what to look for, in place of texts.
            **options: options of either part; `padding` is "max_length" unless given.

        Returns:
            The arrays of both parts; of lists for each picture the texts follow one another, and
            shorter lists are filled up. `query_pixel_values` of `query_images`.

        Raises:
            InvalidArgumentError: nothing was given, or an option that no part knows.
        """
        features = BatchFeature()
        if query_images is not None:
            found = self.preprocessor(query_images)
            features["query_pixel_values"] = found.pixel_values
            if not args and text is None and options.get("images") is None:
                return features
        features.update(super().__call__(*args, text=text, **options))
        return features

    def prepare(self, media: tuple[Any, ...], text: Any, options: dict[str, Any]) -> BatchFeature:
        """The inputs of a model."""
        if text is not None:
            options = {"padding": "max_length", **options}
            if isinstance(text, list | tuple) and any(isinstance(each, list) for each in text):
                most = max(len(each) for each in text)
                text = [query for each in text for query in [*each, *[" "] * (most - len(each))]]
        return super().prepare(media, text, options)
