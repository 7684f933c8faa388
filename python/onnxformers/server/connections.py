"""Connections that can be let go without losing what they ask."""

from __future__ import annotations

import select
import time
from typing import Any

from onnxformers.server.wire import Wire

_REST_S = 0.2


class Connection(Wire):
    """A connection that can tell whether a request is on its way."""

    cycle: Any  # None until the first request
    _is_in_head = False
    _answered_at = 0.0

    @property
    def is_new(self) -> bool:
        """Whether nothing has come yet: whoever connects is about to ask."""
        return self.cycle is None and not self._is_in_head

    @property
    def is_answering(self) -> bool:
        """Whether the head of a request is here, and the end of its answer is not sent."""
        return self.cycle is not None and not self.cycle.response_complete

    @property
    def rests(self) -> bool:
        """Whether all that has come is answered, a while ago, and nothing more has come.

        Whoever had an answer just now may be sending the next request.
        """
        return (
            self.cycle is not None
            and bool(self.cycle.response_complete)
            and not self._is_in_head
            and time.monotonic() - self._answered_at > _REST_S
            and not is_readable(self._socket())
        )

    def on_message_begin(self) -> None:
        """The first bytes of a request are here."""
        self._is_in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The request is being answered from here on."""
        super().on_headers_complete()
        self._is_in_head = False

    def on_response_complete(self) -> None:
        """The answer is sent."""
        self._answered_at = time.monotonic()
        super().on_response_complete()

    def _socket(self) -> Any:
        return self.transport.get_extra_info("socket")


def is_readable(sock: Any) -> bool:
    """Whether something has come that nobody has read: bytes, or at a listener a connection."""
    number = sock.fileno()
    if number < 0:
        return False
    if not hasattr(select, "poll"):  # Windows, where select takes any number
        return bool(select.select([number], [], [], 0)[0])
    poll = select.poll()
    poll.register(number, select.POLLIN)
    return bool(poll.poll(0))
