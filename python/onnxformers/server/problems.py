"""What goes wrong with a request: statuses, and errors in the words of each interface."""

from __future__ import annotations

import logging
import math

import msgspec

from onnxformers.errors import (
    ChatTemplateError,
    FileFormatError,
    GuidedGenerationError,
    InvalidArgumentError,
    InvalidTypeError,
    MissingExtraError,
    QueueFullError,
    RunTimeoutError,
    UnsupportedTaskError,
)

_log = logging.getLogger("onnxformers")

_STATUSES: tuple[tuple[type[Exception] | tuple[type[Exception], ...], int], ...] = (
    (UnsupportedTaskError, 404),
    (
        (
            FileFormatError,
            InvalidArgumentError,
            InvalidTypeError,
            ChatTemplateError,
            GuidedGenerationError,
            MissingExtraError,
        ),
        422,
    ),
    (msgspec.ValidationError, 422),
    ((msgspec.DecodeError, UnicodeDecodeError, RecursionError), 400),
    (QueueFullError, 429),
    (RunTimeoutError, 504),
)
#: Status -> what OpenAI's interface calls it.
_KINDS = {401: "authentication_error", 404: "not_found_error", 429: "rate_limit_error"}


class Problem(Exception):
    """A request that gets no answer.

    Attributes:
        status: Of HTTP.
        text: What to tell.
        headers: To send.
    """

    def __init__(self, status: int, text: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(text)
        self.status, self.text, self.headers = status, text, headers or {}


def too_busy(text: str, wait_s: float = 1.0) -> Problem:
    """The answer to one request too many; `wait_s`: when it is worth to come again."""
    return Problem(429, text, {"retry-after": str(max(1, math.ceil(wait_s)))})


def as_problem(error: BaseException) -> Problem:
    """What to tell of an error; of one that is not the caller's nothing but that there is one."""
    if isinstance(error, Problem):
        return error
    for kinds, status in _STATUSES:
        if isinstance(error, kinds):
            text = "the body is nested too deep" if isinstance(error, RecursionError) else error
            _forget(error)
            return too_busy(str(text)) if status == 429 else Problem(status, str(text))
    _log.error("a request failed", exc_info=error)
    _forget(error)
    return Problem(500, "the server failed; see its log")


def _forget(error: BaseException) -> None:
    """Let go of what the frames of an error hold, such as a picture of hundreds of megabytes.

    Error and frames hold each other, and would stay until garbage is next looked for.
    """
    found: BaseException | None = error
    while found is not None:
        found.__traceback__ = None
        found = found.__cause__ or found.__context__


def problem_body(problem: Problem, is_openai: bool) -> bytes:
    """The JSON of a problem."""
    if not is_openai:
        return msgspec.json.encode({"error": problem.text})
    default = "server_error" if problem.status >= 500 else "invalid_request_error"
    kind = _KINDS.get(problem.status, default)
    told = {"message": problem.text, "type": kind, "param": None, "code": None}
    return msgspec.json.encode({"error": told})
