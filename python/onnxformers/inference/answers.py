"""What came back: a value, a file, or an error."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from onnxformers.errors import InferenceError, InferenceOutputError
from onnxformers.inference.types import Blob

if TYPE_CHECKING:
    from collections.abc import Mapping

    from onnxformers.inference.events import Event
    from onnxformers.inference.requests import Question

STARTING = 503
#: What servers answer that have no chats.
_WITHOUT_CHATS = (400, 404, 422, 500)
_MAX_SHOWN = 2000


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it came.

    Attributes:
        status: Of HTTP.
        headers: By name in lower case.
        body: All of it.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def kind(self) -> str:
        """The content type without its parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


def read_value(answer: Answer, question: Question) -> Any:
    """What a successful answer holds: what its JSON says, or a `Blob`.

    Raises:
        InferenceError: The server refused.
        InferenceOutputError: The JSON is broken.
    """
    refuse_failure(answer, question)
    if answer.kind == "application/json" or answer.kind.endswith("+json"):
        return _parsed(answer.body, question.task)
    return Blob(answer.body, answer.kind or "application/octet-stream")


def refuse_failure(answer: Answer, question: Question) -> None:
    """Raise for a status that says no.

    Raises:
        InferenceError: With what the server said.
    """
    if 200 <= answer.status < 300:
        return
    said = _said(answer)
    hint = ""
    if question.is_chat and answer.status in _WITHOUT_CHATS:
        hint = "; the server may not support chat completion for this model"
    elif answer.status in (401, 403):
        hint = "; check access_token and its rights"
    model = question.model or "the endpoint"
    raise failure(
        f"[{question.task}] {model}: the server answered {answer.status}: {said}{hint}", answer
    )


def failure(message: str, answer: Answer) -> InferenceError:
    """An error with what the answer tells beside its text."""
    error = InferenceError(message)
    error.status = answer.status
    seconds = answer.headers.get("retry-after", "")
    error.retry_after_s = float(seconds) if seconds.isdecimal() else None
    return error


def refuse_no_events(answer: Answer, question: Question) -> None:
    """Raise when an answer is no stream of events.

    Raises:
        InferenceOutputError: It is something else.
    """
    if answer.kind != "text/event-stream":
        raise InferenceOutputError(
            f"[{question.task}] the server does not stream: it answered "
            f"{answer.kind or 'without a content type'}; ask without streaming"
        )


def read_event(event: Event, question: Question) -> Any:
    """The value of an event; None when it has none.

    Raises:
        InferenceError: The server says that it failed.
        InferenceOutputError: The JSON is broken.
    """
    if not event.data:
        return None
    value = _parsed(event.data.encode(), question.task)
    has_error = isinstance(value, dict) and value.get("error") is not None
    if has_error or event.event == "error":
        raise InferenceError(f"[{question.task}] the server failed: {_shown(_reason(value))}")
    return value


def _parsed(body: bytes, task: str) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        shown = _shown(body.decode("utf-8", "replace"))
        raise InferenceOutputError(f"[{task}] the server's answer is no JSON: {shown}") from None


def _said(answer: Answer) -> str:
    """The reason in the body."""
    text = answer.body.decode("utf-8", "replace").strip()
    try:
        return _shown(_reason(json.loads(text)))
    except (ValueError, RecursionError):
        is_page = answer.kind == "text/html"
        return "no reason given" if is_page or not text else _shown(text)


def _reason(value: Any) -> str:
    """The text of an error in any of the forms that servers use."""
    for name in ("error", "message", "detail"):
        if isinstance(value, dict) and value.get(name):
            return _reason(value[name])
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _shown(text: str) -> str:
    return text if len(text) <= _MAX_SHOWN else text[:_MAX_SHOWN] + "..."
