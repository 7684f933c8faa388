"""The logits of models that classify whole inputs, and the labels that they stand for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from onnxformers import ops
from onnxformers.errors import FileFormatError
from onnxformers.options import check_choice, check_positive
from onnxformers.pipelines.base import CallOptions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from onnxformers.configs import PretrainedConfig

#: What makes scores of logits.
FUNCTIONS = ("sigmoid", "softmax", "none")


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelOptions(CallOptions):
    """Options of a call that labels whole images or sounds.

    Attributes:
        top_k: How many labels, best first; None or 0 for all.
        function_to_apply: "softmax", "sigmoid" or "none" on the logits. None: sigmoid for a config
            with problem_type "multi_label_classification" or a single label, none for
            "regression", else softmax.
    """

    top_k: int | None = 5
    function_to_apply: str | None = None

    task: ClassVar[str]

    def __post_init__(self) -> None:
        CallOptions.__post_init__(self)
        check_positive(self.top_k or None, "top_k", self.task)
        check_choice(self.function_to_apply, (None, *FUNCTIONS), "function_to_apply", self.task)


def class_logits(task: str, outputs: Mapping[str, Any]) -> NDArray[np.float32]:
    """The output "logits".

    Returns:
        float32, shape (rows, labels).

    Raises:
        FileFormatError: The model gives no such output.
    """
    logits = outputs.get("logits")
    if logits is None or logits.ndim != 2:
        raise FileFormatError(
            f"[{task}] the model must give logits of shape (rows, labels), got "
            f"{', '.join(f'{name} {value.shape}' for name, value in outputs.items())}"
        )
    values: NDArray[np.float32] = logits.astype(np.float32, copy=False)
    return values


def class_scores(
    logits: NDArray[np.float32], function: str | None, config: PretrainedConfig
) -> NDArray[np.float32]:
    """Scores of labels.

    Args:
        logits: Shape (rows, labels).
        function: One of `FUNCTIONS`; None for what the problem asks for: sigmoid where labels
            exclude none, none for a regression, else softmax.
        config: The model's, with its problem_type.

    Returns:
        float32, shape (rows, labels).
    """
    function = function or _usual_function(logits.shape[1], config)
    if function == "sigmoid":
        return ops.sigmoid(logits)
    return logits if function == "none" else ops.softmax(logits)


def _usual_function(num_labels: int, config: PretrainedConfig) -> str:
    problem = config.get("problem_type")
    if problem == "regression":
        return "none"
    if problem == "multi_label_classification" or num_labels == 1:
        return "sigmoid"
    return "softmax"


def best_labels(
    scores: NDArray[np.float32], top_k: int | None, config: PretrainedConfig
) -> list[Any]:
    """The labels with the highest scores.

    Args:
        scores: Shape (labels,).
        top_k: How many; None for all.
        config: The model's, with the names of its labels.

    Returns:
        Dicts with "label" and "score", best first; equal scores keep the order of the labels.
    """
    names = config.id2label
    best = _best(scores, len(scores) if top_k is None else min(top_k, len(scores))).tolist()
    return [{"label": names.get(i, f"LABEL_{i}"), "score": float(scores[i])} for i in best]


def _best(scores: NDArray[np.float32], count: int) -> NDArray[np.intp]:
    """Where the greatest scores are, greatest first; equal ones in their order.

    Only what is no less than the last of them is sorted.
    """
    if count == 0 or count == len(scores):
        return np.argsort(-scores, kind="stable")[:count]
    least = np.partition(scores, len(scores) - count)[-count]
    places = np.flatnonzero(~(scores < least))
    return places[np.argsort(-scores[places], kind="stable")][:count]
