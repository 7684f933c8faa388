"""What went wrong at the Hub, in our own classes and words.

The words are ours because huggingface_hub's may hold signed addresses; a token is in none of them.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator, Mapping

from onnxformers.errors import (
    ForbiddenError,
    GatedRepositoryError,
    HubError,
    InvalidArgumentError,
    OfflineError,
    OnnxformersError,
    RepositoryNotFoundError,
    UnauthorizedError,
)

# huggingface_hub 0.x speaks through requests, 1.x and 2.x through httpx or its successor.
_HTTP_LIBRARIES = {"httpcore", "httpx", "httpx2", "requests", "urllib3"}

# What the libraries raise when an answer ends before its end.
_CUT_SHORT = {"ChunkedEncodingError", "IncompleteRead", "RemoteProtocolError"}
# What a cache raises that cannot be written.
_OF_DISK = {
    getattr(errno, name, None)
    for name in ("EACCES", "EDQUOT", "EFBIG", "ENOSPC", "ENOTDIR", "EPERM", "EROFS")
}

# Derived classes first: a gated repository also counts as one not found.
_KINDS: Mapping[str, tuple[type[OnnxformersError], str]] = {
    "GatedRepoError": (
        GatedRepositoryError,
        "is gated: ask for access on its page, then give a token of that account (HF_TOKEN or "
        "token=)",
    ),
    "DisabledRepoError": (HubError, "was disabled by its owner or the Hub"),
    "RevisionNotFoundError": (RepositoryNotFoundError, "does not exist: no such revision"),
    "RepositoryNotFoundError": (
        RepositoryNotFoundError,
        "does not exist, or it is private and the token (HF_TOKEN or token=) that would open it "
        "is missing or not valid",
    ),
    "LocalTokenNotFoundError": (UnauthorizedError, "needs a token: token=True, but there is none"),
    "HFValidationError": (InvalidArgumentError, "is not a name the Hub accepts"),
}

_KIND_OF_STATUS: Mapping[int, type[HubError]] = {401: UnauthorizedError, 403: ForbiddenError}


def translate(error: Exception, repo_id: str, revision: str) -> OnnxformersError | None:
    """The error of ours for one of huggingface_hub's; None when only the file does not exist."""
    # By name: from which module the classes come differs between the versions.
    kinds = {kind.__name__ for kind in type(error).__mro__}
    if "EntryNotFoundError" in kinds and "LocalEntryNotFoundError" not in kinds:
        return None
    where = f"[hub] {repo_id} (revision {revision})"
    for kind, (ours, words) in _KINDS.items():
        if kind in kinds:
            return ours(f"{where} {words}")
    return _without_a_class(error, where, is_offline="LocalEntryNotFoundError" in kinds)


def _without_a_class(error: Exception, where: str, *, is_offline: bool) -> HubError:
    """The error for what huggingface_hub has no class of its own for."""
    status = _status(error)
    if status is not None:
        return _KIND_OF_STATUS.get(status, HubError)(f"{where}: {_meaning(status)}")
    refusal = next((link for link in _chain(error) if _is_of_disk(link)), None)
    if isinstance(refusal, OSError):
        return HubError(
            f"{where} cannot be kept at {refusal.filename or 'its cache'}: {refusal.strerror}; "
            "make room or choose another folder (cache_dir=, HF_HOME); env.use_fs_cache = False "
            "keeps files until the process ends"
        )
    if any(type(link).__name__ in _CUT_SHORT for link in _chain(error)):
        return HubError(f"{where}: the connection broke ({_reason(error)}); try again")
    if is_offline or _is_connection_error(error):
        return OfflineError(f"{where} cannot be reached: {_reason(error)}")
    return HubError(f"{where} could not be fetched: {_redacted(error)}")


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    for _ in range(8):
        if seen is None:
            return
        yield seen
        seen = seen.__cause__ or seen.__context__


def _status(error: Exception) -> int | None:
    """The HTTP status of the answer behind an error."""
    for link in _chain(error):
        status = getattr(getattr(link, "response", None), "status_code", None)
        if isinstance(status, int):
            return status
    return None


def _meaning(status: int) -> str:
    if status == 401:
        return "the Hub did not accept the token (401): make a new one, or give none (token=False)"
    if status == 403:
        return "the token does not give access (403); check its permissions on the Hub"
    if status == 429:
        return "the Hub limits the rate of calls (429); wait, or log in for a higher limit"
    if status >= 500:
        return f"the Hub is out of order ({status}); try again later"
    return f"the Hub answered with status {status}"


def _is_of_disk(error: BaseException) -> bool:
    return isinstance(error, OSError) and error.errno is not None and error.errno in _OF_DISK


def _is_connection_error(error: Exception) -> bool:
    return any(
        isinstance(link, ConnectionError | TimeoutError)
        or type(link).__module__.partition(".")[0] in _HTTP_LIBRARIES
        for link in _chain(error)
    )


def _reason(error: Exception) -> str:
    """The innermost cause: what is around it only says that no file was found."""
    return _redacted(list(_chain(error))[-1])


def _redacted(error: BaseException) -> str:
    """One line of an error's text without what might be secret."""
    line = (str(error).strip().splitlines() or [""])[0]
    line = re.sub(r"(https?://[^\s?]+)\?\S*", r"\1", line)
    line = re.sub(r"\bhf_\w+|(?i:bearer)\s+\S+", "***", line)
    return f"{type(error).__name__}: {line[:300]}" if line else type(error).__name__
