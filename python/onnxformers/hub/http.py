"""Fetching from a plain HTTP file server, with retries."""

from __future__ import annotations

import contextlib
import email.utils
import functools
import os
import random
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

import httpx

from onnxformers.errors import ForbiddenError, HubError, OfflineError, UnauthorizedError
from onnxformers.hub.atomic import appearing
from onnxformers.hub.progress import Reporter

RETRIES = 3
MAX_WAIT_S = 120.0
_TIMEOUT = httpx.Timeout(60.0, connect=10.0)
_CHUNK_BYTES = 1 << 20
_RETRIED = {408, 429, 500, 502, 503, 504}


class _Again(Exception):
    """An attempt failed in a way that may pass."""

    def __init__(self, reason: str, wait_s: float | None = None) -> None:
        super().__init__(reason)
        self.wait_s = wait_s


def exists(url: str, token: str | None) -> bool:
    """Whether the server has this file, as far as it says."""
    try:
        with _client(token) as client:
            return client.head(url).status_code == 200
    except httpx.HTTPError:
        return False


def fetch(url: str, path: Path, token: str | None, report: Reporter) -> Path | None:
    """Fetch a file to `path`, which appears whole or not at all; None when there is no such file.

    Tries again up to three times, with growing random pauses or those that Retry-After asks for,
    when the server is busy or the connection breaks.

    Raises:
        UnauthorizedError, ForbiddenError: the server asks for another token.
        OfflineError: the server cannot be reached.
        HubError: another answer, an answer cut short at every try, or the disk refused.
    """
    with _client(token) as client:
        for attempt in range(RETRIES + 1):
            outcome = _attempt(client, url, path, report)
            if not isinstance(outcome, _Again):
                return outcome
            if attempt < RETRIES:
                backoff_s = 0.5 * 2**attempt * random.uniform(0.5, 1.5)
                time.sleep(backoff_s if outcome.wait_s is None else outcome.wait_s)
    raise HubError(f"[hub] {url}: {outcome}, {RETRIES + 1} times")


def _client(token: str | None) -> httpx.Client:
    # httpx drops the authorization when a redirect leads to another origin. Compression is
    # declined so that Content-Length counts the file's own bytes.
    headers = {"accept-encoding": "identity", "user-agent": "onnxformers"}
    if token is not None:
        headers["authorization"] = f"Bearer {token}"
    return httpx.Client(
        follow_redirects=True, timeout=_TIMEOUT, headers=headers, verify=_certificates()
    )


@functools.cache
def _certificates() -> ssl.SSLContext:
    """The trusted certificates: reading them takes longer than most requests."""
    return httpx.create_ssl_context()


def _attempt(client: httpx.Client, url: str, path: Path, report: Reporter) -> Path | _Again | None:
    try:
        return _transfer(client, url, path, report)
    except _Again as failed:
        return failed
    except Exception as error:
        if report.failure is not None or isinstance(error, HubError):
            raise
        failure = _judged(error, url, path)
    # Raised out here: the error of the library, with its request and headers, stays behind.
    if isinstance(failure, _Again):
        return failure
    raise failure


def _transfer(client: httpx.Client, url: str, path: Path, report: Reporter) -> Path | None:
    with client.stream("GET", url) as response:
        if not _is_there(response, url):
            return None
        report.download()
        with appearing(path) as temporary, temporary.open("wb") as file:
            _copy(response, file, report, path.name)
        return path


def _judged(error: Exception, url: str, path: Path) -> Exception:
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.UnsupportedProtocol):
        return OfflineError(f"[hub] {url} cannot be reached: {error}")
    if isinstance(error, httpx.TooManyRedirects):
        return HubError(f"[hub] {url} leads in a circle of redirects")
    if isinstance(error, httpx.HTTPError):
        return _Again(f"the connection broke ({type(error).__name__})")
    if isinstance(error, OSError):
        return HubError(f"[hub] {url} could not be written to {path}: {error.strerror}")
    return error


def _is_there(response: httpx.Response, url: str) -> bool:
    status = response.status_code
    if status == 200:
        return True
    if status in {404, 410}:
        return False
    if status == 401:
        raise UnauthorizedError(f"[hub] {url} asks for a token that fits (401): give token=")
    if status == 403:
        raise ForbiddenError(f"[hub] {url}: access is forbidden (403); check the token's rights")
    if status in _RETRIED:
        raise _Again(f"the server answered {status}", _retry_after_s(response))
    raise HubError(f"[hub] {url}: the server answered {status}")


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


def _copy(response: httpx.Response, file: BinaryIO, report: Reporter, name: str) -> None:
    length = response.headers.get("content-length", "")
    total = int(length) if length.isdecimal() else None
    with _bar(report, total, name) as bar:
        loaded = 0
        for chunk in response.iter_bytes(_CHUNK_BYTES):
            file.write(chunk)
            loaded += len(chunk)
            bar.update(len(chunk))
            report.progress(loaded, total)
    if total is not None and response.num_bytes_downloaded != total:
        raise _Again(f"{response.num_bytes_downloaded} bytes came instead of {total}")


class _Bar(Protocol):
    def update(self, n: int) -> object: ...


class _NoBar:
    def update(self, n: int) -> None:
        pass


@contextlib.contextmanager
def _bar(report: Reporter, total: int | None, name: str) -> Iterator[_Bar]:
    """A progress bar on a terminal when nobody else reports."""
    if report.listened_to or os.environ.get("HF_HUB_DISABLE_PROGRESS_BARS") in {"1", "true"}:
        yield _NoBar()
        return
    from tqdm.std import tqdm

    # disable=None: tqdm draws on a terminal only.
    with tqdm(total=total, unit="B", unit_scale=True, desc=name, disable=None) as bar:
        yield bar
