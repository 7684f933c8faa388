"""Fetching a file from a plain HTTP file server, so that it appears whole or not at all."""

from __future__ import annotations

import contextlib
import email.utils
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

import httpx

from onnxformers.errors import HubError
from onnxformers.hub.atomic import PARTIAL_PREFIX, appearing, publish
from onnxformers.hub.http import Again, is_there, open_client, retrying
from onnxformers.hub.locks import one_at_a_time
from onnxformers.hub.partial import Partial, Version, left_of, partial_of, remove_parts
from onnxformers.hub.progress import Reporter
from onnxformers.settings import is_true

# How often the callback is told.
_STEP_BYTES = 1 << 20
# A time of change says which version a file is only when the clock has moved on since (RFC 9110).
_SETTLED_AFTER_S = 60.0


def fetch(url: str, path: Path, token: str | None, report: Reporter) -> Path | None:
    """Fetch a file to `path`; None when there is no such file.

    One thread of one process fetches it, others wait. A server that names the version of its
    files and sends ranges is asked for the rest only when a connection breaks, or the process was
    killed; see `retrying` for how often.

    Raises:
        UnauthorizedError, ForbiddenError: the server asks for another token.
        OfflineError: the server cannot be reached.
        HubError: another answer, an answer cut short at every try, or the disk refused.
    """
    with open_client(token) as client:
        return _fetch_with(client, url, path, report)


def _fetch_with(client: httpx.Client, url: str, path: Path, report: Reporter) -> Path | None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = path.with_name(f"{PARTIAL_PREFIX}{path.name[:200]}.lock")
        with one_at_a_time(lock) as is_alone:
            if path.is_file():  # the one waited for has fetched it
                return path
            return _Download(client, url, path, report, keeps_parts=is_alone).run()
    except OSError as error:
        if report.failure is not None:
            raise report.failure from None
        if isinstance(error, HubError):
            raise
        # In words of ours: no more is known than what the system says.
        reason = error.strerror or type(error).__name__
        raise HubError(
            f"[hub] {url} could not be written to {path}: {reason}; make room or choose another "
            "folder (env.cache_dir, or cache_dir= of the call)"
        ) from None


class _Download:
    """One file on its way."""

    def __init__(
        self, client: httpx.Client, url: str, path: Path, report: Reporter, *, keeps_parts: bool
    ) -> None:
        self._client = client
        self._url = url
        self._path = path
        self._report = report
        self._keeps_parts = keeps_parts
        self._furthest = 0

    def run(self) -> Path | None:
        """Fetch it; None when the server has none of this name."""
        return retrying(self._attempt, self._url, self._moved)

    def _moved(self) -> bool:
        part = left_of(self._path)
        before, self._furthest = self._furthest, max(self._furthest, part.offset if part else 0)
        return self._furthest > before

    def _attempt(self) -> Path | None:
        if self._report.failure is not None:  # an error of httpx, but of another download
            raise HubError("[hub] progress_callback failed")
        part = left_of(self._path) if self._keeps_parts else None
        headers = {} if part is None else part.headers
        with self._client.stream("GET", self._url, headers=headers) as response:
            if part is None or not _continues(response, part):
                self._refuse_ranges(response, part)
                part = None
            if not is_there(response, self._url):
                remove_parts(self._path)
                return None
            self._report.download()
            if part is None:
                self._receive(response)
            else:
                self._receive_into(part, response, part.offset)
        return self._path

    def _refuse_ranges(self, response: httpx.Response, part: Partial | None) -> None:
        """Ask again for all when a part came that does not fit what is here."""
        if response.status_code in {206, 416}:
            if part is not None:
                part.remove()
            raise Again(f"the server answered {response.status_code} to a range", wait_s=0.0)

    def _receive(self, response: httpx.Response) -> None:
        """Take an answer that holds the whole file."""
        version = _version(response) if self._keeps_parts else None
        part = None if version is None else partial_of(self._path, version)
        if part is not None:
            self._receive_into(part, response, 0)
            return
        total = _length(response, self._url)
        _check_room(self._path, total)
        with appearing(self._path) as temporary, temporary.open("wb") as file:
            self._copy(response, file, 0, total)

    def _receive_into(self, part: Partial, response: httpx.Response, offset: int) -> None:
        total = part.version.total
        _check_room(self._path, total - offset)
        try:
            with _open_to_write(part.path) as file:
                file.seek(offset)
                self._copy(response, file, offset, total)
                file.truncate(total)
        except OSError:
            if self._report.failure is None:  # the disk is full
                part.remove()
            raise
        try:
            publish(part.path, self._path)
        except FileNotFoundError:
            if not self._path.is_file():  # not another, past a lock that holds nobody
                raise
        remove_parts(self._path)

    def _copy(
        self, response: httpx.Response, file: BinaryIO, offset: int, total: int | None
    ) -> None:
        loaded = told = offset
        self._report.progress(loaded, total)
        with _bar(self._report, total, offset, self._path.name) as bar:
            for chunk in response.iter_bytes():
                file.write(chunk)
                loaded += len(chunk)
                bar.update(len(chunk))
                if loaded >= told + _STEP_BYTES or loaded == total:
                    self._report.progress(loaded, total)
                    told = loaded
        if told != loaded:
            self._report.progress(loaded, total)
        came = offset + response.num_bytes_downloaded
        if total is not None and came != total:
            raise Again(f"{came} bytes came instead of {total}")


def _open_to_write(path: Path) -> BinaryIO:
    """Open without cutting off what is there: it is right, and another may be writing the same."""
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(path, flags, 0o600), "r+b")


def _continues(response: httpx.Response, part: Partial) -> bool:
    """Whether an answer holds the rest of this very version."""
    if response.status_code != 206:
        return False
    expected = f"bytes {part.offset}-{part.version.total - 1}/{part.version.total}"
    told = response.headers.get("etag") or response.headers.get("last-modified")
    return response.headers.get("content-range") == expected and told in {
        None,
        part.version.validator,
    }


def _version(response: httpx.Response) -> Version | None:
    """What the server calls this version of the file; None when it cannot be gone on with."""
    headers = response.headers
    length = headers.get("content-length", "")
    if not length.isdecimal() or int(length) == 0 or "content-encoding" in headers:
        return None
    etag = headers.get("etag", "")
    if etag:
        return Version(int(length), etag) if etag.startswith('"') else None
    changed = headers.get("last-modified", "")
    try:
        times = [email.utils.parsedate_to_datetime(t) for t in (changed, headers.get("date", ""))]
        settled = (times[1] - times[0]).total_seconds() >= _SETTLED_AFTER_S
    except (TypeError, ValueError):
        return None
    return Version(int(length), changed) if settled else None


def _length(response: httpx.Response, url: str) -> int | None:
    """How many bytes come; None when the transfer marks its end by itself.

    Raises:
        HubError: neither: a cut connection could not be told from the end.
    """
    length = response.headers.get("content-length", "")
    if length.isdecimal():
        return int(length)
    if "chunked" in response.headers.get("transfer-encoding", "").lower():
        return None
    raise HubError(
        f"[hub] {url}: the server says not how long the file is, so a part could not be told from "
        "the whole; let it send Content-Length"
    )


def _check_room(path: Path, needed: int | None) -> None:
    free = shutil.disk_usage(path.parent).free
    if needed is not None and needed > free:
        raise HubError(
            f"[hub] {path} needs {needed / 1e6:.1f} MB more, and the disk has {free / 1e6:.1f} MB "
            "free; make room or choose another folder (env.cache_dir, or cache_dir= of the call)"
        )


class _Bar(Protocol):
    def update(self, n: int) -> object: ...


class _NoBar:
    def update(self, n: int) -> None:
        pass


@contextlib.contextmanager
def _bar(report: Reporter, total: int | None, start: int, name: str) -> Iterator[_Bar]:
    """A progress bar on a terminal when nobody else reports."""
    if report.listened_to or is_true("HF_HUB_DISABLE_PROGRESS_BARS"):
        yield _NoBar()
        return
    from tqdm.std import tqdm

    # disable=None: tqdm draws on a terminal only.
    with tqdm(
        total=total, initial=start, unit="B", unit_scale=True, desc=name, disable=None
    ) as bar:
        yield bar
