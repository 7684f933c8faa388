"""The logits of models that classify whole texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers.errors import FileFormatError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray


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
