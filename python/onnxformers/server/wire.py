"""HTTP as uvicorn reads it, with errors in JSON also for what is no HTTP."""

from __future__ import annotations

from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_BODY = b'{"error":"this is no request of HTTP"}'
_ANSWER = (
    b"HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\n"
    b"content-length: %d\r\nconnection: close\r\n\r\n%b" % (len(_BODY), _BODY)
)


class Wire(HttpToolsProtocol):
    """One connection."""

    def send_400_response(self, msg: str) -> None:
        """Answer what cannot be read."""
        transport: Any = self.transport
        transport.write(_ANSWER)
        transport.close()
