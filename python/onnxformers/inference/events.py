r"""Server-sent events: from the bytes of an answer, however they are cut, to events.

Source: the "Server-sent events" chapter of the HTML standard, "Interpreting an event stream".
"""

from __future__ import annotations

from typing import NamedTuple

from onnxformers.errors import InferenceOutputError

MAX_EVENT_BYTES = 64 << 20
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Event(NamedTuple):
    """One event.

    Attributes:
        data: Its lines, joined.
        event: Its kind, "" when the server does not say.
    """

    data: str
    event: str

    @property
    def is_last(self) -> bool:
        """Whether it says that no more come."""
        return self.data == "[DONE]"


class EventReader:
    r"""Reads a stream piece by piece.

    >>> reader = EventReader()
    >>> reader.feed(b": hello\ndata: {\ndata")
    []
    >>> reader.feed(b":}\r\n\r\n")
    [Event(data='{\n}', event='')]
    """

    def __init__(self) -> None:
        self._rest = bytearray()
        self._scanned = 0
        self._is_start = True
        self._data: list[str] = []
        self._size = 0
        self._event = ""

    def feed(self, chunk: bytes) -> list[Event]:
        """The events that these bytes complete.

        Raises:
            InferenceOutputError: An event is larger than 64 MB.
        """
        self._rest += chunk
        if self._size + len(self._rest) > MAX_EVENT_BYTES:
            raise InferenceOutputError("[stream] an event is larger than 64 MB")
        found = []
        for line in self._lines():
            event = self._take(line)
            if event is not None:
                found.append(event)
        return found

    def close(self) -> list[Event]:
        """What the end of the stream completes: some servers leave out the last empty line."""
        return self.feed(b"\n\n")

    def _lines(self) -> list[bytes]:
        """Whole lines, ended by LF, CR or CR LF."""
        if self._is_start:
            if _BYTE_ORDER_MARK.startswith(bytes(self._rest[:3])) and len(self._rest) < 3:
                return []  # wait until it is one, or not
            self._is_start = False
            if self._rest.startswith(_BYTE_ORDER_MARK):
                del self._rest[:3]
        # A CR at the very end may be half of a CR LF.
        whole = len(self._rest) - self._rest.endswith(b"\r")
        end = (
            max(
                self._rest.rfind(b"\n", self._scanned),
                self._rest.rfind(b"\r", self._scanned, whole),
            )
            + 1
        )
        if not end:
            self._scanned = whole
            return []
        lines = bytes(self._rest[:end]).replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        del self._rest[:end]
        self._scanned = 0
        return lines[:-1]

    def _take(self, line: bytes) -> Event | None:
        """Read a line; gives the event that an empty line ends."""
        if not line:
            return self._end()
        name, _, value = line.partition(b":")
        text = value.removeprefix(b" ").decode("utf-8", "replace")
        if name == b"data":
            self._data.append(text)
            self._size += len(value)
        elif name == b"event":
            self._event = text
        return None  # comments have no name; ids and times to reconnect are of no use here

    def _end(self) -> Event | None:
        event = Event("\n".join(self._data), self._event) if self._data else None
        self._data, self._size, self._event = [], 0, ""
        return event
