"""Florence-2's processor: tasks spelt out as prompts, and answers read back.

Source: Transformers.js, Florence2Processor.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from onnxformers.errors import InvalidArgumentError, UnsupportedModelError
from onnxformers.processors.batch_feature import BatchFeature
from onnxformers.processors.combined import Processor

#: Steps into which width and height are divided.
_BINS = 1000
_LOCATION = r"<loc_(\d+)>"
_PATTERNS = {
    "quad_boxes": re.compile(r"(.+?)" + _LOCATION * 8),
    "bboxes": re.compile(r"([^<]+)?" + _LOCATION * 4),
}
#: Kind of answer -> the boxes in it.
_BOXES = {
    "description_with_bboxes": "bboxes",
    "bboxes": "bboxes",
    "phrase_grounding": "bboxes",
    "ocr": "quad_boxes",
}


class Florence2Processor(Processor):
    """Pictures, and tasks such as `<OD>` or `<CAPTION>` as text."""

    def prepare(self, media: tuple[Any, ...], text: Any, options: dict[str, Any]) -> BatchFeature:
        """The inputs of a model."""
        return super().prepare(
            media, None if text is None else self.construct_prompts(text), options
        )

    def construct_prompts(self, text: str | Sequence[str]) -> list[str]:
        """The prompts that the model knows its tasks by.

        Args:
            text: a task, or a task with what it needs behind it; or a list of these. What is no
                task stays as it is.

        Example:
            >>> processor.construct_prompts("<CAPTION>")
            ['What does the image describe?']
        """
        return [self._prompt(each) for each in ([text] if isinstance(text, str) else text)]

    def _prompt(self, text: str) -> str:
        alone = self._table("task_prompts_without_inputs")
        if text in alone:
            return alone[text]
        for task, prompt in self._table("task_prompts_with_input").items():
            if task in text:
                return prompt.replace("{input}", text).replace(task, "")
        return text

    def post_process_generation(
        self, text: str, task: str, image_size: Sequence[int]
    ) -> dict[str, Any]:
        """What an answer says.

        Args:
            text: what the model wrote, with special tokens.
            task: such as "<OD>".
            image_size: width and height of the picture, as PIL's `size`.

        Returns:
            The task with a text, or with a dict of `labels` and `bboxes` (left, top, right,
            bottom) or `quad_boxes` (four corners), in pixels.

        Raises:
            InvalidArgumentError: `image_size` is not two numbers.
            UnsupportedModelError: the answer is of a kind that is not known here.
        """
        kind = self._table("tasks_answer_post_processing_type").get(task, "pure_text")
        text = text.replace("<s>", "").replace("</s>", "")
        if kind == "pure_text":
            return {task: text}
        if kind not in _BOXES:
            raise UnsupportedModelError(
                f"[{type(self).__name__}] answers of kind {kind!r} (task {task}) are not read "
                f"here; known are pure_text, {', '.join(_BOXES)}"
            )
        if len(image_size) != 2:
            raise InvalidArgumentError(
                f"[{type(self).__name__}] image_size must be (width, height), got {image_size!r}"
            )
        return {task: _boxes(text, _BOXES[kind], image_size)}

    def _table(self, name: str) -> dict[str, str]:
        found = self.preprocessor.config.get(name)
        return dict(found) if found else {}


def _boxes(text: str, key: str, size: Sequence[int]) -> dict[str, list[Any]]:
    labels: list[str] = []
    items: list[list[float]] = []
    for label, *places in (match.groups() for match in _PATTERNS[key].finditer(text)):
        # Boxes without a label belong to the one before.
        labels.append(label.strip() if label else labels[-1] if labels else "")
        # The middle of each step.
        items.append([(int(place) + 0.5) / _BINS * size[i % 2] for i, place in enumerate(places)])
    return {"labels": labels, key: items}
