"""Questions to a plain HTTP file server: with retries, and with our errors for its answers."""

from __future__ import annotations

import email.utils
import functools
import random
import ssl
import time
from collections.abc import Callable, Mapping
from typing import TypeVar

import httpx

from onnxformers.errors import ForbiddenError, HubError, OfflineError, UnauthorizedError

RETRIES = 3
MAX_WAIT_S = 120.0
_TIMEOUT = httpx.Timeout(60.0, connect=10.0)
_RETRIED = {408, 429, 500, 502, 503, 504}
_WITHOUT_HEAD = {405, 501}
_QUESTIONS_AT_ONCE = 8

Result = TypeVar("Result")


class Again(Exception):
    """An attempt failed in a way that may pass.

    Attributes:
        wait_s: what the server asks to wait, None when it does not say.
    """

    def __init__(self, reason: str, wait_s: float | None = None) -> None:
        super().__init__(reason)
        self.wait_s = wait_s


def sizes(urls: Mapping[str, str], token: str | None) -> dict[str, int | None]:
    """Which files the server has, by the names given to their addresses, and how large they are.

    Returns:
        Name -> bytes, None where the server does not say.

    Raises:
        HubError: the server could not say; see its subclasses.
    """
    from concurrent.futures import ThreadPoolExecutor

    def ask(url: str) -> tuple[bool, int | None]:
        return retrying(lambda: _ask(client, url), url)

    with open_client(token) as client, ThreadPoolExecutor(_QUESTIONS_AT_ONCE) as pool:
        answers = list(pool.map(ask, urls.values()))
    return {name: size for name, (there, size) in zip(urls, answers, strict=True) if there}


def _ask(client: httpx.Client, url: str) -> tuple[bool, int | None]:
    answer = client.head(url)
    if answer.status_code in _WITHOUT_HEAD:
        with client.stream("GET", url) as answer:
            pass  # what it says of the file is there before the file
    length = answer.headers.get("content-length", "")
    return is_there(answer, url), int(length) if length.isdecimal() else None


def retrying(
    attempt: Callable[[], Result], url: str, moved: Callable[[], bool] = lambda: False
) -> Result:
    """The result of `attempt`, which is made up to four times in a row.

    Between them lie random pauses that grow, or those that the server asks for.

    Args:
        attempt: raises `Again` or an error of httpx when it should be made again.
        url: for messages.
        moved: whether the last attempt came further than all before it: then the count begins anew.

    Raises:
        OfflineError: the server cannot be reached.
        HubError: no attempt succeeded; or what `attempt` raised itself.
    """
    failures = 0
    while True:
        outcome = _outcome(attempt, url)
        if not isinstance(outcome, Again):
            return outcome
        failures = 1 if moved() else failures + 1
        if failures > RETRIES:
            raise HubError(f"[hub] {url}: {outcome}, {failures} times")
        backoff_s = 0.25 * 2**failures * random.uniform(0.5, 1.5)
        time.sleep(backoff_s if outcome.wait_s is None else outcome.wait_s)


def open_client(token: str | None) -> httpx.Client:
    """A client that sends the token, and sends it nowhere but to the address it is used for."""
    # httpx drops the authorization when a redirect leads to another origin. Compression is
    # declined so that Content-Length counts the file's own bytes.
    headers = {"accept-encoding": "identity", "user-agent": "onnxformers"}
    if token is not None:
        headers["authorization"] = f"Bearer {token}"
    return httpx.Client(
        follow_redirects=True, timeout=_TIMEOUT, headers=headers, verify=_certificates()
    )


def is_there(response: httpx.Response, url: str) -> bool:
    """Whether an answer brings the file, or a part of it that was asked for.

    Raises:
        Again: the server is busy.
        UnauthorizedError, ForbiddenError: it wants a token, or another one.
        HubError: it answered something else.
    """
    status = response.status_code
    if status in {200, 206}:
        return True
    if status in {404, 410}:
        return False
    if status == 401:
        raise UnauthorizedError(f"[hub] {url} asks for a token that fits (401): give token=")
    if status == 403:
        raise ForbiddenError(f"[hub] {url}: access is forbidden (403); check the token's rights")
    if status in _RETRIED:
        raise Again(f"the server answered {status}", _retry_after_s(response))
    raise HubError(f"[hub] {url}: the server answered {status}")


@functools.cache
def _certificates() -> ssl.SSLContext:
    """The trusted certificates: reading them takes longer than most requests."""
    return httpx.create_ssl_context()


def _outcome(attempt: Callable[[], Result], url: str) -> Result | Again:
    try:
        return attempt()
    except Again as failed:
        return failed
    except httpx.HTTPError as error:
        failure = _judged(error, url)
    # Raised out here: the error of the library, with its request and headers, stays behind.
    if isinstance(failure, Again):
        return failure
    raise failure


def _judged(error: httpx.HTTPError, url: str) -> Again | HubError:
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.UnsupportedProtocol):
        return OfflineError(f"[hub] {url} cannot be reached: {error}")
    if isinstance(error, httpx.TooManyRedirects):
        return HubError(f"[hub] {url} leads in a circle of redirects")
    return Again(f"the connection broke ({type(error).__name__})")


def _retry_after_s(response: httpx.Response) -> float | None:
    """Seconds that the server asks to wait, None when it does not; it is not obeyed for ever."""
    text = response.headers.get("retry-after", "")
    if text.isdecimal():
        wait_s = float(text)
    else:
        try:
            wait_s = email.utils.parsedate_to_datetime(text).timestamp() - time.time()
        except (TypeError, ValueError):
            return None
    if wait_s > MAX_WAIT_S:
        raise HubError(
            f"[hub] {response.url.host} answered {response.status_code} and asks to wait "
            f"{wait_s:.0f} s; try again then"
        )
    return max(0.0, wait_s)
