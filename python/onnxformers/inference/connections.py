"""What every connection needs: trusted certificates, limits of time, what failures mean."""

from __future__ import annotations

import functools
import ssl
from typing import TYPE_CHECKING

from onnxformers.errors import InferenceError, InferenceTimeoutError

if TYPE_CHECKING:
    import httpx

_CONNECT_S = 10.0


@functools.cache
def certificates() -> ssl.SSLContext:
    """The trusted certificates: reading them takes longer than most requests."""
    import httpx

    return httpx.create_ssl_context()


def timeouts(timeout_s: float | None) -> httpx.Timeout:
    """The limits of one exchange."""
    import httpx

    connect = _CONNECT_S if timeout_s is None else min(_CONNECT_S, timeout_s)
    return httpx.Timeout(timeout_s, connect=connect)


def judged(error: Exception, task: str) -> InferenceError:
    """Our error for one of httpx, without the request that it holds."""
    import httpx

    if isinstance(error, httpx.TimeoutException) and not isinstance(error, httpx.ConnectTimeout):
        return InferenceTimeoutError(f"[{task}] no answer came in time; raise timeout_s")
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        return InferenceError(f"[{task}] the server cannot be reached: {error}")
    if isinstance(error, httpx.TooManyRedirects):
        return InferenceError(f"[{task}] the server leads in a circle of redirects")
    return InferenceError(f"[{task}] the connection broke ({type(error).__name__}): {error}")
