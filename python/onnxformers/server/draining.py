"""Ending without losing an answer.

A request counts as accepted when the server has read it, and each of these is answered. Beyond
that, connections which the system has taken for us are heard as well, and nobody is cut off who
may be asking already:

1. No new connections: those that wait to be taken are taken, then the socket is closed.
2. Connections on which nothing has come are given a second to ask.
3. Connections at rest for a while are closed, each after a last look whether something has come.
4. All answers say that they are the last of their connection.
5. What takes longer than the grace is stopped, and told so with status 503.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from onnxformers.server.connections import is_readable

if TYPE_CHECKING:
    from onnxformers.server.state import State

#: Seconds that a connection has for its first request.
_FIRST_S = 1.0
_LOOK_S = 0.01
#: Seconds for telling those whose time is over.
_FAREWELL_S = 1.0
_ATTACH_FILTER = 26  # SO_ATTACH_FILTER of Linux, which the socket module does not name
#: A program for the socket: load the flags of TCP; with SYN drop the packet, else keep all of it.
_NO_SYN = ((0x30, 0, 0, 13), (0x45, 0, 1, 0x02), (0x06, 0, 0, 0), (0x06, 0, 0, 0xFFFFFFFF))


async def stop_listening(
    servers: Iterable[Any], listeners: Sequence[socket.socket], *, is_alone: bool
) -> None:
    """Take the connections that the system has for us, then close the sockets.

    Connections that would come between the last look and the end are not opened: their clients
    try again, and hear that nobody listens. Where other workers have the same socket, their parent
    sees to that when all are to end.
    """
    if is_alone:
        for listener in listeners:
            refuse_new(listener)
    ends_at = time.monotonic() + _FIRST_S
    while any(map(is_readable, listeners)) and time.monotonic() < ends_at:
        await asyncio.sleep(0.001)
    for server in servers:
        server.close()
    for listener in listeners:
        listener.close()


def refuse_new(listener: socket.socket) -> None:
    """Have Linux drop packets that would open a connection; elsewhere without effect."""
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *row) for row in _NO_SYN))
    program = struct.pack("HP", len(_NO_SYN), ctypes.addressof(code))
    with contextlib.suppress(OSError):  # where it is forbidden, it is as elsewhere
        listener.setsockopt(socket.SOL_SOCKET, _ATTACH_FILTER, program)


async def finish(server: Any, state: State, is_forced: Callable[[], bool]) -> None:
    """Wait until all connections are closed, each after its last answer, or the grace is over.

    Args:
        server: The state of uvicorn's server: its `connections` and `tasks`.
        state: Of ours; `is_over` is set when the grace is over.
        is_forced: Whether all is to end at once.
    """
    begun = time.monotonic()
    while server.connections and not is_forced():
        passed_s = time.monotonic() - begun
        if passed_s > state.settings.grace_s:
            await _cut_off(server, state)
            return
        for connection in list(server.connections):
            is_silent = connection.is_new and passed_s > _FIRST_S
            if connection.is_answering or connection.rests or is_silent:
                connection.shutdown()  # at once, or after the answer
        await asyncio.sleep(_LOOK_S)


async def _cut_off(server: Any, state: State) -> None:
    state.is_over = True
    for task in list(server.tasks):
        task.cancel()
    ends_at = time.monotonic() + _FAREWELL_S
    while server.tasks and time.monotonic() < ends_at:
        await asyncio.sleep(_LOOK_S)
    for connection in list(server.connections):
        connection.transport.abort()
