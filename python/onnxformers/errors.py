"""Every exception that onnxformers raises.

Each derives from `OnnxformersError` and from the built-in exception that fits, so both
``except OnnxformersError`` and ``except ValueError`` work. The native core raises these too.
"""

from __future__ import annotations

from typing import Any


class OnnxformersError(Exception):
    """Base of every error of this package."""

    def __str__(self) -> str:
        """The message alone, also where the built-in base (KeyError) would quote it."""
        return str(self.args[0]) if self.args else ""


class InvalidArgumentError(OnnxformersError, ValueError):
    """The value of an argument cannot be accepted."""


class InvalidTypeError(OnnxformersError, TypeError):
    """The type of an argument cannot be accepted."""


class UnknownNameError(OnnxformersError, AttributeError):
    """`env` has no setting, or a config no field, of the name that was used as an attribute."""


class UnsupportedTaskError(OnnxformersError, KeyError):
    """`pipeline()` was asked for a task that it does not know or does not have yet."""


class UnsupportedModelError(OnnxformersError, ValueError):
    """A model's architecture, or the head asked for, is not in the registry."""


class FileFormatError(OnnxformersError, ValueError):
    """A model file, tokenizer.json or config is broken, or asks for something unknown."""


class ChatTemplateError(OnnxformersError, ValueError):
    """A chat template is broken, refused a conversation, or wanted more than it may have."""


class MissingFileError(OnnxformersError, FileNotFoundError):
    """A file that is needed is not there."""


class HubError(OnnxformersError, OSError):
    """The Hub or a mirror could not deliver a file."""


class OfflineError(HubError):
    """The file is in no cache, and the network is off or out of reach."""


class RepositoryNotFoundError(HubError):
    """No such repository or revision, or it is private and no valid token was given."""


class GatedRepositoryError(HubError):
    """The repository is open only to accounts that asked for access (401 or 403)."""


class UnauthorizedError(HubError):
    """A token is needed, or the one given is not valid (401)."""


class ForbiddenError(HubError):
    """The token given does not give access (403)."""


class MissingExtraError(OnnxformersError, ImportError):
    """A package that an extra of onnxformers brings is not installed."""


class RuntimeLibraryError(OnnxformersError, RuntimeError):
    """ONNX Runtime is not installed or cannot be loaded."""


class ProviderError(OnnxformersError, RuntimeError):
    """An execution provider is not installed or cannot be used."""


class SessionError(OnnxformersError, RuntimeError):
    """ONNX Runtime failed to open or run a model."""


class GuidedGenerationError(OnnxformersError, RuntimeError):
    """An answer did not come to a valid end of the form that was asked for.

    Attributes:
        sequences: What was written, as `generate` would have returned it; None when nothing was.
        rows: Which rows of it are no valid answers.
    """

    sequences: Any = None
    rows: tuple[int, ...] = ()


class RunTimeoutError(OnnxformersError, TimeoutError):
    """A run was stopped because its time was over."""


class RunCancelledError(OnnxformersError, RuntimeError):
    """A run was stopped because its caller asked for that."""


class ForkError(OnnxformersError, RuntimeError):
    """An object opened before `os.fork()` was used in the child process."""


class ClosedError(OnnxformersError, RuntimeError):
    """An object was used after `close()`."""


class InferenceError(OnnxformersError, RuntimeError):
    """A remote model gave no answer: the server refused, broke off or cannot be reached.

    Attributes:
        status: The status of the HTTP answer; None when there was none.
        retry_after_s: Seconds that the server asks to wait, None when it does not say.
    """

    status: int | None = None
    retry_after_s: float | None = None


class InferenceTimeoutError(InferenceError, TimeoutError):
    """A remote model did not answer within `timeout_s`."""


class InferenceOutputError(InferenceError, TypeError):
    """The answer of a remote model does not have the shape of its task."""


class QueueFullError(OnnxformersError, RuntimeError):
    """Too many requests wait; try again later."""
