"""The model that the Hub recommends for a task, for callers who name none.

Source: spec/inference/modules.md, BaseArgs.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from onnxformers.errors import InferenceError, InvalidArgumentError, OfflineError
from onnxformers.settings import hub_endpoint, is_offline

if TYPE_CHECKING:
    from onnxformers.inference.answers import Answer

# What the Hub said, by task; it is asked once.
_learned: dict[str, str] = {}


def address() -> str:
    """Where the Hub tells the models of its tasks; anyone may read it."""
    return hub_endpoint() + "api/tasks"


def known(task: str) -> str | None:
    """The default model, if the Hub was asked before."""
    return _learned.get(task)


def learn(answer: Answer, task: str) -> str:
    """The default model, from what the Hub says.

    Raises:
        InferenceError: The Hub did not answer.
        InvalidArgumentError: It has no model for this task.
    """
    try:
        rows: Any = json.loads(answer.body) if answer.status == 200 else None
        models = {name: row["models"][0]["id"] for name, row in rows.items() if row.get("models")}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InferenceError(
            f"[{task}] the Hub does not tell the default model (status {answer.status}); give model"
        ) from None
    _learned.update(models)
    if task not in _learned:
        raise InvalidArgumentError(f"[{task}] the Hub has no default model; give model")
    return _learned[task]


def refuse_offline(url: str, task: str) -> None:
    """Raise where HF_HUB_OFFLINE forbids the network.

    Raises:
        OfflineError: It does.
    """
    if is_offline():
        raise OfflineError(
            f"[{task}] HF_HUB_OFFLINE forbids asking {url}; give base_url or an endpoint of yours, "
            'or HfInference(provider="local")'
        )
