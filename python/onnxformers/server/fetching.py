"""Pictures and recordings at addresses that strangers name: fetched without lending them our place.

A name is looked up once, all its addresses must be public, and the connection goes to one of these
and nowhere else; every redirect is looked at in the same way.

Source: OWASP, Server-Side Request Forgery Prevention; RFC 6890 for what is public.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from onnxformers.inference.connections import certificates
from onnxformers.server.problems import Problem

if TYPE_CHECKING:
    import httpx

    from onnxformers.server.settings import Limits

    Address = ipaddress.IPv4Address | ipaddress.IPv6Address
    Resolve = Callable[[str, int], Awaitable[list[str]]]

_MAX_REDIRECTS = 5
_MAX_ADDRESS = 2048
_REDIRECTS = (301, 302, 303, 307, 308)
#: Types of files; servers that do not know better say the last of them.
_KINDS = ("image/", "audio/", "video/", "application/ogg", "application/octet-stream")
#: Stands for addresses of the old net, behind a translator that may be ours.
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")


def is_address(value: Any) -> bool:
    """Whether an input is an address rather than a file."""
    return isinstance(value, str) and value[:8].lower().startswith(("http://", "https://"))


async def with_files(fetcher: Fetcher, inputs: Any) -> Any:
    """Inputs with files in place of their addresses: one, several, or as `image` of objects.

    Raises:
        Problem: An address may not be asked, or gives no file.
    """
    items = inputs if isinstance(inputs, list) else [inputs]
    wanted: list[Any] = [item.get("image") if isinstance(item, Mapping) else item for item in items]
    files = await fetcher.fetch_all([value for value in wanted if is_address(value)])
    found = [
        _with_file(item, files.pop(0)) if is_address(value) else item
        for item, value in zip(items, wanted, strict=True)
    ]
    return found if isinstance(inputs, list) else found[0]


def _with_file(item: Any, file: bytes) -> Any:
    return {**item, "image": file} if isinstance(item, Mapping) else file


async def resolve(host: str, port: int) -> list[str]:
    """The addresses of a name."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


def is_public(address: str) -> bool:
    """Whether an address is anybody's, and not this machine's or this network's."""
    found: Address = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return is_public(str(found.ipv4_mapped))
        if found.sixtofour is not None or found.teredo is not None or found in _TRANSLATED:
            return False
    return found.is_global and not (
        found.is_multicast or found.is_reserved or found.is_unspecified or found.is_link_local
    )


class Fetcher:
    """Fetches files.

    Args:
        limits: `media_bytes` of all files of a request, `fetch_s` for them, `inputs` of them.
        resolve: Gives the addresses of a name.
    """

    def __init__(self, limits: Limits, resolve: Resolve = resolve) -> None:
        self._limits = limits
        self._resolve = resolve

    async def fetch_all(self, addresses: list[str]) -> list[bytes]:
        """The file at each address.

        Raises:
            Problem: One may not be asked or gives none; they are too many or too large, or take
                too long.
        """
        if not addresses:
            return []
        if len(addresses) > self._limits.inputs:
            raise Problem(422, f"a request may have {self._limits.inputs} addresses")
        try:
            return await asyncio.wait_for(self._fetch_all(addresses), self._limits.fetch_s)
        except (asyncio.TimeoutError, TimeoutError):
            raise Problem(
                422, f"the files at the addresses did not come in {self._limits.fetch_s:g} seconds"
            ) from None

    async def _fetch_all(self, addresses: list[str]) -> list[bytes]:
        import httpx

        files: list[bytes] = []
        # Neither proxies nor passwords of ours.
        async with httpx.AsyncClient(
            trust_env=False, verify=certificates(), timeout=self._limits.fetch_s
        ) as client:
            for address in addresses:
                room = self._limits.media_bytes - sum(map(len, files))
                try:
                    files.append(await self._fetch(client, address, room))
                except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError):
                    raise Problem(422, f"{address:.200} cannot be fetched") from None
        return files

    async def _fetch(self, client: httpx.AsyncClient, address: str, room: int) -> bytes:
        import httpx

        url = _checked(httpx.URL(address))
        for _ in range(_MAX_REDIRECTS + 1):
            request = await self._request(client, url)
            answer = await client.send(request, stream=True, follow_redirects=False)
            try:
                if answer.status_code not in _REDIRECTS:
                    return await _read(answer, url, room)
                url = _checked(url.join(answer.headers.get("location", "")))
            finally:
                await answer.aclose()
        raise Problem(422, f"{address:.200} leads from one address to the next")

    async def _request(self, client: httpx.AsyncClient, url: httpx.URL) -> httpx.Request:
        """A request to the address that was looked at, by the name that was asked for."""
        port = url.port or (443 if url.scheme == "https" else 80)
        addresses = await self._resolve(url.host, port)
        if not addresses or not all(map(is_public, addresses)):
            raise Problem(422, f"{url.host:.200} is no public address")
        # The certificate must be that of the name.
        return client.build_request(
            "GET",
            url.copy_with(host=addresses[0].partition("%")[0], fragment=None),
            headers={"host": url.netloc.decode("ascii"), "accept-encoding": "identity"},
            extensions={"sni_hostname": url.raw_host.decode("ascii")},
        )


def _checked(url: httpx.URL) -> httpx.URL:
    if url.scheme not in ("http", "https") or not url.host or len(str(url)) > _MAX_ADDRESS:
        raise Problem(
            422,
            "an address must begin with http:// or https://, and be no longer than "
            f"{_MAX_ADDRESS} characters",
        )
    if url.userinfo:
        raise Problem(422, "an address may hold no password")
    if not 0 < (url.port or 80) < 65_536:
        raise Problem(422, f"{url.port} is no port")
    return url


async def _read(answer: httpx.Response, url: httpx.URL, room: int) -> bytes:
    """The body of an answer, as it is: what is packed might have no end."""
    if answer.status_code != 200:
        raise Problem(422, f"{url.host:.200} answered {answer.status_code}, and no file")
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not kind.startswith(_KINDS):
        raise Problem(422, f"{url.host:.200} gave {kind or 'nothing'!r:.60}, no picture or sound")
    if answer.headers.get("content-encoding", "identity").lower() != "identity":
        raise Problem(422, f"{url.host:.200} gave a packed file, which was not asked for")
    parts, size = [], 0
    async for part in answer.aiter_raw():
        parts.append(part)
        size += len(part)
        if size > room:
            raise Problem(413, f"the files at the addresses have more bytes than {room}")
    return b"".join(parts)
